"""The queue respects what customers wish: rows say from when, why not before, and what to bring."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from warmlist.clock import DAY, HOUR, MINUTE, parse_instant
from warmlist.followup.views import LogContact, Viewer

if TYPE_CHECKING:
    from conftest import Shop

pytestmark = pytest.mark.store

#: A Tuesday, 10:30 in Rome.
NOW = parse_instant("2026-03-03T09:30:00Z")
ALICE, BOB = Viewer(1, "Alice", "admin"), Viewer(2, "Bob", "rep", minutes_a_day=7)
INES = "+393331234502"
OFFICE = [{"days": [1, 2, 3, 4, 5], "from": "09:00", "to": "18:00"}]


def wishes(shop: Shop, handle: str, at: int, **fields: Any) -> int:
    return shop.tell(handle, "preference", at, origin="stated", **fields)


def test_somebody_for_working_days_is_shown_on_saturday_with_monday_as_the_moment(
    shop: Shop,
) -> None:
    saturday = parse_instant("2026-03-07T11:00:00+01:00")
    ines = shop.writes(INES, "spec_inquiry", saturday - 3 * DAY)
    wishes(shop, INES, saturday - 3 * DAY, windows=OFFICE)
    shop.label(saturday)
    row = shop.row(ines, saturday)
    assert row is not None
    assert (row.window.open_now, row.held) == (False, ("preferred_hours",))
    assert row.window.next_open == parse_instant("2026-03-09T09:00:00+01:00")
    assert row.window.text == "Mon–Fri 9–18"


def test_a_stated_cap_makes_the_row_wait_until_a_week_after_the_contact(shop: Shop) -> None:
    ines = shop.writes(INES, "spec_inquiry", NOW - 4 * DAY)
    wishes(shop, INES, NOW - 4 * DAY, max_per_week=1)
    shop.answers(INES, NOW - 3 * DAY)
    shop.label()
    row = shop.row(ines)
    assert row is not None
    assert row.held == ("frequency", "spacing")
    assert row.window.next_open == NOW - 3 * DAY + 7 * DAY + 1


def test_an_answer_waits_for_nothing(shop: Shop) -> None:
    wishes(
        shop,
        INES,
        NOW - 9 * DAY,
        windows=[{"days": [7], "from": "10:00", "to": "11:00"}],
        max_per_week=1,
    )
    shop.answers(INES, NOW - 2 * DAY)
    ines = shop.writes(INES, "price_inquiry", NOW - HOUR)
    shop.label()
    row = shop.row(ines)
    assert row is not None
    assert (row.window.open_now, row.held) == (True, ())


def test_a_call_gives_way_to_the_format_that_was_stated(shop: Shop) -> None:
    shop.writes(INES, "", NOW - 40 * DAY)
    wishes(shop, INES, NOW - 39 * DAY, channel_format="voice")
    ines = shop.writes(INES, "stock_inquiry", NOW - 10 * MINUTE)
    shop.label()
    row = shop.row(ines)
    assert row is not None
    assert (row.playbook, row.how, row.held) == ("COL-10", "voice", ())


def test_a_row_says_what_to_bring_and_each_contact_something_else(shop: Shop) -> None:
    ines = shop.writes(INES, "spec_inquiry", NOW - 2 * DAY)
    shop.label()
    row = shop.row(ines)
    assert row is not None
    assert (row.playbook, row.brings, row.purpose) == ("FUP-3", "Specification sheet", "content")
    assert row.what.startswith("Ciao, ecco la scheda tecnica con quello")
    later = NOW + 2 * DAY
    shop.desk.act(ALICE, ines, LogContact("call", "sent the sheet"), NOW)
    shop.label(later)
    row = shop.row(ines, later)
    assert row is not None
    assert (row.playbook, row.brings) == ("FUP-3", "Case study")


def test_a_contact_outside_the_chat_is_a_touch_and_counts_for_the_cap(shop: Shop) -> None:
    ines = shop.writes(INES, "spec_inquiry", NOW - 8 * DAY)
    for days in (5, 3, 1):
        shop.desk.act(ALICE, ines, LogContact("visit", ""), NOW - days * DAY)
    shop.label()
    assert shop.conn.execute("SELECT touches_7d FROM standings").fetchone() == (3,)
    assert not shop.due(ines)


def test_a_message_does_not_name_the_key_of_a_category(shop: Shop) -> None:
    shop.is_called(INES, NOW - 30 * DAY, name="Ines")
    shop.tell(INES, "finding", NOW - 3 * DAY, job="test", dimension="product",
              label="interest:lampade", action="add", evidence={})  # fmt: skip
    ines = shop.writes(INES, "spec_inquiry", NOW - 2 * DAY)
    shop.label()
    row = shop.row(ines)
    assert row is not None
    assert row.what == "Ciao Ines, ecco la scheda tecnica con quello che chiedevi:"


def test_a_high_spender_with_three_promotions_is_offered_something_else(shop: Shop) -> None:
    shop.tell(INES, "order", NOW - 40 * DAY, status="paid", amount="9000.00", currency="USD")
    shop.tell(INES, "order", NOW - 39 * DAY, status="paid", amount="9000.00", currency="USD")
    ines = shop.tell(INES, "view", NOW - 35 * DAY, seconds=5)
    shop.label()
    row = shop.row(ines)
    assert row is not None
    assert (row.playbook, row.purpose) == ("COL-4d", "promotion")
    for days in (29, 28, 27):
        shop.answers(INES, NOW - days * DAY, purpose="promotion", campaign="spring")
    shop.label()
    row = shop.row(ines)
    assert row is not None
    assert row.purpose != "promotion"
    assert row.held == ()


def test_a_day_of_seven_minutes_fits_two_messages_and_says_what_it_does_not_fit(shop: Shop) -> None:
    for n in range(5):
        shop.writes(f"+3933312345{n:02d}", "spec_inquiry", NOW - 2 * DAY)
    shop.label()
    page = shop.queue(BOB)
    assert (page.minutes_used, page.minutes_total, page.beyond_from, page.beyond) == (6, 7, 2, 3)
    assert shop.queue(ALICE).beyond == 0


def test_who_wants_to_write_first_is_not_in_the_queue_but_for_the_newsletter(shop: Shop) -> None:
    shop.tell(INES, "order", NOW - 20 * DAY, status="paid", amount="20.00", currency="EUR")
    ines = wishes(shop, INES, NOW - 10 * DAY, passive=True)
    shop.label()
    assert not shop.due(ines)
    last = parse_instant("2026-03-31T12:00:00+02:00")
    shop.label(last)
    row = shop.row(ines, last)
    assert row is not None
    assert (row.playbook, row.brings, row.held) == ("PRF-4", "Brand newsletter", ())
