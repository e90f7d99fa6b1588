"""A newer version reads the past: what was recorded stays, corrections hold, a killed run goes on."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from typing import Any

import psycopg
import pytest

from warmlist.clock import DAY, HOUR, parse_instant
from warmlist.events.log import EventLog, Read
from warmlist.events.model import Event
from warmlist.events.signals import mask, names
from warmlist.intake import reread
from warmlist.store.database import Store

pytestmark = pytest.mark.store

NOW = parse_instant("2026-03-03T09:30:00Z")
LATER = NOW + HOUR
Conn = psycopg.Connection[tuple[Any, ...]]


def reader(**said: str) -> Any:
    """A reader that finds the named signals where a word stands in the text."""

    def read(text: str) -> Read:
        found = [name for name, word in said.items() if word in text]
        return Read(mask(*found), [{"name": name} for name in found])

    return read


OLD = EventLog(reader(price_inquiry="price"), "v1")
NEW = EventLog(reader(price_inquiry="price?", stock_inquiry="stock", complaint="broken"), "v2")


def tell(conn: Conn, kind: str, name: str, ago: int, customer: int = 1, /, **fields: Any) -> int:
    handle = f"+39333123450{customer}"
    event = Event(kind, name, "shop", handle, NOW - ago, NOW - ago, fields=fields)
    OLD.append(conn, [event], now_ms=NOW)
    row = conn.execute("SELECT max(id) FROM events").fetchone()
    assert row is not None
    return int(row[0])


def write(conn: Conn, name: str, text: str, ago: int = DAY, customer: int = 1) -> int:
    return tell(conn, "message", name, ago, customer, direction="in", text=text)


def finish(conn: Conn, log: EventLog = NEW, chunk: int = 2) -> reread.Run:
    while reread.some(conn, log, LATER, chunk):
        pass
    run = reread.newest(conn)
    assert run is not None
    return run


def counting(conn: Conn, event: int) -> list[tuple[Any, ...]]:
    rows = conn.execute(
        "SELECT version, bits, known_at, gone_at FROM signals WHERE event_id = %s ORDER BY known_at",
        (event,),
    )
    return [(version, names(bits), known, gone) for version, bits, known, gone in rows]


def test_every_inbound_message_is_read_once_and_the_former_reading_is_kept(conn: Conn) -> None:
    lost = write(conn, "a", "the price was good")
    found = write(conn, "b", "in stock")
    same = write(conn, "c", "price?")
    tell(conn, "message", "d", DAY, direction="out", text="in stock")
    reread.begin(conn, "v2", NOW)
    run = finish(conn)
    assert (run.seen, run.total, run.changed) == (3, 3, 2)
    assert run.finished_at == LATER
    assert counting(conn, lost) == [("v2", (), NOW - DAY, None)]
    assert counting(conn, found) == [("v2", ("stock_inquiry",), NOW - DAY, None)]
    assert counting(conn, same) == [("v1", ("price_inquiry",), NOW - DAY, None)]
    former = conn.execute("SELECT event_id, version, bits, retired_at FROM former_readings")
    assert former.fetchall() == [(lost, "v1", 1, LATER)]


def test_corrections_hold_from_their_own_moment_still(conn: Conn) -> None:
    message = write(conn, "a", "price? my kettle is broken")
    tell(conn, "signal", "s", HOUR, message="a", name="price_inquiry", action="reject")
    reread.begin(conn, "v2", NOW)
    finish(conn)
    assert counting(conn, message) == [
        ("v2", ("price_inquiry", "complaint"), NOW - DAY, NOW - HOUR),
        ("person", ("complaint",), NOW - HOUR, None),
    ]


def test_customers_whose_messages_say_other_things_get_new_labels(conn: Conn) -> None:
    write(conn, "a", "price?", customer=1)
    write(conn, "b", "in stock", customer=2)
    conn.execute("DELETE FROM dirty")
    reread.begin(conn, "v2", NOW)
    finish(conn)
    rows = conn.execute(
        "SELECT h.handle, d.from_at FROM dirty d JOIN handles h USING (customer_id)"
    )
    assert rows.fetchall() == [("+393331234502", LATER)]


def test_older_messages_than_since_are_left(conn: Conn) -> None:
    old = write(conn, "a", "in stock", ago=3 * DAY)
    new = write(conn, "b", "in stock", ago=DAY)
    reread.begin(conn, "v2", NOW, since=NOW - 2 * DAY)
    assert finish(conn).seen == 1
    assert counting(conn, old) == []
    assert counting(conn, new) != []


def test_a_run_for_another_version_begins_anew(conn: Conn) -> None:
    messages = [write(conn, f"m{n}", "in stock") for n in range(5)]
    assert reread.begin(conn, "v2", NOW)
    assert not reread.begin(conn, "v2", NOW)
    reread.some(conn, NEW, LATER, 3)
    third = EventLog(reader(delivery_inquiry="stock"), "v3")
    assert finish(conn, third).version == "v3"
    said = {counting(conn, m)[0][:2] for m in messages}
    assert said == {("v3", ("delivery_inquiry",))}


def test_reading_twice_changes_nothing(conn: Conn) -> None:
    write(conn, "a", "in stock")
    for _ in range(2):
        reread.begin(conn, "v2", NOW)
        run = finish(conn)
    assert (run.seen, run.changed) == (1, 0)


def test_a_new_shipped_reader_begins_a_run_by_itself_once(conn: Conn) -> None:
    write(conn, "a", "price")
    assert not reread.begin_if_newer(conn, "v1", "v1+w3", NOW)
    assert not reread.begin_if_newer(conn, "v1", "v1+w4", NOW)
    assert reread.begin_if_newer(conn, "v2", "v2+w4", NOW)
    assert not reread.begin_if_newer(conn, "v2", "v2+w4", NOW)


def test_a_workspace_from_before_versions_were_noted_is_read_again(conn: Conn) -> None:
    write(conn, "a", "price")
    assert reread.begin_if_newer(conn, "v2", "v2", NOW)


def test_an_empty_workspace_is_not(conn: Conn) -> None:
    assert not reread.begin_if_newer(conn, "v2", "v2", NOW)


CHILD = """
import sys
from warmlist.events.log import EventLog, Read
from warmlist.events.signals import mask
from warmlist.intake import reread
from warmlist.store.database import Store

