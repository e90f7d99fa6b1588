"""A label that goes on for another reason keeps its beginning, and says the reason that is true now."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import psycopg
import pytest

from warmlist.app import built_in_pack, event_log
from warmlist.clock import DAY, HOUR
from warmlist.events.model import Event
from warmlist.labels.assign import REASONS, Labeller, kept
from warmlist.labels.bulk import Bulk
from warmlist.labels.explain import Why, explain
from warmlist.labels.history import replay_some
from warmlist.plan.compile import Plan, compile_plan
from warmlist.rules.read import read_pack
from warmlist.store.database import Store
from warmlist.understanding.reader import default_reader

pytestmark = pytest.mark.store

BOUGHT = 1_772_539_200_000  # 2026-03-03 12:00 UTC
QUIET = BOUGHT + 90 * DAY + 1  # high spend without a purchase for longer is medium (SPD-4)
RANKED = BOUGHT + 100 * DAY  # and a run finds this customer medium by rank (SPD-3rm)
LATER = BOUGHT + 110 * DAY
WHO = "+393331234567"
Conn = psycopg.Connection[tuple[Any, ...]]


@pytest.fixture(scope="module")
def plan() -> Plan:
    return compile_plan(read_pack(built_in_pack()))


@pytest.fixture
def labeller(store: Store, plan: Plan) -> Iterator[Labeller]:
    made = Labeller(store.dsn, plan, "USD")
    yield made
    made.close()


def event(type_: str, at: int, fields: dict[str, Any], *, backfill: bool = False) -> Event:
    return Event(type_, f"{type_}-{at}", "test", WHO, at, at, backfill=backfill, fields=fields)


def story(*, backfill: bool = False) -> list[Event]:
    order = {"status": "paid", "amount": "1500.00", "currency": "USD"}
    rank = {"job": "tiers", "dimension": "spend_rank", "label": "next_35", "action": "add"}
    return [
        event("order", BOUGHT, order, backfill=backfill),
        event("finding", RANKED, rank, backfill=backfill),
    ]


def keep(conn: Conn, events: Sequence[Event], now: int) -> None:
    event_log(default_reader()).append(conn, events, now_ms=now)
    conn.commit()


def live(conn: Conn, labeller: Labeller, now: int) -> None:
    """What a worker does: news, then what time changes."""
    labeller.relabel(conn, labeller.claim_news(conn, 10), now)
    while due := labeller.claim_due(conn, now, 10):
        labeller.relabel(conn, dict.fromkeys(due, now + 1), now)
    conn.commit()


def at_once(store: Store, plan: Plan, folder: Path, now: int, cause: str) -> tuple[int, int, int]:
    report = Bulk(store.dsn, plan, "USD", folder, now, time.perf_counter, cause).run()
    return report.opened, report.closed, report.renewed


def tiers(conn: Conn) -> list[tuple[Any, ...]]:
    rows = conn.execute(
        "SELECT label, since, until_at, rule, because, evidence FROM assignments "
        "WHERE dimension = 'spend_tier' ORDER BY since"
    ).fetchall()
    return [(*row[:5], [r["rule"] for r in row[5].get("earlier", ())]) for row in rows]


def why(conn: Conn, plan: Plan, at: int | None, dimension: str = "spend_tier") -> Why:
    (customer,) = conn.execute("SELECT customer_id FROM handles").fetchone() or (0,)
    found = explain(conn, plan.pack, "USD", customer, at, LATER)
    return next(w for w in found if w.dimension == dimension)


def test_live_the_reason_changes_and_the_beginning_stays(conn: Conn, labeller: Labeller) -> None:
    first, second = story()
    keep(conn, [first], BOUGHT)
    live(conn, labeller, BOUGHT)
    live(conn, labeller, QUIET)
    high, mid = tiers(conn)
    assert high[:4] == ("high", BOUGHT, QUIET, "SPD-3h")
    assert mid[:4] == ("mid", QUIET, None, "SPD-4")
    keep(conn, [second], RANKED)
    live(conn, labeller, RANKED)
    high, mid = tiers(conn)
    assert high[:4] == ("high", BOUGHT, QUIET, "SPD-3h")
    assert (*mid[:4], mid[5]) == ("mid", QUIET, None, "SPD-3rm", ["SPD-4"])


def test_it_is_told_with_the_reason_of_the_moment_asked_for(
    conn: Conn, labeller: Labeller, plan: Plan
) -> None:
    first, second = story()
    keep(conn, [first], BOUGHT)
    live(conn, labeller, QUIET)
    keep(conn, [second], RANKED)
    live(conn, labeller, LATER)
    assert why(conn, plan, None).rule == why(conn, plan, RANKED).rule != "SPD-4"
    before = why(conn, plan, RANKED - 1)
    assert (before.rule, before.since, before.until) == ("SPD-4", QUIET, None)
    assert "spend_365d" in before.facts
    assert before.because != why(conn, plan, None).because


def test_everybody_at_once_renews_it_too_and_only_once(
    store: Store, conn: Conn, labeller: Labeller, plan: Plan, tmp_path: Path
) -> None:
    first, second = story()
    keep(conn, [first], BOUGHT)
    live(conn, labeller, QUIET)
    keep(conn, [second], RANKED)
    _, _, renewed = at_once(store, plan, tmp_path, RANKED + 1, "repair")
    assert renewed == 1
    (_, mid) = tiers(conn)
    assert (mid[0], mid[1], mid[5]) == ("mid", QUIET, ["SPD-4"])
    assert mid[3] == why(conn, plan, None).rule != "SPD-4"
    assert at_once(store, plan, tmp_path, RANKED + 1, "repair") == (0, 0, 0)
    conn.execute("INSERT INTO dirty (customer_id) SELECT customer_id FROM handles")
    conn.commit()
    done = labeller.relabel(conn, labeller.claim_news(conn, 10), RANKED + 1)
    assert (done.opened, done.closed, done.renewed) == (0, 0, 0)


def test_the_replay_of_an_import_tells_the_same_rule(
    conn: Conn, labeller: Labeller, plan: Plan
) -> None:
    keep(conn, story(backfill=True), LATER)
    live(conn, labeller, LATER)
    while replay_some(conn, labeller, LATER):
        pass
    mid = tiers(conn)[-1]
    assert mid[:3] == ("mid", QUIET, None)
    assert mid[3] not in ("SPD-4", "SPD-3h")


def test_where_a_word_comes_from_is_told_anew(
    store: Store, conn: Conn, labeller: Labeller, plan: Plan, tmp_path: Path
) -> None:
    keep(conn, [event("message", BOUGHT, {"direction": "in", "text": "ciao"})], BOUGHT)
    live(conn, labeller, BOUGHT + 1)
    assert why(conn, plan, None, "country").facts == {"label": "IT", "origin": "inferred"}
    keep(conn, [event("profile", BOUGHT + HOUR, {"country": "IT"})], BOUGHT + HOUR)
    _, closed, renewed = at_once(store, plan, tmp_path, BOUGHT + HOUR + 1, "repair")
    assert (closed, renewed) == (0, 1)
    told = why(conn, plan, None, "country")
    assert told.facts == {"label": "IT", "origin": "noted"}
    assert told.since == BOUGHT
    keep(conn, [event("profile", BOUGHT + 2 * HOUR, {"country": "IT"})], BOUGHT + 2 * HOUR)
    labeller.relabel(conn, labeller.claim_news(conn, 10), BOUGHT + 2 * HOUR)
    assert why(conn, plan, BOUGHT + 1, "country").facts["origin"] == "inferred"
    assert why(conn, plan, None, "country").facts["origin"] == "noted"


def test_of_many_reasons_the_first_and_the_newest_are_kept() -> None:
    assert kept(1) == [0]
    assert kept(REASONS) == [*range(REASONS)]
    assert kept(REASONS + 5) == [0, *range(6, REASONS + 5)]
