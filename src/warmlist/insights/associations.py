"""Who bought A soon buys B: links found in orders, and who has A without B (PRD-3).

Whether B follows A more often than chance is asked of every ordered pair. Chance is what B's first
purchases are among everybody, for each place in a basket and by how much the customer had bought
before; docs/explanation/associations.md has the formulas.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from warmlist.clock import DAY
from warmlist.insights.outcome import Asked, Outcome
from warmlist.insights.past import Past
from warmlist.insights.statistics import Floats, discoveries, poisson_tail
from warmlist.store.sql import queries

SQL = queries("insights/associations.sql")
#: Items that are looked at, the most bought first: pairs are this many squared.
MOST_ITEMS = 500
#: Links that the result names.
MOST_LINKS = 200


@dataclass(frozen=True, slots=True)
class Pairs:
    """Every ordered pair that was tried; arrays of one length, a and b are numbers of items.

    customers: who bought A, had no B by then, and whose window is over; followed: who of them bought B
    within it; expected: how many would have by chance. everybody: all who ever ordered.
    """

    a: NDArray[np.intp]
    b: NDArray[np.intp]
    customers: Floats
    followed: Floats
    expected: Floats
    everybody: float


def find(past: Past, asked: Asked) -> Outcome:
    """Links between items (categories, else products) and the customers with one end of them."""
    figures = asked.figures
    past.need_bought()
    past.run(SQL.items, most=MOST_ITEMS, **figures)
    names = [row["item"] for row in past.rows("SELECT item FROM items ORDER BY number")]
    span = past.one(
        "SELECT COALESCE(MIN(ms), {at}) AS first, COUNT(*)::BIGINT AS lines FROM bought"
    )
    result: dict[str, Any] = {"items": len(names), "links": []}
    why = _too_little(past, span, names, figures)
    if why:
        return Outcome(result, (why,), keep=True)
    figured = _count(past, figures, len(names))
    links = _sure(figured, figures)
    table = pa.table({key: pa.array(values) for key, values in links.items()})
    past.register("numbered_links", table)
    past.run(SQL.links)
    past.run(SQL.labels, **figures)
    return Outcome(
        result
        | {
            "window_days": figures["association_window"] // DAY,
            "tried": len(figured.a),
            "found": table.num_rows,
            "links": past.rows(SQL.told, most=MOST_LINKS),
        }
    )


def _too_little(
    past: Past, span: Mapping[str, Any], names: list[str], figures: Mapping[str, int]
) -> str:
    days, window = (past.at - span["first"]) // DAY, figures["association_window"] // DAY
    if not span["lines"]:
        return "no order tells what was bought (lines with sku, name or category)"
    if days < window:
        return f"orders reach back {days} days; what follows is looked for {window} days long"
    if len(names) < 2:
        least = figures["association_customers"]
        return f"fewer than two items were bought by {least} customers or more"
    return ""


def _count(past: Past, figures: Mapping[str, int], items: int) -> Pairs:
    """What is seen and what is expected of every pair that enough customers could have made."""
    past.run(SQL.baskets)
    past.run(SQL.firsts, **figures)
    past.run(SQL.stages)
    stages = past.one("SELECT COUNT(*)::BIGINT AS n FROM stages")["n"]
    rates = _rates(past, items, stages)
    _keep_chances(past, rates)
    starters = np.zeros(items)
    began = past.columns(SQL.starters)
    starters[began["number"]] = began["customers"]
    met = past.columns(SQL.met)
    already, followed, spared = (np.zeros((items, items)) for _ in range(3))
    for matrix, key in ((already, "already"), (followed, "followed"), (spared, "spared")):
        matrix[met["a"], met["b"]] = met[key]
    exposed = _matrix(past, SQL.exposed, "slots", items, stages)
    expected = np.maximum(exposed @ rates.T - spared, 0)
    customers = starters[:, None] - already
    tried = customers >= figures["association_customers"]
    np.fill_diagonal(tried, False)
    # What sells in one season follows whatever was bought before it; that is no link (PRD-4 tells it).
    tried[:, past.columns(SQL.uneven)["uneven"] * 100 > figures["association_uneven"]] = False
    a, b = np.nonzero(tried)
    everybody = past.one("SELECT COUNT(DISTINCT customer_id)::DOUBLE AS n FROM baskets")["n"]
    return Pairs(a, b, customers[a, b], followed[a, b], expected[a, b], everybody)


def _sure(pairs: Pairs, figures: Mapping[str, int]) -> dict[str, NDArray[Any]]:
    """Of all pairs tried those that chance does not explain and that are worth a label, as columns."""
    chance = poisson_tail(pairs.followed, pairs.expected)
    lift = pairs.followed / np.maximum(pairs.expected, 1e-9)
    confidence = pairs.followed / pairs.customers
    chosen = (
        discoveries(chance, figures["association_errors"] / 100)
        & (lift * 100 >= figures["association_lift"])
        & (confidence * 100 >= figures["association_confidence"])
        & (pairs.followed >= figures["association_followed"])
    )
    columns = {
        "a": pairs.a, "b": pairs.b, "customers": pairs.customers.astype(np.int64),
        "followed": pairs.followed.astype(np.int64), "expected": np.round(pairs.expected, 1),
        "support": np.round(pairs.followed / pairs.everybody, 4),
        "confidence": np.round(confidence, 4), "lift": np.round(lift, 2), "chance": chance,
    }  # fmt: skip
    kept: dict[str, NDArray[Any]] = {k: v[chosen] for k, v in columns.items()}
    # Sums of parallel threads differ in the last digits.
    kept["chance"] = np.array([float(f"{p:.3g}") for p in kept["chance"]], dtype=np.float64)
    return kept


def _keep_chances(past: Past, rates: Floats) -> None:
    """Make `chances`: for each item the rates of all stages, and their sums up to where each begins."""
    lengths = 2.0 ** np.arange(rates.shape[1])
    before = np.cumsum(rates * lengths, axis=1)[:, :-1]
    sums = np.concatenate([np.zeros((len(rates), 1)), before], axis=1)
    columns = {"number": np.arange(len(rates)), "rates": rates.tolist(), "sums": sums.tolist()}
    past.register("chances", pa.table(columns))


def _rates(past: Past, items: int, stages: int) -> Floats:
    """(items, stages): the chance that a slot holds an item that its customer never had before."""
    reached = np.zeros(stages)
    found = past.columns(SQL.reached)
    reached[found["stage"]] = found["slots"]
    firsts = _matrix(past, SQL.bought_first, "firsts", items, stages)
    at_risk = reached[None, :] - _matrix(past, SQL.filled_after, "slots", items, stages)
    return np.divide(firsts, at_risk, out=np.zeros_like(firsts), where=at_risk > 0)


def _matrix(past: Past, sql: str, value: str, items: int, stages: int) -> Floats:
    found = past.columns(sql)
    matrix = np.zeros((items, stages))
    matrix[found["number"], found["stage"]] = found[value]
    return matrix
