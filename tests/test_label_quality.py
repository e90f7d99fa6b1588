"""What is said of labels on real orders: figures checked by hand, readers, and the page made of them."""

from __future__ import annotations

import gzip
import json
import random
from itertools import pairwise
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from bench.benches import label_quality
from bench.quality import learned, readers, rivals, scores
from bench.quality.book import book, ledger
from bench.quality.labelled import labels_at, plan_in, with_ranks
from bench.quality.page import written
from bench.quality.readers import DOLLARS
from bench.quality.scores import Measured

from warmlist.clock import DAY, HOUR, parse_instant
from warmlist.events.model import Event

pytestmark = pytest.mark.unit

ROOT = Path(__file__).parents[1]
CUT = parse_instant("2026-05-20T00:00:00Z")
ONCE = np.ones((1, 4))


def order(
    customer: int, day: float, dollars: object = 10, status: str = "paid", name: str = ""
) -> Event:
    """day: days behind the cut; before it, less than nothing."""
    at = CUT + round(day * DAY)
    fields = {"status": status, "amount": str(dollars), "currency": "USD"}
    id = name or f"{customer}-{at}"
    return Event("order", id, "shop", f"crm:shop:{customer}", at, at, backfill=True, fields=fields)


def array(*values: float) -> np.ndarray:
    return np.array(values, dtype=float)


# --- figures, by hand ---


def test_auc_counts_pairs_and_takes_equals_for_half() -> None:
    score, buys = array(3, 2, 2, 1), array(1, 0, 1, 0)
    # Pairs (buyer, other): 3>2, 3>1, 2=2, 2>1 -> 3.5 of 4.
    assert scores.auc(score, buys, 1 - buys, ONCE) == pytest.approx([3.5 / 4])
    assert scores.auc(-score, buys, 1 - buys, ONCE) == pytest.approx([0.5 / 4])
    # The other with the score 2 was drawn twice: 3>2 twice, 3>1, 2=2 twice, 2>1 -> 5 of 6.
    assert scores.auc(score, buys, 1 - buys, array(1, 2, 1, 1)[None]) == pytest.approx([5 / 6])
    assert np.isnan(scores.auc(score, np.zeros(4), np.ones(4), ONCE))


def test_revenue_is_found_by_units_of_money() -> None:
    score, revenue = array(4, 3, 2, 1), array(30, 0, 10, 0)
    # 30 of 40 stand at the top: above three, beside one (3.5 of 4); 10 of 40 above one (1.5 of 4).
    _, money = scores.aucs(score, (revenue > 0).astype(float), revenue, ONCE)
    assert money == pytest.approx([0.75 * 3.5 / 4 + 0.25 * 1.5 / 4])


def test_lift_is_the_share_held_over_the_share_of_customers() -> None:
    has, buys = np.array([True, True, False, False]), array(1, 1, 1, 0)
    assert scores.caught(has, buys, ONCE) == pytest.approx([2 / 3])
    assert scores.lift(has, buys, ONCE) == pytest.approx([(2 / 3) / (2 / 4)])
    assert np.isnan(scores.lift(np.zeros(4, bool), buys, ONCE))
    assert np.isnan(scores.lift(has, np.zeros(4), ONCE))


def test_the_best_share_what_is_left_among_equals() -> None:
    assert scores.top(array(5, 1, 1, 3), 3).tolist() == [1, 0.5, 0.5, 1]
    assert scores.top(array(5, 1, 1, 3), 1.5).tolist() == [1, 0, 0, 0.5]
    assert scores.top(array(5, 1, 1, 3), 9).tolist() == [1, 1, 1, 1]
    assert scores.top(array(5, 1), 0).tolist() == [0, 0]


def test_intervals_come_of_the_same_draws_every_time() -> None:
    rng = np.random.default_rng(3)
    score = rng.normal(size=300)
    buys = (score + rng.normal(size=300) > 0).astype(float)

    def measured() -> Measured:
        parts = [scores.auc(score, buys, 1 - buys, w) for w in scores.draws(300, 120)]
        return Measured.of(np.concatenate(parts))

    found = measured()
    assert found == measured()
    assert found.low < found.value < found.high
    assert 0.02 < found.high - found.low < 0.15  # Hanley and McNeil: about 0.1
    assert Measured.of(array(np.nan, np.nan)).told == [None, None, None]


def test_quintiles_put_equals_into_the_fifth_of_their_middle() -> None:
    assert rivals.quintile(array(*range(10))).tolist() == [1, 1, 2, 2, 3, 3, 4, 4, 5, 5]
    assert rivals.quintile(array(1, 1, 1, 1, 9)).tolist() == [3, 3, 3, 3, 5]


# --- the ledger ---


