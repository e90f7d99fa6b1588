"""The shop's past: deterministic, in order, marked as simulated, and shaped like a real one's."""

import hashlib
import os
import subprocess
import sys
from collections import Counter, defaultdict
from decimal import Decimal

import orjson
import pytest

from warmlist.clock import DAY, parse_instant, rfc3339
from warmlist.demo.lives import timeline
from warmlist.demo.scenes import scenes
from warmlist.demo.shop import CUSTOMERS, history, rates
from warmlist.intake.identity import canonical
from warmlist.intake.model import MODELS

pytestmark = pytest.mark.unit

SUNDAY = parse_instant("2026-11-22T10:00:00Z")
MOMENTS = (SUNDAY, parse_instant("2026-11-18T15:30:00Z"), parse_instant("2026-08-05T03:00:00Z"))
ASKS = {line.text for scene in scenes() for line in scene.lines if line.verb == "ask"}


def digest(events):
    rows = [
        (e.type, e.id, e.source, e.handle, e.occurred_at, e.known_at, e.seq, e.backfill, e.fields)
        for e in events
    ]
    return hashlib.sha256(orjson.dumps(rows)).hexdigest()


@pytest.fixture(scope="module", params=MOMENTS, ids=["sunday", "wednesday", "summer"])
def now(request):
    return request.param


@pytest.fixture(scope="module")
def events(now):
    return list(history(7, now))


def last_by_handle(events, wanted):
    return {e.handle: e for e in events if wanted(e)}


def inbound(e):
    return e.type == "message" and e.fields["direction"] == "in"


def personal(e):
    return e.type == "message" and e.fields["direction"] == "out" and not e.fields.get("broadcast")


