"""Comparisons of packs in the background: one at a time, shared, given up when unwanted."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field

import structlog

from warmlist.clock import MINUTE
from warmlist.errors import Busy
from warmlist.labels.pack_diff import Comparison, Difference
from warmlist.labels.segment_facts import Stopped

log = structlog.get_logger(__name__)

#: So long a comparison is told again, in ms; so many are kept, and may wait.
FRESH, KEPT, WAITING = 5 * MINUTE, 4, 6


@dataclass
class Preview:
    """A comparison under way, or its result. `done` of `total` customers so far."""

    key: str
    comparison: Comparison
    wanted_by: set[str]
    done: int = 0
    total: int = 0
    result: Difference | None = None
    error: Exception | None = None
    ended: threading.Event = field(default_factory=threading.Event)

    def told(self, wait_s: float = 0.0) -> Difference | None:
        """The result, None while there is none. Raises what the comparison failed with."""
        self.ended.wait(wait_s)
        if self.error is not None:
            raise self.error
        return self.result


class Previews:
    """Every method may be called from several threads."""

    def __init__(self) -> None:
        self._all: list[Preview] = []
        self._lock = threading.Lock()
        self._one_at_a_time = threading.Lock()

    def ask(self, key: str, comparison: Comparison, who: str) -> Preview:
        """The preview of that key, begun now where nobody asked for it a moment ago.

        key: names both packs. who: asks; what they asked before is no longer wanted by them. Raises
        Busy when too many wait.
        """
        with self._lock:
            for one in self._all:
                if one.key != key and not one.ended.is_set():
                    one.wanted_by.discard(who)
                    if not one.wanted_by:
                        one.comparison.stop()
            for one in self._all:
                fresh = comparison.as_of - one.comparison.as_of < FRESH
                if one.key == key and fresh and one.error is None and one.wanted_by:
                    one.wanted_by.add(who)
                    return one
            if sum(not one.ended.is_set() for one in self._all) >= WAITING:
                raise Busy("too many previews are waiting", hint="try it in a moment")
            made = Preview(key, comparison, {who})
            self._all = [*[o for o in self._all if not o.ended.is_set()],
                         *[o for o in self._all if o.ended.is_set()][-KEPT:], made]  # fmt: skip
        threading.Thread(target=self._answer, args=(made,), name="preview", daemon=True).start()
        return made

    def stop(self) -> None:
        """End all that are under way."""
        with self._lock:
            for one in self._all:
                one.comparison.stop()

    def _answer(self, one: Preview) -> None:
        def progress(done: int, total: int) -> None:
            one.done, one.total = done, total

        try:
            with self._one_at_a_time:
                one.result = one.comparison.answer(progress)
        except Stopped:
            one.error = Busy("the preview was given up for another one", hint="ask for it again")
        except Exception as error:  # told to whoever waits for it
            log.warning("a preview of rules failed", error=type(error).__name__)
            one.error = error
        one.ended.set()
