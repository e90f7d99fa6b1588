"""The catalogue that orders and views of a workspace give."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest

from warmlist.events.log import EventLog, Read
from warmlist.events.model import Event
from warmlist.understanding.products import Shelf
from warmlist.understanding.told import handle_tags, note_fields

pytestmark = pytest.mark.store

NOW = 1_795_176_000_000


def event(kind: str, number: int, fields: dict[str, Any]) -> Event:
    return Event(kind, f"{kind}-{number}", "test", "+393331234567", NOW, NOW, number, fields=fields)


def append(conn: psycopg.Connection[Any], *events: Event) -> None:
    EventLog(lambda _: Read(0, [], ()), "none", note_fields, handle_tags).append(
        conn, events, now_ms=NOW
    )


def names(shelf: Shelf, text: str) -> list[tuple[str, str]]:
    return [(p.sku, p.name) for match in shelf.catalogue.find(text) for p in match.products]


def test_products_come_from_views_and_order_lines_and_the_newest_name_counts(conn) -> None:
    shelf = Shelf()
    view = {"sku": "AR-2", "name": "Arda 2", "category": "Earphones", "price": "149"}
    lines = [{"sku": "MO-1", "name": "Molara grinder"}, {"name": "no sku"}, "no line", {"sku": "X"}]
    append(
        conn,
        event("view", 1, view),
        event("order", 2, {"amount": 80, "currency": "USD", "status": "paid", "lines": lines}),
        event("view", 3, {"url": "https://shop.example"}),
    )
    assert shelf.load(conn)
    assert len(shelf.catalogue) == 2
    assert names(shelf, "the arda") == [("AR-2", "Arda 2")]
    assert not shelf.load(conn)

    append(conn, event("view", 4, {**view, "name": "Arda 2 Sinovia"}))
    assert shelf.load(conn)
    assert names(shelf, "the arda sinovia") == [("AR-2", "Arda 2 Sinovia")]
    assert len(shelf.catalogue) == 2


def test_an_empty_workspace_has_no_products(conn) -> None:
    shelf = Shelf()
    assert not shelf.load(conn)
    assert names(shelf, "anything") == []
