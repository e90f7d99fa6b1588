"""Who is in today's queue, who is not, and in which order. The team works in Rome."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from warmlist.clock import DAY, HOUR, MINUTE, parse_instant
from warmlist.errors import BadInput
from warmlist.followup.views import COLOURS, QueueFilters, Viewer

if TYPE_CHECKING:
    from conftest import Shop

pytestmark = pytest.mark.store

#: A Tuesday, 10:30 in Rome.
NOW = parse_instant("2026-03-03T09:30:00Z")
ALICE, BOB, CARLA = (
    Viewer(1, "Alice", "admin"),
    Viewer(2, "Bob", "rep"),
    Viewer(3, "Carla", "rep"),
)

GIULIA, INES, JONAS = "+393331234501", "+34600123402", "+4915112345603"


def test_a_price_question_is_in_the_queue_with_all_that_a_rep_needs(shop: Shop) -> None:
    giulia = shop.is_called(GIULIA, NOW - 30 * DAY, name="Giulia Rossi", owner="Bob")
    shop.writes(GIULIA, "price_inquiry", NOW - 30 * MINUTE)
    shop.label()
    row = shop.row(giulia)
    assert row is not None
    assert (row.name, row.handle, row.owner, row.colour) == ("Giulia Rossi", GIULIA, "Bob", "red")
    assert row.playbook == "FUP-2"
    assert row.why == "Asked the price 30 minutes ago"
    assert row.missed == "each hour late costs 9 %"
    assert (row.due_from, row.due_by) == (NOW - 30 * MINUTE, NOW + 30 * MINUTE)
    assert not row.overdue
    assert (row.what, row.what_language) == ("Ciao Giulia Rossi, ecco il prezzo: ", "it")
    assert row.channel_closes_at == NOW - 30 * MINUTE + DAY
    assert row.last_message is not None
    assert (row.last_message.text, row.last_message.direction) == ("price_inquiry", "in")
    assert "follow_up" not in {chip.dimension for chip in row.chips}
    assert [c.name for c in row.chips if c.dimension == "intent"] == ["High intent"]
    assert not row.simulated


def test_the_row_speaks_the_viewers_language(shop: Shop) -> None:
    giulia = shop.writes(GIULIA, "price_inquiry", NOW - 2 * HOUR)
    shop.label()
    row = shop.row(giulia, viewer=Viewer(1, "Alice", "admin", "zh_Hans"))
    assert row is not None
    assert row.why == "2小时前询价"
    assert row.missed == "每延迟 1 小时成交率降 9%"
    assert "高意向" in {chip.name for chip in row.chips}
    assert row.overdue


def test_what_is_due_tomorrow_is_not_in_todays_queue(shop: Shop) -> None:
    ines = shop.writes(INES, "spec_inquiry", NOW - 20 * HOUR)
    shop.answers(INES, NOW - 19 * HOUR)
    shop.label()
    due_by = shop.conn.execute("SELECT due_by FROM standings").fetchone()[0]  # type: ignore[index]
    assert due_by > NOW
    midnight = parse_instant("2026-03-04T00:00:00+01:00")
    day_before = due_by - (due_by - midnight) % DAY - 1
    assert not shop.due(ines, day_before)
    assert shop.due(ines, day_before + 1)
    page = shop.desk.customer(ALICE, ines, day_before)
    assert page.row is None
    assert [n.due_by for n in page.upcoming] == [due_by]


def test_the_day_ends_at_the_teams_midnight(shop: Shop) -> None:
    """On 29 March 2026 the clocks of Rome go forward: that day has 23 hours."""
    evening = parse_instant("2026-03-28T23:30:00+01:00")
    ines = shop.writes(INES, "spec_inquiry", parse_instant("2026-03-26T11:59:00+01:00"))
    shop.label(parse_instant("2026-03-29T12:00:00+02:00"))
    shop.conn.execute("UPDATE standings SET rank = 30, due_from = 0, due_by = %s", (evening,))
    for due_by, due in (("2026-03-29T23:59:59+02:00", True), ("2026-03-30T00:00:00+02:00", False)):
        until = parse_instant(due_by)
        shop.conn.execute("UPDATE standings SET due_by = %s", (until,))
        shop.conn.commit()
        assert shop.due(ines, parse_instant("2026-03-29T12:00:00+02:00")) is due


def test_our_own_quote_is_not_followed_up_the_moment_it_was_sent(shop: Shop) -> None:
    """The quote of ten o'clock is due by ten in the evening, and shown from four on."""
    ten = parse_instant("2026-03-03T10:00:00+01:00")
    ines = shop.writes(INES, "price_inquiry", ten - HOUR)
    shop.answers(INES, ten - 5 * MINUTE)
    shop.answers(INES, ten, purpose="quote")
    shop.label(ten + HOUR)
    assert shop.ids(ALICE, ten + HOUR) == []
    upcoming = shop.desk.customer(ALICE, ines, ten + HOUR).upcoming
    assert [(n.due_from, n.due_by) for n in upcoming] == [(ten + 6 * HOUR, ten + 12 * HOUR)]
    assert shop.ids(ALICE, ten + 6 * HOUR) == [ines]


