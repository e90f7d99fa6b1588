"""How right the labels were: false reds, missed greens, and outcomes against those expected.

Judged are the 30 days that ended `outcome_within` before the moment asked for, so that every label
has had its full time to be followed by an order; and the 30 days before those.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from warmlist.insights.reviews.distribution import EVERYBODY, Connection, counts, judged
from warmlist.insights.reviews.limits import Limits
from warmlist.insights.reviews.model import LENGTHS, Figure, Verdict, in_percent, people, percent
from warmlist.insights.reviews.stats import Interval, wilson
from warmlist.rules.model import Label, Pack
from warmlist.store.sql import queries

SQL = queries("insights/reviews/outcomes.sql")
#: Dimensions whose labels expect a share of sales and change often enough to be judged by month.
JUDGED = ("follow_up", "intent")


@dataclass(frozen=True, slots=True)
class Months:
    """The month that is judged, [middle, to), and the one before it, [from, middle). Epoch ms."""

    begins: int
    middle: int
    to: int

    @classmethod
    def before(cls, as_of: int, limits: Limits) -> Months:
        to = as_of - limits.outcome_within
        return cls(to - 2 * LENGTHS["monthly"], to - LENGTHS["monthly"], to)


@dataclass(frozen=True, slots=True)
class Told:
    """Of one owner in one month."""

    reds: int = 0
    closed: int = 0
    missed: int = 0
    wrong: int = 0  # customers


def parameters(
    limits: Limits, as_of: int, since: int, to: int, owner: str | None, *, live: bool = False
) -> dict[str, Any]:
    """What the queries of outcomes.sql read, for labels that begin in [since, to).

    live: only reds that the team saw begin, none that an import or a replay brought.
    """
    return {
        "as_of": as_of, "from": since, "to": to, "owner": owner, "within": limits.outcome_within,
        "orders_from": since, "orders_to": min(as_of, to + limits.outcome_within),
        "dimension": EVERYBODY, "live": live,
    }  # fmt: skip


def reds_query() -> str:
    """The query of single reds."""
    return SQL.reds.format(orders=SQL.orders)


def missed_query() -> str:
    """The query of single missed greens; its orders are those of [from, to)."""
    return SQL.missed.format(orders=SQL.orders.replace("orders_to", "to"))


def by_owner(
    conn: Connection, limits: Limits, as_of: int, owner: str | None, *, live: bool = False
) -> dict[tuple[str | None, bool], Told]:
    """(owner or None for all, is the later month) -> what was found."""
    months = Months.before(as_of, limits)
    values = parameters(limits, as_of, months.begins, months.to, owner, live=live)
    query = SQL.accuracy.format(reds=reds_query(), missed=missed_query())
    rows = conn.execute(query, values | {"middle": months.middle})
    return {
        (None if team else whose, now): Told(reds, closed, missed, wrong)
        for team, whose, now, reds, closed, missed, wrong in rows
        if team or whose
    }


def accuracy(
    conn: Connection,
    limits: Limits,
    as_of: int,
    owners: Sequence[str | None],
    owner: str | None,
) -> list[Figure]:
    """Reds that closed, missed greens and the share of customers rightly labelled, by owner."""
    months = Months.before(as_of, limits)
    told = by_owner(conn, limits, as_of, owner)
    held = counts(conn, EVERYBODY, (months.middle, months.to), owner)
    return [
        figure
        for whose in owners
        for figure in _of_owner(
            limits,
            months,
            whose,
            (told.get((whose, True), Told()), told.get((whose, False), Told())),
            (held.total(whose, 1), held.total(whose, 0)),
        )
    ]


def _of_owner(
    limits: Limits,
    months: Months,
    owner: str | None,
    told: tuple[Told, Told],
    customers: tuple[int, int],
) -> list[Figure]:
    now, then = told
    where = {"since": months.middle, "until": months.to, "owner": owner}
    closed, expected = percent(now.closed, now.reds), (float(limits.closed_least), 100.0)
    right = percent(customers[0] - now.wrong, customers[0])
    target = (float(limits.accuracy_least), 100.0)
    usual = (0.0, float(limits.missed_green_usual))
    return [
        Figure(
            "accuracy", "reds_closed", "percent", closed, owner, count=now.closed, of=now.reds,
            previous=percent(then.closed, then.reds), expected=expected,
            verdict=judged(closed, expected, few=now.reds < limits.alert_least),
            people=people("false_red", **where) if now.reds > now.closed else None,
            interval=in_percent(wilson(now.closed, now.reds)),
        ),
        Figure(
            "accuracy", "missed_green", "orders", now.missed, owner, previous=then.missed,
            # The usual number is a rep's; of a team nothing is expected.
            expected=usual if owner else None,
            verdict=judged(now.missed, usual if owner else None, few=False),
            people=people("missed_green", **where) if now.missed else None,
        ),
        Figure(
            "accuracy", "right", "percent", right, owner, count=customers[0] - now.wrong,
            of=customers[0], previous=percent(customers[1] - then.wrong, customers[1]),
            expected=target,
            verdict=judged(right, target, few=customers[0] < limits.alert_least),
            interval=in_percent(wilson(customers[0] - now.wrong, customers[0])),
        ),
    ]  # fmt: skip


def by_rule(conn: Connection, limits: Limits, as_of: int, owner: str | None) -> list[Figure]:
    """Which rule's reds close: the trigger to change where they do not."""
    months = Months.before(as_of, limits)
    values = parameters(limits, as_of, months.begins, months.to, owner) | {"middle": months.middle}
    rows = conn.execute(SQL.by_rule.format(reds=reds_query()), values)
    told = {(rule, now): (reds, closed) for rule, now, reds, closed in rows}
    expected = (float(limits.closed_least), 100.0)
    figures = []
    for rule in sorted({rule for rule, _ in told}):
        reds, closed = told.get((rule, True), (0, 0))
        earlier = told.get((rule, False), (0, 0))
        value = percent(closed, reds)
        figures.append(
            Figure(
                "rules", "reds_closed", "percent", value, owner, EVERYBODY, "red", rule,
                closed, reds, percent(earlier[1], earlier[0]), expected=expected,
                verdict=judged(value, expected, few=reds < limits.alert_least),
                people=people(
                    "false_red", since=months.middle, until=months.to, owner=owner, rule=rule
                ) if reds > closed else None,
                interval=in_percent(wilson(closed, reds)),
            )
        )  # fmt: skip
    return figures