def test_the_same_seed_gives_the_same_bytes_in_another_process():
    code = (
        "import sys; sys.path.insert(0, sys.argv[1])\n"
        "from test_shop import SUNDAY, digest\n"
        "from warmlist.demo.shop import history\n"
        "print(digest(history(3, SUNDAY, 60)))"
    )
    found = [
        subprocess.run(
            [sys.executable, "-c", code, os.path.dirname(__file__)],
            env={**os.environ, "PYTHONHASHSEED": hash_seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout.strip()
        for hash_seed in ("1", "2")
    ]
    assert found == [digest(history(3, SUNDAY, 60))] * 2
    assert found[0] != digest(history(4, SUNDAY, 60))


def test_events_are_backfilled_ordered_and_unique(events, now):
    assert all(e.backfill and e.known_at == e.occurred_at < now for e in events)
    assert [e.pos for e in events] == sorted(e.pos for e in events)
    assert len({e.ident for e in events}) == len(events)
    assert now - 230 * DAY < events[0].occurred_at < now - 200 * DAY


def test_everything_says_that_it_is_simulated(events):
    assert {e.source for e in events} == {"simulated"}
    assert all(e.fields["simulated"] is True for e in events)


def test_every_event_is_about_somebody_with_a_profile_and_can_be_written_as_json(events):
    known = {e.handle for e in events if e.type == "profile"}
    assert len(known) == CUSTOMERS
    assert {e.handle for e in events} == known
    assert all(canonical(handle) == handle for handle in known)
    orjson.dumps([dict(e.fields) for e in events])


def test_every_event_is_a_line_of_the_public_format(events):
    for e in events:
        line = {"type": e.type, "id": e.id, "customer": e.handle, "at": rfc3339(e.known_at)}
        read = MODELS[e.type].model_validate(line | dict(e.fields))
        assert read.unknown_keys() == ["simulated"], e.type


def test_a_profile_comes_first(events):
    first = {}
    for e in events:
        first.setdefault(e.handle, e.type)
    assert set(first.values()) == {"profile"}


def test_receipts_speak_of_messages_that_were_sent_before(events):
    sent = {}
    for e in events:
        if e.type == "message":
            sent[e.id] = e
        elif e.type == "receipt":
            message = sent[e.fields["message"]]
            assert message.fields["direction"] == "out"
            assert message.handle == e.handle


def test_messages_are_in_the_language_of_the_customer(events):
    language = {e.handle: e.fields["language"] for e in events if e.type == "profile"}
    spoken = defaultdict(set)
    for scene in scenes():
        for line in scene.lines:
            if line.text and len(line.text) > 20:
                spoken[line.text].add(scene.language)
    told = [e for e in events if e.type == "message" and e.fields.get("text") in spoken]
    assert len(told) > 500
    assert all(language[e.handle] in spoken[e.fields["text"]] for e in told)


def test_activity_is_spread_as_expected(events, now):
    ages = {h: now - e.occurred_at for h, e in last_by_handle(events, inbound).items()}
    share = Counter(
        "high" if age <= DAY else "dormant" if age > 7 * DAY else "between" for age in ages.values()
    )
    assert 0.15 <= share["high"] / CUSTOMERS <= 0.20
    assert 0.36 <= share["dormant"] / CUSTOMERS <= 0.45
    assert 0.08 <= (CUSTOMERS - len(ages)) / CUSTOMERS <= 0.16  # never wrote


def test_deciding_questions_wait_for_an_answer(events, now):
    asked = last_by_handle(events, inbound)
    answered = last_by_handle(events, personal)
    waiting = [
        handle
        for handle, e in asked.items()
        if now - e.occurred_at < DAY
        and e.fields.get("text") in ASKS
        and (handle not in answered or answered[handle].occurred_at < e.occurred_at)
    ]
    assert 0.03 <= len(waiting) / CUSTOMERS <= 0.08


def test_high_intent_is_left_by_about_one_in_eight(now):
    """By what the scenes leave, not by a reader: an ask in 45 days with no order and no refusal."""
    left = {}
    no = {line.text for s in scenes() if s.intent == "none" for line in s.lines if line.text}
    for e in history(7, now):
        if e.type == "order":
            left.pop(e.handle, None)
        elif inbound(e) and now - e.occurred_at < 45 * DAY:
            if e.fields.get("text") in no:
                left.pop(e.handle, None)
            elif e.fields.get("text") in ASKS:
                left[e.handle] = e
    assert 0.10 <= len(left) / CUSTOMERS <= 0.17


def test_some_quotes_are_undecided_and_some_messages_read_without_an_answer(events, now):
    asked = last_by_handle(events, inbound)
    sent = last_by_handle(events, personal)
    seen = {e.fields["message"]: e.occurred_at for e in events if e.status == "read"}
    silent = {
        h: e for h, e in sent.items() if h not in asked or asked[h].occurred_at < e.occurred_at
    }
    quotes = [e for e in silent.values() if e.fields["purpose"] == "quote"]
    unanswered = [e for e in silent.values() if 2 * DAY < now - seen.get(e.id, now) < 30 * DAY]
    assert len(quotes) >= 5
    assert len(unanswered) >= 8


def test_some_customers_have_been_gone_for_half_a_year(events, now):
    acts = {"view", "click", "cart", "order"}
    last = last_by_handle(events, lambda e: e.type in acts or inbound(e))
    gone = [e for e in last.values() if now - e.occurred_at > 180 * DAY]
    assert 0.03 <= len(gone) / CUSTOMERS <= 0.08


def test_there_are_repeat_buyers_and_a_few_big_ones(events):
    spend, orders = defaultdict(Decimal), Counter()
    for e in events:
        if e.type == "order" and e.status == "paid":
            spend[e.handle] += Decimal(e.fields["amount"]) * rates()[e.fields["currency"]]
            orders[e.handle] += 1
    assert 0.4 <= len(orders) / CUSTOMERS <= 0.6
    assert sum(count >= 2 for count in orders.values()) >= 60
    assert 5 <= sum(amount > 10_000 for amount in spend.values()) <= 15
    ranked = sorted(spend.values(), reverse=True)
    assert sum(ranked[: len(ranked) * 15 // 100]) > sum(ranked) / 2


def test_preferences_labels_feedback_and_every_kind_of_visit_occur(events):
    kinds = Counter(e.type for e in events)
    least = {"preference": 30, "label": 10, "feedback": 30, "click": 20, "cart": 100, "view": 500}
    assert {kind: kinds[kind] for kind, count in least.items() if kinds[kind] < count} == {}


def test_scenes_are_never_repeated_for_a_customer_and_seldom_for_two(now):
    uses = Counter(scene for ids in timeline(7, now, CUSTOMERS).played.values() for scene in ids)
    assert len(uses) >= 300
    assert sum(count > 1 for count in uses.values()) / len(uses) < 0.15


def test_who_opted_out_gets_no_broadcast_afterwards(now):
    shop = timeline(7, now, CUSTOMERS)
    farewell = {s.id for s in scenes() if s.stage == "opt_out"}
    handles = {shop.people[n].handle for n in shop.opted_out}
    assert handles
    for number in shop.opted_out:
        assert shop.played[number] & farewell
    last_word = {e.handle: e.pos for e in shop.past if e.handle in handles and inbound(e)}
    broadcasts = [e for e in shop.past if e.fields.get("broadcast") and e.handle in handles]
    assert all(e.pos < last_word[e.handle] for e in broadcasts)


def test_a_small_shop_works_too():
    assert len({e.handle for e in history(1, SUNDAY, 5)}) == 5
    assert list(history(1, SUNDAY, 0)) == []
