"""Habits by the customer's own clock: heat maps, golden hours, evenings, and how few data are drawn in."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pytest

from insights.shop import PHONE, fill, labels, message, ms, read, run, workspace
from warmlist.clock import DAY, HOUR, MINUTE
from warmlist.insights import windows
from warmlist.insights.clocks import offsets
from warmlist.insights.habits import of_customer
from warmlist.insights.past import Past
from warmlist.store.database import Store

NOW = ms("2026-03-01")
ROMAN = PHONE.format(1)
WEDNESDAY = ms("2026-02-25T20:30")  # 21:30 in Rome


def heat(store: Store, folder: Path) -> np.ndarray:
    """The heat map of the only customer."""
    place = workspace(store, folder)
    with Past.of(place.dsn, place.mirror, NOW, "UTC") as past:
        windows.look(past, place.figures)
        (customer,) = {c for (c,) in past.db.execute("SELECT customer_id FROM people").fetchall()}
        return windows.heat_of(past, customer)


@pytest.mark.store
def test_acts_are_shown_by_the_customers_own_clock(store: Store, tmp_path: Path) -> None:
    fill(
        store,
        [
            message(ROMAN, "a", ms("2026-02-25T20:30")),  # Wednesday 21:30 in Rome
            message(ROMAN, "b", ms("2026-02-25T20:40")),  # the same hour counts once
            message(ROMAN, "c", ms("2026-02-22T23:30")),  # Monday 00:30
            message(ROMAN, "d", ms("2025-07-06T22:30")),  # summer: Monday 00:30
            message(
                ROMAN, "e", ms("2025-10-26T00:30")
            ),  # Sunday 02:30, before the clocks are put back
            message(ROMAN, "f", ms("2025-10-26T01:30")),  # and 02:30 once more
            message(ROMAN, "g", ms("2026-02-25T10:00"), "out"),
        ],
    )
    found = heat(store, tmp_path)
    assert {(int(d), int(h)): int(found[d, h]) for d, h in np.argwhere(found)} == {
        (2, 21): 1, (0, 0): 2, (6, 2): 1,
    }  # fmt: skip


@pytest.mark.store
def test_five_wednesday_evenings(store: Store, tmp_path: Path) -> None:
    def reads(customer: str, moments: list[int]) -> list:
        return [
            e for n, at in enumerate(moments)
            for e in (message(customer, f"{customer}{n}", at - HOUR, "out"), read(customer, f"{customer}{n}", at))
        ]  # fmt: skip

    weeks = [WEDNESDAY - 7 * DAY * n for n in range(6)]
    people = {
        name: PHONE.format(n) for n, name in enumerate(("five", "four", "noon", "thu", "early"), 10)
    }
    fill(
        store,
        [
            *reads(people["five"], [*weeks[:5], WEDNESDAY - 60 * DAY]),  # the sixth may be anything
            *reads(people["four"], weeks[:4]),
            *reads(
                people["noon"], [*weeks[:5], WEDNESDAY - 9 * HOUR]
            ),  # also at noon of such a day
            *reads(people["thu"], [*weeks[:4], weeks[4] + DAY]),
            *reads(people["early"], [at - 2 * HOUR for at in weeks[:5]]),  # 19:30
        ],
    )
    run(workspace(store, tmp_path), "windows", NOW)
    assert labels(store, "active_window") == {(people["five"], "wed_evening")}


@pytest.mark.store
def test_the_hour_with_fast_answers_is_golden(store: Store, tmp_path: Path) -> None:
    """Who answers at 19 within 10 minutes, and else late or never, has a golden hour; others have none."""
    dice = random.Random(2)
    events = []
    for n in range(12):
        phone = PHONE.format(n)
        for day in range(60):
            at = (
                NOW - (day + 1) * DAY + dice.choice([8, 11, 14, 18]) * HOUR
            )  # 9, 12, 15, 19 in Rome
            events.append(message(phone, f"{n}-{day}", at, "out"))
            golden = n == 0 and (at // HOUR) % 24 == 18
            if golden or dice.random() < 0.25:
                minutes = dice.randint(5, 15) if golden else dice.randint(5, 300)
                events.append(message(phone, f"{n}-{day}a", at + minutes * MINUTE))
    fill(store, events)
    found = run(workspace(store, tmp_path), "windows", NOW)
    given = labels(store, "contact_time")
    assert (PHONE.format(0), "golden_19") in given
    assert len(given) <= 3  # chance has its part: 90 % sure is not certain
    with store.connect() as conn:
        (proof,) = conn.execute(
            "SELECT body -> 'evidence' FROM events WHERE label = 'golden_19' AND handle_id = "
            "(SELECT id FROM handles WHERE handle = %s)", (PHONE.format(0),),
        ).fetchone()  # fmt: skip
    assert 5 <= proof["minutes"] <= 15
    assert proof["rate"] > proof["usual"] + 0.15
    assert found.result["labels"]["contact_time"] == len({handle for handle, _ in given})


@pytest.mark.store
def test_one_customers_habits_come_straight_from_the_store(store: Store, tmp_path: Path) -> None:
    """As of a moment, drawn towards the country of the newest run by then."""
    people = [PHONE.format(n) for n in range(10)]
    dice = random.Random(6)
    evening = [
        message(p, f"{p}{d}", NOW - (d + 1) * DAY + dice.choice([*range(6, 22), 19, 19, 19, 19]) * HOUR)
        for p in people for d in range(60)
    ]  # fmt: skip
    new = "+393339999999"
    fill(store, [*evening, message(new, "n", NOW - 3 * DAY + 7 * HOUR)])
    place = workspace(store, tmp_path)
    with store.connect() as conn:
        (customer,) = conn.execute(
            "SELECT customer_id FROM handles WHERE handle = %s", (new,)
        ).fetchone()
        before = of_customer(conn, place, customer, NOW)
        run(place, "windows", NOW)
        after = of_customer(conn, place, customer, NOW)
        earlier = of_customer(conn, place, customer, NOW - 10 * DAY)
    assert (before.country, after.country, after.zone) == (None, "IT", "Europe/Rome")
    assert before.parts["weekday"][0].begin in (7, 8)  # nothing else is known
    assert 20 in range(after.parts["weekday"][0].begin, after.parts["weekday"][0].end)
    assert (after.heat.sum(), earlier.heat.sum()) == (1, 0)


@pytest.mark.store
def test_a_country_needs_acts_of_its_own(store: Store, tmp_path: Path) -> None:
    italian = [
        message(PHONE.format(n), f"i{n}-{d}", NOW - (d + 1) * DAY + 19 * HOUR)
        for n in range(10)
        for d in range(30)
    ]
    german = [message("+4915112345678", f"g{d}", NOW - (d + 1) * DAY) for d in range(5)]
    fill(store, italian + german)
    found = run(workspace(store, tmp_path), "windows", NOW)
    assert set(found.result["countries"]) == {"IT"}
    best = found.result["countries"]["IT"]["weekday"]["best"]
    assert 20 in range(*best)
    assert "DE: 5 acts; a window of its own needs 200" in found.withheld


@pytest.mark.store
def test_who_acts_enough_has_windows_of_their_own(store: Store, tmp_path: Path) -> None:
    """One writes at night and one at noon, each every day; a third too seldom to tell."""
    events = []
    for day in range(1, 91):
        midnight = NOW - day * DAY - HOUR  # in Rome
        events += [
            message(PHONE.format(1), f"n{day}-{hour}", midnight + hour * HOUR)
            for hour in (0, 1, 2, 3, 22, 23)
        ]
        events += [
            message(PHONE.format(2), f"d{day}-{hour}", midnight + hour * HOUR)
            for hour in (12, 13, 19)
        ]
        if day % 3 == 0:
            events.append(message(PHONE.format(3), f"s{day}", midnight + 12 * HOUR))
    fill(store, events)
    run(workspace(store, tmp_path), "windows", NOW)
    found = labels(store, "active_window")
    night = {label for handle, label in found if handle == PHONE.format(1)}
    noon = {label for handle, label in found if handle == PHONE.format(2)}
    assert {"best_weekday_00_02", "best_weekend_00_02"} <= night
    assert {"worst_weekday_04_08"} & night == set()  # those four lie in quiet hours
    assert {"best_weekday_12_14", "best_weekend_12_14"} == noon
    assert PHONE.format(3) not in {handle for handle, _ in found}


@pytest.mark.unit
def test_a_customer_with_few_acts_is_drawn_to_the_country() -> None:
    country = np.zeros((7, 24))
    country[:, 20] = 700
    country[:, 12] = 300
    few, many = np.zeros((7, 24)), np.zeros((7, 24))
    few[0, 9] = 1
    many[:5, 9] = 100
    weights = {"weekday": 20.0, "weekend": 20.0}
    assert windows.customer_windows(few, country, weights)["weekday"][0].begin in (19, 20)
    assert windows.customer_windows(many, country, weights)["weekday"][0].begin in (8, 9)
    best, worst = windows.customer_windows(many, country, weights)["weekend"]
    assert best.begin in (19, 20)  # of the weekend nothing of one's own is known
    assert worst == windows.Window(0, 4)


@pytest.mark.unit
def test_windows_may_go_past_midnight() -> None:
    by_hour = np.ones(24)
    by_hour[[22, 23, 0, 1]] = 0
    by_hour[[12, 13]] = 5
    assert windows.best_and_worst(by_hour) == (windows.Window(12, 14), windows.Window(22, 2))


@pytest.mark.unit
def test_offsets_know_the_minute_at_which_clocks_change() -> None:
    rows = offsets(["Europe/Rome", "UTC"], ms("2026-03-28"), ms("2026-03-30")).to_pylist()
    rome = [r for r in rows if r["zone"] == "Europe/Rome"]
    assert [(r["before_ms"] // HOUR, r["after_ms"] // HOUR) for r in rome] == [
        (1, 1),
        (1, 2),
        (2, 2),
    ]
    assert rome[1]["change_at"] == ms("2026-03-29T01:00")
    assert {r["after_ms"] for r in rows if r["zone"] == "UTC"} == {0}