def test_a_red_that_came_late_does_not_wait_for_the_next_day(shop: Shop) -> None:
    late = parse_instant("2026-03-03T23:30:00+01:00")
    giulia = shop.writes(GIULIA, "price_inquiry", late - MINUTE)
    shop.label(late)
    row = shop.row(giulia, late)
    assert row is not None
    assert row.due_by > parse_instant("2026-03-04T00:00:00+01:00")


def test_who_asked_to_stop_is_left_alone(shop: Shop) -> None:
    ines = shop.writes(INES, "spec_inquiry", NOW - 3 * DAY)
    shop.tell(INES, "preference", NOW - 2 * DAY, marketing="stop")
    shop.label()
    assert not shop.due(ines)
    shop.tell(INES, "preference", NOW - DAY, marketing="resume")
    shop.label()
    assert shop.due(ines)


def test_who_opted_out_and_asks_a_question_gets_an_answer_for_a_day(shop: Shop) -> None:
    shop.tell(INES, "preference", NOW - 5 * DAY, marketing="stop")
    ines = shop.writes(INES, "price_inquiry", NOW - 23 * HOUR)
    shop.label()
    assert shop.due(ines)
    assert not shop.due(ines, NOW + 61 * MINUTE)


def test_a_request_to_stop_is_no_question(shop: Shop) -> None:
    ines = shop.writes(INES, "price_inquiry opt_out", NOW - HOUR)
    shop.label()
    assert not shop.due(ines)
    shop.writes(INES, "price_inquiry", NOW - 30 * MINUTE)
    shop.label()
    assert shop.due(ines)


def test_grey_is_not_in_the_queue(shop: Shop) -> None:
    ines = shop.writes(INES, "spec_inquiry", NOW - 3 * DAY)
    shop.label()
    assert shop.due(ines)
    shop.tell(INES, "label", NOW - HOUR, dimension="follow_up", label="grey", action="add")
    shop.label()
    assert not shop.due(ines)


def test_three_contacts_in_seven_days_are_enough(shop: Shop) -> None:
    ines = shop.writes(INES, "spec_inquiry", NOW - 9 * DAY)
    for days in (6, 4, 2):
        shop.answers(INES, NOW - days * DAY)
    shop.label()
    shop.conn.execute("UPDATE standings SET due_by = %s", (NOW,))
    shop.conn.commit()
    assert not shop.due(ines)


def test_an_answer_is_exempt_from_the_cap(shop: Shop) -> None:
    ines = shop.writes(INES, "spec_inquiry", NOW - 9 * DAY)
    for days in (6, 4, 2):
        shop.answers(INES, NOW - days * DAY)
    shop.writes(INES, "price_inquiry", NOW - HOUR)
    shop.label()
    assert shop.due(ines)


