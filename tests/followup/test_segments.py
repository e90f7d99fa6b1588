"""Segments: who is in them, counted alike by labels, by facts and by plain Python."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path

import pytest

from followup.conftest import ALICE, BOB, NOW, Shop
from warmlist.clock import DAY, HOUR
from warmlist.demo.shop import history
from warmlist.errors import BadInput, Busy, NotFound, Refused
from warmlist.followup.look import PackLook
from warmlist.followup.segment_desk import SegmentDesk
from warmlist.followup.segments import Counting, Segments
from warmlist.followup.views import QueueFilters, Viewer
from warmlist.labels.segment_runs import WAITING
from warmlist.labels.segment_text import BadSegment

pytestmark = pytest.mark.store

Desks = Callable[[], SegmentDesk]


@pytest.fixture
def desk(shop: Shop, tmp_path: Path) -> Iterator[SegmentDesk]:
    """A desk over the shop's database, with a mirror of its own."""
    pack = shop.plan.pack
    ask = Segments(
        shop.store.connect, lambda: shop.store.dsn, pack, PackLook(pack, "EUR"), tmp_path / "mirror"
    )
    yield SegmentDesk(ask, shop.store.connect, pack, "EUR")
    ask.close()


def who(desk: SegmentDesk, text: str, viewer: Viewer = ALICE, now: int = NOW) -> list[int]:
    found = desk.ask.find(desk.ask.read(text, now), now)
    ids = [row.customer_id for row in desk.ask.page(viewer, found, now).rows]
    assert desk.ask.count(viewer, found) == len(ids)
    return ids


@pytest.fixture
def three(shop: Shop) -> tuple[int, int, int]:
    """Anna asked for a price an hour ago; Ben bought for 900 USD 3 days ago; Cleo wrote 60 days ago."""
    anna = shop.writes("+390000000001", "price_inquiry", NOW - HOUR)
    shop.is_called("+390000000001", NOW - DAY, name="Anna", owner="Bob")
    ben = shop.tell(
        "+390000000002", "order", NOW - 3 * DAY, status="paid", amount="900", currency="USD"
    )
    shop.is_called("+390000000002", NOW - 3 * DAY, name="Ben", owner="Carla")
    cleo = shop.writes("+390000000003", "hello", NOW - 60 * DAY)
    shop.label()
    return anna, ben, cleo


def test_labels_alone(shop: Shop, desk: SegmentDesk, three: tuple[int, int, int]) -> None:
    anna, ben, cleo = three
    assert who(desk, "follow_up = 'red'") == [anna]
    assert who(desk, "follow_up <> 'red'") == [ben, cleo]
    assert who(desk, "follow_up in ('red', 'green') and not activity = 'high'") == [ben, cleo]
    assert who(desk, "activity = 'dormant' or follow_up = 'red'") == [anna, cleo]


def test_facts_are_asked_for_everybody(desk: SegmentDesk, three: tuple[int, int, int]) -> None:
    anna, ben, cleo = three
    assert who(desk, "spend_365d > 500 USD") == [ben]
    assert who(desk, "spend_365d > 900 USD") == []
    assert who(desk, "age(last_inbound) <= 7d") == [anna]
    assert who(desk, "not age(last_inbound) <= 7d") == [ben, cleo]
    assert who(desk, "paid_orders = 0 and activity = 'dormant'") == [cleo]
    assert who(desk, "unknown(last_inbound) or follow_up = 'red'") == [anna, ben]


def test_a_rep_counts_own_and_unowned_customers(
    desk: SegmentDesk, three: tuple[int, int, int]
) -> None:
    anna, _, cleo = three
    assert who(desk, "known(last_inbound) or paid_orders >= 0", BOB) == [anna, cleo]
    assert who(desk, "lifecycle in ('new', 'returning', 'dormant')", BOB) == [anna, cleo]


def test_whoever_was_merged_away_is_nobody(
    shop: Shop, desk: SegmentDesk, three: tuple[int, int, int]
) -> None:
    anna, ben, cleo = three
    shop.desk.merge(ALICE, anna, cleo, "the same person", NOW)
    for text in ("not lifecycle = 'new' or lifecycle = 'new'", "paid_orders >= 0"):
        assert who(desk, text, now=NOW + 1) == [anna, ben]


def test_an_answer_is_told_again_for_a_minute_and_no_longer(
    shop: Shop, desk: SegmentDesk, three: tuple[int, int, int]
) -> None:
    before = who(desk, "age(last_inbound) <= 7d")
    cleo = shop.writes("+390000000003", "hello again", NOW + 1)
    assert who(desk, "age(last_inbound) <= 8d", now=NOW + 30_000) == before
    assert who(desk, "age(last_inbound) <= 7d", now=NOW + 60_000) == sorted([*before, cleo])


def test_pages_show_everybody_once(shop: Shop, desk: SegmentDesk) -> None:
    ids = [shop.writes(f"+39000000{n:04}", "hello", NOW - DAY) for n in range(7)]
    shop.label()
    for text in ("activity = 'high'", "age(last_inbound) < 2d"):
        found, seen, cursor = desk.ask.find(desk.ask.read(text, NOW), NOW), [], None
        while True:
            page = desk.ask.page(ALICE, found, NOW, cursor, size=3)
            seen += [row.customer_id for row in page.rows]
            cursor = page.next_cursor
            if cursor is None:
                break
        assert seen == ids
    with pytest.raises(BadInput):
        desk.ask.page(ALICE, found, NOW, "1; DROP TABLE customers")


