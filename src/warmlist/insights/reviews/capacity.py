"""Capacity: the minutes that today's queue needs, and those that each rep has."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from warmlist.followup.figures import Day
from warmlist.followup.figures import Figures as QueueFigures
from warmlist.insights.reviews.distribution import Connection, judged
from warmlist.insights.reviews.limits import Limits
from warmlist.insights.reviews.model import Figure, Rep, percent
from warmlist.rules.model import Pack
from warmlist.store.sql import queries

SQL = queries("insights/reviews/capacity.sql")
_QUEUE = queries("followup/queue.sql")
TODAY = f"{_QUEUE.due}\n  AND {_QUEUE.opens_today}"


@dataclass
class Load:
    """Customers who wait today, the minutes that they need, and those for high activity or intent."""

    waiting: int = 0
    minutes: int = 0
    focus: int = 0


def loads(
    conn: Connection, pack: Pack, as_of: int, zone: ZoneInfo, owner: str | None
) -> dict[str | None, Load]:
    """Today's queue by owner; '' = nobody's, None = all of it. Only the present is known."""
    figures = QueueFigures.of(pack)
    takes = {p.id: figures.minutes(p.how or "text") for p in pack.playbooks}
    values = {
        "as_of": as_of,
        "day_ends": Day.at(as_of, zone).ends,
        "answer_from": as_of - figures.answer_within,
        "owner": owner,
    }
    found: dict[str | None, Load] = defaultdict(Load)
    for whose, playbook, waiting, focus in conn.execute(SQL.waiting.format(today=TODAY), values):
        minutes = takes.get(playbook, figures.minutes("text"))
        for key in {None, whose or ""} if owner is None else {whose}:
            load = found[key]
            load.waiting += waiting
            load.minutes += waiting * minutes
            load.focus += focus * minutes
    return found


def capacity(
    conn: Connection,
    pack: Pack,
    limits: Limits,
    as_of: int,
    zone: ZoneInfo,
    reps: Sequence[Rep],
    owner: str | None,
) -> list[Figure]:
    """Minutes needed against minutes there, what does not fit, and the share for the best."""
    found = loads(conn, pack, as_of, zone, owner)
    there: dict[str | None, int] = {}
    if owner is None:
        there[None] = sum(rep.minutes for rep in reps)
    there |= {rep.name: rep.minutes for rep in reps}
    figures: list[Figure] = []
    for whose, minutes in there.items():
        load = found[whose]
        focus = percent(load.focus, load.minutes)
        expected = (float(limits.focus_least), 100.0)
        figures += [
            Figure(
                "capacity", "needed", "minutes", load.minutes, whose,
                count=load.waiting, expected=(0.0, float(minutes)),
                verdict="bad" if load.minutes > minutes else "good",
            ),
            Figure("capacity", "there", "minutes", minutes, whose),
            Figure("capacity", "beyond", "minutes", max(0, load.minutes - minutes), whose),
            Figure(
                "capacity", "focus", "percent", focus, whose, count=load.focus, of=load.minutes,
                expected=expected,
                verdict=judged(focus, expected, few=load.waiting < limits.alert_least),
            ),
        ]  # fmt: skip
    return figures
