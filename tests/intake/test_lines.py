"""Event lines: every rule of the contract, at the door that files and requests share."""

from __future__ import annotations

import io
import json
from decimal import Decimal

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from warmlist.clock import parse_instant
from warmlist.errors import BadInput
from warmlist.events.model import TYPES as ALL_TYPES
from warmlist.events.model import Event
from warmlist.intake.lines import LONGEST_LINE, Door, event_of, read_body, read_lines
from warmlist.intake.model import MODELS, AnyEventLine
from warmlist.intake.problems import LineProblem

pytestmark = pytest.mark.unit
#: What a line may say; findings are Warmlist's own.
TYPES = [name for name in ALL_TYPES if name != "finding"]

NOW = parse_instant("2026-03-02T00:00:00Z")
AT = "2026-03-01T09:30:00+01:00"
AT_MS = parse_instant(AT)
IMPORT = Door("import", NOW, backfill=True)
API = Door("api", NOW, backfill=False)
EUROS = Door("import", NOW, backfill=True, currency="EUR")

COMPLETE = {
    "message": {"direction": "in", "text": "多少钱？"},
    "receipt": {"message": "m1", "status": "read"},
    "order": {"status": "paid", "amount": "12.50", "currency": "EUR"},
    "view": {"sku": "A1", "seconds": 91},
    "click": {"url": "https://shop.example/a"},
    "cart": {"sku": "A1"},
    "form": {"campaign": "spring"},
    "event": {"name": "Messe", "place": "offline"},
    "feedback": {"score": 5},
    "profile": {"country": "IT"},
    "preference": {"note": "Mr Wang | text only"},
    "label": {"dimension": "value", "label": "high", "action": "add"},
    "signal": {"message": "m1", "name": "price_inquiry", "action": "reject"},
    "correction": {"message": "m1", "action": "edit", "text": "x"},
    "identity": {"action": "linked", "new_handle": "email:jo@example.com"},
    "follow_up": {"action": "done"},
}


def line(type_name="message", /, **fields):
    given = {"type": type_name, "id": "1", "customer": "+393331234567", "at": AT}
    return given | (COMPLETE.get(type_name, {}) if not fields else {}) | fields


def one(record, door=IMPORT):
    return event_of(record if isinstance(record, bytes) else json.dumps(record).encode(), door)[0]


def refusal(record, door=IMPORT):
    with pytest.raises(BadInput) as caught:
        one(record, door)
    return caught.value.message


def read(*lines, door=IMPORT):
    data = b"\n".join(x if isinstance(x, bytes) else json.dumps(x).encode() for x in lines)
    return list(read_lines(io.BytesIO(data), door))


@pytest.mark.parametrize("type_name", TYPES)
def test_every_type_has_a_line_that_becomes_its_event(type_name):
    event = one(line(type_name))
    assert event.type == type_name
    assert event.handle == "+393331234567"
    assert event.occurred_at == AT_MS
    assert event.seq == 0
    orjson.dumps(dict(event.fields))  # the log keeps it as JSON


def test_the_models_describe_themselves():
    schema = TypeAdapter(AnyEventLine).json_schema()
    assert set(schema["discriminator"]["mapping"]) == set(MODELS) == set(TYPES)


def test_a_message_keeps_what_the_contract_names():
    said = {"direction": "out", "text": "Ciao", "kind": "template", "purpose": "quote",
            "agent": "Li", "reply_to": "m0", "campaign": "c", "template": "t"}  # fmt: skip
    assert one(line(**said)).fields == said


def test_backfill_is_known_when_it_happened_and_else_when_it_arrived():
    assert one(line(), IMPORT).known_at == AT_MS
    assert one(line(), API).known_at == NOW
    assert one(line(direction="in", backfill=True), API).known_at == AT_MS
    assert one(line(direction="in", backfill=False), IMPORT).known_at == NOW
    assert not one(line(), API).backfill