@pytest.mark.parametrize(
    ("local", "open_now", "opens"),
    [
        ("2026-03-03T21:59:59-08:00", True, None),
        ("2026-03-03T22:00:00-08:00", False, "2026-03-04T08:00:00-08:00"),
        ("2026-03-04T07:59:59-08:00", False, "2026-03-04T08:00:00-08:00"),
        ("2026-03-04T08:00:00-08:00", True, None),
        # The night in which the clocks go forward: eight o'clock comes an hour sooner.
        ("2026-03-07T23:00:00-08:00", False, "2026-03-08T08:00:00-07:00"),
    ],
)
def test_quiet_hours_are_the_customers_own(
    shop: Shop, local: str, open_now: bool, opens: str | None
) -> None:
    as_of = parse_instant(local)
    sam = shop.is_called("+15550100", NOW - 30 * DAY, time_zone="America/Los_Angeles")
    shop.writes("+15550100", "spec_inquiry", as_of - 3 * DAY)
    shop.label(as_of)
    row = shop.row(sam, as_of)
    assert row is not None
    assert row.window.open_now is open_now
    assert row.window.next_open == (parse_instant(opens) if opens else None)


def test_an_answer_may_go_out_at_night(shop: Shop) -> None:
    night = parse_instant("2026-03-03T23:00:00+01:00")
    giulia = shop.writes(GIULIA, "price_inquiry", night - HOUR)
    shop.label(night)
    row = shop.row(giulia, night)
    assert row is not None
    assert row.window.open_now


def test_the_order_is_colour_then_activity_then_time_then_worth(shop: Shop) -> None:
    told = {  # rank, due_by, worth
        "+393331234510": (20, NOW - HOUR, 900),
        "+393331234511": (0, NOW + HOUR, 0),
        "+393331234512": (1, NOW - HOUR, 0),
        "+393331234513": (0, NOW, 100),
        "+393331234514": (0, NOW, 200),
        "+393331234515": (10, NOW - DAY, 10**9),
        "+393331234516": (0, NOW, 200),
    }
    ids = {}
    for handle in told:
        ids[handle] = shop.writes(handle, "price_inquiry", NOW - 2 * HOUR)
    shop.label()
    for handle, (rank, due_by, worth) in told.items():
        shop.conn.execute(
            "UPDATE standings SET rank = %s, due_by = %s, worth = %s WHERE customer_id = %s",
            (rank, due_by, worth, ids[handle]),
        )
    shop.conn.commit()
    wanted = [ids[f"+3933312345{n}"] for n in (14, 16, 13, 11, 12, 15, 10)]
    page = shop.queue()
    assert [row.customer_id for row in page.rows] == wanted
    assert [row.sort_key for row in page.rows] == sorted(row.sort_key for row in page.rows)
    assert page.counts == {"red": 5, "orange": 1, "yellow": 1, "green": 0, "grey": 0}


