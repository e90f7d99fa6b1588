"""Starts runs over everybody in a process of their own, one at a time."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
import structlog

from warmlist.labels.bulk import SQL
from warmlist.labels.child import Child

log = structlog.get_logger(__name__)


def _child() -> Child:
    return Child("warmlist.labels.everybody_child", "relabelling everybody failed")


@dataclass
class Everybody:
    """At most one run at a time."""

    dsn: str
    pack: Path
    mirror: Path
    now: Callable[[], int]
    log_level: str = "info"
    child: Child = field(default_factory=_child)
    _up_to: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def start(self, cause: str = "fill") -> bool:
        """Start a run unless one is under way; says whether it was started."""
        with self._lock:
            if self.child.running():
                return False
            with psycopg.connect(self.dsn) as conn:
                row = conn.execute(SQL.up_to).fetchone()
            self._up_to = int(row[0]) if row else 0
            self.child.start(
                {
                    "dsn": self.dsn, "pack": str(self.pack), "mirror": str(self.mirror),
                    "as_of": self.now(), "cause": cause, "log_level": self.log_level,
                }
            )  # fmt: skip
            log.info("relabelling everybody", cause=cause)
            return True

    def taking_up_to(self) -> int:
        """Marks up to this id are answered by the run under way; 0 where there is none."""
        with self._lock:
            return self._up_to if self.child.running() else 0

    def stop(self) -> None:
        """End the run under way; what it saved stays, the rest is done again later."""
        with self._lock:
            self.child.stop()
