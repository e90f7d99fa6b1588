"""The process that runs jobs: reads its order from standard input, logs what each found."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import orjson
import structlog

from warmlist import clock
from warmlist.errors import WarmlistError
from warmlist.events.log import EventLog, Read
from warmlist.insights.jobs import Workspace, run
from warmlist.settings import log_to_stderr

log = structlog.get_logger(__name__)


def main() -> int:
    """The jobs of the order, one after the other; 0 when all were done."""
    order = orjson.loads(sys.stdin.buffer.read())
    log_to_stderr(order["log_level"])
    os.nice(5)
    place = Workspace(
        order["dsn"], Path(order["mirror"]), order["figures"], order["currency"], order["zone"]
    )
    failed = 0
    for name in order["jobs"]:
        began = clock.tick()
        try:
            found = run(place, name, order["at"], findings_log())
        except WarmlistError as error:
            failed += 1
            log.error("a job over the whole log failed", job=name, error=type(error).__name__)
            continue
        log.info(
            "a job over the whole log is done", job=name, added=found.added, removed=found.removed,
            withheld=len(found.withheld), seconds=round(clock.tick() - began, 2),
        )  # fmt: skip
    return 1 if failed else 0


def findings_log() -> EventLog:
    """A log for findings alone: they hold no text that could be read."""
    return EventLog(lambda _: Read(0, []), "none")


if __name__ == "__main__":
    sys.exit(main())
