"""Deeds to many customers: once each, with history, after any crash, and taken back exactly."""

from __future__ import annotations

import os
import signal
from pathlib import Path
from typing import Any

import pytest

from followup.conftest import ALICE, BOB, CARLA, NOW, Shop
from support.processes import hears, running
from warmlist.clock import DAY, HOUR
from warmlist.errors import BadInput, NotFound, Refused
from warmlist.followup import operations
from warmlist.followup.look import PackLook
from warmlist.followup.operations import Operation
from warmlist.followup.segment_desk import SegmentDesk
from warmlist.followup.segments import Segments
from warmlist.followup.views import AddLabel, Assign, Deed, RemoveLabel, Viewer

pytestmark = pytest.mark.store

VIP = AddLabel("value", "high", "trade fair", None)
EVERYBODY = "lifecycle in ('new', 'returning', 'dormant')"


@pytest.fixture
def desk(shop: Shop, tmp_path: Path) -> SegmentDesk:
    pack = shop.plan.pack
    look = PackLook(pack, "EUR")
    ask = Segments(shop.store.connect, lambda: shop.store.dsn, pack, look, tmp_path / "mirror")
    return SegmentDesk(ask, shop.store.connect, pack, "EUR")


@pytest.fixture
def crowd(shop: Shop) -> list[int]:
    """Ten customers: four of Bob's, three of Carla's, three of nobody's."""
    ids = []
    for n in range(10):
        handle = f"+39000000{n:04}"
        ids.append(shop.writes(handle, "hello", NOW - 2 * DAY))
        if n < 7:
            shop.is_called(
                handle, NOW - 2 * DAY, name=f"Number {n}", owner="Bob" if n < 4 else "Carla"
            )
    shop.label(NOW - HOUR)
    return ids


def start(
    desk: SegmentDesk,
    deed: Deed,
    viewer: Viewer = ALICE,
    text: str = EVERYBODY,
    key: str | None = None,
) -> Operation:
    return desk.begin(viewer, desk.ask.read(text, NOW), deed, NOW, key)


def work(shop: Shop, now: int = NOW, chunk: int = 3, bits: int = 1_000) -> int:
    """What the worker does; how many bits there were."""
    look = PackLook(shop.plan.pack, "EUR")
    done = 0
    while done < bits and operations.work(shop.conn, shop.log, look, now, chunk):
        shop.conn.commit()
        done += 1
    shop.conn.commit()
    shop.label(now + 1)
    return done


def having(shop: Shop, dimension: str, label: str) -> dict[int, str]:
    found = shop.conn.execute(
        "SELECT customer_id, rule FROM assignments "
        "WHERE until_at IS NULL AND dimension = %s AND label = %s ORDER BY 1",
        (dimension, label),
    )
    return dict(found.fetchall())


def written(shop: Shop) -> list[tuple[Any, ...]]:
    """Every event of operations, by whom and about whom."""
    return shop.conn.execute(
        "SELECT e.type, e.kind, e.body ->> 'by', h.customer_id FROM events e "
        "JOIN handles h ON h.id = e.handle_id WHERE e.body ? 'operation' ORDER BY e.id"
    ).fetchall()


def test_a_label_on_many(shop: Shop, desk: SegmentDesk, crowd: list[int]) -> None:
    begun = start(desk, VIP)
    assert (begun.state, begun.total, begun.waiting) == ("working", 10, 10)
    assert having(shop, "value", "high") == {}
    work(shop)
    assert having(shop, "value", "high") == dict.fromkeys(crowd, "manual")
    ended = desk.operation(ALICE, begun.id)
    assert (ended.state, ended.done, ended.share, ended.ended_at) == ("done", 10, 100, NOW)
    assert written(shop) == [("label", "add", "Alice", one) for one in crowd]
    assert work(shop) == 0


def test_a_label_until_a_day(shop: Shop, desk: SegmentDesk, crowd: list[int]) -> None:
    start(desk, AddLabel("value", "high", "fair", NOW + DAY))
    work(shop)
    assert len(having(shop, "value", "high")) == 10
    shop.label(NOW + DAY + 1)
    assert having(shop, "value", "high") == {}


