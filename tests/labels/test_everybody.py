"""One customer at a time, or everybody at once over the mirror: the same labels, and nothing twice."""

from __future__ import annotations

import threading
import time
from itertools import islice
from pathlib import Path
from types import SimpleNamespace

import psycopg
import pytest

from warmlist.app import built_in_pack, event_log
from warmlist.clock import DAY, HOUR
from warmlist.demo.day import day
from warmlist.demo.shop import history
from warmlist.engines.mirror import PARTS, Mirror
from warmlist.engines.relations import Fetcher
from warmlist.events.model import Event
from warmlist.labels.assign import Labeller
from warmlist.labels.bulk import Bulk, BulkReport
from warmlist.labels.history import replay_some
from warmlist.plan.compile import Plan, compile_plan
from warmlist.rules.read import read_pack
from warmlist.store.database import Store
from warmlist.understanding.reader import default_reader
from warmlist.worker import Worker

pytestmark = pytest.mark.store

NOW = 1_772_539_200_000  # 2026-03-03 12:00 UTC
CUSTOMERS = 60


@pytest.fixture(scope="module")
def plan() -> Plan:
    return compile_plan(read_pack(built_in_pack()))


@pytest.fixture
def shop(store: Store) -> Store:
    """A store that holds the past of a small sample shop."""
    log = event_log(default_reader())
    past = history(3, NOW, CUSTOMERS)
    with store.connect() as conn:
        while batch := list(islice(past, 2_000)):
            log.append(conn, batch, now_ms=NOW)
    return store


def everybody(store: Store, plan: Plan, folder: Path, at: int, cause: str = "fill") -> BulkReport:
    return Bulk(store.dsn, plan, "USD", folder, at, time.perf_counter, cause).run()


def one_by_one(store: Store, plan: Plan, at: int) -> int:
    """Relabel whoever has news, a few at a time; returns how many labels were opened or closed."""
    labeller = Labeller(store.dsn, plan, "USD")
    changed = 0
    try:
        with store.connect() as conn:
            while news := labeller.claim_news(conn, 7):
                done = labeller.relabel(conn, news, at)
                changed += done.opened + done.closed
                conn.commit()
    finally:
        labeller.close()
    return changed


def mark_all(store: Store) -> None:
    with store.connect() as conn:
        conn.execute("INSERT INTO dirty (customer_id) SELECT DISTINCT customer_id FROM handles")


def rows(store: Store, sql: str) -> list[tuple[object, ...]]:
    with store.connect() as conn:
        return conn.execute(sql).fetchall()


CURRENT = (
    "SELECT customer_id, dimension, label, shade, rule, evidence, because FROM assignments "
    "WHERE until_at IS NULL ORDER BY 1, 2, 3"
)
STANDING = (
    "SELECT customer_id, recheck_at, owner, playbook, due_from, due_by, rank, worth, facts "
    "FROM standings ORDER BY 1"
)


def test_everybody_after_one_by_one_finds_nothing(shop: Store, plan: Plan, tmp_path: Path) -> None:
    assert one_by_one(shop, plan, NOW) > CUSTOMERS
    report = everybody(shop, plan, tmp_path, NOW, "repair")
    assert (report.opened, report.closed, report.renewed, report.standings) == (0, 0, 0, 0)
    assert report.left == set()


def test_one_by_one_after_everybody_finds_nothing(shop: Store, plan: Plan, tmp_path: Path) -> None:
    report = everybody(shop, plan, tmp_path, NOW)
    assert report.opened > CUSTOMERS
    assert report.standings == len(rows(shop, "SELECT DISTINCT customer_id FROM handles"))
    filled = rows(shop, CURRENT), rows(shop, STANDING)
    assert rows(shop, "SELECT count(*) FROM dirty") == [(0,)]
    mark_all(shop)
    assert one_by_one(shop, plan, NOW) == 0
    assert (rows(shop, CURRENT), rows(shop, STANDING)) == filled


