"""The customer page, read from a real log. Mara writes from Rome; Ines has only a number."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import psycopg
import pytest

from warmlist.clock import DAY, HOUR, MINUTE, parse_instant
from warmlist.errors import NotFound
from warmlist.events.log import EventLog, Read
from warmlist.events.model import Event
from warmlist.followup.customer import MESSAGES, customer_page, whole_message
from warmlist.followup.views import Chip, CustomerPage, Mark, Viewer

pytestmark = pytest.mark.store

#: A Tuesday, 10:30 in Rome.
NOW = parse_instant("2026-03-03T09:30:00Z")
LEAD = Viewer(1, "Alice", "lead")
BOB = Viewer(2, "Bob", "rep")
MARA = "+393331234501"


class PlainLook:
    """Labels under their keys."""

    def chip(self, dimension: str, label: str, shade: str | None, rule: str, language: str) -> Chip:
        return Chip(dimension, label, shade, "red", f"{label} ({language})", rule)

    def removable(self, dimension: str, origin: str) -> bool:
        return origin == "person"

    def told(
        self, dimension: str, rule: str, facts: Any, stored: str, as_of: int, language: str
    ) -> tuple[str, dict[str, Any]]:
        return stored, dict(facts)


def read(text: str) -> Read:
    if "price" not in text:
        return Read(0, [])
    at = text.index("price")
    found = {"name": "price_inquiry", "confidence": 0.9, "span": [at, at + 5], "because": "price"}
    return Read(1, [found])


def event(kind: str, name: str, ago: int, /, *, handle: str = MARA, **fields: Any) -> Event:
    known = fields.pop("known", NOW - ago)
    return Event(kind, name, "shop", handle, NOW - ago, known, fields=fields)


def keep(conn: psycopg.Connection[Any], *events: Event) -> int:
    """Write events; the id of the first one's customer."""
    appended = EventLog(read, "test-1").append(conn, events, now_ms=NOW)
    assert appended.new == len(events)
    found = conn.execute("SELECT customer_id FROM handles WHERE handle = %s", (events[0].handle,))
    return int(found.fetchone()[0])  # type: ignore[index]


def page(conn: psycopg.Connection[Any], customer: int, **more: Any) -> CustomerPage:
    viewer, as_of = more.pop("viewer", LEAD), more.pop("as_of", NOW)
    return customer_page(
        conn, viewer, customer, as_of,
        look=PlainLook(), currency="USD", workspace_zone="Asia/Tokyo", **more,
    )  # fmt: skip


def said(name: str, ago: int, text: str, direction: str = "in", /, **more: Any) -> Event:
    return event("message", name, ago, direction=direction, text=text, kind="text", **more)


def test_the_newest_word_about_each_attribute_counts(conn: psycopg.Connection[Any]) -> None:
    mara = keep(
        conn,
        event("profile", "p2", 2 * DAY, name="Mara Neri", owner="Bob"),
        event("profile", "p1", 9 * DAY, name="Mara", language="it", time_zone="Europe/Madrid"),
    )
    found = page(conn, mara)
    assert (found.name, found.owner, found.language) == ("Mara Neri", "Bob", "it")
    assert (found.time_zone, found.time_zone_from) == ("Europe/Madrid", "profile")
    assert found.country == "IT"
    assert page(conn, mara, as_of=NOW - 5 * DAY).name == "Mara"


def test_a_number_alone_tells_name_country_and_zone(conn: psycopg.Connection[Any]) -> None:
    ines = keep(conn, said("m1", HOUR, "Olá", handle="+351912345678"))
    found = page(conn, ines)
    assert (found.name, found.country) == ("+351 912 345 678", "PT")
    assert (found.time_zone, found.time_zone_from) == ("Europe/Lisbon", "phone")


