"""Starts the jobs that are due in a process of their own, one such process at a time."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass, field

import orjson
import psycopg
import structlog

from warmlist.insights import runs
from warmlist.insights.jobs import JOBS, Workspace
from warmlist.insights.schedule import due

log = structlog.get_logger(__name__)

#: What `python -m` runs in the child.
MODULE = "warmlist.insights.child"


@dataclass
class Nightly:
    """At most one child; what it needs goes in by standard input, no secret by arguments."""

    workspace: Workspace
    now: Callable[[], int]
    log_level: str = "info"
    _child: subprocess.Popen[bytes] | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def start(self) -> bool:
        """Run what is due, unless a run is under way; says whether a process was started."""
        with self._lock:
            if self._running():
                return False
            at = self.now()
            with psycopg.connect(self.workspace.dsn) as conn:
                names = due(JOBS, runs.last(conn, at), at, self.workspace.zone)
            if not names:
                return False
            self._child = subprocess.Popen(
                [sys.executable, "-m", MODULE], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL
            )
            assert self._child.stdin is not None
            with self._child.stdin as stdin:
                stdin.write(self._order(names, at))
            log.info("looking for what the data tell", jobs=names)
            return True

    def stop(self) -> None:
        """End the run under way; jobs that were done stay, the others are due again."""
        with self._lock:
            if self._running():
                assert self._child is not None
                self._child.terminate()
                self._child.wait()
                self._child = None

    def _order(self, names: list[str], at: int) -> bytes:
        place = self.workspace
        return orjson.dumps(
            {
                "dsn": place.dsn, "mirror": str(place.mirror), "figures": dict(place.figures),
                "currency": place.currency, "zone": place.zone, "at": at, "jobs": names,
                "log_level": self.log_level,
            }
        )  # fmt: skip

    def _running(self) -> bool:
        if self._child is None:
            return False
        if self._child.poll() is None:
            return True
        if self._child.returncode:
            log.error("the jobs over the whole log failed", code=self._child.returncode)
        self._child = None
        return False
