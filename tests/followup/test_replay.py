"""The queue of a past moment: the plan's answers as of then give the rows that were shown then."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from warmlist.clock import DAY, HOUR, MINUTE, parse_instant
from warmlist.followup.views import QueueFilters, QueueRow, Viewer

if TYPE_CHECKING:
    from conftest import Shop

pytestmark = pytest.mark.store

NOW = parse_instant("2026-03-03T09:30:00Z")
ALICE = Viewer(1, "Alice", "admin")
GIULIA, INES, JONAS = "+393331234501", "+34600123402", "+4915112345603"


def test_a_replay_gives_the_rows_that_were_shown_then(shop: Shop) -> None:
    ids = [
        shop.is_called(GIULIA, NOW - 30 * DAY, name="Giulia", owner="Bob"),
        shop.writes(INES, "spec_inquiry", NOW - 3 * DAY),
        shop.writes(JONAS, "price_inquiry", NOW - 9 * DAY),
    ]
    shop.writes(GIULIA, "price_inquiry", NOW - 30 * MINUTE)
    for days in (6, 4, 2):
        shop.answers(JONAS, NOW - days * DAY)
    shop.label()
    shown = shop.queue().rows
    assert [row.customer_id for row in shown] == ids[:2]
    shop.answers(GIULIA, NOW + HOUR)
    shop.is_called(INES, NOW + HOUR, name="Inés", owner="Carla")
    shop.label(NOW + 2 * HOUR)

    def replayed(**filters: str) -> list[QueueRow]:
        return list(shop.desk.queue_as_of(ALICE, QueueFilters(**filters), NOW))

    assert tuple(replayed()) == shown
    assert replayed(owner="Bob") == [shown[0]]
    assert replayed(owner="") == [shown[1]]
    assert replayed(owner="Carla") == []
    assert replayed(colour="red") == [shown[0]]
    assert replayed(label="intent:medium") == [shown[1]]
    rep = Viewer(3, "Carla", "rep")
    assert list(shop.desk.queue_as_of(rep, QueueFilters(), NOW)) == [shown[1]]