def by_hand(conn: Connection, limits: Limits, as_of: int, owner: str | None) -> list[Figure]:
    """How many labels people set by hand in the 30 days to now: theirs is the better word."""
    length = LENGTHS["monthly"]
    values = parameters(limits, as_of, as_of - 2 * length, as_of, owner)
    rows = dict(conn.execute(SQL.by_hand, values | {"middle": as_of - length}).fetchall())
    return [
        Figure(
            "accuracy", "set_by_hand", "labels", rows.get(True, 0), owner,
            previous=rows.get(False, 0),
        )
    ]  # fmt: skip


def outcomes(
    conn: Connection, pack: Pack, limits: Limits, as_of: int, owner: str | None
) -> list[Figure]:
    """What share of labels was followed by an order in time, against what the pack expects.

    Only outcomes that are sales are told here; answers, returns and rises to a higher tier need
    something sent to be measured by.
    """
    months = Months.before(as_of, limits)
    values = parameters(limits, as_of, months.begins, months.to, owner) | {"middle": months.middle}
    query = SQL.observed.format(orders=SQL.orders, began=SQL.began)
    figures: list[Figure] = []
    for dimension in (d for d in pack.dimensions if d.key in JUDGED):
        rows = conn.execute(query, values | {"dimension": dimension.key})
        told = {(label, now): (began, closed) for label, now, began, closed in rows}
        figures += [
            _outcome(
                dimension.key, label, limits, months, owner,
                told.get((label.key, True), (0, 0)), told.get((label.key, False), (0, 0)),
            )
            for label in dimension.labels.values()
            if label.outcome is not None and label.outcome_of == "sales"
        ]  # fmt: skip
    return figures


def _outcome(
    dimension: str,
    label: Label,
    limits: Limits,
    months: Months,
    owner: str | None,
    now: tuple[int, int],
    then: tuple[int, int],
) -> Figure:
    began, closed = now
    interval = wilson(closed, began)
    assert label.outcome is not None
    return Figure(
        "outcomes", "followed_by_order", "percent", percent(closed, began), owner, dimension,
        label.key, count=closed, of=began, previous=percent(then[1], then[0]),
        expected=label.outcome, verdict=_against(interval, label.outcome, began, limits),
        people=people(
            "began", dimension=dimension, label=label.key, since=months.middle, until=months.to,
            owner=owner,
        ) if began else None,
        interval=in_percent(interval),
    )  # fmt: skip


def _against(
    interval: Interval | None, expected: tuple[float, float], began: int, limits: Limits
) -> Verdict:
    """Bad only where the whole interval lies outside what is expected."""
    if interval is None or began < limits.alert_least:
        return "few"
    apart = 100 * interval.high < expected[0] or 100 * interval.low > expected[1]
    return "bad" if apart else "good"
