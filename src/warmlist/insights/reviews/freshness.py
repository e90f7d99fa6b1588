"""Whether labels are fresh: how old they are, which people must look at, and what was left undone."""

from __future__ import annotations

from warmlist.clock import DAY, HOUR
from warmlist.insights.reviews.distribution import Connection
from warmlist.insights.reviews.limits import Limits
from warmlist.insights.reviews.model import Figure, people, percent
from warmlist.rules.model import Pack
from warmlist.store.sql import queries

SQL = queries("insights/reviews/freshness.sql")
#: A recheck that is so late was forgotten; the worker drains them within seconds.
LATE = HOUR


def freshness(
    conn: Connection, pack: Pack, limits: Limits, as_of: int, owner: str | None
) -> list[Figure]:
    """By dimension: labels older than its review period, and those of them that were set by hand.

    A rule's label is asked again whenever something happens or time changes it, so an old one is no
    fault; a hand-set one waits for somebody. Only what holds now can be told.
    """
    cutoffs = {
        d.key: as_of - (d.review_days * DAY if d.review_days else limits.labels_fresh)
        for d in pack.dimensions
    }
    values = {"dimensions": list(cutoffs), "cutoffs": list(cutoffs.values()), "owner": owner}
    ages = SQL.ages if owner is None else SQL.ages_of
    held = {dimension: (n, old) for dimension, n, old in conn.execute(ages, values)}
    by_hand = dict(conn.execute(SQL.by_hand, values).fetchall())
    figures = [_late(conn, as_of, owner)]
    for dimension in pack.dimensions:
        n, old = held.get(dimension.key, (0, 0))
        if not n:
            continue
        waiting = by_hand.get(dimension.key, 0)
        figures.append(
            Figure(
                "freshness", "older", "percent", percent(old, n), owner, dimension.key,
                count=old, of=n,
            )
        )  # fmt: skip
        figures.append(
            Figure(
                "freshness", "by_hand", "labels", waiting, owner, dimension.key,
                expected=(0.0, 0.0), verdict="bad" if waiting else "good",
                people=people(
                    "by_hand", dimension=dimension.key, until=cutoffs[dimension.key], owner=owner
                ) if waiting else None,
            )
        )  # fmt: skip
    return figures


def _late(conn: Connection, as_of: int, owner: str | None) -> Figure:
    row = conn.execute(SQL.late, {"late": as_of - LATE, "owner": owner}).fetchone()
    late = int(row[0]) if row else 0
    return Figure(
        "freshness", "recheck_late", "customers", late, owner, expected=(0.0, 0.0),
        verdict="bad" if late else "good",
    )  # fmt: skip