def test_without_a_number_the_workspaces_zone_is_taken(conn: psycopg.Connection[Any]) -> None:
    anon = keep(conn, said("m1", HOUR, "Hi", handle="wa:CC.abc"))
    found = page(conn, anon)
    assert (found.time_zone, found.time_zone_from) == ("Asia/Tokyo", "workspace")
    assert found.country is None


def test_the_thread_shows_messages_with_receipts_signals_and_corrections(
    conn: psycopg.Connection[Any],
) -> None:
    mara = keep(
        conn,
        said("in-1", 3 * HOUR, "What is the price?"),
        said("out-1", 2 * HOUR, "It is 20.", "out", agent="Bob"),
        event("receipt", "r1", 2 * HOUR, message="out-1", status="delivered"),
        event("receipt", "r2", HOUR, message="out-1", status="read"),
        said("in-2", 50 * MINUTE, "Too much"),
        event("correction", "c1", 40 * MINUTE, message="in-2", action="edit", text="Fine, price?"),
        said("in-3", 30 * MINUTE, "Oops"),
        event("correction", "c2", 20 * MINUTE, message="in-3", action="revoke"),
    )
    asked, answered, edited, revoked = page(conn, mara).thread
    assert asked.marks == (Mark(12, 17, "price_inquiry", "price"),)
    assert asked.signals == ("price_inquiry",)
    assert (answered.direction, answered.agent, answered.status) == ("out", "Bob", "read")
    assert (edited.text, edited.edited, edited.signals) == (
        "Fine, price?",
        True,
        ("price_inquiry",),
    )
    assert revoked.revoked
    before = page(conn, mara, as_of=NOW - 45 * MINUTE).thread
    assert [m.text for m in before] == ["What is the price?", "It is 20.", "Too much"]


def test_what_became_known_later_is_not_shown_yet(conn: psycopg.Connection[Any]) -> None:
    mara = keep(conn, said("m1", HOUR, "Early"), said("m2", 2 * HOUR, "Late", known=NOW + 1))
    assert [m.text for m in page(conn, mara).thread] == ["Early"]
    assert [m.text for m in page(conn, mara, as_of=NOW + 2).thread] == ["Late", "Early"]


def test_long_threads_come_in_pages(conn: psycopg.Connection[Any]) -> None:
    count = MESSAGES + 5
    mara = keep(conn, *(said(f"m{n}", (count - n) * MINUTE, f"text {n}") for n in range(count)))
    newest = page(conn, mara)
    assert newest.earlier
    assert [m.text for m in newest.thread][::59] == ["text 5", "text 64"]
    oldest = page(conn, mara, before=newest.thread[0].event_id)
    assert not oldest.earlier
    assert [m.text for m in oldest.thread] == [f"text {n}" for n in range(5)]


def test_a_long_message_is_cut_and_can_be_read_whole(conn: psycopg.Connection[Any]) -> None:
    text = "價" * 65_536
    mara = keep(conn, said("m1", HOUR, text))
    [message] = page(conn, mara).thread
    assert (len(message.text), message.length) == (2_000, 65_536)
    assert whole_message(conn, LEAD, mara, message.event_id, NOW).text == text
    other = keep(conn, said("m2", HOUR, "Ciao", handle="+393331234502"))
    with pytest.raises(NotFound):
        whole_message(conn, LEAD, other, message.event_id, NOW)


def test_the_heat_map_is_in_the_customers_own_hours(conn: psycopg.Connection[Any]) -> None:
    night = parse_instant("2026-03-01T23:30:00Z")  # Monday 00:30 in Rome
    summer = parse_instant("2025-07-07T08:10:00Z")  # Monday 10:10 in Rome
    mara = keep(
        conn,
        said("m1", NOW - night, "a"),
        said("m2", NOW - summer, "b"),
        said("m3", HOUR, "out", "out"),
        said("m4", 400 * DAY, "long ago"),
    )
    heat = page(conn, mara).heat
    assert (len(heat), {len(hours) for hours in heat}) == (7, {24})
    assert (heat[0][0], heat[0][10], sum(map(sum, heat))) == (1, 1, 2)


