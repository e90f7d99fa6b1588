"""The benchmarks' own parts: the same shop for the same seed, honest verdicts, requests as sent."""

from __future__ import annotations

import hashlib
import hmac
import io
import json
import sys
from pathlib import Path

import duckdb
import pytest
from rich.console import Console

sys.path.append(str(Path(__file__).parents[1]))  # `bench` is not installed

from bench import big_shop, figures, webhooks
from bench.benches import BENCHES
from bench.figures import Figure, Outcome, percentile
from bench.population import handle, populate

from warmlist.connectors.whatsapp import connector
from warmlist.intake.identity import canonical

pytestmark = pytest.mark.unit
END = 1_793_491_200_000


@pytest.fixture(scope="module")
def shop():
    return populate(0.001, 7, END)


def test_the_same_seed_gives_the_same_shop(shop) -> None:
    again = populate(0.001, 7, END)
    assert again.events.equals(shop.events)
    assert again.customers.equals(shop.customers)
    assert not populate(0.001, 8, END).events.equals(shop.events)


def test_the_shop_has_the_sizes_that_were_asked_for(shop) -> None:
    sizes = shop.sizes()
    assert sizes["customers"] == sizes["profiles"] == 100
    assert sizes["messages"] == pytest.approx(5_000, rel=0.03)
    assert sizes["receipts"] == pytest.approx(5_000 * 0.55 * 0.7, rel=0.1)
    assert sizes["orders"] == pytest.approx(150, rel=0.3)


def test_rows_come_in_order_and_end_before_the_end(shop) -> None:
    moments = shop.events["ts"].to_pylist()
    assert moments == sorted(moments)
    assert END - 401 * 86_400_000 < moments[0] < moments[-1] < END


def test_few_customers_write_most_and_stand_anywhere() -> None:
    writers = populate(0.01, 7, END).events.group_by("customer").aggregate([("event", "count")])
    counts = {row["customer"]: row["event_count"] for row in writers.to_pylist()}
    ordered = sorted(counts, key=counts.__getitem__, reverse=True)
    busiest = ordered[:100]
    assert sum(counts[c] for c in busiest) > 2 * 100 * sum(counts.values()) / len(counts)
    assert 300 < sum(busiest) / 100 < 700  # a tenth of 1,000 customers, not the first of them


def test_verdicts() -> None:
    assert Figure("a", 99.9, "ms", most=100).met is True
    assert Figure("a", 100, "ms", most=100).met is False
    assert Figure("a", 990, "messages/s", least=990).met is True
    assert Figure("a", float("inf"), "ms", most=100).met is False
    assert Figure("a", 5, "ms").met is None
    assert Figure("a", None, "ms", most=100).met is None


def test_percentiles_are_values_that_were_measured() -> None:
    values = list(range(1, 101))
    assert [percentile(values, p) for p in (0, 0.5, 0.99, 1)] == [1, 50, 99, 100]
    assert percentile([7.0], 0.99) == 7.0


def test_the_table_shows_figure_aim_and_verdict() -> None:
    outcome = Outcome()
    outcome.add("webhook to label: p99", 123.456, "ms", most=100)
    outcome.add("kept", 60_000, "messages", least=60_000)
    outcome.add("painted", None, "ms", note="no Chromium")
    text = io.StringIO()
    figures.print_table({"live": outcome, "import": Outcome(skipped="no data")},
                        Console(file=text, width=150))  # fmt: skip
    lines = [line.split() for line in text.getvalue().splitlines()]
    assert ["live", "webhook", "to", "label:", "p99", "123", "ms", "<", "100", "MISSED"] in lines
    assert ["live", "kept", "60,000", "messages", ">=", "60,000", "met"] in lines
    assert ["live", "painted", "-", "ms", "no", "Chromium"] in lines
    assert ["import", "skipped", "no", "data"] in lines


def test_a_result_tells_machine_versions_and_date(tmp_path: Path) -> None:
    outcome = Outcome(data={"messages": 5})
    outcome.add("plan", 1.5, "s", most=2)
    path = figures.write(tmp_path, "everybody", outcome, date="2026-03-01", settings={"scale": 1})
    told = json.loads(path.read_text())
    assert told["date"] == "2026-03-01"
    assert told["figures"][0] == {"name": "plan", "value": 1.5, "unit": "s", "most": 2, "least": None,
                                  "note": "", "met": True}  # fmt: skip
    assert told["machine"]["cores"] >= 1
    assert {"python", "duckdb", "warmlist"} <= set(told["versions"])


def test_prepared_requests_are_whole_signed_and_understood(tmp_path: Path) -> None:
    file = tmp_path / "requests"
    webhooks.prepare(file, [3, 5], 4, "tag", END, "127.0.0.1:1")
    requests = webhooks.prepared(file)
    assert [customer for customer, _ in requests] == [3, 5, 3, 5]
    ids = set()
    for customer, request in requests:
        head, _, body = request.partition(b"\r\n\r\n")
        assert f"Content-Length: {len(body)}".encode() in head.split(b"\r\n")
        signature = hmac.new(webhooks.SECRET.encode(), body, hashlib.sha256).hexdigest()
        assert f"X-Hub-Signature-256: sha256={signature}".encode() in head.split(b"\r\n")
        translation = connector.translate(body, END + 1)
        [message] = [e for e in translation.events if e.type == "message"]
        assert not translation.problems
        assert message.handle == handle(customer)
        ids.add(message.id)
    assert len(ids) == 4


def test_handles_are_canonical() -> None:
    assert canonical(handle(7)) == handle(7)


def test_every_benchmark_can_be_named() -> None:
    assert {"everybody", "touched", "live", "accept", "queue", "import", "memory",
            "understanding", "preferences", "spark", "million", "label_quality"} == set(BENCHES)  # fmt: skip


def test_a_shop_of_files_has_the_messages_and_orders_of_the_shop(shop, tmp_path: Path) -> None:
    big = big_shop.build(tmp_path, 0.001, 7, END, lambda _: None)
    with duckdb.connect() as db:
        big.show(db)
        db.register("log", shop.events)
        for place, kind in ((0, "message"), (1, "receipt"), (2, "order")):
            ours = "SELECT handle_id, known_at, abs(value) FROM all_events WHERE type = $kind"
            theirs = "SELECT customer, ts, cents FROM log WHERE type = $place"
            found = db.execute(f"{ours} ORDER BY ALL", {"kind": kind}).fetchall()
            assert found
            assert found == db.execute(f"{theirs} ORDER BY ALL", {"place": place}).fetchall()
        future = "SELECT count(*) FROM all_events WHERE known_at >= $end OR pos >> 20 >= $end"
        assert db.execute(future, {"end": END}).fetchall() == [(0,)]
    assert set(big.counts()) >= {"message", "view", "cart", "tag", "profile", "feedback", "reading"}
