"""Questions about everybody's facts in the background: one at a time, shared, and stopped when unwanted."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field

import structlog

from warmlist.clock import MINUTE
from warmlist.errors import Busy
from warmlist.labels.segment_facts import Known, Run, Stopped

log = structlog.get_logger(__name__)

#: So long an answer is told again, in ms.
FRESH = 1 * MINUTE
#: Answers that are kept, and questions that may wait.
KEPT, WAITING = 4, 6

#: facts, as_of -> a run that was not begun yet
Begin = Callable[[frozenset[str], int], Run]


@dataclass
class Asked:
    """A question under way, or answered. `done` of `total` customers so far."""

    run: Run
    wanted_by: set[str]
    done: int = 0
    total: int = 0
    known: Known | None = None
    error: Exception | None = None
    ended: threading.Event = field(default_factory=threading.Event)

    @property
    def facts(self) -> frozenset[str]:
        return self.run.facts

    def told(self) -> Known | None:
        """The answer, None while there is none. Raises what the run failed with."""
        if self.error is not None:
            raise self.error
        return self.known


class Runs:
    """Every method may be called from several threads."""

    def __init__(self, begin: Begin) -> None:
        self._begin = begin
        self._asked: list[Asked] = []
        self._lock = threading.Lock()
        self._one_at_a_time = threading.Lock()

    def ask(self, facts: frozenset[str], who: str, now_ms: int) -> Asked:
        """The question about these facts, begun now where nobody asked it a moment ago.

        who: asks; whatever else they asked before is no longer wanted by them. Raises Busy when
        too many questions wait.
        """
        with self._lock:
            self._unwant(facts, who)
            for asked in self._asked:
                if facts <= asked.facts and now_ms - asked.run.as_of < FRESH:
                    asked.wanted_by.add(who)
                    return asked
            if sum(not asked.ended.is_set() for asked in self._asked) >= WAITING:
                raise Busy("too many questions about facts are waiting", hint="try it in a moment")
            asked = Asked(self._begin(facts, now_ms), {who})
            self._asked = [*self._asked[-KEPT - WAITING :], asked]
        threading.Thread(target=self._answer, args=(asked,), name="segment", daemon=True).start()
        return asked

    def stop(self) -> None:
        """End all runs under way."""
        with self._lock:
            for asked in self._asked:
                asked.run.stop()

    def _unwant(self, facts: frozenset[str], who: str) -> None:
        for asked in self._asked:
            if not facts <= asked.facts and not asked.ended.is_set():
                asked.wanted_by.discard(who)
                if not asked.wanted_by:
                    asked.run.stop()

    def _answer(self, asked: Asked) -> None:
        def progress(done: int, total: int) -> None:
            asked.done, asked.total = done, total

        try:
            with self._one_at_a_time:
                asked.known = asked.run.answer(progress)
        except Stopped:
            asked.error = Busy("the question was given up for another one")
        except Exception as error:  # told to whoever waits for the answer
            log.warning("a question about facts failed", error=type(error).__name__)
            asked.error = error
        with self._lock:
            ended = [one for one in self._asked if one.ended.is_set() and one is not asked]
            over = {id(one) for one in ended[: max(0, len(ended) - KEPT + 1)]}
            failed = {id(asked)} if asked.error else set()
            self._asked = [one for one in self._asked if id(one) not in over | failed]
            asked.ended.set()