def test_the_ledger_says_what_was_before_and_what_came() -> None:
    events = [
        order(1, -30, "12.34"), order(1, -30 + 0.1, 5), order(1, -3, 100), order(1, -2, 40, "returned"),
        order(1, 0, 7), order(1, 89.9, 8), order(1, 90, 999),
        order(2, -0.5, 20), order(2, 10, 30), order(2, 11, 50, "returned"),
        order(3, 1, 500),
    ]  # fmt: skip
    known = ledger(book(events, DOLLARS), CUT, 90)
    assert known.customers.tolist() == [1, 2]  # the third had not bought yet
    assert known.recency.tolist() == [3, 0.5]
    assert known.frequency.tolist() == [2, 1]  # two orders of one day are one
    assert known.money.tolist() == [1234 + 500 + 10_000 - 4_000, 2_000]
    assert known.buys.tolist() == [1, 1]
    assert known.orders.tolist() == [2, 1]
    assert known.revenue.tolist() == [1_500, 0]  # more came back than went out


# --- labels as the pack gives them ---


def test_labels_are_the_packs_with_the_ranks_of_the_quarter() -> None:
    # The quarter began 49 days before the cut; customer 1 spent most by then, customer 40 since.
    events = [order(n, -100 + n / 10, 500 - n) for n in range(1, 40)]
    events += [order(1, -5 + n, 1) for n in range(3)]
    events.append(order(40, -2, 900))
    shop = book(events, DOLLARS)
    plan = plan_in(DOLLARS, CUT)
    known = ledger(shop, CUT, 90)
    ranked = with_ranks(shop, plan, DOLLARS, CUT)
    found = labels_at(ranked, plan, CUT, known.customers)
    by_limits = labels_at(shop, plan, CUT, known.customers)
    place = {int(c): n for n, c in enumerate(known.customers)}

    def has(labels, customer: int) -> set[tuple[str, str]]:
        return {key for key, flags in labels.items() if flags[place[customer]]}

    assert {("spend_tier", "high"), ("lifecycle", "returning"), ("loyalty", "loyal"),
            ("purchase_frequency", "monthly"), ("buying", "active_buyer")} <= has(found, 1)  # fmt: skip
    assert {("spend_tier", "mid"), ("lifecycle", "new")} <= has(found, 40)  # by limits: 900 dollars
    assert {("spend_tier", "low"), ("lifecycle", "dormant"), ("buying", "sleeping")} <= has(
        found, 39
    )
    assert ("spend_tier", "mid") in has(by_limits, 39)  # 461 dollars
    assert (
        sum(found["spend_tier", "high"]) == 1
    )  # of five by rank the other four have not bought for 90 days


def test_what_comes_behind_the_cut_changes_no_label() -> None:
    before = [order(n, -100 + n, 10 * n) for n in range(1, 60)]
    after = [order(n, n, 1_000) for n in range(1, 60)]
    plan = plan_in(DOLLARS, CUT)
    answers = []
    for events in (before, before + after):
        shop = book(events, DOLLARS)
        known = ledger(shop, CUT, 90)
        found = labels_at(with_ranks(shop, plan, DOLLARS, CUT), plan, CUT, known.customers)
        answers.append({key: flags.tolist() for key, flags in found.items()})
    assert answers[0] == answers[1]


# --- models ---


def test_a_model_learns_from_the_cut_before() -> None:
    rng = np.random.default_rng(5)
    columns = rng.normal(size=(400, 2))
    events = [order(n, -1) for n in range(400)]
    known = ledger(book(events, DOLLARS), CUT, 90)
    bought = (columns[:, 0] > 0).astype(float)
    then = type(known)(known.customers, known.recency, known.frequency, known.money, bought,
                       bought * 100, bought)  # fmt: skip
    now = rng.normal(size=(100, 2))
    found = learned.learn(columns, then, now)
    sure = np.abs(now[:, 0]) > 0.3
    assert ((found.chance > 0.5) == (now[:, 0] > 0))[sure].all()
    assert np.corrcoef(found.worth, now[:, 0])[0, 1] > 0.9


def lives() -> list[Event]:
    """Customers who come every 7, 20 or 60 days until they stay away, from 250 days before the cut on."""
    rng = random.Random(7)
    events = []
    for n in range(150):
        every, day = rng.choice([7, 20, 60]), rng.uniform(-250, -100)
        usual = rng.choice([10, 20, 40])
        while day < 90:
            events.append(order(n, day, usual * rng.choice([0.8, 1, 1.5])))
            day += max(1, rng.expovariate(1 / every))
            if rng.random() < 0.1:
                break
    return sorted(events, key=lambda event: event.occurred_at)


@pytest.mark.filterwarnings("ignore")
def test_bg_nbd_expects_most_of_who_buys_often_and_lately() -> None:
    pytest.importorskip("lifetimes", reason="the extra `quality` is not installed")
    shop = book(lives(), DOLLARS)
    known = ledger(shop, CUT, 90)
    found = rivals.bg_nbd(shop, CUT, 90, known.customers)
    assert len(found.orders) == len(found.revenue) == len(known.customers)
    assert (found.orders >= 0).all()
    often = (known.frequency > 8) & (known.recency < 15)
    lost = known.recency > 90
    assert found.orders[often].mean() > 10 * found.orders[lost].mean()
    assert 0.5 < found.orders.sum() / known.orders.sum() < 2
    each = found.revenue.sum() / found.orders.sum()
    assert 1_500 < each < 3_500  # minor units: orders of 8 to 60 dollars