def test_undo_takes_back_exactly_what_it_set(
    shop: Shop, desk: SegmentDesk, crowd: list[int]
) -> None:
    """Two had the label by hand before, one got it by hand afterwards: theirs stay."""
    first, second, third, *others = crowd
    for one in (first, second):
        shop.desk.act(BOB, one, VIP, NOW - 60_000)
    before = having(shop, "value", "high")
    begun = start(desk, VIP)
    work(shop)
    shop.desk.act(BOB, third, AddLabel("value", "high", "I know her", None), NOW + 10)
    assert desk.undo(ALICE, begun.id).state == "undoing"
    work(shop, NOW + HOUR)
    undone = desk.operation(ALICE, begun.id)
    assert (undone.state, undone.undone, undone.undone_by) == ("undone", 10, "Alice")
    assert having(shop, "value", "high") == before | {third: "manual"}
    desk.undo(ALICE, begun.id)
    assert work(shop, NOW + 2 * HOUR) == 0
    assert len(written(shop)) == 20
    assert others


def test_history_tells_what_held_meanwhile(shop: Shop, desk: SegmentDesk, crowd: list[int]) -> None:
    begun = start(desk, VIP)
    work(shop)
    desk.undo(ALICE, begun.id)
    work(shop, NOW + HOUR)
    held = shop.conn.execute(
        "SELECT since, until_at, origin FROM assignments "
        "WHERE dimension = 'value' AND label = 'high' AND customer_id = %s",
        (crowd[0],),
    ).fetchall()
    assert held == [(NOW, NOW + HOUR, "person")]


def test_half_an_operation_is_taken_back_as_far_as_it_came(
    shop: Shop, desk: SegmentDesk, crowd: list[int]
) -> None:
    begun = start(desk, VIP)
    work(shop, bits=2)
    assert len(having(shop, "value", "high")) == 6
    desk.undo(ALICE, begun.id)
    work(shop, NOW + HOUR)
    undone = desk.operation(ALICE, begun.id)
    assert (undone.state, undone.undone, undone.waiting) == ("undone", 6, 4)
    assert having(shop, "value", "high") == {}


def test_removing_leaves_out_who_has_none_and_what_rules_say(
    shop: Shop, desk: SegmentDesk, crowd: list[int]
) -> None:
    shop.desk.act(ALICE, crowd[0], VIP, NOW - 60_000)
    begun = start(desk, RemoveLabel("value", "high", "over"))
    work(shop)
    assert having(shop, "value", "high") == {}
    ended = desk.operation(ALICE, begun.id)
    assert (ended.done, ended.left) == (1, {"has_none": 9})
    by_rule = start(desk, RemoveLabel("activity", "medium", "no"), text="activity = 'medium'")
    work(shop)
    assert desk.operation(ALICE, by_rule.id).left == {"by_rule": by_rule.total}


def test_assigning_many_and_back(shop: Shop, desk: SegmentDesk, crowd: list[int]) -> None:
    begun = start(desk, Assign("Carla"))
    work(shop)
    ended = desk.operation(ALICE, begun.id)
    assert (ended.done, ended.left) == (7, {"same_owner": 3})
    owners = "SELECT owner, count(*) FROM standings GROUP BY 1 ORDER BY 1"
    assert shop.conn.execute(owners).fetchall() == [("Carla", 10)]
    desk.undo(ALICE, begun.id)
    work(shop, NOW + HOUR)
    assert shop.conn.execute(owners).fetchall() == [("Bob", 4), ("Carla", 3), (None, 3)]


def test_a_rep_acts_on_own_customers_only(shop: Shop, desk: SegmentDesk, crowd: list[int]) -> None:
    begun = start(desk, VIP, BOB)
    assert begun.total == 4
    shop.desk.act(ALICE, crowd[1], Assign("Carla"), NOW + 1)
    work(shop, NOW + 2)
    assert sorted(having(shop, "value", "high")) == [crowd[0], crowd[2], crowd[3]]
    assert desk.operation(BOB, begun.id).left == {"theirs": 1}


def test_others_see_and_undo_nothing_of_a_rep(
    shop: Shop, desk: SegmentDesk, crowd: list[int]
) -> None:
    begun = start(desk, VIP, BOB)
    for what in (desk.operation, desk.undo):
        with pytest.raises(NotFound):
            what(CARLA, begun.id)
    assert desk.operations(CARLA) == ()
    assert [one.id for one in desk.operations(ALICE)] == [begun.id]
    assert desk.undo(ALICE, begun.id).undone_by == "Alice"


