"""Who moved between labels in a quarter, and why."""

from __future__ import annotations

from warmlist.insights.reviews.distribution import EVERYBODY, Connection
from warmlist.insights.reviews.model import LENGTHS, Figure, people, percent
from warmlist.rules.model import Dimension, Pack
from warmlist.store.sql import queries

SQL = queries("insights/reviews/movement.sql")
#: Dimensions that the pack wants looked at this seldom, in days, are reviewed by the quarter.
SLOW_DAYS = 84
#: Causes told apart for each way of moving; the rest is not listed.
CAUSES = 3


def moving(pack: Pack) -> list[Dimension]:
    """The follow-up colour, and what is reviewed each quarter: tiers, regions, preferences."""
    return [d for d in pack.dimensions if d.key == EVERYBODY or d.review_days >= SLOW_DAYS]


def moved_query(*, exclusive: bool) -> str:
    """The query of single customers: of sets each label is looked at apart from the others."""
    return SQL.moved.format(held=SQL.held, same="" if exclusive else ", label")


def movements(conn: Connection, pack: Pack, as_of: int, owner: str | None) -> list[Figure]:
    """Customers by the label they had a quarter ago and now, and what moved them.

    For each dimension: the share of those labelled then who moved; each way that somebody went; and
    the commonest reasons of each way. Of a set, joining or leaving a label is a way.
    """
    figures: list[Figure] = []
    for dimension in moving(pack):
        figures += _of_dimension(conn, dimension, as_of - LENGTHS["quarterly"], as_of, owner)
    return figures


def _of_dimension(
    conn: Connection, dimension: Dimension, since: int, until: int, owner: str | None
) -> list[Figure]:
    values = {"dimension": dimension.key, "from": since, "to": until, "owner": owner}
    moved = moved_query(exclusive=dimension.exclusive)
    rows = conn.execute(SQL.counts.format(moved=moved), values)
    ways: dict[tuple[str | None, str | None], int] = {(a, b): n for a, b, n in rows}
    if not ways:
        return []
    there = sum(n for (was, _), n in ways.items() if was is not None)
    gone = sum(n for (was, now), n in ways.items() if was is not None and was != now)
    figures = [
        Figure(
            "movement", "moved", "percent", percent(gone, there), owner, dimension.key,
            count=gone, of=there, note=None if there else "nobody had a label a quarter ago",
        )
    ]  # fmt: skip
    order = {label: place for place, label in enumerate(dimension.labels)}
    last = len(order)
    for (was, now), n in sorted(
        ways.items(), key=lambda way: (order.get(way[0][0] or "", last), -way[1])
    ):
        who = people(
            "moved", dimension=dimension.key, was=was or "", now=now or "", since=since,
            until=until, owner=owner,
        )  # fmt: skip
        figures.append(
            Figure(
                "movement", "stayed" if was == now else "way", "customers", n, owner,
                dimension.key, now, was, n, there, people=who,
            )
        )  # fmt: skip
    causes: dict[tuple[str | None, str | None], list[tuple[int, str, str]]] = {}
    for was, now, rule, cause, n in conn.execute(SQL.causes.format(moved=moved), values):
        causes.setdefault((was, now), []).append((n, rule, cause))
    for (was, now), found in causes.items():
        figures += [
            Figure(
                "movement", "reason", "customers", n, owner, dimension.key, now, was, n,
                ways[was, now], note=f"{rule} {cause}",
            )
            for n, rule, cause in sorted(found, reverse=True)[:CAUSES]
        ]  # fmt: skip
    return figures