def test_pages_follow_each_other_without_gap_or_repetition(shop: Shop) -> None:
    for n in range(60):
        shop.writes(f"+3933312345{n:02d}", "price_inquiry", NOW - 2 * HOUR - n // 3)
    shop.label()
    first = shop.queue()
    assert (len(first.rows), first.next_cursor is not None) == (50, True)
    second = shop.desk.queue(ALICE, QueueFilters(), NOW, first.next_cursor)
    assert (len(second.rows), second.next_cursor) == (10, None)
    together = [row.sort_key for row in first.rows + second.rows]
    assert together == sorted(set(together))


@pytest.mark.parametrize(
    "cursor", ["", "1.2.3", "1.2.3.x", "9.9.9." + "9" * 40, "99999999999.1.1.1"]
)
def test_a_cursor_that_is_none_is_refused(shop: Shop, cursor: str) -> None:
    with pytest.raises(BadInput):
        shop.desk.queue(ALICE, QueueFilters(), NOW, cursor)


def test_a_rep_sees_own_and_nobodys_customers(shop: Shop) -> None:
    mine, hers, free = (
        shop.writes(handle, "price_inquiry", NOW - HOUR) for handle in (GIULIA, INES, JONAS)
    )
    shop.is_called(GIULIA, NOW - 2 * HOUR, owner="Bob")
    shop.is_called(INES, NOW - 2 * HOUR, owner="Carla")
    shop.label()
    assert set(shop.ids(ALICE)) == {mine, hers, free}
    assert set(shop.ids(BOB)) == {mine, free}
    assert set(shop.ids(CARLA)) == {hers, free}
    changes = shop.desk.changes(BOB, [mine, hers, 999], NOW)
    assert [row.customer_id for row in changes.rows] == [mine]
    assert changes.gone == (hers, 999)
    assert shop.queue(BOB).due_today == 2


def test_filters_narrow_the_rows_and_the_counts_follow(shop: Shop) -> None:
    red = shop.writes(GIULIA, "price_inquiry", NOW - HOUR)
    yellow = shop.writes(INES, "spec_inquiry", NOW - 2 * DAY)
    shop.is_called(GIULIA, NOW - 2 * HOUR, owner="Bob")
    shop.label()
    assert shop.ids() == [red, yellow]
    assert shop.ids(ALICE, NOW, colour="yellow") == [yellow]
    assert shop.ids(ALICE, NOW, label="intent:high") == [red]
    assert shop.ids(ALICE, NOW, label="intent:") == []
    assert shop.ids(ALICE, NOW, owner="Bob") == [red]
    assert shop.ids(ALICE, NOW, owner="") == [yellow]
    page = shop.queue(ALICE, NOW, colour="red", label="intent:medium")
    assert page.rows == ()
    assert page.counts == dict.fromkeys(COLOURS, 0) | {"yellow": 1}
    assert page.due_today == 2


def test_what_does_not_fit_into_the_minutes_stands_apart(shop: Shop) -> None:
    for n in range(5):
        shop.writes(f"+3933312345{n:02d}", "price_inquiry", NOW - 2 * HOUR - n)
    shop.label()
    page = shop.queue(Viewer(2, "Bob", "rep", "en", 10))
    assert {row.how for row in page.rows} == {"text"}
    assert (page.minutes_used, page.minutes_total, page.beyond_from) == (9, 10, 3)
    changes = shop.desk.changes(Viewer(2, "Bob", "rep", "en", 10), [], NOW)
    assert changes.beyond_key == page.rows[3].sort_key
    assert shop.queue(Viewer(2, "Bob", "rep", "en", 0)).beyond_from == 0
    assert shop.queue(Viewer(2, "Bob", "rep", "en", 15)).beyond_from is None


def test_a_stated_format_comes_before_a_call(shop: Shop) -> None:
    giulia = shop.writes(GIULIA, "", NOW - 40 * DAY)
    shop.writes(GIULIA, "stock_inquiry", NOW - 10 * MINUTE)
    shop.label()
    row = shop.row(giulia)
    assert row is not None
    assert (row.playbook, row.how) == ("COL-10", "call")
    shop.conn.execute(
        "INSERT INTO assignments (customer_id, dimension, label, rule, pack, origin, cause, evidence,"
        " because) VALUES (%s, 'contact_format', 'voice', 'PRF-2', '', 'rule', 'event', '{}', '')",
        (giulia,),
    )
    shop.conn.commit()
    row = shop.row(giulia)
    assert row is not None
    assert row.how == "voice"


def test_the_last_message_says_what_it_says_now(shop: Shop) -> None:
    giulia = shop.writes(GIULIA, "price_inquiry", NOW - HOUR)
    shop.label()
    shop.tell(
        GIULIA,
        "correction",
        NOW - 30 * MINUTE,
        message="0",
        action="edit",
        text="How much, please?",
    )
    row = shop.row(giulia)
    assert row is not None
    assert row.last_message is not None
    assert row.last_message.text == "How much, please?"
    shop.tell(GIULIA, "correction", NOW - 20 * MINUTE, message="0", action="revoke")
    shop.label(NOW - 30 * MINUTE)
    row = shop.row(giulia)
    assert row is None or (row.last_message is not None and row.last_message.text == "")


def test_the_sample_shops_customers_say_so(shop: Shop) -> None:
    giulia = shop.writes(GIULIA, "price_inquiry", NOW - HOUR, source="simulated")
    shop.label()
    row = shop.row(giulia)
    assert row is not None
    assert row.simulated