def test_the_source_is_the_doors_unless_the_line_names_one():
    assert one(line(), API).source == "api"
    assert one(line(direction="in", source="till"), API).source == "till"


def test_a_time_in_the_future_is_refused_unless_it_is_history():
    future = "2026-03-02T01:00:00Z"
    assert refusal(line(direction="in", at=future), API) == (
        "message: at lies in the future of its arrival"
    )
    found = read(line(direction="in", at=future))
    assert isinstance(found[0], Event)
    assert found[1] == LineProblem(1, "message: at lies in the future", kept=True)


def test_a_clock_that_runs_a_little_ahead_is_forgiven():
    event = one(line(direction="in", at="2026-03-02T00:00:30Z"), API)
    assert event.known_at == event.occurred_at == NOW + 30_000


@pytest.mark.parametrize(
    ("at", "reason"),
    [
        ("2026-03-01T09:30:00", "at has no offset; add one, such as Z or +01:00"),
        ("yesterday", "at is not a time; write it as 2026-03-01T09:30:00+01:00"),
        (1772353800, "at must be text in RFC 3339, as 2026-03-01T09:30:00+01:00"),
        ("1969-12-31T00:00:00Z", "at lies outside the years 1970 to 2248"),
        (None, "at is missing"),
    ],
)
def test_a_time_without_an_offset_is_no_instant(at, reason):
    assert refusal(line(direction="in", at=at)) == f"message: {reason}"


@pytest.mark.parametrize("at", ["2026-03-01T08:30:00Z", "2026-03-01t08:30:00z"])
def test_rfc_3339_is_read_in_both_cases(at):
    assert one(line(direction="in", at=at)).occurred_at == AT_MS


@pytest.mark.parametrize(
    ("raw", "kept"),
    [
        ("19.90", "19.9"),
        ("0.1", "0.1"),
        ('"1200.00"', "1200"),
        ("30.000000000000004", "30.000000000000004"),
        ("123456789012.34", None),
        ("12345678901.23", "12345678901.23"),
        ("1e3", "1000"),
        ("0", "0"),
        ("-0.0", "0"),
    ],
)
def test_money_is_decimal_to_the_last_digit(raw, kept):
    record = (
        b'{"type":"order","id":"1","customer":"+393331234567","at":"%s","currency":"EUR",'
        b'"status":"paid","amount":%s}' % (AT.encode(), raw.encode())
    )
    if kept is None:
        kept = "123456789012.34"
    assert one(record).fields["amount"] == kept


@pytest.mark.parametrize("amount", ["1e999999999", '"NaN"', '"12,50"', "true", '"1e-999"', "[]"])
def test_what_is_no_money_is_refused(amount):
    record = (
        b'{"type":"order","id":"1","customer":"+393331234567","at":"%s","currency":"EUR",'
        b'"status":"paid","amount":%s}' % (AT.encode(), amount.encode())
    )
    assert refusal(record).startswith("order: amount must")


def test_an_order_needs_a_currency_of_the_line_or_of_the_import():
    bare = line("order", status="paid", amount=5)
    assert "currency is missing" in refusal(bare)
    assert one(bare, EUROS).fields["currency"] == "EUR"
    assert one(bare | {"currency": "usd"}, EUROS).fields["currency"] == "USD"
    assert "ISO 4217" in refusal(bare | {"currency": "EUX"})


def test_an_order_keeps_its_articles():
    lines = [{"sku": 7, "name": "瓶", "category": "x", "quantity": "2.0", "price": 9.95}]
    event = one(line("order", status="paid", amount=19.9, currency="CNY", lines=lines))
    assert event.fields["lines"] == [
        {"sku": "7", "name": "瓶", "category": "x", "quantity": 2, "price": "9.95"}
    ]


