"""The leak rate: reds that were not answered in time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from warmlist.clock import MINUTE
from warmlist.insights.reviews.distribution import Connection, judged
from warmlist.insights.reviews.limits import Limits
from warmlist.insights.reviews.model import Figure, in_percent, people, percent
from warmlist.insights.reviews.stats import wilson
from warmlist.store.sql import queries

SQL = queries("insights/reviews/leaks.sql")


@dataclass(frozen=True, slots=True)
class Reds:
    """Reds whose time ran out in a period: all, missed, never answered; median answer in ms."""

    due: int = 0
    missed: int = 0
    never: int = 0
    answer: int | None = None

    @property
    def rate(self) -> float | None:
        return percent(self.missed, self.due)


def reds(
    conn: Connection, limits: Limits, before: int, as_of: int, owner: str | None
) -> dict[tuple[str | None, bool], Reds]:
    """(owner or None for all, is this period) -> its reds.

    before: beginning of this period (epoch ms); the one before it is as long. A red counts in the
    period in which its time to act ran out, and to whoever owned the customer at that moment.
    """
    values = parameters(limits, 2 * before - as_of, as_of) | {"middle": before, "owner": owner}
    rows = conn.execute(SQL.by_owner.format(reds=SQL.reds, whose=SQL.whose), values)
    return {
        (None if team else whose, now): Reds(due, missed, never, answer)
        for team, whose, now, due, missed, never, answer in rows
        if team or whose
    }


def leak_rates(
    conn: Connection,
    limits: Limits,
    before: int,
    as_of: int,
    owners: Sequence[str | None],
    owner: str | None,
) -> list[Figure]:
    """Reds missed in percent, with Wilson's interval; how many were never answered; how soon."""
    found = reds(conn, limits, before, as_of, owner)
    figures: list[Figure] = []
    for whose in owners:
        now, then = found.get((whose, True), Reds()), found.get((whose, False), Reds())
        who = people("leaked", since=before, until=as_of, owner=whose)
        expected = (0.0, float(limits.leak_most))
        figures.append(
            Figure(
                "leaks", "leak_rate", "percent", now.rate, whose,
                count=now.missed, of=now.due, previous=then.rate,
                interval=in_percent(wilson(now.missed, now.due)),
                expected=expected,
                verdict=judged(now.rate, expected, few=now.due < limits.alert_least),
                people=who if now.missed else None,
                note=None if now.due else "no red was due",
            )
        )  # fmt: skip
        figures.append(
            Figure(
                "leaks", "never_answered", "reds", now.never, whose, of=now.due,
                previous=then.never,
            )
        )  # fmt: skip
        if now.answer is not None:
            earlier = then.answer / MINUTE if then.answer is not None else None
            figures.append(
                Figure(
                    "leaks", "median_answer", "minutes", now.answer / MINUTE, whose,
                    previous=earlier,
                )
            )  # fmt: skip
    return figures


def parameters(limits: Limits, since: int, until: int) -> dict[str, Any]:
    """What the queries of leaks.sql read, for reds whose time ran out in (since, until]."""
    return {
        "from": since,
        "to": until,
        "first": limits.red_first,
        "sudden": limits.sudden_red_first,
        "lasts": limits.red_lasts,
    }
