"""When a customer is best contacted, and when promotions had better wait, as the jobs found it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from psycopg.types.json import Jsonb

from warmlist.clock import DAY, HOUR, parse_instant
from warmlist.followup.views import Best

if TYPE_CHECKING:
    from conftest import Shop

pytestmark = pytest.mark.store

#: A Tuesday, 10:30 in Rome.
NOW = parse_instant("2026-03-03T09:30:00Z")
INES, TAIWAN = "+393331234502", "+886912345678"
WEEKDAYS, WEEKEND = (1, 2, 3, 4, 5), (6, 7)


def parts(best: tuple[int, int], worst: tuple[int, int]) -> dict[str, Any]:
    told = {"best": list(best), "worst": list(worst)}
    return {"acts": 999, "weekday": told, "weekend": told}


def ran(shop: Shop, job: str, at: int, **result: Any) -> None:
    shop.conn.execute(
        "INSERT INTO insight_runs (job, at_ms, result, withheld, concluded, added, removed, by_name)"
        " VALUES (%s, %s, %s, '[]', true, 0, 0, 'warmlist')",
        (job, at, Jsonb(result)),
    )
    shop.conn.commit()


def found(shop: Shop, dimension: str, label: str) -> None:
    shop.tell(INES, "finding", NOW - 9 * DAY, job="windows", dimension=dimension, label=label,
              action="add", evidence={}, source="warmlist")  # fmt: skip


def best(shop: Shop, customer_id: int, as_of: int = NOW) -> Best | None:
    row = shop.row(customer_id, as_of)
    assert row is not None
    return row.window.best


def test_the_customers_own_hours_go_before_the_countrys_and_those_before_everybodys(
    shop: Shop,
) -> None:
    ines = shop.writes(INES, "spec_inquiry", NOW - 25 * HOUR)
    shop.label()
    shop.conn.execute("UPDATE standings SET due_by = %s", (NOW + 12 * HOUR,))
    shop.conn.commit()
    assert best(shop, ines) is None
    ran(shop, "windows", NOW - 9 * DAY, countries={}, everybody=parts((11, 13), (2, 6)))
    eleven = parse_instant("2026-03-03T11:00:00+01:00")
    assert best(shop, ines) == Best(eleven, WEEKDAYS, 11 * 60, 13 * 60, "everybody")
    told = {"IT": parts((18, 20), (2, 6))}
    ran(shop, "windows", NOW - 8 * DAY, countries=told, everybody=parts((11, 13), (2, 6)))
    at_six = parse_instant("2026-03-03T18:00:00+01:00")
    assert best(shop, ines) == Best(at_six, WEEKDAYS, 18 * 60, 20 * 60, "country")


@pytest.mark.parametrize(
    ("label", "clock", "begin", "end", "days", "source"),
    [
        ("active_window:tue_evening", "20:00", 20, 24, (2,), "own"),
        ("active_window:best_weekday_15_17", "15:00", 15, 17, WEEKDAYS, "own"),
        ("product:budget:low", "12:00", 12, 14, (1, 2, 3, 4, 5, 6, 7), "impulse"),
        ("contact_time:golden_14", "14:00", 14, 15, (1, 2, 3, 4, 5, 6, 7), "golden"),
    ],
)
def test_what_is_known_of_the_customer_counts_first(
    shop: Shop, label: str, clock: str, begin: int, end: int, days: tuple[int, ...], source: Any
) -> None:
    ran(shop, "windows", NOW - 9 * DAY, countries={"IT": parts((18, 20), (2, 6))}, everybody={})
    found(shop, *label.split(":", 1))
    found(shop, "active_window", "sun_evening") if source == "golden" else None
    ines = shop.writes(INES, "spec_inquiry", NOW - 25 * HOUR)
    shop.label()
    shop.conn.execute("UPDATE standings SET due_by = %s", (NOW + 12 * HOUR,))
    shop.conn.commit()
    at = parse_instant(f"2026-03-03T{clock}:00+01:00")
    assert best(shop, ines) == Best(at, days, begin * 60, end * 60, source)


def test_a_best_hour_is_told_neither_behind_the_deadline_nor_to_who_waits_for_an_answer(
    shop: Shop,
) -> None:
    ran(shop, "windows", NOW - 9 * DAY, countries={"IT": parts((18, 20), (2, 6))}, everybody={})
    ines = shop.writes(INES, "spec_inquiry", NOW - 25 * HOUR)
    shop.label()
    shop.conn.execute("UPDATE standings SET due_by = %s", (NOW + HOUR,))
    shop.conn.commit()
    assert best(shop, ines) is None
    shop.writes(INES, "price_inquiry", NOW - HOUR)
    shop.label()
    assert best(shop, ines, parse_instant("2026-03-03T18:30:00+01:00")) is None


def test_hours_that_the_customer_refuses_are_no_best_ones(shop: Shop) -> None:
    ran(shop, "windows", NOW - 9 * DAY, countries={"IT": parts((18, 20), (2, 6))},
        everybody=parts((15, 17), (2, 6)))  # fmt: skip
    office = [{"days": [1, 2, 3, 4, 5], "from": "09:00", "to": "18:00"}]
    shop.tell(INES, "preference", NOW - 9 * DAY, origin="stated", windows=office)
    ines = shop.writes(INES, "spec_inquiry", NOW - 25 * HOUR)
    shop.label()
    shop.conn.execute("UPDATE standings SET due_by = %s", (NOW + 12 * HOUR,))
    shop.conn.commit()
    three = parse_instant("2026-03-03T15:00:00+01:00")
    assert best(shop, ines) == Best(three, WEEKDAYS, 15 * 60, 17 * 60, "everybody")


def test_a_country_without_data_begins_with_what_is_known_of_it(shop: Shop) -> None:
    start = {"weekday_best": [12, 14], "weekend_best": [20, 22], "worst": [3, 6]}
    ran(shop, "regions", NOW - 9 * DAY, regions={"TW": {"customers": 1, "start": start}})
    chen = shop.writes(TAIWAN, "spec_inquiry", NOW - 3 * DAY)
    shop.label()
    shop.conn.execute("UPDATE standings SET due_by = %s", (NOW + 12 * HOUR,))
    shop.conn.commit()
    early = NOW - 4 * HOUR  # 13:30 in Taipei
    assert best(shop, chen, early) == Best(early, WEEKDAYS, 12 * 60, 14 * 60, "country")


def test_dear_goods_are_thought_over_on_sunday(shop: Shop) -> None:
    ran(shop, "windows", NOW - 9 * DAY, countries={"IT": parts((18, 20), (2, 6))}, everybody={})
    found(shop, "product", "budget:high")
    ines = shop.writes(INES, "spec_inquiry", NOW - 25 * HOUR)
    shop.label()
    sunday = parse_instant("2026-03-08T09:00:00+01:00")
    shop.conn.execute("UPDATE standings SET rank = 0, due_by = %s", (sunday + HOUR,))
    shop.conn.commit()
    assert best(shop, ines) == Best(sunday, (7,), 9 * 60, 11 * 60, "considered")


def promoted(shop: Shop) -> int:
    """A high spender whose playbook brings a promotion; two were sent on Tuesdays at 10:30."""
    shop.tell(INES, "order", NOW - 40 * DAY, status="paid", amount="9000.00", currency="USD")
    shop.tell(INES, "order", NOW - 39 * DAY, status="paid", amount="9000.00", currency="USD")
    ines = shop.tell(INES, "view", NOW - 35 * DAY, seconds=5)
    for days in (21, 14):
        shop.answers(INES, NOW - days * DAY, purpose="promotion", campaign="spring")
    shop.label()
    shop.conn.execute(
        "UPDATE standings SET playbook = 'COL-4d', due_from = %s, due_by = %s,"
        " facts = facts - 'last_answer' || '{\"touch\": 0}'",
        (NOW - DAY, NOW + HOUR),
    )
    shop.conn.commit()
    return ines


def test_a_third_promotion_in_a_worst_window_waits_until_it_is_over(shop: Shop) -> None:
    ines = promoted(shop)
    row = shop.row(ines)
    assert row is not None
    assert (row.purpose, row.held) == ("promotion", ())
    ran(shop, "windows", NOW - DAY, countries={"IT": parts((18, 20), (9, 13))}, everybody={})
    one = parse_instant("2026-03-03T13:00:00+01:00")
    for known in (False, True):
        if known:
            shop.ask_the_guard()
        row = shop.row(ines)
        assert row is not None
        assert (row.held, row.opens, row.window.next_open) == (("worst_window",), one, one)


def test_the_customers_own_worst_window_goes_before_the_countrys(shop: Shop) -> None:
    found(shop, "active_window", "worst_weekday_14_18")
    ines = promoted(shop)
    ran(shop, "windows", NOW - DAY, countries={"IT": parts((18, 20), (9, 13))}, everybody={})
    row = shop.row(ines)
    assert row is not None
    assert row.held == ()