def test_paid_needs_an_amount_but_cancelled_does_not():
    assert refusal(line("order", status="paid")) == "order: amount is missing"
    assert one(line("order", status="cancelled")).status == "cancelled"
    assert "status is missing" in refusal(line("order", amount=5, currency="EUR"))
    assert "must not be negative" in refusal(
        line("order", status="paid", amount=-5, currency="EUR")
    )


def test_a_profile_is_checked_and_links_its_phone_and_address():
    event = one(
        line("profile", country="it", language="zh-hans", time_zone="Europe/Rome",
             phone="+39 333 765 4321", email="Jo@Example.com", joined_at=AT)
    )  # fmt: skip
    assert event.links == ("+393337654321", "email:jo@example.com")
    assert event.fields == {
        "country": "IT", "language": "zh-Hans", "time_zone": "Europe/Rome",
        "phone": "+393337654321", "email": "jo@example.com",
        "joined_at": "2026-03-01T08:30:00.000Z",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("field", "value", "reason"),
    [
        ("country", "Italy", "country must be a country code of ISO 3166, as IT"),
        ("language", "xx", "language must be a language tag, as it, pt-BR or zh-Hans"),
        ("time_zone", "Europe/Roma", "did you mean Europe/Rome?"),
        ("phone", "3331234567", "phone looks like a phone number without its country code"),
        ("phone", "email:a@b.it", "phone must be written as +393331234567"),
        ("email", "nobody", "email has no known form"),
        ("kind", "b2x", "kind must be 'b2b' or 'b2c'"),
        ("joined_at", "2026-03-01", "joined_at has no offset"),
    ],
)
def test_a_profile_of_another_form_is_refused(field, value, reason):
    assert reason in refusal(line("profile", **{field: value}))


def test_further_handles_can_be_given_with_any_line():
    event = one(line(direction="in", links=["email:Jo@example.com", "+393331234567"]))
    assert event.links == ("email:jo@example.com",)


def test_preferences_are_notes_or_their_fields():
    windows = [{"days": [1, 5], "from": "09:00", "to": "18:00"}]
    event = one(line("preference", windows=windows, max_per_week=2, origin="stated"))
    assert event.fields == {"windows": windows, "max_per_week": 2, "origin": "stated"}
    assert "needs a note" in refusal(line("preference", origin="stated"))
    assert "days" in refusal(
        line("preference", windows=[{"days": [8], "from": "09:00", "to": "18:00"}])
    )
    assert "from" in refusal(
        line("preference", windows=[{"days": [1], "from": "9", "to": "18:00"}])
    )


def test_feedback_says_something():
    assert "needs a score" in refusal(line("feedback", agent="Li"))
    assert "must be 1, 2, 3, 4 or 5" in refusal(line("feedback", score=6))
    assert one(line("feedback", text="molto bene")).fields == {"text": "molto bene"}


def test_an_unknown_key_is_kept_and_reported_with_the_nearest():
    found = read(line("view", prise=3.25, colour={"r": [1]}))
    assert found[0].fields == {"prise": "3.25", "colour": {"r": [1]}}
    assert [(p.number, p.kept) for p in found[1:]] == [(1, True), (1, True)]
    assert "did you mean price?" in found[1].reason


def test_an_unknown_key_of_an_article_is_kept_too():
    found = read(line("order", status="paid", amount=1, currency="EUR", lines=[{"color": "red"}]))
    assert found[0].fields["lines"] == [{"color": "red"}]
    assert "lines.color" in found[1].reason


def test_null_is_the_same_as_absent():
    assert one(line(direction="in", text=None, kind=None)).fields == {
        "direction": "in",
        "kind": "text",
    }


def test_what_postgresql_cannot_hold_becomes_the_replacement_character():
    raw = (
        rb'{"type":"message","id":"a\u0000b","customer":"+393331234567","at":"%s",'
        rb'"direction":"in","text":"\ud800!\u0000","note\ud800":["\udfff"]}' % AT.encode()
    )
    event = one(raw)
    assert event.id == "a\ufffdb"
    assert event.fields["text"] == "\ufffd!\ufffd"
    assert event.fields["note\ufffd"] == ["\ufffd"]
    orjson.dumps(dict(event.fields))


