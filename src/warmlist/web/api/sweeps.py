"""Tells now and then that it is time to forget what nobody will ask for again."""

from __future__ import annotations

from threading import Lock

from warmlist.clock import HOUR


class Sweeps:
    """Due at first, then once an hour; for several threads."""

    def __init__(self) -> None:
        self._last: int | None = None
        self._lock = Lock()

    def due(self, now_ms: int) -> bool:
        """Whether it is time; the next hour it is not."""
        with self._lock:
            if self._last is not None and now_ms - self._last < HOUR:
                return False
            self._last = now_ms
            return True
