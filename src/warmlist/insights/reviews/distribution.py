"""How many customers held each label at several moments, by whose customers they are now."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import psycopg

from warmlist.insights.reviews.limits import Limits
from warmlist.insights.reviews.model import Figure, Series, Verdict, people, percent
from warmlist.rules.model import Dimension, Label, Pack
from warmlist.store.sql import queries

SQL = queries("insights/reviews/distribution.sql")
Connection = psycopg.Connection[Any]

#: The dimension in which everybody who is in touch has exactly one label.
EVERYBODY = "follow_up"


@dataclass(frozen=True, slots=True)
class Counts:
    """Customers by label at each of `moments` (epoch ms, rising); owner None = the team's."""

    moments: tuple[int, ...]
    by_owner: Mapping[str | None, Mapping[str, tuple[int, ...]]]

    def at(self, owner: str | None, label: str, place: int) -> int:
        held = self.by_owner.get(owner, {}).get(label)
        return held[place] if held else 0

    def total(self, owner: str | None, place: int) -> int:
        """Customers with any label of the dimension; of an exclusive one, each counted once."""
        return sum(held[place] for held in self.by_owner.get(owner, {}).values())


def counts(
    conn: Connection,
    dimension: str,
    moments: Sequence[int],
    owner: str | None = None,
    settled: int | None = None,
) -> Counts:
    """Count a dimension at these moments, for every owner and for all together.

    owner: only this one's customers. A label counts at a moment when it began at or before it and
    ended after it; labels replayed from imports count like recorded ones. settled: leave out the
    customers whose colour an import brought after this moment.
    """
    values = {
        "dimension": dimension,
        "moments": list(moments),
        "earliest": moments[0],
        "count": len(moments),
        "owner": owner,
        "settled": settled,
    }
    query = SQL.spans.format(settled="" if settled is None else f"\n  {SQL.settled}")
    found: dict[str | None, dict[str, list[int]]] = defaultdict(dict)
    for whose, label, first, last, customers in conn.execute(query, values):
        for key in {None, whose} if owner is None else {whose}:
            held = found[key].setdefault(label, [0] * len(moments))
            for place in range(first, last):
                held[place] += customers
    return Counts(
        tuple(moments),
        {whose: {k: tuple(v) for k, v in held.items()} for whose, held in found.items()},
    )


def reviewed(pack: Pack) -> list[Dimension]:
    """The dimensions that say what share of customers they expect, and the follow-up colour."""
    return [
        dimension
        for dimension in pack.dimensions
        if dimension.key == EVERYBODY or any(label.share for label in dimension.labels.values())
    ]


def shares(
    conn: Connection,
    pack: Pack,
    limits: Limits,
    moments: Sequence[int],
    owners: Sequence[str | None],
    owner: str | None,
    drawn: str | None,
) -> tuple[list[Figure], list[Series]]:
    """The share of every label now (the last moment) and one period before (the last but one).

    drawn: the dimension whose shares at every moment are told too; all would take long.

    A share is of the customers with a label of the dimension; for sets, of all who are in touch.
    """
    figures: list[Figure] = []
    series: list[Series] = []
    last = moments[-2:]
    everybody = counts(conn, EVERYBODY, moments if drawn is not None else last, owner)
    for dimension in reviewed(pack):
        same = dimension.key == EVERYBODY
        all_of_it = dimension.key == drawn
        held = (
            everybody
            if same
            else counts(conn, dimension.key, moments if all_of_it else last, owner)
        )
        whole = held if dimension.exclusive else everybody
        for whose in owners:
            figures += [
                _share(held, whole, dimension, label, whose, limits)
                for label in dimension.labels.values()
                if whole.total(whose, -1)
            ]
        if all_of_it:
            series.append(_series(held, whole, dimension, owner))
    return figures, series


def _share(
    held: Counts,
    whole: Counts,
    dimension: Dimension,
    label: Label,
    owner: str | None,
    limits: Limits,
) -> Figure:
    count, of = held.at(owner, label.key, -1), whole.total(owner, -1)
    value = percent(count, of)
    expected = expected_share(label, limits)
    return Figure(
        section="distribution",
        name="share",
        unit="percent",
        value=value,
        owner=owner,
        dimension=dimension.key,
        label=label.key,
        count=count,
        of=of,
        previous=percent(held.at(owner, label.key, -2), whole.total(owner, -2)),
        expected=expected,
        verdict=judged(value, expected, few=of < limits.alert_least),
        people=people(
            "held", dimension=dimension.key, label=label.key, at=held.moments[-1], owner=owner
        ),
    )


def expected_share(label: Label, limits: Limits) -> tuple[float, float] | None:
    """The pack's range; one number stands for so many points around it."""
    if label.share is None:
        return None
    low, high = label.share
    if low == high:
        return max(0.0, low - limits.share_slack), min(100.0, high + limits.share_slack)
    return low, high


def judged(value: float | None, expected: tuple[float, float] | None, *, few: bool) -> Verdict:
    """Where a figure stands against what is expected."""
    if value is None or expected is None:
        return ""
    if few:
        return "few"
    return "good" if expected[0] <= value <= expected[1] else "bad"


def _series(held: Counts, whole: Counts, dimension: Dimension, owner: str | None) -> Series:
    places = range(len(held.moments))
    return Series(
        dimension.key,
        held.moments,
        {
            label: tuple(
                percent(held.at(owner, label, n), whole.total(owner, n)) or 0.0 for n in places
            )
            for label in dimension.labels
        },
    )