def test_facts_of_a_crowd_equal_the_plan_for_each(shop: Shop, desk: SegmentDesk) -> None:
    """The mirror's way against the way of single customers, over a sample shop."""
    past = history(3, NOW, 40)
    while batch := list(islice(past, 2_000)):
        shop.log.append(shop.conn, batch, now_ms=NOW)
    shop.conn.commit()
    shop.label()
    segment = desk.ask.read(
        "(inbound_7d >= 2 or paid_orders > 0) and not age(last_inbound) > 30d", NOW
    )
    found = desk.ask.find(segment, NOW)
    ids = [row[0] for row in shop.conn.execute("SELECT DISTINCT customer_id FROM handles")]
    from warmlist.labels.assign import Labeller

    labeller = Labeller(shop.store.dsn, shop.plan, "EUR")
    answers = labeller.asker.ask(labeller.fetch(ids), [(one, NOW) for one in ids])
    labeller.close()
    plain = sorted(a.customer_id for a in answers if segment.node.holds(a.values, NOW))
    assert found.ids is not None
    assert list(found.ids) == plain
    assert 0 < len(plain) < len(ids)


def test_questions_are_shared_and_given_up(desk: SegmentDesk, three: tuple[int, int, int]) -> None:
    first = desk.ask.read("paid_orders > 0", NOW)
    other = desk.ask.read("inbound_7d > 0", NOW)
    with desk.ask._runs._one_at_a_time:  # nothing can be answered yet
        assert isinstance(desk.ask.look_for(first, NOW, "one"), Counting)
        assert isinstance(desk.ask.look_for(first, NOW, "two"), Counting)
        assert isinstance(desk.ask.look_for(other, NOW, "one"), Counting)
        assert isinstance(desk.ask.look_for(other, NOW, "two"), Counting)
    desk.ask.look_for(other, NOW, "two", wait_s=20)
    runs = [asked.facts for asked in desk.ask._runs._asked]
    assert runs == [frozenset({"inbound_7d"})]  # the first one was wanted by nobody any more


def test_too_many_questions_wait_for_none(desk: SegmentDesk, three: tuple[int, int, int]) -> None:
    names = sorted(desk.ask.words.units)[: WAITING + 1]
    *some, last = (desk.ask.read(f"known({name})", NOW) for name in names)
    with desk.ask._runs._one_at_a_time:
        for segment in some:
            desk.ask.look_for(segment, NOW, segment.text)
        with pytest.raises(Busy):
            desk.ask.look_for(last, NOW, "one more")


def test_segments_are_kept_by_name(desk: SegmentDesk) -> None:
    kept = desk.save(BOB, "  Hot   ones ", "follow_up = 'red'", NOW)
    assert kept.name == "Hot ones"
    assert [one.name for one in desk.ask.saved()] == ["Hot ones"]
    with pytest.raises(Refused):
        desk.save(Viewer(3, "Carla", "rep"), "Hot ones", "follow_up = 'grey'", NOW)
    changed = desk.save(ALICE, "Hot ones", "follow_up = 'orange'", NOW + 1)
    assert (changed.id, changed.by, changed.expression) == (
        kept.id,
        "Alice",
        "follow_up = 'orange'",
    )
    with pytest.raises(BadSegment):
        desk.save(BOB, "Broken", "folow_up = 'red'", NOW)
    with pytest.raises(Refused):
        desk.forget(BOB, kept.id)
    desk.forget(ALICE, kept.id)
    with pytest.raises(NotFound):
        desk.ask.load(kept.id)


def test_views_are_ones_own_or_everybodys(desk: SegmentDesk) -> None:
    carla = Viewer(3, "Carla", "rep")
    mine = desk.keep_view(BOB, "Reds", QueueFilters(colour="red"), NOW, shared=False)
    ours = desk.keep_view(BOB, "Nobody’s", QueueFilters(owner=""), NOW, shared=True)
    assert [(v.name, v.shared, v.own) for v in desk.views(BOB)] == [
        ("Reds", False, True), ("Nobody’s", True, True)]  # fmt: skip
    assert [(v.name, v.own) for v in desk.views(carla)] == [("Nobody’s", False)]
    with pytest.raises(Refused):
        desk.keep_view(carla, "Nobody’s", QueueFilters(colour="grey"), NOW, shared=True)
    for stranger, view in ((carla, mine), (carla, ours), (ALICE, mine)):
        with pytest.raises(NotFound):
            desk.forget_view(stranger, view)
    again = desk.keep_view(
        BOB, "Reds", QueueFilters(colour="red", label="intent:high"), NOW, shared=False
    )
    assert again == mine
    assert desk.views(BOB)[0].filters.label == "intent:high"
    desk.forget_view(ALICE, ours)
    desk.forget_view(BOB, mine)
    assert desk.views(BOB) == ()
