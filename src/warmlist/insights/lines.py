"""The result of a run as lines: one flat object a row, for programs and for tables."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from warmlist.clock import rfc3339
from warmlist.insights.habits import Habits
from warmlist.insights.outcome import Result
from warmlist.insights.runs import Run
from warmlist.insights.windows import PARTS

Line = dict[str, Any]

#: Of every job the columns that a table shows, in their order.
COLUMNS: Mapping[str, Sequence[str]] = {
    "windows": ("country", "acts", "weekday_best", "weekday_worst", "weekend_best", "weekend_worst"),
    "tiers": ("tier", "customers", "of_customers", "spend", "of_spend", "from"),
    "regions": (
        "country", "customers", "orders", "share", "average_order", "per_1000", "returned",
        "reply_hours", "weekday_best", "weekday_worst", "labels", "from",
    ),
    "breakpoints": ("of", "from", "to", "count", "fall", "limit"),
    "associations": ("a", "b", "customers", "followed", "support", "confidence", "lift", "chance"),
    "seasons": ("category", "customers", "orders", "in_season", "lift"),
    "replenishment": ("sku", "customers", "every_days", "due"),
}  # fmt: skip


def lines(run: Run) -> Iterator[Line]:
    """Every row that a run found; each also tells the job and the moment."""
    head = {"job": run.job, "as_of": rfc3339(run.at)}
    for line in _ROWS[run.job](run.result):
        yield head | line


def habit_lines(handle: str, habits: Habits) -> Iterator[Line]:
    """A line for each part of the week, with the acts of its days by hour."""
    for part, (best, worst) in habits.parts.items():
        days = habits.heat[list(PARTS[part])].sum(axis=0)
        yield {
            "customer": handle, "part": part, "zone": habits.zone,
            "best": _hours((best.begin, best.end)), "worst": _hours((worst.begin, worst.end)),
            "acts": [int(n) for n in days],
        }  # fmt: skip


def summary(run: Run) -> list[str]:
    """Sentences about a run as a whole."""
    said = []
    if run.concluded:
        said.append(f"{run.added:,} labels begin, {run.removed:,} end")
    if run.job == "tiers" and run.result["moves"]:
        moves = ", ".join(
            f"{m['from'] or 'new'} to {m['to'] or 'none'}: {m['customers']:,}"
            for m in run.result["moves"]
        )
        said.append(f"since the last run {_percent(run.result['moved'])} moved ({moves})")
    if run.job == "regions":
        said += [
            f"{c['country']}: {c['what']} was {c['was']}, is {c['now']}"
            for c in run.result["changes"]
        ]
    if run.job == "associations" and "tried" in run.result:
        said.append(f"{run.result['tried']:,} pairs were tried, {run.result['found']:,} are links")
    if run.job == "seasons":
        season = run.result["season"]
        said.append(f"the season from {season['from']} to {season['to']}")
    return said


def _percent(part: float | None) -> str:
    return "nobody" if part is None else f"{part:.1%}"


def _windows(result: Result) -> Iterator[Line]:
    if result["everybody"]["acts"]:
        yield {"country": "all", **_flat(result["everybody"])}
    for country, row in result["countries"].items():
        yield {"country": country, **_flat(row)}


def _flat(row: Mapping[str, Any]) -> Line:
    """weekday: {best, worst} -> weekday_best, weekday_worst, as '14-16'."""
    flat: Line = {}
    for key, value in row.items():
        if key in ("weekday", "weekend"):
            flat |= {f"{key}_{which}": f"{a:02}-{b:02}" for which, (a, b) in value.items()}
        else:
            flat[key] = value
    return flat


def _tiers(result: Result) -> Iterator[Line]:
    yield from result["tiers"]


def _regions(result: Result) -> Iterator[Line]:
    for country, row in result["regions"].items():
        labels = [k for k in ("high_value", "shipping_restricted") if country in result[k]]
        start = row.get("start", {})
        shown = {k: v for k, v in start.items() if k in ("share", "average_order", "reply_hours")}
        if "average_order" in shown:
            shown["average_order"] += " USD"  # the starting table's currency
        for part in ("weekday", "weekend"):
            best, worst = start.get(f"{part}_best", start.get("best")), start.get("worst")
            shown |= {f"{part}_best": _hours(best), f"{part}_worst": _hours(worst)}
        own = {k: v for k, v in _flat(row).items() if k not in ("mean", "start")}
        yield {"country": country, **shown, **own, "labels": " ".join(labels)}


def _hours(window: Sequence[int] | None) -> str | None:
    return None if window is None else f"{window[0]:02}-{window[1]:02}"


def _breakpoints(result: Result) -> Iterator[Line]:
    for of in ("orders", "year"):
        found = result.get(of)
        if not found:
            continue
        falls = {f["limit"]: f["fall"] for f in found["falls"]}
        for low, high, count in zip(
            found["edges"], found["edges"][1:], found["counts"], strict=False
        ):
            yield {
                "of": of, "from": low, "to": high, "count": count, "fall": falls.get(high),
                "limit": high in found["limits"],
            }  # fmt: skip


_ROWS: Mapping[str, Callable[[Result], Iterator[Line]]] = {
    "windows": _windows,
    "tiers": _tiers,
    "regions": _regions,
    "breakpoints": _breakpoints,
    "associations": lambda result: iter(result["links"]),
    "seasons": lambda result: iter(result["categories"]),
    "replenishment": lambda result: iter(result["products"]),
}