def test_reading_goes_on_after_every_kind_of_bad_line():
    found = read(
        b"\xef\xbb\xbf" + json.dumps(line()).encode() + b"\r",
        b"",
        b"   ",
        b"{",
        b"\xff\xfe{}",
        b'"text"',
        b"x" * (LONGEST_LINE + 10),
        b"[" * 50_000,
        b'{"x": NaN}',
        b'{"x": ' + b"9" * 5_000 + b"}",
        line("mesage"),
        {"id": "1"},
        {"type": 5},
        line(),
    )
    assert [x for x in found if isinstance(x, Event)] == [one(line())] * 2
    assert [(x.number, x.reason) for x in found if isinstance(x, LineProblem)] == [
        (4, "is not JSON: expecting property name enclosed in double quotes"),
        (5, "is not UTF-8 text"),
        (6, "is not a JSON object"),
        (7, "is longer than 1 MiB"),
        (8, "is nested too deeply"),
        (9, "is not JSON: a number that is not finite"),
        (10, "holds a number that is too long"),
        (11, "type is unknown; did you mean message?"),
        (12, "type is missing"),
        (13, "type must be text"),
    ]


def test_a_line_of_exactly_the_limit_is_read():
    record = json.dumps(line()).encode()
    found = read(record + b" " * (LONGEST_LINE - len(record)), line())
    assert [type(x) for x in found] == [Event, Event]


def test_utf_16_is_refused_as_a_whole():
    with pytest.raises(BadInput, match="UTF-16"):
        list(read_lines(io.BytesIO("{}".encode("utf-16")), IMPORT))


def test_a_body_may_be_an_array_an_object_or_lines():
    good, bad = line(), line("mesage")
    both = [one(good), LineProblem(2, "type is unknown; did you mean message?")]
    assert list(read_body(json.dumps([good, bad]).encode(), IMPORT)) == both
    assert list(read_body(f"{json.dumps(good)}\n{json.dumps(bad)}".encode(), IMPORT)) == both
    assert list(read_body(json.dumps(good, indent=2).encode(), IMPORT)) == both[:1]
    with pytest.raises(BadInput, match="the body is not JSON"):
        list(read_body(b"[1,", IMPORT))
    assert list(read_body(b"[1]", IMPORT)) == [LineProblem(1, "is not a JSON object")]


def test_no_refusal_repeats_what_the_line_says():
    private = "Jo-Secret"
    for record in (
        line(direction=private), line(direction="in", customer=private),
        line("profile", email=private), line("profile", phone=private, name=private),
        line("order", status="paid", amount=private, currency="EUR"),
        line("order", status="paid", amount=1, currency=private),
        line(direction="in", at=private), line("feedback", score=private),
    ):  # fmt: skip
        assert private not in refusal(record)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(st.sampled_from(sorted(TYPES)), st.dictionaries(st.text(max_size=8), JSON, max_size=4))
def test_whatever_else_a_line_holds_it_becomes_an_event_or_bad_input(type_name, extra):
    try:
        event, _ = event_of(line(type_name, **COMPLETE[type_name]) | extra, IMPORT)
    except BadInput:
        return
    again = orjson.loads(orjson.dumps(dict(event.fields)))
    assert again.keys() == event.fields.keys()
    json.dumps(again, ensure_ascii=False).encode()  # no lone surrogates


@given(st.decimals(min_value=0, max_value=Decimal("999999999999"), places=4))
def test_any_amount_comes_back_exactly(amount):
    text = format(amount, "f")
    event = one(
        b'{"type":"order","id":"1","customer":"+393331234567","at":"%s","currency":"EUR",'
        b'"status":"paid","amount":%s}' % (AT.encode(), text.encode())
    )
    assert Decimal(event.fields["amount"]) == amount
