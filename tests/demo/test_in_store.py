"""The sample shop in the log: everything is new once, known the second time, and has its rate."""

from itertools import islice

import pytest

from warmlist.clock import parse_instant
from warmlist.demo.day import day
from warmlist.demo.shop import history, rates
from warmlist.events.log import EventLog, Read

pytestmark = pytest.mark.store

NOW = parse_instant("2026-11-22T10:00:00Z")


def test_the_shop_and_its_day_are_kept_once(conn):
    for currency, rate in rates().items():
        conn.execute("INSERT INTO rates VALUES (%s, '2020-01-01', %s)", (currency, rate))
    log = EventLog(read=lambda text: Read(0, []), version="none")
    past = list(history(7, NOW, 80))
    live = [e for _, e in islice(day(7, NOW, customers=80), 400)]
    for events in (past, live):
        first = log.append(conn, events, now_ms=NOW)
        assert (first.new, first.repeated, first.conflicts) == (len(events), 0, 0)
        assert first.unrated == 0
        again = log.append(conn, events, now_ms=NOW)
        assert (again.new, again.repeated, again.conflicts) == (0, len(events), 0)
    customers = conn.execute("SELECT count(*) FROM customers").fetchone()
    assert customers[0] == len({e.handle for e in past + live})
