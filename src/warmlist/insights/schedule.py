"""Which jobs are due: each once in every night, month or quarter of the workspace's clock."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from warmlist.clock import to_ms
from warmlist.insights.clocks import local

if TYPE_CHECKING:
    from warmlist.insights.jobs import Job

#: How often -> in months; 0 = every night.
EVERY = {"night": 0, "month": 1, "quarter": 3}


def due(
    jobs: Mapping[str, Job], last: Mapping[str, tuple[int, int | None]], at: int, zone: str
) -> list[str]:
    """The names of the jobs that have not run in the period that a moment lies in, in their order.

    last: job -> when it ran last, and when it last concluded something. One that concluded nothing, for
    want of data, is asked again the next night.
    """
    tonight = began("night", at, zone)
    names = []
    for name, job in jobs.items():
        ran, said = last.get(name, (None, None))
        if ran is not None and ran >= tonight:
            continue
        if said is None or said < began(job.every, at, zone):
            names.append(name)
    return names


def began(every: str, at: int, zone: str) -> int:
    """When the night, month or quarter that a moment lies in began: local midnight, epoch ms."""
    shown = local(zone, at)
    months = EVERY[every]
    if not months:
        return to_ms(datetime(shown.year, shown.month, shown.day, tzinfo=ZoneInfo(zone)))
    month = shown.month - (shown.month - 1) % months
    return to_ms(datetime(shown.year, month, 1, tzinfo=ZoneInfo(zone)))
