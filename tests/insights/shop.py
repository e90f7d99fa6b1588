"""What the tests of jobs share: a log that reads nothing, events in few words, and one way to run a job."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from warmlist.app import built_in_pack
from warmlist.clock import parse_instant
from warmlist.events.log import EventLog, Read
from warmlist.events.model import Event
from warmlist.insights import jobs
from warmlist.insights.jobs import Workspace
from warmlist.insights.outcome import Asked
from warmlist.insights.past import Past
from warmlist.insights.runs import Run
from warmlist.rules.read import read_pack
from warmlist.store.database import Store
from warmlist.understanding.told import handle_tags

LOG = EventLog(lambda _: Read(0, []), "test", handle=handle_tags)
FIGURES = {name: t.value for name, t in read_pack(built_in_pack()).thresholds.items()}
#: An Italian mobile number each: Rome's clock, one hour before UTC in winter.
PHONE = "+39333{:07}"


def ms(text: str) -> int:
    """'2026-03-01' or '2026-03-01T09:30' in UTC -> epoch ms."""
    return parse_instant(f"{text}T00:00:00Z" if "T" not in text else f"{text}:00Z")


def order(
    customer: str, id: str, at: int, amount: object = "10", *items: str, **more: Any
) -> Event:
    """A paid order; items are 'category' or 'category/sku'."""
    lines = [
        {"category": c, "sku": sku or c, "quantity": 1}
        for c, _, sku in (item.partition("/") for item in items)
    ]
    fields = {"status": "paid", "amount": str(amount), "currency": "USD", "lines": lines, **more}
    return Event("order", id, "shop", customer, at, at, backfill=True, fields=fields)


def message(customer: str, id: str, at: int, direction: str = "in") -> Event:
    fields = {"direction": direction, "text": "-"}
    return Event("message", id, "chat", customer, at, at, backfill=True, fields=fields)


def read(customer: str, of: str, at: int) -> Event:
    """The receipt that says that our message was read."""
    fields = {"message": of, "status": "read"}
    return Event("receipt", of, "chat", customer, at, at, backfill=True, fields=fields)


def fill(store: Store, events: Iterable[Event]) -> None:
    """Bring events into the log."""
    batch = list(events)
    with store.connect() as conn:
        LOG.append(conn, batch, now_ms=max(e.known_at for e in batch))


def workspace(store: Store, folder: Path, zone: str = "UTC", **figures: int) -> Workspace:
    """Where jobs read; figures: thresholds other than the pack's."""
    return Workspace(store.dsn, folder / "mirror", {**FIGURES, **figures}, "USD", zone)


def run(place: Workspace, job: str, at: int) -> Run:
    """Run a job and keep what it found."""
    return jobs.run(place, job, at, LOG)


def labels(store: Store, dimension: str, at: int | None = None) -> set[tuple[str, str]]:
    """(handle, label) of findings that stand: what was said last, as known by a moment."""
    with store.connect() as conn:
        rows = conn.execute(
            "SELECT DISTINCT ON (h.handle, e.label) h.handle, e.label, e.kind FROM events e "
            "JOIN handles h ON h.id = e.handle_id WHERE e.type = 'finding' AND e.dimension = %s "
            "AND e.known_at <= %s ORDER BY h.handle, e.label, e.pos DESC, e.id DESC",
            (dimension, 2**62 if at is None else at),
        ).fetchall()
    return {(handle, label) for handle, label, kind in rows if kind == "add"}


def bare(at: int, zone: str = "UTC", **tables: pa.Table) -> Past:
    """A past without a store, made of the tables given."""
    past = Past(duckdb.connect(config={"threads": 2}), at, zone)
    for name, rows in tables.items():
        past.register(name, rows)
    return past


def bought(rows: Iterable[tuple[int, int, int, str]]) -> pa.Table:
    """(customer, order, moment in ms, item) -> the table `bought`; an item is its own category and sku."""
    table = list(rows)
    items = [r[3] for r in table]
    return pa.table(
        {
            "customer_id": pa.array([r[0] for r in table], pa.int64()),
            "event_id": pa.array([r[1] for r in table], pa.int64()),
            "pos": pa.array([(r[2] << 20) + r[1] % 1024 for r in table], pa.int64()),
            "ms": pa.array([r[2] for r in table], pa.int64()),
            "sku": pa.array(items, pa.string()),
            "category": pa.array(items, pa.string()),
            "item": pa.array(items, pa.string()),
        }
    )


def asked(zone: str = "UTC", **figures: int) -> Asked:
    return Asked({**FIGURES, **figures}, "USD", zone)


def wanted(past: Past, dimension: str = "product") -> set[tuple[int, str]]:
    """(customer, label) that a job concluded."""
    sql = f"SELECT customer_id, label FROM wanted WHERE dimension = '{dimension}'"
    return set(past.db.execute(sql).fetchall())
