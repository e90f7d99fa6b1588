"""The jobs: what each looks for, how often, which labels are its own; and one run of a job."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

import psycopg

from warmlist.errors import Busy, NotFound
from warmlist.events.log import EventLog
from warmlist.insights import findings, runs
from warmlist.insights.outcome import Asked, Outcome
from warmlist.insights.past import Past
from warmlist.insights.runs import Run

#: The key of the setting under which freight's part of the cost stands, by country.
FREIGHT = "freight_shares"


@dataclass(frozen=True, slots=True)
class Job:
    """every: night, month or quarter. owned: the labels that are its own.

    The module of its name has `find(past, asked)`; it is loaded where the job runs, since SciPy is
    large and `serve` only needs to know what is due.
    """

    every: str
    says: str
    owned: findings.Owned = ()


JOBS: Mapping[str, Job] = {
    "windows": Job(
        "month", "when customers read and answer",
        (("active_window", ""), ("contact_time", "golden_")),
    ),
    "tiers": Job("quarter", "who spends most", (("spend_rank", ""), ("order_rank", ""))),
    "regions": Job("quarter", "what countries are like", (("region", ""),)),
    "breakpoints": Job("quarter", "where amounts have natural limits"),
    "associations": Job("night", "what is bought after what", (("product", "without:"),)),
    "seasons": Job("night", "what sells in a season", (("product", "seasonal:"),)),
    "replenishment": Job("night", "who soon needs more", (("product", "replenish:"),)),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Workspace:
    """Where jobs find what they read. figures: the pack's thresholds by name."""

    dsn: str
    mirror: Path
    figures: Mapping[str, int]
    currency: str
    zone: str


def look(workspace: Workspace, name: str, at: int) -> Run:
    """What a job finds as of a moment (epoch ms), from what was known by then; nothing is written."""
    with psycopg.connect(workspace.dsn) as conn, _past(workspace, name, at) as past:
        return _run(conn, past, workspace, name, at)


def run(workspace: Workspace, name: str, at: int, log: EventLog) -> Run:
    """Run a job now: its result is kept, and what changed for customers enters the log, together.

    at: epoch ms, the present. Raises Busy while another process runs the same job.
    """
    with psycopg.connect(workspace.dsn) as conn:
        if not runs.claim(conn, name):
            raise Busy(f"the job {name} is under way in another process")
        with _past(workspace, name, at) as past:
            found = _run(conn, past, workspace, name, at)
            if found.concluded:
                findings.append(conn, log, past, name)
            runs.add(conn, found)
        return found


def job(name: str) -> Job:
    """A job by its name. Raises NotFound."""
    if name not in JOBS:
        raise NotFound(f"there is no job {name!r}; there are {', '.join(JOBS)}")
    return JOBS[name]


@contextmanager
def _past(workspace: Workspace, name: str, at: int) -> Iterator[Past]:
    with Past.of(workspace.dsn, workspace.mirror, at, workspace.zone) as past:
        findings.load_standing(past, job(name).owned)
        yield past


def _run(conn: psycopg.Connection, past: Past, workspace: Workspace, name: str, at: int) -> Run:
    previous = runs.newest(conn, name, at - 1, concluded=True)
    freight = runs.setting(conn, FREIGHT)
    asked = Asked(
        workspace.figures, workspace.currency, workspace.zone,
        previous.result if previous else None, {FREIGHT: freight},
    )  # fmt: skip
    outcome: Outcome = import_module(f"warmlist.insights.{name}").find(past, asked)
    added, removed = (0, 0) if outcome.keep else findings.differ(past)
    return Run(name, at, outcome.result, outcome.withheld, not outcome.keep, added, removed)