def test_orders_show_their_latest_stage_and_spend_what_was_kept(
    conn: psycopg.Connection[Any],
) -> None:
    line = {"name": "Kettle", "quantity": 2}
    mara = keep(
        conn,
        event("order", "1", 9 * DAY, amount="120.50", currency="USD", status="paid", lines=[line]),
        event("order", "2", 8 * DAY, amount="30", currency="USD", status="paid"),
        event("order", "2", 7 * DAY, amount="30", currency="USD", status="returned"),
        event("order", "0", 400 * DAY, amount="999", currency="USD", status="paid"),
    )
    found = page(conn, mara)
    assert found.spend == Decimal("120.50")
    assert [(o.order_id, o.status, o.amount) for o in found.orders] == [
        ("2", "returned", Decimal("30")),
        ("1", "paid", Decimal("120.50")),
        ("0", "paid", Decimal("999")),
    ]
    assert found.orders[1].lines == ("2 × Kettle",)


def test_labels_come_with_their_reasons_and_history(conn: psycopg.Connection[Any]) -> None:
    mara = keep(conn, said("m1", HOUR, "price"))
    for label, since, until in (("red", NOW - HOUR, None), ("yellow", NOW - DAY, NOW - HOUR)):
        conn.execute(
            "INSERT INTO assignments (customer_id, dimension, label, since, until_at, rule, pack,"
            " origin, cause, evidence, because) VALUES (%s, 'follow_up', %s, %s, %s, 'COL-1',"
            " 'p 1', 'rule', 'event', '{\"facts\": {\"n\": 3}, \"events\": [7], \"count\": 9}',"
            " 'Asked for a price')",
            (mara, label, since, until),
        )
    found = page(conn, mara)
    [label] = found.labels
    assert (label.chip.label, label.because, label.since) == (
        "red",
        "Asked for a price",
        NOW - HOUR,
    )
    assert (label.facts, label.events, label.event_count) == ({"n": 3}, (7,), 9)
    assert not label.removable
    assert [(h.chip.label, h.until) for h in found.history] == [
        ("red", None),
        ("yellow", NOW - HOUR),
    ]
    [earlier] = page(conn, mara, as_of=NOW - 2 * HOUR).labels
    assert earlier.chip.label == "yellow"


def test_the_note_line_and_a_pending_snooze(conn: psycopg.Connection[Any]) -> None:
    mara = keep(
        conn,
        event("preference", "n1", 9 * DAY, note="Mara | text only"),
        event("preference", "n2", 2 * DAY, note="Mara | voice"),
        event("follow_up", "f1", 2 * HOUR, action="snooze", until=NOW + HOUR, by="Bob"),
    )
    found = page(conn, mara)
    assert found.note == "Mara | voice"
    assert found.snoozed
    assert (found.snoozed.until, found.snoozed.by) == (NOW + HOUR, "Bob")
    keep(conn, event("follow_up", "f2", HOUR, action="done", by="Bob"))
    assert page(conn, mara).snoozed is None


def test_a_rep_finds_only_own_and_nobodys_customers(conn: psycopg.Connection[Any]) -> None:
    hers = keep(conn, event("profile", "p1", DAY, name="Mara", owner="Alice"))
    nobodys = keep(conn, said("m1", HOUR, "Olá", handle="+351912345678"))
    assert page(conn, nobodys, viewer=BOB).owner is None
    for unknown in (hers, 10**9):
        with pytest.raises(NotFound, match="is not known"):
            page(conn, unknown, viewer=BOB)


def test_customers_of_the_sample_shop_say_so(conn: psycopg.Connection[Any]) -> None:
    made_up = Event("message", "m1", "simulated", MARA, NOW - 1, NOW - 1,
                    fields={"direction": "in", "text": "Hi"})  # fmt: skip
    assert page(conn, keep(conn, made_up)).simulated