log = EventLog(lambda text: Read(mask("stock_inquiry"), [{"name": "stock_inquiry"}]), "v2")
reread.CHUNK = 5
connect = Store(sys.argv[1]).connect
def some(conn, log, now, limit=5, some=reread.some):
    done = some(conn, log, now, limit)
    print(done, flush=True)
    return done
reread.some = some
reread.all_of_it(connect, lambda _: log, lambda: 1)
"""


@pytest.mark.crash
def test_a_killed_run_goes_on_where_it_was(store: Store) -> None:
    with store.connect() as conn:
        messages = [write(conn, f"m{n}", "in stock") for n in range(200)]
        reread.begin(conn, "v2", NOW)
    child = subprocess.Popen(
        [sys.executable, "-c", CHILD, store.dsn], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert child.stdout is not None
    for _ in range(4):
        child.stdout.readline()
    child.send_signal(signal.SIGKILL)
    child.wait()
    child.stdout.close()
    assert child.stderr is not None
    child.stderr.close()
    time.sleep(0.1)
    with store.connect() as conn:
        broken = reread.newest(conn)
        assert broken is not None
        assert 0 < broken.seen < 200
        assert broken.seen % 5 == 0
        run = finish(conn, EventLog(reader(stock_inquiry="stock"), "v2"), 50)
        assert (run.seen, run.changed) == (200, 200)
        assert {counting(conn, m)[0][:2] for m in messages} == {("v2", ("stock_inquiry",))}
        row = conn.execute("SELECT count(*) FROM signals").fetchone()
        assert row == (200,)
