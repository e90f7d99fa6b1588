"""Generated payloads: arbitrary JSON, and real payloads with something wrong in them."""

import json
from copy import deepcopy
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from warmlist.connectors.base import Kept
from warmlist.connectors.whatsapp.translate import READERS, translate

pytestmark = pytest.mark.property

NOON = 1_772_366_400_000
# A loaded machine is no failure.
UNHURRIED = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
PAYLOADS = sorted((Path(__file__).parent / "payloads").glob("*.json"))
DOCUMENTS = [json.loads(path.read_bytes()) for path in PAYLOADS]
# What the translator looks for, so that generated objects go deep into it.
WORDS = sorted(
    {*READERS, "id", "from", "to", "type", "text", "timestamp", "contacts", "errors", "context"}
    | {"metadata", "status", "threads", "wa_id", "user_id", "body", "image", "order", "edit"}
    | {"interactive", "system", "direction", "event", "product_items", "history_context"}
)
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(st.characters(codec=None), max_size=8)
    | st.sampled_from([*WORDS, "393331234567", "1772355600", "IT.1", "read", "connect", "stop"])
)
JSON = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(WORDS) | st.text(max_size=4), inner, max_size=6)
    ),
    max_leaves=25,
)


def check(body: bytes) -> None:
    """Whatever it says, the answer is whole: storable events, problems with known words only."""
    got = translate(body, NOON)
    for event in got.events:
        json.dumps([event.id, event.handle, dict(event.fields)], ensure_ascii=False).encode()
        assert event.digest is not None
        assert event.occurred_at <= NOON
        assert event.known_at <= NOON
    for problem in got.problems:
        assert isinstance(problem.kept, Kept)
        assert problem.reason
    again = translate(body, NOON)
    assert [e.ident for e in again.events] == [e.ident for e in got.events]


@UNHURRIED
@given(st.binary(max_size=200))
def test_any_bytes(body):
    check(body)


@UNHURRIED
@given(JSON)
def test_any_document(value):
    check(json.dumps(value).encode())


@UNHURRIED
@given(st.dictionaries(st.sampled_from(sorted(READERS)), JSON, min_size=1, max_size=4), JSON)
def test_any_value_in_an_envelope(value, contacts):
    value = {"metadata": {"phone_number_id": "1"}, "contacts": contacts, **value}
    change = {"field": "history" if "history" in value else "messages", "value": value}
    doc = {"object": "whatsapp_business_account", "entry": [{"id": "1", "changes": [change]}]}
    check(json.dumps(doc).encode())


@UNHURRIED
@given(st.sampled_from(DOCUMENTS), st.lists(st.tuples(st.integers(0, 10_000), JSON), max_size=5))
def test_real_payloads_with_parts_replaced(document, changes):
    document = json.loads(json.dumps(document))
    for place, value in changes:
        spots = list(places(document))
        holder, key = spots[place % len(spots)]
        holder[key] = value
    check(json.dumps(document).encode())


@UNHURRIED
@given(st.sampled_from(DOCUMENTS), st.integers(0, 10_000))
def test_real_payloads_with_a_part_missing_lose_nothing_else(document, place):
    document = json.loads(json.dumps(document))
    spots = list(places(document))
    holder, key = spots[place % len(spots)]
    del holder[key]
    check(json.dumps(document).encode())


@UNHURRIED
@given(st.sampled_from(DOCUMENTS), st.randoms(use_true_random=False))
def test_order_and_repetition_do_not_change_what_happened(document, rng):
    """Elements shuffled and doubled, as platforms do; an order's lines are no such elements."""
    document = json.loads(json.dumps(document))
    before = identities(document)

    mix(document, rng)

    assert identities(document) == before


@UNHURRIED
@given(st.sampled_from(DOCUMENTS))
def test_it_does_not_matter_which_delivery_brings_what(document):
    """Each message or status in a delivery of its own says the same as all in one."""
    alone = set()
    for entry in document["entry"]:
        for change in entry["changes"]:
            for part in parts(change["value"]):
                one = {**document, "entry": [{**entry, "changes": [{**change, "value": part}]}]}
                alone |= identities(one)

    assert alone == identities(document)


def identities(document):
    return {e.ident for e in translate(json.dumps(document).encode(), NOON).events}


def mix(node, rng):
    if isinstance(node, dict):
        for key, value in node.items():
            if key != "product_items":
                mix(value, rng)
    elif isinstance(node, list):
        for value in node:
            mix(value, rng)
        if node and rng.random() < 0.5:
            node.append(deepcopy(rng.choice(node)))
        rng.shuffle(node)


def parts(value):
    """The value once for each element of each of its lists."""
    for key in READERS:
        for element in value.get(key) or ():
            yield {k: v for k, v in value.items() if k not in READERS} | {key: [element]}


def places(node):
    """Every (container, key) of a document, outermost first; an empty document has itself."""
    items = node.items() if isinstance(node, dict) else enumerate(node)
    for key, value in list(items):
        yield node, key
        if isinstance(value, dict | list):
            yield from places(value)
