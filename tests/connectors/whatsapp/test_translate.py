"""The envelope: bytes in, events and problems out, whatever the bytes are."""

import json
import random
from pathlib import Path

import pytest

from warmlist.connectors.base import Kept
from warmlist.connectors.whatsapp.translate import FIELDS, translate

pytestmark = pytest.mark.unit

NOON = 1_772_366_400_000
ALL = sorted(path.stem for path in (Path(__file__).parent / "payloads").glob("*.json"))


@pytest.mark.parametrize(
    ("body", "path"),
    [
        (b"", ""),
        (b"hello", ""),
        (b"[]", ""),
        (b"{}", "object"),
        (b'{"object":"page","entry":[]}', "object"),
        (b'{"object":"whatsapp_business_account"}', "entry"),
        (b'{"object":"whatsapp_business_account","entry":[7]}', "entry[0]"),
        (b'{"object":"whatsapp_business_account","entry":[{}]}', "entry[0].changes"),
        (
            b'{"object":"whatsapp_business_account","entry":[{"changes":[{"field":"messages"}]}]}',
            "entry[0].changes[0].value",
        ),
    ],
)
def test_what_is_no_webhook_is_one_problem(body, path):
    got = translate(body, NOON)

    assert not got.events
    assert [(p.path, p.kept) for p in got.problems] == [(path, Kept.RAW)]


def test_an_empty_delivery_says_nothing():
    got = translate(b'{"object":"whatsapp_business_account","entry":[]}', NOON)

    assert (got.events, got.problems) == ((), ())


def test_what_is_not_about_a_customer_is_told_apart(read):
    got = read("not_customers")

    assert not got.events
    assert {p.kept for p in got.problems} == {Kept.ASIDE}
    assert [p.reason for p in got.problems] == [
        "the field 'account_update' is not about a customer",
        "the field 'message_template_status_update' is not about a customer",
        "the field 'phone_number_quality_update' is not about a customer",
        "the field 'field_of_next_year' is not about a customer",
    ]


@pytest.mark.parametrize("field", sorted(FIELDS))
def test_a_field_about_customers_with_nothing_known_in_it_is_a_problem(field):
    change = {"field": field, "value": {"metadata": {"phone_number_id": "1"}, "news": []}}
    doc = {"object": "whatsapp_business_account", "entry": [{"id": "1", "changes": [change]}]}

    (problem,) = translate(json.dumps(doc).encode(), NOON).problems
    assert (problem.path, problem.kept) == ("entry[0].changes[0].value", Kept.RAW)


def test_without_a_number_id_the_account_is_the_source(payload):
    doc = json.loads(payload("media"))
    del doc["entry"][0]["changes"][0]["value"]["metadata"]

    assert {e.source for e in translate(json.dumps(doc).encode(), NOON).events} == {
        "whatsapp:500600700"
    }


def test_everything_that_becomes_an_event_can_be_stored(payload):
    for name in ALL:
        body = payload(name).replace(b"Luca", b"Lu\\u0000ca\\ud800")
        for event in translate(body, NOON).events:
            text = json.dumps([event.id, event.handle, event.fields], ensure_ascii=False)
            text.encode()
            assert "\x00" not in text
            assert event.digest is not None


@pytest.mark.parametrize("name", ALL)
def test_a_payload_delivered_again_later_changes_nothing(payload, name):
    first, second = (translate(payload(name), NOON + delay) for delay in (0, 60_000))

    assert [(e.ident, e.seq) for e in first.events] == [(e.ident, e.seq) for e in second.events]
    if name != "broken":  # a message without a time gets the moment of its arrival
        assert [e.digest for e in first.events] == [e.digest for e in second.events]


@pytest.mark.parametrize("name", [n for n in ALL if n not in ("broken", "order")])
def test_the_order_of_what_a_payload_holds_does_not_change_the_events(payload, name):
    doc = json.loads(payload(name))
    before = {(e.ident, e.digest) for e in translate(json.dumps(doc).encode(), NOON).events}

    shuffle(doc, random.Random(7))

    after = {(e.ident, e.digest) for e in translate(json.dumps(doc).encode(), NOON).events}
    assert after == before


def shuffle(node, rng):
    """Every list of a document in another order."""
    if isinstance(node, dict):
        for value in node.values():
            shuffle(value, rng)
    elif isinstance(node, list):
        for value in node:
            shuffle(value, rng)
        rng.shuffle(node)
