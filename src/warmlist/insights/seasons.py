"""Who bought something seasonal in this season last year: told two weeks ahead (PRD-4).

Seasons are the quarters of the weather: they begin with March, June, September and December.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa

from warmlist.clock import DAY, rfc3339, to_ms
from warmlist.insights.clocks import local
from warmlist.insights.outcome import Asked, Outcome, share
from warmlist.insights.past import Past
from warmlist.insights.statistics import binomial_tail, discoveries
from warmlist.store.sql import queries

SQL = queries("insights/seasons.sql")
YEAR = 365 * DAY
MONTHS = 3


@dataclass(frozen=True, slots=True)
class Season:
    """A season that is, or comes within `ahead`: its beginning and end, and those a year earlier."""

    begins: int
    ends: int
    last_begins: int
    last_ends: int


def find(past: Past, asked: Asked) -> Outcome:
    """Categories that sell in the season at hand, and the customers who bought them a year before."""
    figures = asked.figures
    season = season_at(asked.zone, past.at + figures["season_ahead"])
    past.need_bought()
    span = past.one("SELECT MIN(ms) AS first, COUNT(category)::BIGINT AS lines FROM bought")
    result = {
        "season": {"from": rfc3339(season.begins), "to": rfc3339(season.ends)},
        "categories": [],
    }
    if not span["lines"]:
        return Outcome(result, ("no order tells the category of what was bought",), keep=True)
    if span["first"] > min(past.at - YEAR, season.last_begins):
        days = (past.at - span["first"]) // DAY
        needed = "a whole year, and the season of the last one from its beginning"
        return Outcome(
            result, (f"orders reach back {days} days; seasons need {needed}",), keep=True
        )
    past.run(SQL.season, from_ms=season.last_begins, to_ms=season.last_ends, year_ms=YEAR)
    rows = past.rows(SQL.categories)
    seen, orders, total, every = (
        np.array([row[k] for row in rows], dtype=float)
        for k in ("in_season", "orders", "all_in_season", "all_orders")
    )
    lift = seen * every / np.maximum(orders * total, 1)
    sure = discoveries(binomial_tail(seen, orders, total / every), figures["season_errors"] / 100)
    customers = np.array([row["customers"] for row in rows])
    chosen = (
        sure & (lift * 100 >= figures["season_lift"]) & (customers >= figures["season_customers"])
    )
    seasonal = [
        {"category": row["category"], "customers": row["customers"], "orders": row["orders"],
         "in_season": share(row["in_season"], row["orders"]), "lift": round(float(by), 2)}
        for row, by, yes in zip(rows, lift, chosen, strict=True) if yes
    ]  # fmt: skip
    names = pa.array([c["category"] for c in seasonal], pa.string())
    past.register("seasonal", pa.table({"category": names}))
    past.run(
        SQL.labels, begins=season.begins, until=season.ends, season_ahead=figures["season_ahead"]
    )
    told = result | {"tried": len(rows), "categories": sorted(seasonal, key=_by_customers)}
    return Outcome(told)


def season_at(zone: str, moment: int) -> Season:
    """The season that a moment lies in, by the clock of a zone."""
    shown = local(zone, moment)
    months = shown.year * 12 + shown.month - 1
    first = months - months % MONTHS + (2 if months % MONTHS == 2 else -1)
    begins, ends = _start(zone, first), _start(zone, first + MONTHS)
    return Season(begins, ends, _start(zone, first - 12), _start(zone, first - 12 + MONTHS))


def _start(zone: str, months: int) -> int:
    year, month = divmod(months, 12)
    return to_ms(datetime(year, month + 1, 1, tzinfo=ZoneInfo(zone)))


def _by_customers(row: dict[str, object]) -> tuple[int, str]:
    return -int(str(row["customers"])), str(row["category"])
