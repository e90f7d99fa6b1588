"""Totals of a queue, kept for a moment: counting everybody anew for each page would be most of its cost."""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

#: Totals of so many viewers and filters are kept; with more, all are counted again.
MOST = 500


@dataclass(frozen=True, slots=True)
class Totals:
    """What a page says of the whole queue of a viewer.

    waiting: customers in it. shown: those of each colour that pass the filters. done_today: who was
    contacted or skipped since midnight and is out of it.
    """

    waiting: int
    shown: Mapping[str, int]
    done_today: int


class _Kept(NamedTuple):
    totals: Totals
    as_of: int


@dataclass
class KeptTotals:
    """Totals by whom and what they are for; may be asked from several threads.

    fresh_ms: so long they are told again as they are. usable_ms: so long they are still told, while
    a thread counts anew. Later, or told to forget, the asker counts and waits. 0 = always count.
    """

    fresh_ms: int = 0
    usable_ms: int = 0
    _kept: dict[Hashable, _Kept] = field(default_factory=dict)
    _counting: set[Hashable] = field(default_factory=set)
    _era: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def get(self, key: Hashable, as_of: int, count: Callable[[], Totals]) -> Totals:
        """The totals as of a moment (ms), or of up to `usable_ms` before it."""
        with self._lock:
            kept, era = self._kept.get(key), self._era
            age = as_of - kept.as_of if kept else -1
            if kept and 0 <= age < self.fresh_ms:
                return kept.totals
            usable = kept if kept and 0 <= age < self.usable_ms else None
            if usable and key in self._counting:
                return usable.totals
            self._counting.add(key)
        if usable is None:
            return self._count(key, as_of, era, count)
        threading.Thread(
            target=self._count, args=(key, as_of, era, count), name="totals", daemon=True
        ).start()
        return usable.totals

    def forget(self) -> None:
        """Somebody acted: whoever asks next must see what followed from it."""
        with self._lock:
            self._kept.clear()
            self._era += 1

    def _count(self, key: Hashable, as_of: int, era: int, count: Callable[[], Totals]) -> Totals:
        try:
            totals = count()
            with self._lock:
                if era == self._era and self.fresh_ms:
                    if len(self._kept) >= MOST:
                        self._kept.clear()
                    self._kept[key] = _Kept(totals, as_of)
            return totals
        finally:
            with self._lock:
                self._counting.discard(key)