@pytest.mark.filterwarnings("ignore")
def test_a_shop_is_told_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("lifetimes", reason="the extra `quality` is not installed")
    from bench.quality.study import study

    monkeypatch.setattr(scores, "RESAMPLES", 60)
    shop = readers.Shop("lives", "Lives", "invented", tmp_path, "", DOLLARS,
                        ("2026-02-19", "2026-05-20"), lambda _: iter(lives()))  # fmt: skip
    told = json.loads(json.dumps(study(shop, lambda _: None)))
    first, last = told["cuts"].values()
    known = ledger(book(lives(), DOLLARS), CUT, 90)
    assert last["customers"] == len(known.customers)
    assert last["buyers"] == known.buys.sum() > 20
    assert "adds" in last
    assert "adds" not in first  # nothing came before it to learn from
    rows = {(row["dimension"], row["label"]): row for row in last["labels"]}
    dormant, returning = rows["lifecycle", "dormant"], rows["lifecycle", "returning"]
    assert dormant["customers"] == (known.recency > 30).sum()
    assert dormant["lift"][0] < 0.7 < 1.2 < returning["lift"][0]
    assert returning["lift"][1] <= returning["lift"][0] <= returning["lift"][2]
    assert "same" in dormant
    assert "same" not in rows["spend_tier", "mid"]
    assert last["ranks"]["recency"]["auc"][0] > 0.8
    page = written("<!-- measured labels -->\n<!-- /measured -->\n", {"lives": told})
    assert "| lifecycle **dormant** |" in page
    assert "| best 15 % by BG/NBD |" in page


# --- readers ---


def test_cdnow_brings_the_orders_of_a_day_together(tmp_path: Path) -> None:
    file = tmp_path / "CDNOW_master.txt"
    file.write_text(" customer_id  date number_of_cds  dollar_value\n 00001 19970101  1   11.77\n"
                    " 00001 19970101  2   8.23\n 00002 19970112  1   12.00\n")  # fmt: skip
    first, second = readers.cdnow(file)
    assert (first.handle, first.fields["amount"]) == ("crm:cdnow:00001", "20.00")
    assert second.occurred_at == parse_instant("1997-01-12T12:00:00Z")


def test_a_basket_of_the_journey_is_one_order(tmp_path: Path) -> None:
    file = tmp_path / "transactions.parquet"
    at = parse_instant("2017-01-01T11:53:26Z")
    rows = {"household_id": [7, 7, 8], "basket_id": [1, 1, 2], "sales_value": [1.5, 2.25, 9.0],
            "transaction_timestamp": pa.array([at, at, at + HOUR], pa.timestamp("ms"))}  # fmt: skip
    pq.write_table(pa.table(rows), file)
    first, second = readers.complete_journey(file)
    assert (first.handle, first.fields["amount"], first.occurred_at) == (
        "crm:journey:7",
        "3.75",
        at,
    )
    assert (second.handle, second.known_at) == ("crm:journey:8", at + HOUR)


def test_the_retailers_invoices_are_read_as_imports_read_them(tmp_path: Path) -> None:
    file = tmp_path / "online_retail.csv.gz"
    head = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n"
    with gzip.open(file, "wt") as text:
        text.write(head + "536365,85123A,LIGHT HOLDER,6,2010-12-01 08:26:00,2.55,17850.0,United Kingdom\n"
                   "536365,71053,LANTERN,1,2010-12-01 08:26:00,3.00,17850.0,United Kingdom\n"
                   "C536379,D,Discount,-1,2010-12-01 09:41:00,27.50,17850.0,United Kingdom\n"
                   "536414,22139,,56,2010-12-01 11:52:00,0.0,,United Kingdom\n")  # fmt: skip
    paid, returned = readers.online_retail(file)
    assert (paid.status, paid.fields["amount"]) == ("paid", "18.3")
    assert (returned.status, returned.fields["amount"]) == ("returned", "27.5")
    assert paid.handle == returned.handle


@pytest.mark.data
@pytest.mark.parametrize("shop", readers.shops(), ids=lambda shop: shop.key)
def test_each_data_set_begins_as_its_reader_expects(shop: readers.Shop) -> None:
    if shop.path is None:
        pytest.skip(shop.missing)
    events = shop.read(shop.path)
    first, second = next(events), next(events)
    assert {first.type, second.type} == {"order"}
    assert first.fields["currency"] == shop.money.currency
    assert float(first.fields["amount"]) > 0
    cuts = shop.moments()
    assert first.occurred_at < cuts[0]
    assert {b - a for a, b in pairwise(cuts)} == {90 * DAY}


def test_what_is_not_installed_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(label_quality, "find_spec", lambda name: None)
    assert "quality" in label_quality.measure(lambda _: None).skipped


def test_the_page_shows_the_kept_result() -> None:
    shops = json.loads((ROOT / "bench/results/label_quality.json").read_text("utf-8"))["data"][
        "shops"
    ]
    page = (ROOT / "docs/reference/label-quality.md").read_text("utf-8")
    assert page.count("<!-- measured ") == page.count("<!-- /measured -->") == 7
    assert written(page, shops) == page, "run: .venv/bin/python -m bench.quality --page"
