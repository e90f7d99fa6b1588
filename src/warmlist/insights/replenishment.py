"""Who will soon run out of something: reminded on day 14 of a rhythm of 17 days (PRD-5)."""

from __future__ import annotations

from datetime import timedelta

from warmlist.clock import DAY
from warmlist.insights.clocks import local
from warmlist.insights.outcome import Asked, Outcome
from warmlist.insights.past import Past
from warmlist.store.sql import queries

SQL = queries("insights/replenishment.sql")
#: Products that the result names.
MOST = 50


def find(past: Past, asked: Asked) -> Outcome:
    """Reminders that are open on the local day of the moment, for each customer and product."""
    past.need_bought()
    first = past.one("SELECT COALESCE(MIN(ms), {at}) AS first FROM bought")["first"]
    past.need_clocks(first)
    today, midnight = day_of(asked.zone, past.at)
    past.run(SQL.rhythms, zone=asked.zone, **asked.figures)
    past.run(SQL.due, **asked.figures)
    past.run(SQL.open, today=today, **asked.figures)
    past.run(SQL.labels, today=today, midnight=midnight)
    summary = past.one(SQL.summary)
    products = [
        row | {"every_days": round(row["every_days"], 1)}
        for row in past.rows(SQL.products, most=MOST)
    ]
    withheld = []
    if not summary["lines"]:
        withheld.append("no order tells what was bought (lines with sku, name or category)")
    return Outcome(summary | {"products": products}, tuple(withheld), keep=not summary["lines"])


def day_of(zone: str, moment: int) -> tuple[int, int]:
    """The local day of a moment, counted from 1970, and when it began, epoch ms."""
    shown = local(zone, moment)
    midnight = shown.replace(hour=0, minute=0, second=0, microsecond=0)
    offset = shown.utcoffset() or timedelta()
    began = midnight.utcoffset() or timedelta()
    day = (moment + offset // timedelta(milliseconds=1)) // DAY
    return day, day * DAY - began // timedelta(milliseconds=1)
