"""When customers read, write and answer, by their own clocks (WIN, PRF-6).

Few observations say little about an hour: each customer is drawn towards the country, each country
towards everybody, by as much as the data themselves ask for; docs/explanation/active-windows.md has
the formulas.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from warmlist.insights import own_windows
from warmlist.insights.outcome import Asked, Outcome
from warmlist.insights.past import Past
from warmlist.insights.statistics import HEAVIEST, Floats, beta_above, prior_weight
from warmlist.store.sql import queries

SQL = queries("insights/windows.sql")
HOURS, DAYS = 24, 7
#: Length in hours of the best and of the worst window.
BEST, WORST = 2, 4
#: What everybody's habit is worth where there is much data: acts of a country, contacts of an hour.
LIGHT = 10.0
#: Parts of the week: name -> weekdays, Monday 0.
PARTS: Mapping[str, tuple[int, ...]] = {"weekday": (0, 1, 2, 3, 4), "weekend": (5, 6)}


@dataclass(frozen=True, slots=True)
class Window:
    """Hours of the local day, [begin, end); end may be past midnight: (22, 2)."""

    begin: int
    end: int


def find(past: Past, asked: Asked) -> Outcome:
    """Heat maps and windows of countries and everybody; golden hours and evenings of customers."""
    look(past, asked.figures)
    heat = heat_by_country(past)
    everybody = sum(heat.values(), np.zeros((DAYS, HOURS)))
    weights = _weights(past)
    past.run(SQL.contacts, **asked.figures)
    past.run(SQL.hours)
    rates = _rates(past)
    golden(past, asked.figures, rates)
    past.run(SQL.evenings, **asked.figures)
    least = asked.figures["window_acts"]
    parents = {c: h for c, h in heat.items() if h.sum() >= least}
    own_windows.find(past, asked.figures, parents, everybody, weights, PARTS, (BEST, WORST))
    told = {c: h for c, h in heat.items() if c is not None and h.sum() >= least}
    result: dict[str, Any] = {
        "weights": {k: round(v, 1) for k, v in weights.items()},
        "everybody": _told(everybody, everybody, rates.get(None)),
        "countries": {c: _told(h, everybody, rates.get(c)) for c, h in sorted(told.items())},
        "labels": {row["dimension"]: row["customers"] for row in past.rows(SQL.counted)},
    }
    withheld = [
        f"{country}: {int(h.sum())} acts; a window of its own needs {least}"
        for country, h in sorted((c, h) for c, h in heat.items() if c is not None and c not in told)
    ]
    if not everybody.any():
        withheld.append("nobody has read or written in the window of history that is looked at")
    return Outcome(result, tuple(withheld))


def look(past: Past, figures: Mapping[str, int]) -> None:
    """Make the table `acts`: who read or wrote on which local day and hour."""
    past.need_clocks(past.at - figures["window_history"])
    past.run(SQL.acts, **figures)


def heat_of(past: Past, customer: int) -> Floats:
    """(7, 24): acts of a customer by local weekday (Monday first) and hour, after `look`."""
    return _grid(past.rows(SQL.heat_of, customer=customer))


def shares(heat: Floats, parent: Floats, weight: float) -> dict[str, Floats]:
    """For each part of the week the share of every hour, drawn towards a parent's: (24,) each.

    heat, parent: (7, 24) counts. weight: how many acts of one's own the parent is worth.
    """
    found = {}
    for part, days in PARTS.items():
        above = parent[list(days)].sum(axis=0) + 1 / HOURS
        own = heat[list(days)].sum(axis=0)
        found[part] = (own + weight * above / above.sum()) / (own.sum() + weight)
    return found


def best_and_worst(by_hour: Floats) -> tuple[Window, Window]:
    """The two hours in a row with most, and the four with least; of equals the earliest."""
    sums = {
        length: np.array(
            [np.take(by_hour, range(h, h + length), mode="wrap").sum() for h in range(HOURS)]
        )
        for length in (BEST, WORST)
    }
    best, worst = (
        int(np.argmax(np.round(sums[BEST], 12))),
        int(np.argmin(np.round(sums[WORST], 12))),
    )
    return _window(best, BEST), _window(worst, WORST)


def customer_windows(
    heat: Floats, country: Floats, weights: Mapping[str, float]
) -> dict[str, tuple[Window, Window]]:
    """Best and worst window of a customer for each part of the week; heat maps are (7, 24) counts."""
    return {part: best_and_worst(shares(heat, country, weights[part])[part]) for part in PARTS}


def golden(past: Past, figures: Mapping[str, int], rates: Mapping[str | None, Floats]) -> None:
    """Label hours that surely stand out from how the customer answers at other hours."""
    countries = [(c, h, float(p)) for c, by_hour in rates.items() for h, p in enumerate(by_hour)]
    past.register(
        "hour_rates",
        pa.table(
            {
                "country": pa.array([c for c, _, _ in countries], pa.string()),
                "hour": pa.array([h for _, h, _ in countries], pa.int64()),
                "rate": pa.array([p for _, _, p in countries], pa.float64()),
            }
        ),
    )
    strayed = past.one(SQL.strayed)
    weight = prior_weight(*(strayed[k] or 0.0 for k in ("spread", "groups", "trials", "squares")))
    found = past.columns(SQL.candidates, weight=weight, golden_contacts=figures["golden_contacts"])
    sure = beta_above(found["a"], found["b"], found["usual"]) * 100 >= figures["golden_surely"]
    past.register("golden_hours", pa.table({k: pa.array(v[sure]) for k, v in found.items()}))
    past.run(SQL.golden, golden_hours=figures["golden_hours"])


def _rates(past: Past) -> dict[str | None, Floats]:
    """Country (None: unknown, and everybody) -> the rate of fast answers by hour, drawn to everybody's."""
    rows = past.rows(SQL.answered)
    counts: dict[str | None, tuple[Floats, Floats]] = {}
    for row in rows:
        n, k = counts.setdefault(row["country"], (np.zeros(HOURS), np.zeros(HOURS)))
        n[row["hour"]], k[row["hour"]] = row["n"], row["k"]
    all_n = sum((n for n, _ in counts.values()), np.zeros(HOURS))
    all_k = sum((k for _, k in counts.values()), np.zeros(HOURS))
    usual = all_k.sum() / all_n.sum() if all_n.any() else 0.5
    by_hour = (all_k + LIGHT * usual) / (all_n + LIGHT)
    weight = _spread_weight(counts, by_hour)
    rates = {
        c: (k + weight * by_hour) / (n + weight) for c, (n, k) in counts.items() if c is not None
    }
    found: dict[str | None, Floats] = {None: by_hour}
    found.update(rates)
    return found


