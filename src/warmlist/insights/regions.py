"""What countries are like: orders, worth, reply speed, windows, returns (REG-2 to REG-5)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from importlib import resources
from typing import Any

import numpy as np
import orjson
import pyarrow as pa
import yaml
from babel.core import get_global

from warmlist.clock import HOUR
from warmlist.errors import BadInput
from warmlist.insights import windows
from warmlist.insights.jobs import FREIGHT
from warmlist.insights.outcome import Asked, Outcome, Result, major, share
from warmlist.insights.past import Past
from warmlist.store.sql import queries

SQL = queries("insights/regions.sql")
#: Fewer countries with orders of their own than this have no upper fifth.
FEWEST = 3
#: Changes of these columns are reported when they move by more than a twentieth.
_WATCHED = ("share", "mean", "reply_hours", "returned")


@cache
def starting_table() -> Mapping[str, Mapping[str, Any]]:
    """Countries by code, with what is known of them before there are data of one's own."""
    text = resources.files("warmlist").joinpath("insights/regions.yaml").read_text("utf-8")
    table: dict[str, dict[str, Any]] = yaml.safe_load(text)
    return table


def freight_shares(before: Mapping[str, float], items: Iterable[str]) -> dict[str, float]:
    """Freight's part of the cost by country (0..1), changed by items such as 'BR=35' (percent) and 'BR='.

    Raises BadInput for anything else.
    """
    shares = dict(before)
    for item in items:
        country, sign, percent = item.strip().rstrip("%").partition("=")
        country = country.strip().upper()
        if not sign or country not in get_global("territory_zones"):
            raise BadInput(f"--freight {item!r}: write COUNTRY=PERCENT, such as BR=35")
        if not percent:
            shares.pop(country, None)
            continue
        try:
            part = float(percent)
        except ValueError:
            part = -1.0
        if not 0 <= part <= 100:
            raise BadInput(f"--freight {item!r}: a part of the cost lies between 0 and 100 percent")
        shares[country] = round(part / 100, 4)
    return shares


def find(past: Past, asked: Asked) -> Outcome:
    """The table of regions, the labels of their customers, and what changed since the last run."""
    past.need_orders()
    windows.look(past, asked.figures)
    customers = {row["country"]: row["customers"] for row in past.rows(SQL.customers)}
    unknown = customers.pop(None, 0)
    own = _own(past, asked, customers)
    table = {
        country: _row(country, count, own.get(country), asked)
        for country, count in customers.items()
    }
    table = dict(sorted(table.items()))
    high, why = _high(table, asked.figures)
    restricted = _restricted(asked)
    _label(past, table, high, restricted)
    bare = {c: row["customers"] for c, row in table.items() if row["from"] == "nothing"}
    withheld = [why] if why else []
    if unknown:
        withheld.append(f"{unknown} customers are of no known country")
    withheld += [
        f"{c}: no data of its own and none to start with, {n} customers" for c, n in bare.items()
    ]
    result: Result = {
        "currency": asked.currency, "regions": table, "high_value": high,
        "shipping_restricted": restricted, "unknown_country": unknown, "without_row": bare,
        "changes": _changes(asked.previous, table, high),
    }  # fmt: skip
    return Outcome(result, tuple(withheld))


def _own(past: Past, asked: Asked, customers: Iterable[str]) -> dict[str, dict[str, Any]]:
    """What the workspace's own data say, by country; absent where there are too few orders."""
    orders = {row["country"]: row for row in past.rows(SQL.orders, **asked.figures)}
    replies = {row["country"]: row for row in past.rows(SQL.replies, **asked.figures)}
    heat = windows.heat_by_country(past)
    everybody = sum(heat.values(), np.zeros((windows.DAYS, windows.HOURS)))
    total = sum(row["orders"] for row in orders.values())
    found: dict[str, dict[str, Any]] = {}
    for country in customers:
        row: dict[str, Any] = {}
        told = orders.get(country)
        if told and told["orders"] >= asked.figures["region_orders"]:
            row |= {
                "orders": told["orders"], "share": share(told["orders"], total),
                "mean": told["mean"], "returned": share(told["sent_back"], told["orders"]),
            }  # fmt: skip
        said = replies.get(country)
        if said and said["replies"] >= asked.figures["region_replies"]:
            row["reply_hours"] = round(said["took"] / HOUR, 2)
        if country in heat and heat[country].sum() >= asked.figures["window_acts"]:
            row |= windows.told_windows(heat[country], everybody)
        found[country] = row
    return found


