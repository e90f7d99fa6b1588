"""What goes on while the demo runs."""

from collections import Counter
from itertools import islice, takewhile

import pytest

from warmlist.clock import DAY, HOUR, parse_instant
from warmlist.demo.day import day
from warmlist.demo.scenes import scenes
from warmlist.demo.shop import history

pytestmark = pytest.mark.unit

START = parse_instant("2026-11-22T10:00:00Z")
ASKS = {line.text for scene in scenes() for line in scene.lines if line.verb == "ask"}


@pytest.fixture(scope="module")
def three_days():
    return list(takewhile(lambda row: row[0] < START + 3 * DAY, day(7, START)))


def test_events_are_live_in_time_order_and_marked(three_days):
    moments = [at for at, _ in three_days]
    assert moments == sorted(moments)
    assert moments[0] >= START
    for at, e in three_days:
        assert at == e.occurred_at == e.known_at
        assert not e.backfill
        assert e.source == "simulated"
        assert e.fields["simulated"] is True


def test_no_event_is_told_twice_nor_was_it_in_the_past(three_days):
    ids = {e.ident for _, e in three_days}
    assert len(ids) == len(three_days)
    assert not ids & {e.ident for e in history(7, START)}


def test_the_page_moves_every_few_seconds_from_the_start(three_days):
    for hours in (1, 6, 72):
        count = sum(at < START + hours * HOUR for at, _ in three_days)
        assert 4 <= hours * 3600 / count <= 20


def test_all_kinds_of_things_happen_within_a_day(three_days):
    kinds = Counter(e.type for at, e in three_days if at < START + DAY)
    assert {"message", "receipt", "order", "view", "cart", "profile"} <= set(kinds)


def test_the_team_answers_and_leaves_some_questions_waiting(three_days):
    asked = [e for _, e in three_days if e.fields.get("text") in ASKS]
    answers = {}
    for _, e in three_days:
        if e.type == "message" and e.fields["direction"] == "out":
            answers.setdefault(e.handle, []).append(e.occurred_at)
    old_enough = [e for e in asked if e.occurred_at < START + 2 * DAY]
    waited = [
        e
        for e in old_enough
        if not any(
            e.occurred_at <= at < e.occurred_at + 2 * HOUR for at in answers.get(e.handle, ())
        )
    ]
    assert 0.1 <= len(waited) / len(old_enough) <= 0.45


def test_newcomers_have_a_profile_before_anything_else(three_days):
    known = {e.handle for e in history(7, START)}
    for _, e in three_days:
        if e.handle not in known:
            assert e.type == "profile"
            known.add(e.handle)


def test_receipts_speak_of_known_messages(three_days):
    sent = {e.id for e in history(7, START) if e.type == "message"}
    for _, e in three_days:
        if e.type == "message":
            sent.add(e.id)
        elif e.type == "receipt":
            assert e.fields["message"] in sent


def test_the_same_start_gives_the_same_day():
    assert list(islice(day(7, START), 300)) == list(islice(day(7, START), 300))


def test_a_second_start_over_the_same_past_uses_other_ids(three_days):
    later = START + 5 * HOUR
    again = takewhile(lambda row: row[0] < later + 6 * HOUR, day(7, later, history_ms=START))
    first = {e.ident: e for at, e in three_days}
    for at, e in again:
        assert at >= later
        assert e.ident not in first or first[e.ident] == e


def test_a_shop_without_customers_gets_its_first():
    first = next(iter(day(7, START, customers=0)))[1]
    assert first.type == "profile"
