"""Limits of tiers where the data have them: where a histogram of amounts falls steeply (SPD-2)."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from itertools import combinations

import numpy as np
import psycopg
from babel.numbers import get_currency_precision
from numpy.typing import NDArray

from warmlist.errors import NotFound
from warmlist.insights import runs
from warmlist.insights.outcome import Asked, Outcome, major
from warmlist.insights.past import Past
from warmlist.insights.runs import Run
from warmlist.insights.statistics import binomial_tail, discoveries
from warmlist.store.sql import queries

SQL = queries("insights/breakpoints.sql")
#: What is looked at -> its query: single orders, or what a customer spends in 12 months.
OF = {"orders": SQL.amounts, "year": SQL.yearly}
#: What is looked at -> the two thresholds of the pack that its limits are.
THRESHOLDS = {
    "orders": ("order_mid_from", "order_high_over"),
    "year": ("spend_mid_from", "spend_high_from"),
}
#: The job that acceptances are kept as.
LIMITS = "limits"
BINS = (10, 200)  # fewest and most
#: Only this many of the surest falls are weighed against each other.
MOST_FALLS = 12


@dataclass(frozen=True, slots=True)
class Fall:
    """From the bin before `limit` (minor units) to the one behind it counts fall by `by` (0..1)."""

    limit: int
    by: float
    before: int
    behind: int
    sure: float  # how many standard deviations the fall is from none


@dataclass(frozen=True, slots=True)
class Breakpoints:
    """edges: minor units, one more than counts. falls: ascending. limits: at most two, ascending."""

    edges: tuple[int, ...]
    counts: tuple[int, ...]
    falls: tuple[Fall, ...]
    limits: tuple[int, ...]


def find(past: Past, asked: Asked) -> Outcome:
    """Histograms and proposed limits of single orders and of yearly spend."""
    past.need_orders()
    result: dict[str, object] = {"currency": asked.currency}
    withheld = []
    least = asked.figures["breakpoint_amounts"]
    for name, sql in OF.items():
        amounts = past.columns(sql, **asked.figures)["value"].astype(np.int64)
        if len(amounts) < least:
            withheld.append(f"{name}: {len(amounts)} amounts; a histogram needs {least}")
            continue
        found = breakpoints(
            amounts, asked.figures["breakpoint_fall"] / 100, asked.figures["breakpoint_tier"] / 100
        )
        result[name] = _told(found, asked.currency)
        if len(found.limits) < 2:
            withheld.append(f"{name}: the histogram has no two falls that part it into three tiers")
    return Outcome(result, tuple(withheld))


def breakpoints(amounts: NDArray[np.int64], fall: float, tier: float) -> Breakpoints:
    """Where the histogram of amounts (minor units, more than nothing) falls by at least `fall`.

    A fall counts where chance does not explain it (one-sided test of two neighbouring counts, false
    discoveries held under 5 %). Of all pairs that leave every tier at least the share `tier`, the one
    with the surest falls is proposed.
    """
    edges = _edges(np.sort(amounts), 1 - tier)
    counts, _ = np.histogram(amounts, bins=edges)
    falls = _falls(edges, counts, fall)
    limits = _limits(np.sort(amounts), falls, tier, int(edges[1] - edges[0]))
    return Breakpoints(
        tuple(int(e) for e in edges), tuple(int(c) for c in counts), tuple(falls), limits
    )


def accept(conn: psycopg.Connection, of: str, found: Run, by: str, at: int) -> Mapping[str, str]:
    """A person takes the proposed limits of a run; returns threshold -> decimal amount.

    of: orders or year. at: epoch ms, from when they hold. Raises NotFound where none are proposed. In the
    caller's transaction; limits accepted before, of the other kind, stay.
    """
    proposed = found.result.get(of, {}).get("limits", [])
    if len(proposed) < len(THRESHOLDS[of]):
        raise NotFound(
            f"no two limits of {of} are proposed",
            hint="see what is missing with: warmlist insights breakpoints",
        )
    before = runs.newest(conn, LIMITS, at)
    limits = dict(zip(THRESHOLDS[of], proposed, strict=True))
    kept = {**(before.result["limits"] if before else {}), **limits}
    result = {"currency": found.result["currency"], "limits": kept}
    runs.add(conn, Run(LIMITS, at, result, (), by=by))
    return limits


def accepted(conn: psycopg.Connection, at: int) -> dict[str, int]:
    """Threshold of the pack -> minor units, as accepted by a moment (epoch ms); empty before."""
    run = runs.newest(conn, LIMITS, at)
    if run is None:
        return {}
    places = get_currency_precision(run.result["currency"])
    return {name: int(Decimal(v).scaleb(places)) for name, v in run.result["limits"].items()}


def _edges(amounts: NDArray[np.int64], tail: float) -> NDArray[np.int64]:
    """Bins of one round width, after Freedman and Diaconis (1981), and one for the tail.

    tail: from this quantile on amounts lie far apart, and no limit would leave a tier above it.

    Width: 2 IQR / cube root of n, rounded to 1, 2 or 5 times a power of ten.
    """
    low, q1, q3, top = (float(np.quantile(amounts, q)) for q in (0, 0.25, 0.75, tail))
    span = max(top - low, 1.0)
    width = 2 * (q3 - q1) / len(amounts) ** (1 / 3) or span / BINS[1]
    width = _round(min(max(width, span / BINS[1]), span / BINS[0]))
    first = int(low // width) * width
    count = max(1, math.ceil((top - first) / width))
    edges = [first + width * n for n in range(count + 1)]
    if amounts[-1] > edges[-1]:
        edges.append(int(amounts[-1]))
    return np.array(edges, dtype=np.int64)


def _round(width: float) -> int:
    """The nearest of 1, 2, 5, 10, 20, 50 ..."""
    power = 10.0 ** math.floor(math.log10(max(width, 1.0)))
    return int(min((power * n for n in (1, 2, 5, 10)), key=lambda w: abs(math.log(w / width))))


def _falls(edges: NDArray[np.int64], counts: NDArray[np.int64], least: float) -> list[Fall]:
    """Falls between neighbours of equal width, by limit."""
    equal = np.diff(edges) == edges[1] - edges[0]
    before, behind = counts[:-1].astype(float), counts[1:].astype(float)
    tried = (before > behind) & equal[:-1] & equal[1:]
    before, behind, limits = before[tried], behind[tried], edges[1:-1][tried]
    both = before + behind
    sure = discoveries(binomial_tail(before, both, np.full_like(both, 0.5)), 0.05)
    by = (before - behind) / before
    return [
        Fall(
            int(x), round(float(b), 4), int(n), int(m), round(float((n - m) / math.sqrt(n + m)), 4)
        )
        for x, b, n, m, ok in zip(limits, by, before, behind, sure, strict=True)
        if ok and b >= least
    ]


def _limits(
    amounts: NDArray[np.int64], falls: list[Fall], tier: float, width: int
) -> tuple[int, ...]:
    """At most two limits; never two edges of one bin, into which a single fall may be parted."""
    surest = sorted(
        sorted(falls, key=lambda f: (-f.sure, f.limit))[:MOST_FALLS], key=lambda f: f.limit
    )
    below = {f.limit: float(np.searchsorted(amounts, f.limit)) / len(amounts) for f in surest}
    fitting = [
        pair
        for pair in combinations(surest, 2)
        if pair[1].limit - pair[0].limit > width
        and below[pair[0].limit] >= tier
        and below[pair[1].limit] - below[pair[0].limit] >= tier
        and 1 - below[pair[1].limit] >= tier
    ]
    if fitting:
        low, high = max(fitting, key=lambda pair: (pair[0].sure + pair[1].sure, -pair[0].limit))
        return low.limit, high.limit
    alone = [f for f in surest if tier <= below[f.limit] <= 1 - tier]
    return (max(alone, key=lambda f: (f.sure, -f.limit)).limit,) if alone else ()


def _told(found: Breakpoints, currency: str) -> dict[str, object]:
    return {
        "edges": [major(e, currency) for e in found.edges],
        "counts": list(found.counts),
        "falls": [
            {
                "limit": major(f.limit, currency),
                "fall": f.by,
                "before": f.before,
                "behind": f.behind,
            }
            for f in found.falls
        ],
        "limits": [major(limit, currency) for limit in found.limits],
    }
