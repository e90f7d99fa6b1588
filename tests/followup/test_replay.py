"""The queue of a past moment: the plan's answers as of then give the rows that were shown then."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from warmlist.clock import DAY, HOUR, MINUTE, parse_instant
from warmlist.engines.duckdb import InProcess
from warmlist.engines.relations import Fetcher
from warmlist.followup.queue import rows_from_answers
from warmlist.labels.ask import Asker, Customers

if TYPE_CHECKING:
    from conftest import Shop
    from warmlist.labels.timeline import Answer

pytestmark = pytest.mark.store

NOW = parse_instant("2026-03-03T09:30:00Z")
GIULIA, INES, JONAS = "+393331234501", "+34600123402", "+4915112345603"


def ask(shop: Shop, ids: list[int], as_of: int) -> list[Answer]:
    with Fetcher(shop.store.dsn) as fetcher, InProcess() as engine:
        customers = Customers(fetcher.rows(ids))
        return Asker(shop.plan, engine).ask(customers, [(one, as_of) for one in ids])


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
    answers = ask(shop, ids, NOW)
    builder = shop.desk.rows
    assert rows_from_answers(shop.conn, builder, answers, NOW) == shown
    bobs = rows_from_answers(shop.conn, builder, answers, NOW, owner="Carla")
    assert [row.customer_id for row in bobs] == [ids[1]]
