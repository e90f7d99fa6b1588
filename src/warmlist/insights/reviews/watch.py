"""Looks at the alerts every hour, in a thread of its own: over many customers it takes seconds."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass

import psycopg
import structlog

from warmlist.clock import HOUR, MINUTE, SECOND
from warmlist.errors import WarmlistError
from warmlist.insights.reviews.alerts import look
from warmlist.insights.reviews.limits import Limits
from warmlist.rules.model import Pack
from warmlist.store.database import Store

log = structlog.get_logger(__name__)

#: The first look after the start, and every further one, in ms.
FIRST, EVERY = MINUTE, HOUR


@dataclass(frozen=True)
class AlertWatch:
    """`run` blocks until its event is set; several processes may run it, one at a time looks."""

    store: Store
    pack: Callable[[], Pack]  # the one in force
    now: Callable[[], int]

    def run(self, stopping: threading.Event) -> None:
        """Look after a minute, then every hour. What fails is logged and tried again."""
        pause = FIRST
        while not stopping.wait(pause / SECOND):
            pause = EVERY
            try:
                self.look()
            except (WarmlistError, psycopg.Error) as error:
                log.warning("the alerts were not looked at", error=type(error).__name__)

    def look(self) -> None:
        """Open, keep and close alerts as of now."""
        with self.store.connect() as conn:
            found = look(conn, Limits.of(self.pack()), self.now())
            conn.commit()
        if found is not None:
            log.info("looked at the alerts", open=len(found))
