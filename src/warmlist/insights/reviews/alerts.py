"""Alerts: conditions that a team should know of, opened when they hold and closed when they end.

What an import brought opens none: customers whose label it brought lately are left out, and so are
reds that nobody saw begin; comparisons with the past wait until the past has been replayed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from warmlist.clock import DAY
from warmlist.insights.reviews import accuracy, distribution, leaks, warning
from warmlist.insights.reviews.distribution import Connection, Counts, counts
from warmlist.insights.reviews.limits import Limits
from warmlist.insights.reviews.model import LENGTHS, Alert, people, percent
from warmlist.store.sql import queries

SQL = queries("insights/reviews/alerts.sql")
#: What ended so lately and holds again is told as one alert.
SAME = DAY

#: kind -> what it says and what to do about it; the figure, then its bound.
TEXTS: Mapping[str, tuple[str, str]] = {
    "high_activity_low": (
        "High activity is {figure} of customers, under {bound}",
        "bring in new contacts, or wake up those who went quiet",
    ),
    "red_high": (
        "Red is {figure} of customers, over {bound}",
        "put more people on answering until the reds are worked off",
    ),
    "grey_up": (
        "Grey grew by {figure} in four weeks, over {bound}",
        "look at who went grey, and wake up customers before they do",
    ),
    "leak_high": (
        "{figure} of reds were not answered in time, over {bound}",
        "answer reds first, and reassign those of whoever has no time",
    ),
    "false_red": (
        "{figure} of reds ended in an order, under {bound}",
        "look at the rules whose reds do not close, and change their trigger",
    ),
    "orders_falling": (
        "The colours promise at most {figure} orders next, after {bound}",
        "follow up orange and yellow now, before the orders are missing",
    ),
}
#: Kinds whose figures are counts; those of all others are percent.
COUNTED = ("orders_falling",)


@dataclass(frozen=True, slots=True)
class Condition:
    """Something that holds now. owner None = the whole team's customers."""

    kind: str
    owner: str | None
    figure: float
    bound: float


def look(conn: Connection, limits: Limits, now_ms: int) -> list[Condition] | None:
    """Open, keep and close alerts in the caller's transaction; None where another is at it.

    Conditions that cannot be judged any more, for too few customers, count as ended.
    """
    if not _one(conn, SQL.lock):
        return None
    found = conditions(conn, limits, now_ms)
    values = {
        "now": now_ms,
        "lately": now_ms - SAME,
        "kinds": [c.kind for c in found],
        "owners": [c.owner or "" for c in found],
        "figures": [float(c.figure) for c in found],
        "bounds": [float(c.bound) for c in found],
    }
    for step in (SQL.reopen, SQL.hold, SQL.close):
        conn.execute(step, values)
    return found


def conditions(conn: Connection, limits: Limits, now_ms: int) -> list[Condition]:
    """What holds now, for the team and for every rep."""
    settled = now_ms - limits.import_settles
    reps = [name for name, _ in conn.execute(distribution.SQL.reps, {"owner": None})]
    replaying = bool(_one(conn, distribution.SQL.replaying))
    then = now_ms - limits.grey_rise_window
    activity = counts(conn, "activity", (now_ms,), settled=settled)
    colours = counts(conn, distribution.EVERYBODY, (then, now_ms), settled=settled)
    reds = leaks.reds(conn, limits, now_ms - LENGTHS["weekly"], now_ms, None)
    told = accuracy.by_owner(conn, limits, now_ms, None, live=True)
    found: list[Condition] = []
    for owner in (None, *reps):
        found += _shares(limits, activity, colours, owner, replaying=replaying)
        week = reds.get((owner, True), leaks.Reds())
        if week.due >= limits.alert_least and (week.rate or 0) > limits.leak_most:
            found.append(Condition("leak_high", owner, week.rate or 0, limits.leak_most))
        month = told.get((owner, True), accuracy.Told())
        closed = percent(month.closed, month.reds)
        if month.reds >= limits.alert_least and closed is not None and closed < limits.closed_least:
            found.append(Condition("false_red", owner, closed, limits.closed_least))
    if not replaying and not _one(conn, distribution.SQL.unsettled, settled=settled):
        found += _orders(conn, limits, now_ms)
    return found


def _shares(
    limits: Limits, activity: Counts, colours: Counts, owner: str | None, *, replaying: bool
) -> list[Condition]:
    found: list[Condition] = []
    active, known = activity.total(owner, 0), colours.total(owner, 1)
    high = percent(activity.at(owner, "high", 0), active)
    if active >= limits.alert_least and high is not None and high < limits.high_share_least:
        found.append(Condition("high_activity_low", owner, high, limits.high_share_least))
    red = percent(colours.at(owner, "red", 1), known)
    if known >= limits.alert_least and red is not None and red > limits.red_share_most:
        found.append(Condition("red_high", owner, red, limits.red_share_most))
    grey_then = percent(colours.at(owner, "grey", 0), colours.total(owner, 0))
    grey_now = percent(colours.at(owner, "grey", 1), known)
    if not replaying and colours.at(owner, "grey", 0) >= limits.alert_least:
        rise = 100 * ((grey_now or 0) - (grey_then or 0)) / (grey_then or 1)
        if rise >= limits.grey_rise_most:
            found.append(Condition("grey_up", owner, rise, limits.grey_rise_most))
    return found


def _orders(conn: Connection, limits: Limits, now_ms: int) -> list[Condition]:
    past, customers = warning.history(conn, limits, now_ms, None)
    told = warning.warn(past, customers, limits)
    if told is None or not told.falling:
        return []
    return [Condition("orders_falling", None, told.high, told.usual)]


def alerts_at(
    conn: Connection, at: int, owner: str | None, form: Callable[[str, float], str] | None = None
) -> list[Alert]:
    """The alerts that were open at a moment (epoch ms); owner: only those of this rep.

    form: how a figure of a kind is written; by default '12.3 %' and whole counts.
    """
    write = form or written
    return [
        Alert(
            kind, whose, since, until, figure, bound,
            says=TEXTS[kind][0].format(figure=write(kind, figure), bound=write(kind, bound)),
            do=TEXTS[kind][1],
            people=_people(kind, whose, at),
        )
        for kind, whose, since, until, figure, bound in conn.execute(
            SQL.open_at, {"at": at, "owner": owner}
        )
        if kind in TEXTS
    ]  # fmt: skip


def written(kind: str, figure: float) -> str:
    """'12.3 %', or '31' where the kind counts."""
    return f"{figure:.0f}" if kind in COUNTED else f"{figure:.1f} %"


def _people(kind: str, owner: str | None, at: int) -> str | None:
    if kind == "red_high":
        return people("held", dimension="follow_up", label="red", at=at, owner=owner)
    if kind == "grey_up":
        return people("held", dimension="follow_up", label="grey", at=at, owner=owner)
    if kind == "high_activity_low":
        return people("held", dimension="activity", label="low", at=at, owner=owner)
    if kind == "leak_high":
        return people("leaked", since=at - LENGTHS["weekly"], until=at, owner=owner)
    if kind == "orders_falling":
        return people("held", dimension="follow_up", label="orange", at=at, owner=owner)
    return None


def _one(conn: Connection, query: str, **values: int | str | Sequence[str]) -> int:
    row = conn.execute(query, values).fetchone()
    return int(row[0]) if row else 0
