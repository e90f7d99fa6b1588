"""How many failed sign-ins are let through, counted in this process."""

from __future__ import annotations

from collections import OrderedDict, deque
from threading import Lock

from warmlist.clock import MINUTE

_KEYS_KEPT = 10_000


class Failures:
    """Failures by key (a name, an address) within a sliding window."""

    def __init__(self, limit: int, window_ms: int = 15 * MINUTE) -> None:
        self._limit = limit
        self._window = window_ms
        self._at: OrderedDict[str, deque[int]] = OrderedDict()
        self._lock = Lock()

    def wait_until(self, key: str, now: int) -> int | None:
        """When the next try is allowed (epoch ms); None: now."""
        with self._lock:
            times = self._at.get(key)
            while times and times[0] <= now - self._window:
                times.popleft()
            if not times or len(times) < self._limit:
                return None
            return times[0] + self._window

    def add(self, key: str, now: int) -> None:
        with self._lock:
            self._at.setdefault(key, deque(maxlen=self._limit)).append(now)
            self._at.move_to_end(key)
            while len(self._at) > _KEYS_KEPT:
                self._at.popitem(last=False)

    def forget(self, key: str) -> None:
        with self._lock:
            self._at.pop(key, None)
