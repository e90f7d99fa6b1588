"""Puts a review together from its parts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from warmlist.clock import DAY
from warmlist.insights.reviews import (
    accuracy,
    alerts,
    capacity,
    distribution,
    freshness,
    leaks,
    movement,
    warning,
)
from warmlist.insights.reviews.distribution import Connection
from warmlist.insights.reviews.limits import Limits
from warmlist.insights.reviews.model import LENGTHS, Figure, Period, Rep, Review, Series
from warmlist.rules.model import Pack

#: Weeks that the chart of a weekly review shows; other periods show themselves and the one before.
WEEKS = 13


@dataclass(frozen=True, slots=True)
class Question:
    """What a review is asked. owner: only this rep's customers; None: the team and each rep.

    live: `as_of` is now, so that what is only known of the present (today's queue, how fresh labels
    are) can be told too.
    """

    period: Period
    as_of: int
    owner: str | None
    live: bool
    zone: ZoneInfo
    drawn: str | None = None  # the dimension whose shares over time are told too


def review(conn: Connection, pack: Pack, limits: Limits, asked: Question) -> Review:
    """The review of a period, all of it from one state of the database (the caller's snapshot)."""
    reps = [Rep(*row) for row in conn.execute(distribution.SQL.reps, {"owner": asked.owner})]
    owners: list[str | None] = [asked.owner]
    if asked.owner is None:
        owners += [rep.name for rep in reps]
    row = conn.execute(distribution.SQL.replaying).fetchone()
    replaying = int(row[0]) if row else 0
    figures, series = _figures(conn, pack, limits, asked, owners, reps, replaying)
    return Review(
        period=asked.period,
        as_of=asked.as_of,
        before=asked.as_of - LENGTHS[asked.period],
        owner=asked.owner,
        figures=tuple(figures),
        alerts=tuple(alerts.alerts_at(conn, asked.as_of, asked.owner)),
        series=tuple(series),
        replaying=replaying,
    )


def _figures(
    conn: Connection,
    pack: Pack,
    limits: Limits,
    asked: Question,
    owners: Sequence[str | None],
    reps: Sequence[Rep],
    replaying: int,
) -> tuple[list[Figure], list[Series]]:
    as_of, owner = asked.as_of, asked.owner
    if asked.period == "weekly":
        moments = [as_of - n * 7 * DAY for n in range(WEEKS - 1, -1, -1)]
        figures, series = distribution.shares(
            conn, pack, limits, moments, owners, owner, asked.drawn
        )
        before = as_of - LENGTHS["weekly"]
        figures += leaks.leak_rates(conn, limits, before, as_of, owners, owner)
        if asked.live:
            figures += capacity.capacity(conn, pack, limits, as_of, asked.zone, reps, owner)
        return figures, series
    if asked.period == "monthly":
        figures = accuracy.accuracy(conn, limits, as_of, owners, owner)
        figures += accuracy.by_hand(conn, limits, as_of, owner)
        figures += accuracy.by_rule(conn, limits, as_of, owner)
        figures += accuracy.outcomes(conn, pack, limits, as_of, owner)
        figures += warning.warning_figures(conn, limits, as_of, owner, replaying)
        if asked.live:
            figures += freshness.freshness(conn, pack, limits, as_of, owner)
        return figures, []
    return movement.movements(conn, pack, as_of, owner), []
