"""Starts runs over everybody in a process of their own, one at a time."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import orjson
import psycopg
import structlog

from warmlist.labels.bulk import SQL

log = structlog.get_logger(__name__)

#: What `python -m` runs in the child.
MODULE = "warmlist.labels.everybody_child"


@dataclass
class Everybody:
    """At most one child at a time; its settings go in by standard input, no secret by arguments."""

    dsn: str
    pack: Path
    mirror: Path
    now: Callable[[], int]
    log_level: str = "info"
    _child: subprocess.Popen[bytes] | None = None
    _up_to: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def start(self, cause: str = "fill") -> bool:
        """Start a run unless one is under way; says whether it was started."""
        with self._lock:
            if self._running():
                return False
            with psycopg.connect(self.dsn) as conn:
                row = conn.execute(SQL.up_to).fetchone()
            self._up_to = int(row[0]) if row else 0
            self._child = subprocess.Popen(
                [sys.executable, "-m", MODULE], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL
            )
            assert self._child.stdin is not None
            with self._child.stdin as stdin:
                stdin.write(self._order(cause))
            log.info("relabelling everybody", cause=cause)
            return True

    def _order(self, cause: str) -> bytes:
        return orjson.dumps(
            {
                "dsn": self.dsn,
                "pack": str(self.pack),
                "mirror": str(self.mirror),
                "as_of": self.now(),
                "cause": cause,
                "log_level": self.log_level,
            }
        )

    def _running(self) -> bool:
        if self._child is None:
            return False
        if self._child.poll() is None:
            return True
        if self._child.returncode:
            log.error("relabelling everybody failed", code=self._child.returncode)
        self._child = None
        self._up_to = 0
        return False

    def taking_up_to(self) -> int:
        """Marks up to this id are answered by the run under way; 0 where there is none."""
        with self._lock:
            return self._up_to if self._running() else 0

    def stop(self) -> None:
        """End the run under way; what it saved stays, the rest is done again later."""
        with self._lock:
            if self._running():
                assert self._child is not None
                self._child.terminate()
                self._child.wait()
                self._child = None
