"""A run sees what was known by its moment, and what it said holds from then on: never before."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from insights.shop import LOG, PHONE, fill, labels, message, ms, order, run, workspace
from warmlist.app import built_in_pack
from warmlist.clock import DAY, HOUR
from warmlist.errors import Busy, NotFound
from warmlist.events.customers import merge
from warmlist.insights import jobs, runs
from warmlist.insights.jobs import JOBS
from warmlist.labels.assign import Labeller
from warmlist.plan.compile import compile_plan
from warmlist.rules.read import read_pack
from warmlist.store.database import Store

pytestmark = pytest.mark.store

NOW = ms("2026-01-01")
BUYER = PHONE.format(7)


def rhythm(last: int, times: int = 4) -> list:
    """Oats every 17 days, the last time on a day."""
    return [order(BUYER, f"oats{n}", last - 17 * n * DAY, 10, "food/oats") for n in range(times)]


def test_between_two_runs_only_the_first_is_known(store: Store, tmp_path: Path) -> None:
    fill(store, rhythm(NOW - 15 * DAY))
    place = workspace(store, tmp_path)
    run(place, "replenishment", NOW)
    fill(store, [order(BUYER, "again", NOW + HOUR, 10, "food/oats")])
    run(place, "replenishment", NOW + DAY)
    given = {(BUYER, "replenish:oats")}
    assert labels(store, "product", NOW - 1) == set()
    assert labels(store, "product", NOW) == given
    assert labels(store, "product", NOW + DAY - 1) == given
    assert labels(store, "product", NOW + DAY) == set()
    with store.connect() as conn:
        first, second = (runs.newest(conn, "replenishment", at) for at in (NOW + HOUR, NOW + DAY))
    assert (first.at, first.added, first.removed) == (NOW, 1, 0)
    assert (second.at, second.added, second.removed) == (NOW + DAY, 0, 1)


def test_two_handles_of_one_customer_are_one_customer(store: Store, tmp_path: Path) -> None:
    """What was bought under either counts together; joined later, nothing is said twice."""
    mail = "email:one@example.com"
    days = [15, 32, 49]
    events = [
        order(mail if n == 1 else BUYER, f"oats{n}", NOW - day * DAY, 10, "food/oats")
        for n, day in enumerate(days)
    ]
    fill(store, events)
    place = workspace(store, tmp_path)
    assert run(place, "replenishment", NOW).added == 0
    with store.connect() as conn:
        kept, gone = (c for (c,) in conn.execute("SELECT id FROM customers ORDER BY id").fetchall())
        merge(conn, kept, gone, reason="test", by="Mei", now_ms=NOW)
    assert run(place, "replenishment", NOW + 1).added == 1
    assert run(place, "replenishment", NOW + 2).added == 0


def test_the_plan_shows_the_label_from_the_run_on(store: Store, tmp_path: Path) -> None:
    """The findings become labels of the dimension `product`, as of any moment."""
    fill(store, rhythm(NOW - 15 * DAY))
    run(workspace(store, tmp_path), "replenishment", NOW)
    labeller = Labeller(store.dsn, compile_plan(read_pack(built_in_pack())), "USD")
    try:
        with store.connect() as conn:
            (customer,) = conn.execute("SELECT DISTINCT customer_id FROM handles").fetchone()
        rows = labeller.fetch([customer])
        moments = [NOW, NOW + 1, NOW + 30 * DAY]
        answers = labeller.asker.ask(rows, [(customer, at) for at in moments])
    finally:
        labeller.close()
    shown = [
        {
            c.label
            for c in a.concluded.labels
            if c.dimension == "product" and c.label.startswith("rep")
        }
        for a in answers
    ]
    assert shown == [set(), {"replenish:oats"}, set()]  # before, after, and when its time is over


def test_looking_back_sees_nothing_learnt_later(store: Store, tmp_path: Path) -> None:
    fill(store, rhythm(NOW - 15 * DAY))
    late = order(BUYER, "told-late", NOW - 2 * DAY, 10, "food/oats")
    with store.connect() as conn:
        late = type(late)(
            late.type,
            late.id,
            late.source,
            late.handle,
            late.occurred_at,
            NOW + 5 * DAY,
            fields=late.fields,
        )
        LOG.append(conn, [late], now_ms=NOW + 5 * DAY)
    place = workspace(store, tmp_path)
    assert jobs.look(place, "replenishment", NOW).added == 1
    assert jobs.look(place, "replenishment", NOW + 5 * DAY).added == 0
    assert labels(store, "product") == set()  # looking writes nothing


def test_arrival_does_not_matter(store: Store, tmp_path: Path, database_server: str) -> None:
    """The same events in another order, and some of them twice, give the same results for every job."""
    from support import databases

    dice = random.Random(4)
    events = []
    for n in range(60):
        phone = f"+{dice.choice(['39333', '9715012', '551199'])}{n:07}"[:14]
        for k in range(dice.randint(1, 6)):
            at = NOW - dice.randint(1, 700) * DAY - dice.randint(0, 23) * HOUR
            item = dice.choice(["food/oats", "food/rice", "toys/ball", "home/lamp"])
            events.append(order(phone, f"o{n}-{k}", at, dice.randint(5, 500), item))
            events.append(message(phone, f"q{n}-{k}", at - 2 * HOUR, "out"))
            events.append(message(phone, f"a{n}-{k}", at - 2 * HOUR + dice.randint(1, 90) * 60_000))
    fill(store, events)
    source = databases.template(database_server)
    with databases.fresh(database_server, source) as other:
        mixed = dice.sample(events, len(events))
        fill(other, mixed[: len(mixed) // 2])
        fill(other, mixed)
        for name in JOBS:
            one = run(workspace(store, tmp_path / "one"), name, NOW)
            two = run(workspace(other, tmp_path / "two"), name, NOW)
            assert one == two, name
        for dimension in ("product", "spend_rank", "region", "contact_time"):
            assert labels(store, dimension) == labels(other, dimension)


def test_one_run_of_a_job_at_a_time(store: Store, tmp_path: Path) -> None:
    with store.connect() as conn:
        assert runs.claim(conn, "tiers")
        with pytest.raises(Busy, match="tiers is under way"):
            run(workspace(store, tmp_path), "tiers", NOW)


def test_an_unknown_job_is_refused(store: Store, tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="there is no job 'weather'"):
        jobs.look(workspace(store, tmp_path), "weather", NOW)
