"""Starts the jobs that are due in a process of their own, one such process at a time."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field

import psycopg
import structlog

from warmlist.insights import runs
from warmlist.insights.jobs import JOBS, Workspace
from warmlist.insights.schedule import due
from warmlist.labels.child import Child

log = structlog.get_logger(__name__)


def _child() -> Child:
    return Child("warmlist.insights.child", "the jobs over the whole log failed")


@dataclass
class Nightly:
    """At most one run at a time."""

    workspace: Workspace
    now: Callable[[], int]
    log_level: str = "info"
    child: Child = field(default_factory=_child)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def start(self) -> bool:
        """Run what is due, unless a run is under way; says whether a process was started."""
        with self._lock:
            if self.child.running():
                return False
            at, place = self.now(), self.workspace
            with psycopg.connect(place.dsn) as conn:
                names = due(JOBS, runs.last(conn, at), at, place.zone)
            if not names:
                return False
            self.child.start(
                {
                    "dsn": place.dsn, "mirror": str(place.mirror), "figures": dict(place.figures),
                    "currency": place.currency, "zone": place.zone, "at": at, "jobs": names,
                    "log_level": self.log_level,
                }
            )  # fmt: skip
            log.info("looking for what the data tell", jobs=names)
            return True

    def stop(self) -> None:
        """End the run under way; jobs that were done stay, the others are due again."""
        with self._lock:
            self.child.stop()
