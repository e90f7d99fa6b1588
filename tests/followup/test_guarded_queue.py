"""The queue respects what customers wish: rows say from when, why not before, and what to bring."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from warmlist.clock import DAY, HOUR, MINUTE, parse_instant
from warmlist.followup.views import LogContact, QueueFilters, Viewer

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


def test_who_wants_working_days_is_not_in_saturdays_list_but_comes_on_monday(shop: Shop) -> None:
    saturday = parse_instant("2026-03-07T11:00:00+01:00")
    monday = parse_instant("2026-03-09T09:00:00+01:00")
    ines = shop.writes(INES, "spec_inquiry", saturday - 3 * DAY)
    wishes(shop, INES, saturday - 3 * DAY, windows=OFFICE)
    shop.label(saturday)
    for known in (False, True):  # whether or not the guard was asked beforehand
        if known:
            shop.ask_the_guard(saturday)
        assert not shop.due(ines, saturday)
        page = shop.desk.customer(ALICE, ines, saturday)
        assert (page.row, [n.due_from for n in page.upcoming]) == (None, [monday])
        assert [row.customer_id for row in shop.replayed(saturday)] == []
    assert shop.queue(ALICE, saturday).due_today == 0
    row = shop.row(ines, monday)
    assert row is not None
    assert (row.window.open_now, row.held, row.window.text) == (True, (), "Mon–Fri 9–18")


def test_what_opens_later_today_stands_behind_all_that_is_open(shop: Shop) -> None:
    """Three customers for the evening, hours apart; one who may be written to now, in no hurry."""
    hours = {"+393331234520": "20:00", "+393331234521": "12:00", "+393331234522": "18:30"}
    later = {}
    for handle, opens in hours.items():
        later[opens] = shop.writes(handle, "spec_inquiry", NOW - 4 * DAY)
        wishes(shop, handle, NOW - 4 * DAY,
               windows=[{"days": [1, 2, 3, 4, 5, 6, 7], "from": opens, "to": "22:00"}])  # fmt: skip
    ines = shop.writes(INES, "spec_inquiry", NOW - 2 * DAY)
    shop.label()
    wanted = [ines, later["12:00"], later["18:30"], later["20:00"]]
    for known in (False, True):
        if known:
            shop.ask_the_guard(NOW)
        page = shop.queue()
        assert [row.customer_id for row in page.rows] == wanted
        clocks = ("12:00", "18:30", "20:00")
        opens = [parse_instant(f"2026-03-03T{clock}:00+01:00") for clock in clocks]
        assert [row.opens for row in page.rows] == [0, *opens]
        assert page.rows[1].held == ("preferred_hours",)
        assert page.rows[1].window.next_open == page.rows[1].opens
        assert page.due_today == 4
    assert [row.customer_id for row in shop.replayed(NOW)] == wanted
    at_noon = shop.queue(ALICE, NOW + 3 * HOUR).rows
    assert {row.customer_id for row in at_noon if not row.opens} == {ines, later["12:00"]}


def test_pages_go_on_from_what_is_open_to_what_opens_later(shop: Shop) -> None:
    evening = [{"days": [1, 2, 3, 4, 5, 6, 7], "from": "20:00", "to": "22:00"}]
    for n in range(70):
        handle = f"+3933312345{n:02d}"
        shop.writes(handle, "spec_inquiry", NOW - 2 * DAY - n * MINUTE)
        if n >= 40:
            wishes(shop, handle, NOW - 2 * DAY, windows=evening)
    shop.label()
    shop.ask_the_guard(NOW)
    shop.ask_the_guard(NOW)
    first = shop.queue()
    second = shop.desk.queue(ALICE, QueueFilters(), NOW, first.next_cursor)
    assert [row.opens == 0 for row in first.rows] == [True] * 40 + [False] * 10
    assert (len(second.rows), second.next_cursor) == (20, None)
    together = [row.sort_key for row in first.rows + second.rows]
    assert together == sorted(set(together))
    assert first.due_today == 70


def test_the_line_of_the_day_is_drawn_behind_what_is_open(shop: Shop) -> None:
    """Seven minutes are two messages: the one that is open, and the first that opens later."""
    evening = [{"days": [1, 2, 3, 4, 5, 6, 7], "from": "20:00", "to": "22:00"}]
    for n in range(3):
        shop.writes(f"+3933312345{n:02d}", "spec_inquiry", NOW - 2 * DAY - n * MINUTE)
        if n:
            wishes(shop, f"+3933312345{n:02d}", NOW - 2 * DAY, windows=evening)
    shop.label()
    shop.ask_the_guard(NOW)
    page = shop.queue(BOB)
    assert ([row.opens > 0 for row in page.rows], page.beyond_from, page.beyond) == (
        [False, True, True], 2, 1,
    )  # fmt: skip


def test_news_open_what_was_shut(shop: Shop) -> None:
    """What is kept of the guard is forgotten with the message that changes it."""
    sunday = [{"days": [7], "from": "10:00", "to": "11:00"}]
    ines = shop.writes(INES, "spec_inquiry", NOW - 4 * DAY)
    wishes(shop, INES, NOW - 4 * DAY, windows=sunday)
    shop.label()
    shop.ask_the_guard(NOW)
    assert not shop.due(ines)
    shop.writes(INES, "price_inquiry", NOW + HOUR)
    shop.label(NOW + HOUR + 1)
    assert shop.ids(ALICE, NOW + HOUR + 1) == [ines]
    shop.ask_the_guard(NOW + HOUR + 1)
    assert shop.ids(ALICE, NOW + HOUR + 1) == [ines]
    assert not shop.due(ines, NOW + 26 * HOUR)  # the answer is late; Sunday is the next chance


def test_a_stated_cap_makes_the_row_wait_until_a_week_after_the_contact(shop: Shop) -> None:
    ines = shop.writes(INES, "spec_inquiry", NOW - 4 * DAY)
    wishes(shop, INES, NOW - 4 * DAY, max_per_week=1)
    shop.answers(INES, NOW - 3 * DAY)
    shop.label()
    assert not shop.due(ines)
    again = NOW - 3 * DAY + 7 * DAY + 1
    assert [n.due_from for n in shop.desk.customer(ALICE, ines, NOW).upcoming] == [again]
    shop.label(again - HOUR)
    row = shop.row(ines, again - HOUR)
    assert row is not None
    assert (row.held, row.window.next_open, row.opens) == (("frequency", "spacing"), again, again)


def test_who_agreed_to_more_contacts_gets_more(shop: Shop) -> None:
    """Three in a week is only what nobody said otherwise about; five are never passed."""
    ines = shop.writes(INES, "spec_inquiry", NOW - 9 * DAY)
    for days in (6, 4, 2):
        shop.answers(INES, NOW - days * DAY)
    shop.label()
    shop.conn.execute("UPDATE standings SET due_by = %s, due_from = 0", (NOW,))
    shop.conn.commit()
    assert not shop.due(ines)
    wishes(shop, INES, NOW - HOUR, max_per_week=7)
    assert shop.due(ines)
    for days in (3, 1):
        shop.answers(INES, NOW - days * DAY)
    assert not shop.due(ines)


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
