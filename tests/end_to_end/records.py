"""What a workspace has recorded, in words that do not depend on the numbers a database gave out."""

from __future__ import annotations

from functools import cache
from typing import Any

import psycopg

from warmlist.app import built_in_pack, event_log
from warmlist.events.log import EventLog, load_money
from warmlist.intake.work import work_waiting
from warmlist.labels.assign import Labeller
from warmlist.labels.bulk import Bulk, BulkReport
from warmlist.labels.history import replay_some
from warmlist.plan.compile import Plan, compile_plan
from warmlist.rules.read import read_pack
from warmlist.store.database import Store
from warmlist.understanding.reader import default_reader

Conn = psycopg.Connection[tuple[Any, ...]]
CURRENCY = "USD"

_NAMES = """
WITH names AS (SELECT customer_id, min(handle) AS name FROM handles GROUP BY customer_id),
called AS (SELECT id, concat_ws(' ', source, type, external_id, status, digest) AS name FROM events)
"""
LABELS = (
    _NAMES
    + """
SELECT n.name, a.dimension, a.label, a.shade, a.since, a.until_at, a.rule, a.pack, a.because,
  (a.evidence -> 'facts')::text, a.evidence ->> 'as_of',
  ARRAY(SELECT c.name FROM jsonb_array_elements_text(a.evidence -> 'events') AS e
        JOIN called c ON c.id = e::bigint ORDER BY c.name COLLATE "C")
FROM assignments a JOIN names n USING (customer_id)
ORDER BY n.name COLLATE "C", a.dimension, a.label, a.since NULLS FIRST, a.until_at NULLS LAST, a.shade
"""
)
STANDINGS = (
    _NAMES
    + """
SELECT n.name, s.as_of, s.recheck_at, s.owner, s.playbook, s.due_from, s.due_by, s.rank, s.worth,
  s.facts::text
FROM standings s JOIN names n USING (customer_id) ORDER BY n.name COLLATE "C"
"""
)
EVENTS = """
SELECT h.handle, e.source, e.type, e.external_id, e.status, e.digest, e.pos >> 20, e.known_at,
  e.backfill, g.gone_at
FROM events e JOIN handles h ON h.id = e.handle_id LEFT JOIN superseded g ON g.event_id = e.id
ORDER BY e.source COLLATE "C", e.type, e.external_id COLLATE "C", e.status, e.digest
"""


@cache
def log() -> EventLog:
    """The log with the real reader, which takes a second to load."""
    return event_log(default_reader())


def rows(conn: Conn, query: str) -> list[tuple[Any, ...]]:
    found = conn.execute(query).fetchall()
    conn.rollback()
    return found


def number(conn: Conn, query: str) -> int:
    return int(rows(conn, query)[0][0])


def plan_of(store: Store, at: int) -> Plan:
    """The built-in pack with the rates of this workspace."""
    with store.connect() as conn:
        return compile_plan(read_pack(built_in_pack(), load_money(conn).at(at)))


def work(store: Store, now_ms: int, limit: int = 200) -> None:
    """Every waiting delivery becomes events."""
    append = log().append
    with store.connect() as conn:
        while work_waiting(conn, append, now_ms=now_ms, limit=limit).deliveries:
            pass


def relabel(store: Store, now_ms: int, *, batch: int = 64, plan: Plan | None = None) -> None:
    """Customers with news get their labels as of `now_ms`, and their past."""
    labeller = Labeller(store.dsn, plan or plan_of(store, now_ms), CURRENCY)
    try:
        with store.connect() as conn:
            while news := labeller.claim_news(conn, batch):
                labeller.relabel(conn, news, now_ms)
                conn.commit()
            while due := labeller.claim_due(conn, now_ms, batch):
                labeller.relabel(conn, dict.fromkeys(due, now_ms + 1), now_ms)
                conn.commit()
            conn.commit()
            while replay_some(conn, labeller, now_ms):
                pass
    finally:
        labeller.close()


def repair(store: Store, folder: Any, as_of: int) -> BulkReport:
    """The nightly run: everybody over the mirror; what it corrects was wrong."""
    bulk = Bulk(store.dsn, plan_of(store, as_of), CURRENCY, folder, as_of, lambda: 0.0, "repair")
    return bulk.run()


def deliver(store: Store, deliveries: list[tuple[int, bytes]]) -> None:
    """Put deliveries (received at, epoch ms; body) into the inbox as the door does."""
    with store.connect() as conn:
        for received_at, body in deliveries:
            conn.execute(
                "INSERT INTO deliveries (door, received_at, body) VALUES ('whatsapp', %s, %s)",
                (received_at, body),
            )
        conn.commit()
