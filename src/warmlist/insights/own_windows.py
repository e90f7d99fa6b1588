"""Best and worst windows of each customer who reads and writes enough (WIN-2).

The same shares as everywhere, over all customers at once: drawn towards the country as much as the data
ask for. A worst window is only told where it reaches into the day: at night nobody is written to anyway.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa

from warmlist.clock import HOUR
from warmlist.insights.past import Past
from warmlist.insights.statistics import Floats
from warmlist.store.sql import queries

SQL = queries("insights/windows.sql")
HOURS = 24


def find(
    past: Past,
    figures: Mapping[str, int],
    parents: Mapping[str | None, Floats],
    everybody: Floats,
    weights: Mapping[str, float],
    parts: Mapping[str, tuple[int, ...]],
    lengths: tuple[int, int],
) -> None:
    """Add labels such as `best_weekday_19_21` to what is wanted.

    parents: (7, 24) acts of the countries that have enough. weights: how many acts of one's own the
    parent is worth, by part of the week. lengths: hours of the best and of the worst window.
    """
    rows: list[dict[str, Any]] = []
    night = _night(figures)
    for part, days in parts.items():
        found = past.columns(
            SQL.own, weekend=part == "weekend", own_acts=figures["own_window_acts"]
        )
        customers, place = np.unique(found["customer_id"], return_inverse=True)
        counts = np.zeros((len(customers), HOURS))
        counts[place, found["hour"]] = found["n"]
        countries: list[str | None] = [None] * len(customers)
        for at, country in zip(place, found["country"], strict=True):
            countries[at] = country if isinstance(country, str) else None
        habit = {c: _habit(h, days) for c, h in {**parents, None: everybody}.items()}
        above = np.array([habit.get(c, habit[None]) for c in countries]).reshape(-1, HOURS)
        acts = counts.sum(axis=1)
        shares = (counts + weights[part] * above) / (acts[:, None] + weights[part])
        best, worst = (_sums(shares, length) for length in lengths)
        for kind, begins, length in (
            ("best", best.argmax(axis=1) if len(best) else [], lengths[0]),
            ("worst", worst.argmin(axis=1) if len(worst) else [], lengths[1]),
        ):
            for row, begin in enumerate(begins):
                hours = {(int(begin) + n) % HOURS for n in range(length)}
                if kind == "worst" and hours <= night:
                    continue
                end = (int(begin) + length) % HOURS or HOURS
                rows.append(
                    {
                        "customer_id": int(customers[row]),
                        "label": f"{kind}_{part}_{begin:02d}_{end:02d}",
                        "acts": int(acts[row]),
                        "share": round(float(shares[row, sorted(hours)].sum()), 3),
                    }
                )
    schema = pa.schema(
        [("customer_id", pa.int64()), ("label", pa.string()), ("acts", pa.int64()),
         ("share", pa.float64())]
    )  # fmt: skip
    past.register("own_windows", pa.Table.from_pylist(rows, schema=schema))
    past.run(SQL.own_windows)


def _habit(heat: Floats, days: tuple[int, ...]) -> Floats:
    by_hour = heat[list(days)].sum(axis=0) + 1 / HOURS
    return np.asarray(by_hour / by_hour.sum(), dtype=np.float64)


def _sums(shares: Floats, length: int) -> Floats:
    """(customers, 24): the share of so many hours in a row, by the hour in which they begin."""
    total = sum((np.roll(shares, -n, axis=1) for n in range(length)), np.zeros_like(shares))
    return np.round(total, 12)


def _night(figures: Mapping[str, int]) -> set[int]:
    """The hours in which nobody is written to by default."""
    begin, end = figures["quiet_from"] // HOUR, figures["quiet_until"] // HOUR
    return {hour % HOURS for hour in range(begin, end if end > begin else end + HOURS)}
