"""A small shop in a real database. Alice is an admin, Bob and Carla are reps."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import psycopg
import pytest
from psycopg_pool import ConnectionPool

from people import read
from warmlist.app import built_in_pack
from warmlist.clock import parse_instant
from warmlist.events.log import EventLog
from warmlist.events.model import Event
from warmlist.followup import openings
from warmlist.followup.desk import PostgresDesk
from warmlist.followup.views import QueueFilters, QueuePage, QueueRow, Viewer
from warmlist.labels.assign import Labeller
from warmlist.plan.compile import Plan, compile_plan
from warmlist.rules.read import read_pack
from warmlist.store.database import Store

#: A Tuesday, 10:30 in Rome, where the team works.
NOW = parse_instant("2026-03-03T09:30:00Z")
ROME = "Europe/Rome"

ALICE = Viewer(1, "Alice", "admin")
BOB = Viewer(2, "Bob", "rep")
CARLA = Viewer(3, "Carla", "rep")


@dataclass
class Shop:
    """Writes histories and labels them; `desk` is what is tested."""

    store: Store
    conn: psycopg.Connection[Any]
    desk: PostgresDesk
    plan: Plan
    log: EventLog
    _ids: Iterator[int] = field(default_factory=itertools.count)

    def tell(self, handle: str, kind: str, at: int, **fields: Any) -> int:
        """One event, known when it happened; the customer's id."""
        source = fields.pop("source", "shop")
        event = Event(kind, str(next(self._ids)), source, handle, at, at, fields=fields)
        self.log.append(self.conn, [event], now_ms=at)
        self.conn.commit()
        found = self.conn.execute("SELECT customer_id FROM handles WHERE handle = %s", (handle,))
        return int(found.fetchone()[0])  # type: ignore[index]

    def writes(self, handle: str, text: str, at: int, **fields: Any) -> int:
        """The customer writes; the reader of tests finds the signals that the text names."""
        return self.tell(handle, "message", at, direction="in", text=text, **fields)

    def answers(self, handle: str, at: int, **fields: Any) -> int:
        return self.tell(handle, "message", at, direction="out", text="Here you are", **fields)

    def is_called(self, handle: str, at: int, **fields: Any) -> int:
        """A profile: `name`, `owner`, `language`, ..."""
        return self.tell(handle, "profile", at, **fields)

    def label(self, now: int = NOW) -> None:
        """What the worker does: everybody with news, then everybody whose time has come."""
        labeller = Labeller(self.store.dsn, self.plan, "EUR")
        try:
            labeller.relabel(self.conn, labeller.claim_news(self.conn, 1_000), now)
            due = labeller.claim_due(self.conn, now, 1_000)
            labeller.relabel(self.conn, dict.fromkeys(due, now + 1), now)
            self.conn.commit()
        finally:
            labeller.close()

    def ask_the_guard(self, now: int = NOW) -> None:
        """What the worker does next: keep when the guard lets follow-ups through."""
        while openings.work(self.conn, self.desk.rows, now):
            self.conn.commit()
        self.conn.commit()

    def replayed(self, as_of: int) -> list[QueueRow]:
        """The queue of a moment, from the plan's answers as of then."""
        return list(self.desk.queue_as_of(ALICE, QueueFilters(), as_of))

    def queue(
        self, viewer: Viewer = ALICE, as_of: int = NOW, /, **filters: str | None
    ) -> QueuePage:
        return self.desk.queue(viewer, QueueFilters(**filters), as_of)

    def ids(self, viewer: Viewer = ALICE, as_of: int = NOW, /, **filters: str | None) -> list[int]:
        return [row.customer_id for row in self.queue(viewer, as_of, **filters).rows]

    def row(self, customer_id: int, as_of: int = NOW, viewer: Viewer = ALICE) -> QueueRow | None:
        return next(iter(self.desk.changes(viewer, [customer_id], as_of).rows), None)

    def due(self, customer_id: int, as_of: int = NOW) -> bool:
        return self.row(customer_id, as_of) is not None


@pytest.fixture(scope="session")
def plan() -> Plan:
    return compile_plan(read_pack(built_in_pack()))


@pytest.fixture
def shop(store: Store, plan: Plan) -> Iterator[Shop]:
    log = EventLog(read, "test-1")
    with (
        ConnectionPool(store.dsn, min_size=1, max_size=4, open=True) as pool,
        store.connect() as conn,
    ):
        for viewer in (ALICE, BOB, CARLA):
            conn.execute(
                "INSERT INTO users (name, password_hash, role, created_at) VALUES (%s, '', %s, 0)",
                (viewer.name, viewer.role),
            )
        conn.commit()
        desk = PostgresDesk(pool, log, plan, "EUR", ROME)
        yield Shop(store, conn, desk, plan, log)
        desk.close()