def test_the_same_form_twice_begins_once(shop: Shop, desk: SegmentDesk, crowd: list[int]) -> None:
    first, again = start(desk, VIP, key="form-1"), start(desk, VIP, key="form-1")
    assert first.id == again.id
    assert start(desk, VIP, key="form-2").id != first.id
    with pytest.raises(BadInput):
        start(desk, VIP, BOB, key="form-1")


@pytest.mark.parametrize(
    "deed",
    [
        AddLabel("value", "hihg", "", None),
        AddLabel("value", "high", "", NOW),
        AddLabel("value", "high", "x" * 5_000, None),
        Assign("Zoe"),
    ],
)
def test_what_makes_no_sense_is_refused_before_anything_is_written(
    shop: Shop, desk: SegmentDesk, crowd: list[int], deed: Deed
) -> None:
    with pytest.raises(BadInput):
        start(desk, deed)
    with pytest.raises(BadInput):
        start(desk, VIP, text="follow_up = 'grey'")
    assert desk.operations(ALICE) == ()


def test_whoever_was_merged_away_meanwhile_is_left_out(
    shop: Shop, desk: SegmentDesk, crowd: list[int]
) -> None:
    begun = start(desk, VIP)
    shop.desk.merge(ALICE, crowd[0], crowd[1], "the same", NOW)
    work(shop)
    ended = desk.operation(ALICE, begun.id)
    assert (ended.done, ended.left) == (9, {"gone": 1})


def test_two_workers_take_two_operations(shop: Shop, desk: SegmentDesk, crowd: list[int]) -> None:
    start(desk, VIP)
    start(desk, Assign("Carla"))
    look = PackLook(shop.plan.pack, "EUR")
    with shop.store.connect() as one, shop.store.connect() as two:
        assert operations.work(one, shop.log, look, NOW, 3) == 3
        assert operations.work(two, shop.log, look, NOW, 3) == 3
        assert operations.work(shop.conn, shop.log, look, NOW, 3) == 0
    work(shop)
    assert len(written(shop)) == 17


def test_an_export_cannot_be_taken_back(shop: Shop, desk: SegmentDesk, crowd: list[int]) -> None:
    list(desk.export(ALICE, desk.ask.read(EVERYBODY, NOW), "csv", NOW))
    (noted,) = desk.operations(ALICE)
    assert (noted.action, noted.total, noted.by) == ("export", 10, "Alice")
    with pytest.raises(Refused):
        desk.undo(ALICE, noted.id)


WORKER = """
import sys, time
from warmlist.app import built_in_pack
from warmlist.events.log import EventLog, Read
from warmlist.followup import operations
from warmlist.followup.look import PackLook
from warmlist.rules.read import read_pack
from warmlist.store.database import Store

look = PackLook(read_pack(built_in_pack()), "EUR")
log = EventLog(lambda text: Read(0, []), "test-1")
with Store(sys.argv[1]) as store, store.connect() as conn:
    while operations.work(conn, log, look, int(sys.argv[2]), 7):
        print("bit", flush=True)
        time.sleep(0.01)
        conn.commit()
print("ended", flush=True)
"""


@pytest.mark.crash
def test_killed_again_and_again_nothing_is_lost_or_doubled(shop: Shop, desk: SegmentDesk) -> None:
    """kill -9 in the middle of a transaction, six times forth and six times back."""
    ids = [shop.writes(f"+39000000{n:04}", "hello", NOW - DAY) for n in range(120)]
    shop.label(NOW - HOUR)
    begun = start(desk, VIP)

    def until_ended(now: int) -> int:
        kills = 0
        while True:
            with running(WORKER, shop.store.dsn, now) as worker:
                for _ in range(2 + kills % 2):
                    if not hears(worker, "bit"):
                        return kills
                if kills == 6:
                    assert hears(worker, "ended")
                    return kills
                os.kill(worker.pid, signal.SIGKILL)
                kills += 1

    assert until_ended(NOW) == 6
    ended = desk.operation(ALICE, begun.id)
    assert (ended.state, ended.done, ended.waiting) == ("done", 120, 0)
    assert sorted(row[3] for row in written(shop)) == ids
    shop.label(NOW + 1)
    assert len(having(shop, "value", "high")) == 120
    desk.undo(ALICE, begun.id)
    until_ended(NOW + HOUR)
    shop.label(NOW + HOUR + 1)
    assert desk.operation(ALICE, begun.id).undone == 120
    assert len(written(shop)) == 240
    assert having(shop, "value", "high") == {}
