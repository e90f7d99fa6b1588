"""Replenishment and seasons: whose time it is, from when and until when."""

from __future__ import annotations

import random
from pathlib import Path

import pyarrow as pa
import pytest

from insights.shop import (
    PHONE,
    asked,
    bare,
    bought,
    fill,
    labels,
    ms,
    order,
    run,
    wanted,
    workspace,
)
from warmlist.clock import DAY, HOUR
from warmlist.insights import replenishment, seasons
from warmlist.insights.past import Past
from warmlist.store.database import Store

NOON = ms("2026-03-01T12:00")


def oats(days: list[int], at: int, zone: str = "UTC") -> set[tuple[int, str]]:
    """What is concluded of one customer who bought oats so many days before 1 March, noon."""
    rows = [(1, n, NOON - day * DAY, "oats") for n, day in enumerate(days)]
    people = pa.table({"customer_id": [1], "country": ["IT"], "zone": [zone]})
    past = bare(at, zone, bought=bought(rows), people=people)
    replenishment.find(past, asked(zone))
    return wanted(past)


@pytest.mark.unit
@pytest.mark.parametrize(("day", "reminded"), [(13, False), (14, True), (20, True), (21, False)])
def test_a_rhythm_of_17_days_is_reminded_on_day_14(day: int, reminded: bool) -> None:
    assert bool(oats([0, 17, 34], NOON + day * DAY)) == reminded


@pytest.mark.unit
def test_the_day_is_the_whole_local_day() -> None:
    morning = ms("2026-03-15T00:00")  # day 14 has just begun, though noon of it is 12 hours off
    assert oats([0, 17, 34], morning)
    assert not oats([0, 17, 34], morning - 1)
    assert oats([0, 17, 34], morning - HOUR, "Europe/Rome")


@pytest.mark.unit
@pytest.mark.parametrize(
    ("days", "first"),
    [([0, 10, 34], 14), ([0, 30, 60, 90], 25), ([0, 1, 2], 1), ([0, 7, 14], 6)],
)
def test_the_day_follows_the_customers_own_mean(days: list[int], first: int) -> None:
    assert not oats(days, NOON + (first - 1) * DAY)
    assert oats(days, NOON + first * DAY) == {(1, "replenish:oats")}


@pytest.mark.unit
def test_two_purchases_or_two_on_one_day_are_no_rhythm() -> None:
    assert not oats([0, 17], NOON + 14 * DAY)
    assert not oats([0, 0, 17], NOON + 14 * DAY)


def winters(customers: int) -> list[tuple[int, int, int, str]]:
    """Twenty months of orders: coats mostly in winter, soap all the time."""
    dice = random.Random(8)
    rows, number = [], 0
    for customer in range(customers):
        for _ in range(12):
            number += 1
            at = ms("2024-03-01") + dice.randint(0, 600) * DAY
            winter = ms("2024-12-01") <= at < ms("2025-03-01")
            item = "coats" if dice.random() < (0.5 if winter else 0.05) else "soap"
            rows.append((customer, number, at, item))
    return rows


@pytest.mark.unit
def test_what_was_bought_last_winter_is_told_two_weeks_before_this_one() -> None:
    rows = winters(300)
    coats = {
        c
        for c, _, at, item in rows
        if item == "coats" and ms("2024-12-01") <= at < ms("2025-03-01")
    }
    early = bare(ms("2025-11-16T23:59"), bought=bought(rows))
    assert not {label for _, label in _told(early)} & {"seasonal:coats"}
    past = bare(ms("2025-11-17"), bought=bought(rows))
    assert _told(past) == {(c, "seasonal:coats") for c in coats}
    until = {row["until"] for row in past.rows("SELECT DISTINCT until FROM wanted")}
    assert until == {ms("2026-03-01")}


def _told(past: Past) -> set[tuple[int, str]]:
    seasons.find(past, asked())
    return wanted(past)


@pytest.mark.unit
def test_who_bought_it_in_this_season_already_needs_no_word() -> None:
    rows = winters(300)
    someone = next(
        c
        for c, _, at, item in rows
        if item == "coats" and ms("2024-12-01") <= at < ms("2025-03-01")
    )
    bare_past = bare(
        ms("2025-12-20"), bought=bought([*rows, (someone, 99_999, ms("2025-12-02"), "coats")])
    )
    assert someone not in {c for c, _ in _told(bare_past)}


@pytest.mark.unit
def test_less_than_a_year_of_orders_tells_no_season() -> None:
    rows = [r for r in winters(300) if r[2] >= ms("2024-12-20")]
    outcome = seasons.find(bare(ms("2025-11-20"), bought=bought(rows)), asked())
    assert outcome.keep
    assert "days; seasons need a whole year" in outcome.withheld[0]


@pytest.mark.unit
@pytest.mark.parametrize(
    ("moment", "begins", "ends"),
    [("2026-01-15", "2025-12-01", "2026-03-01"), ("2025-12-01", "2025-12-01", "2026-03-01"),
     ("2026-05-31T23:59", "2026-03-01", "2026-06-01"), ("2026-09-01", "2026-09-01", "2026-12-01")],
)  # fmt: skip
def test_seasons_begin_with_march_june_september_december(
    moment: str, begins: str, ends: str
) -> None:
    season = seasons.season_at("UTC", ms(moment))
    assert (season.begins, season.ends) == (ms(begins), ms(ends))
    assert season.last_begins == ms(f"{int(begins[:4]) - 1}{begins[4:]}")


@pytest.mark.store
def test_reminders_out_of_the_store(store: Store, tmp_path: Path) -> None:
    """By the clock of the workspace, with the sku where lines have one; orders that came back count not."""
    phone, other = PHONE.format(1), PHONE.format(2)
    days = [0, 17, 34]
    events = [order(phone, f"a{d}", NOON - d * DAY, 10, "food/oats-1kg") for d in days]
    events += [order(other, f"b{d}", NOON - d * DAY, 10, "food/oats-1kg") for d in days]
    events.append(order(other, "b34", NOON - 33 * DAY, 10, status="returned"))
    fill(store, events)
    place = workspace(store, tmp_path, zone="Europe/Rome")
    assert run(place, "replenishment", NOON + 13 * DAY).added == 0
    found = run(place, "replenishment", NOON + 14 * DAY)
    assert labels(store, "product") == {(phone, "replenish:oats-1kg")}
    assert found.result["products"] == [
        {"sku": "oats-1kg", "customers": 1, "every_days": 17.0, "due": 1}
    ]
    quiet = run(place, "replenishment", NOON + 15 * DAY)
    assert (quiet.added, quiet.removed) == (0, 0)
    run(place, "replenishment", NOON + 30 * DAY)  # its time is over: nothing need be taken back
    with store.connect() as conn:
        count = conn.execute("SELECT count(*) FROM events WHERE type = 'finding'").fetchone()
    assert count == (1,)