def _spread_weight(counts: Mapping[str | None, tuple[Floats, Floats]], by_hour: Floats) -> float:
    spread = groups = trials = squares = 0.0
    for hour, rate in enumerate(by_hour):
        cells = [(n[hour], k[hour]) for n, k in counts.values() if n[hour] > 0]
        if not cells or not 0 < rate < 1:
            continue
        total = sum(n for n, _ in cells)
        spread += sum(n * (k / n - rate) ** 2 for n, k in cells) / (rate * (1 - rate))
        groups += len(cells) - 1
        trials += total
        squares += sum(n * n for n, _ in cells) / total
    return prior_weight(spread, groups, trials, squares)


def _weights(past: Past) -> dict[str, float]:
    """Part of the week -> how many acts of its own everybody's habit is worth to a customer."""
    rows = {row["weekend"]: row for row in past.rows(SQL.spread)}
    found = {}
    for part in PARTS:
        row = rows.get(part == "weekend")
        found[part] = (
            prior_weight(row["spread"], row["groups"] - 1, row["trials"], row["squares"])
            if row
            else HEAVIEST
        )
    return found


def heat_by_country(past: Past) -> dict[str | None, Floats]:
    """(7, 24) acts of each country (None: unknown), after `look`."""
    rows: dict[str | None, list[dict[str, Any]]] = {}
    for row in past.rows(SQL.heat):
        rows.setdefault(row["country"], []).append(row)
    return {country: _grid(cells) for country, cells in rows.items()}


def _grid(cells: list[dict[str, Any]]) -> Floats:
    grid = np.zeros((DAYS, HOURS))
    for cell in cells:
        grid[cell["weekday"], cell["hour"]] = cell["n"]
    return grid


def told_windows(heat: Floats, parent: Floats) -> dict[str, Any]:
    """Best and worst windows of much data by part of the week: {"weekday": {"best": [14, 16], ...}."""
    told = {}
    for part, by_hour in shares(heat, parent, LIGHT).items():
        best, worst = best_and_worst(by_hour)
        told[part] = {"best": [best.begin, best.end], "worst": [worst.begin, worst.end]}
    return told


def _window(begin: int, length: int) -> Window:
    return Window(begin, (begin + length) % HOURS or HOURS)


def _told(heat: Floats, parent: Floats, rates: Floats | None) -> dict[str, Any]:
    told: dict[str, Any] = {"acts": int(heat.sum()), "heat": heat.astype(int).tolist()}
    if heat.any():
        told |= told_windows(heat, parent)
    if rates is not None:
        told["answers"] = [round(float(r), 3) for r in rates]
    return told