def _row(
    country: str, customers: int, own: Mapping[str, Any] | None, asked: Asked
) -> dict[str, Any]:
    """One row: what our own data say, and where they say nothing what is known to start with."""
    own = own or {}
    row: dict[str, Any] = {"customers": customers, **own}
    if "orders" in own:
        row["per_1000"] = round(1_000 * own["orders"] / customers, 1)
        row["average_order"] = major(own["mean"], asked.currency)
    start = starting_table().get(country, {})
    row["from"] = "own" if own else "start" if start else "nothing"
    missing = {k: v for k, v in start.items() if k != "source"}
    if "orders" in own:
        missing = {k: v for k, v in missing.items() if k not in ("share", "average_order")}
    if "reply_hours" in own:
        missing.pop("reply_hours", None)
    if "weekday" in own:
        missing = {
            k: v for k, v in missing.items() if "best" not in k and k not in ("peak", "worst")
        }
    if missing:
        row["start"] = missing
    return row


def _high(
    table: Mapping[str, Mapping[str, Any]], figures: Mapping[str, int]
) -> tuple[list[str], str]:
    """Countries of high value (REG-3), or why none can be named."""
    with_mean = {c: row for c, row in table.items() if row.get("mean") is not None}
    if len(with_mean) < FEWEST:
        return [], f"{len(with_mean)} countries have orders enough; an upper fifth needs {FEWEST}"
    means = np.array([row["mean"] for row in with_mean.values()], dtype=float)
    limit = float(np.quantile(means, 1 - figures["region_top"] / 100))
    return [
        country
        for country, row in with_mean.items()
        if row["mean"] >= limit and row["per_1000"] >= figures["region_rate"]
    ], ""


def _restricted(asked: Asked) -> list[str]:
    """Countries whose freight costs too much of what the order costs (REG-4)."""
    shares: Mapping[str, float] = asked.settings.get(FREIGHT) or {}
    return sorted(c for c, part in shares.items() if part * 100 > asked.figures["freight_share"])


def _label(
    past: Past, table: Mapping[str, Mapping[str, Any]], high: list[str], restricted: list[str]
) -> None:
    rows = [
        (
            c,
            "high_value",
            {"average_order": table[c]["average_order"], "per_1000": table[c]["per_1000"]},
        )
        for c in high
    ]
    rows += [(c, "shipping_restricted", {}) for c in restricted]
    columns = {
        "country": [c for c, _, _ in rows],
        "label": [label for _, label, _ in rows],
        "proof": [orjson.dumps({"country": c, **proof}).decode() for c, _, proof in rows],
    }
    past.register(
        "region_labels", pa.table({k: pa.array(v, pa.string()) for k, v in columns.items()})
    )
    past.run(SQL.labels)


def _changes(
    previous: Result | None, table: Mapping[str, Mapping[str, Any]], high: list[str]
) -> list[dict[str, Any]]:
    """What is another than at the last run: figures that moved by over a twentieth, and high value."""
    if previous is None:
        return []
    changes: list[dict[str, Any]] = []
    before = previous.get("regions", {})
    for country in sorted({*before, *table}):
        old, new = before.get(country, {}), table.get(country, {})
        for key in _WATCHED:
            was, now = old.get(key), new.get(key)
            if was != now and (not was or now is None or abs(now - was) > abs(was) / 20):
                changes.append({"country": country, "what": key, "was": was, "now": now})
    changes += [
        {
            "country": c,
            "what": "high_value",
            "was": c in previous.get("high_value", ()),
            "now": c in high,
        }
        for c in sorted({*high} ^ {*previous.get("high_value", ())})
    ]
    return changes
