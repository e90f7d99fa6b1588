"""A message that came by webhook and in a chat export is one message, in whatever order they came."""

import itertools

import psycopg
import pytest

from warmlist.clock import HOUR, MINUTE
from warmlist.events.log import EventLog, Read
from warmlist.events.model import Event
from warmlist.events.twins import text_key

pytestmark = pytest.mark.store

NOON = 1_772_366_400_000  # 2026-03-01 12:00 UTC
LATER = NOON + HOUR
HANDLE = "+390612345678"


def live(n: int, at: int, text: str, known: int | None = None) -> Event:
    fields = {"direction": "in", "kind": "text", "text": text}
    return Event("message", f"wamid.{n}", "whatsapp:1", HANDLE, at, known or at, 0, False, fields)


def exported(n: int, at: int, text: str) -> Event:
    minute = at - at % MINUTE
    export = {"minute": minute, "local": "", "direction": "in", "text": text_key(text)}
    fields = {"direction": "in", "kind": "text", "text": text, "export_of": export}
    return Event("message", f"x{n}", "import", HANDLE, minute, minute, n, True, fields)


def counting(conn: psycopg.Connection) -> list[str]:
    """Messages that count as of much later, by external id."""
    rows = conn.execute(
        "SELECT e.external_id FROM events e LEFT JOIN superseded g ON g.event_id = e.id "
        "WHERE coalesce(g.gone_at, %s) >= %s ORDER BY e.pos, e.external_id",
        (LATER * 2, LATER * 2),
    )
    return [r[0] for r in rows]


HISTORY = [
    live(1, NOON + 5_000, "Quanto costa?"),
    live(2, NOON + 20_000, "ok"),
    live(3, NOON + 40_000, "ok"),
    exported(1, NOON + 5_000, "Quanto  costa?"),
    exported(2, NOON + 20_000, "ok"),
    exported(3, NOON + 40_000, "ok"),
    exported(4, NOON + 50_000, "ok"),
    exported(5, NOON + 10 * MINUTE, "solo nel file"),
]


@pytest.mark.parametrize(
    "order", list(itertools.islice(itertools.permutations(HISTORY), 0, 40320, 2521))
)
def test_in_any_order_each_message_counts_once(
    conn: psycopg.Connection, order: tuple[Event, ...]
) -> None:
    log = EventLog(lambda _: Read(0, []), "test")
    for event in order:
        log.append(conn, [event], now_ms=LATER)
    assert counting(conn) == ["x4", "wamid.1", "wamid.2", "wamid.3", "x5"]


def test_until_the_live_one_was_known_the_exported_one_counts(conn: psycopg.Connection) -> None:
    log = EventLog(lambda _: Read(0, []), "test")
    late = live(1, NOON, "ciao", known=LATER)
    log.append(conn, [exported(1, NOON, "ciao")], now_ms=NOON)
    log.append(conn, [late], now_ms=LATER)
    row = conn.execute("SELECT gone_at, reason FROM superseded").fetchall()
    assert row == [(LATER, "twin")]


def test_two_customers_with_the_same_words_are_not_twins(conn: psycopg.Connection) -> None:
    log = EventLog(lambda _: Read(0, []), "test")
    other = exported(1, NOON, "ciao")
    log.append(conn, [live(1, NOON, "ciao")], now_ms=NOON)
    log.append(
        conn,
        [Event("message", "y", "import", "+390699999999", NOON, NOON, 0, True, other.fields)],
        now_ms=NOON,
    )
    assert conn.execute("SELECT count(*) FROM superseded").fetchone() == (0,)