def test_both_ways_write_the_same_to_the_letter(shop: Store, plan: Plan, tmp_path: Path) -> None:
    everybody(shop, plan, tmp_path, NOW)
    at_once = rows(shop, CURRENT), rows(shop, STANDING)
    with shop.connect() as conn:
        conn.execute("DELETE FROM assignments")
        conn.execute("DELETE FROM standings")
    mark_all(shop)
    one_by_one(shop, plan, NOW)
    assert [r for r in rows(shop, CURRENT) if r not in at_once[0]] == []
    assert (rows(shop, CURRENT), rows(shop, STANDING)) == at_once


def test_again_with_nothing_new_writes_nothing(shop: Store, plan: Plan, tmp_path: Path) -> None:
    everybody(shop, plan, tmp_path, NOW)
    before = (
        rows(shop, "SELECT max(xmin::text::bigint) FROM assignments"),
        rows(shop, "SELECT max(xmin::text::bigint) FROM standings"),
    )
    again = everybody(shop, plan, tmp_path, NOW)
    assert (again.opened, again.closed, again.standings) == (0, 0, 0)
    assert before == (
        rows(shop, "SELECT max(xmin::text::bigint) FROM assignments"),
        rows(shop, "SELECT max(xmin::text::bigint) FROM standings"),
    )


def test_the_mirror_follows_in_parts_and_merges_them(
    shop: Store, plan: Plan, tmp_path: Path
) -> None:
    everybody(shop, plan, tmp_path, NOW)
    log = event_log(default_reader())
    coming = day(3, NOW, customers=CUSTOMERS, history_ms=NOW)
    at = NOW
    for _ in range(PARTS + 3):
        batch = list(islice(coming, 12))
        at = batch[-1][0]
        with shop.connect() as conn:
            log.append(conn, [event for _, event in batch], now_ms=at)
        everybody(shop, plan, tmp_path, at + 1, "time")
    with Fetcher(shop.dsn) as fetcher:
        assert 1 <= len(Mirror(tmp_path, fetcher).manifest.parts) <= PARTS
    mark_all(shop)
    assert one_by_one(shop, plan, at + 1) == 0


def test_time_alone_moves_labels_alike(shop: Store, plan: Plan, tmp_path: Path) -> None:
    """A week without events: rechecks one by one, then everybody finds nothing to correct."""
    one_by_one(shop, plan, NOW)
    later = NOW + 7 * DAY
    labeller = Labeller(shop.dsn, plan, "USD")
    with shop.connect() as conn:
        while due := labeller.claim_due(conn, later, 16):
            labeller.relabel(conn, dict.fromkeys(due, later + 1), later)
            conn.commit()
    labeller.close()
    report = everybody(shop, plan, tmp_path, later, "repair")
    assert (report.opened, report.closed) == (0, 0)


def test_a_corrected_message_is_stale_in_the_mirror(
    shop: Store, plan: Plan, tmp_path: Path
) -> None:
    log = event_log(default_reader())
    at = NOW + HOUR
    asked = Event("message", "m1", "api", "+15550100", at, at, 0, False,
                  {"direction": "in", "kind": "text", "text": "How much is it?"})  # fmt: skip
    with shop.connect() as conn:
        log.append(conn, [asked], now_ms=at)
    everybody(shop, plan, tmp_path, at + 1)
    taken_back = Event("correction", "c1", "api", "+15550100", at + 10, at + 10, 0, False,
                       {"message": "m1", "action": "revoke"})  # fmt: skip
    with shop.connect() as conn:
        log.append(conn, [taken_back], now_ms=at + 10)
    report = everybody(shop, plan, tmp_path, at + 11)
    assert report.closed >= 1
    mark_all(shop)
    assert one_by_one(shop, plan, at + 11) == 0


def test_who_was_relabelled_meanwhile_is_left_alone(
    shop: Store, plan: Plan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    everybody(shop, plan, tmp_path, NOW)
    customer = rows(shop, "SELECT min(customer_id) FROM handles")[0][0]
    later = NOW + 30 * DAY
    compare = Bulk._compare

    def meanwhile(bulk: Bulk, db: object) -> None:
        compare(bulk, db)  # type: ignore[arg-type]
        with psycopg.connect(shop.dsn) as conn:
            conn.execute(
                "UPDATE standings SET as_of = as_of + 1 WHERE customer_id = %s", (customer,)
            )

    monkeypatch.setattr(Bulk, "_compare", meanwhile)
    report = everybody(shop, plan, tmp_path, later)
    assert report.left == {customer}


def test_who_is_being_relabelled_while_saving_begins_is_left_alone(
    shop: Store, plan: Plan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    everybody(shop, plan, tmp_path, NOW)
    customer = rows(shop, "SELECT min(customer_id) FROM handles")[0][0]
    compare = Bulk._compare
    with psycopg.connect(shop.dsn) as other:

        def meanwhile(bulk: Bulk, db: object) -> None:
            compare(bulk, db)  # type: ignore[arg-type]
            other.execute("SELECT FROM customers WHERE id = %s FOR NO KEY UPDATE", (customer,))
            other.execute(
                "UPDATE standings SET as_of = as_of + 1 WHERE customer_id = %s", (customer,)
            )
            threading.Timer(1, other.commit).start()

        monkeypatch.setattr(Bulk, "_compare", meanwhile)
        report = everybody(shop, plan, tmp_path, NOW + 30 * DAY)
    assert report.left == {customer}


def test_history_gives_every_label_of_an_import_its_beginning(
    shop: Store, plan: Plan, tmp_path: Path
) -> None:
    everybody(shop, plan, tmp_path, NOW)
    assert rows(shop, "SELECT count(*) FROM assignments WHERE since IS NOT NULL") == [(0,)]
    labeller = Labeller(shop.dsn, plan, "USD")
    with shop.connect() as conn:
        while replay_some(conn, labeller, NOW):
            pass
    labeller.close()
    # The shop is younger than the 400 days that history reaches back.
    assert rows(shop, "SELECT count(*) FROM assignments WHERE since IS NULL") == [(0,)]
    overlaps = rows(
        shop,
        "SELECT a.id FROM assignments a JOIN assignments b ON a.customer_id = b.customer_id "
        "AND a.dimension = b.dimension AND a.id <> b.id "
        f"AND a.dimension = ANY('{{{','.join(plan.exclusive)}}}') "
        "AND a.since >= b.since AND (b.until_at IS NULL OR a.since < b.until_at)",
    )
    assert overlaps == []


def test_news_does_not_wait_for_the_past(
    shop: Store, plan: Plan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A message that comes while history is replayed is labelled before the replay is at its end."""
    everybody(shop, plan, tmp_path, NOW)
    monkeypatch.setattr("warmlist.labels.history.SLICE", 200)
    log = event_log(default_reader())
    stand_in = SimpleNamespace(start=lambda cause="fill": False, taking_up_to=lambda: 0)
    worker = Worker(shop, log, Labeller, stand_in, now=lambda: NOW)  # type: ignore[arg-type]
    labelled_while: list[int] = []
    urgent = worker._urgent

    def watched(conn: psycopg.Connection, labeller: Labeller) -> bool:
        done = urgent(conn, labeller)
        if rows(shop, "SELECT count(*) FROM handles WHERE handle = '+393330009999'") == [(0,)]:
            hello = Event("message", "m-1", "whatsapp", "+393330009999", NOW, NOW,
                          fields={"direction": "in", "text": "Hello"})  # fmt: skip
            log.append(conn, [hello], now_ms=NOW)
            conn.commit()
        elif rows(shop, "SELECT count(*) FROM dirty") == [(0,)]:
            labelled_while.extend(
                left for (left,) in rows(shop, "SELECT count(*) FROM history_due")
            )
        return done

    monkeypatch.setattr(worker, "_urgent", watched)
    labeller = Labeller(shop.dsn, plan, "USD")
    try:
        with shop.connect() as conn:
            assert worker._history(conn, labeller, NOW)
    finally:
        labeller.close()
    assert labelled_while[0] >= CUSTOMERS
    assert rows(shop, "SELECT count(*) FROM history_due")[0][0] < CUSTOMERS
