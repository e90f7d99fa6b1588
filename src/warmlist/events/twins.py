"""The same message by webhook and by a chat export: linked, not doubled.

An export tells minutes, not ids. So a message of an export and a live one are twins when customer,
direction, minute and text agree; the nth of several alike is the twin of the nth. The exported one
counts until the live one was known, whichever came first.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import psycopg

from warmlist.clock import MINUTE
from warmlist.events.model import Event, hash64
from warmlist.store.sql import queries

SQL = queries("events/twins.sql")
#: event id, event, its columns
Fresh = tuple[int, Event, tuple[Any, ...]]


def text_key(text: str) -> int:
    """What two deliveries of one message share of its text: a hash that ignores spacing."""
    return hash64(" ".join(text.split()))


def twin_key(handle: str, direction: str, occurred_at: int, text: int) -> int:
    """What twins share: the customer's handle, the direction, the minute (of epoch ms), the text."""
    return hash64(handle, direction, str(occurred_at // MINUTE), str(text))


def of_export(event: Event) -> int | None:
    """The twin key of a message that an export told; None for all others, and for bare files."""
    export = event.fields.get("export_of")
    if event.type != "message" or not isinstance(export, dict) or not export.get("text"):
        return None
    try:
        minute, text = int(export["minute"]), int(export["text"])
    except (KeyError, TypeError, ValueError, OverflowError):
        return None  # a line of somebody else's that happens to have such a key
    return twin_key(event.handle, str(export.get("direction")), minute, text)


def of_live(event: Event) -> int | None:
    """The twin key of a live message with text."""
    text = event.fields.get("text")
    if event.type != "message" or event.fields.get("export_of") or not text:
        return None
    direction = str(event.fields.get("direction"))
    return twin_key(event.handle, direction, event.occurred_at, text_key(str(text)))


def link(conn: psycopg.Connection, fresh: Sequence[Fresh]) -> None:
    """Pair new messages with their twins in the log; the exported one of each pair gives way."""
    keys = {k for _, e, _ in fresh if (k := of_export(e)) is not None}
    live = {k for _, e, _ in fresh if (k := of_live(e)) is not None}
    if live:
        keys |= {r[0] for r in conn.execute(SQL.exported_keys, {"keys": sorted(live)})}
    if not keys:
        return
    exported: dict[int, list[tuple[int, int, int]]] = {}
    spans: dict[int, tuple[int, int]] = {}
    for key, handle_id, pos, event_id, known_at in conn.execute(
        SQL.exported, {"keys": sorted(keys)}
    ):
        exported.setdefault(key, []).append((pos, event_id, known_at))
        low, high = spans.get(handle_id, (pos, pos))
        spans[handle_id] = (min(low, pos), max(high, pos))
    pairs = _pairs(exported, _live_twins(conn, spans, keys))
    conn.execute(
        SQL.unlink, {"events": sorted({e for rows in exported.values() for _, e, _ in rows})}
    )
    if pairs:
        conn.execute(SQL.link, {"events": list(pairs), "gone": list(pairs.values())})


def _live_twins(
    conn: psycopg.Connection, spans: dict[int, tuple[int, int]], keys: set[int]
) -> dict[int, list[tuple[int, int, int]]]:
    """Live messages around the exported ones, by twin key: (pos, event id, known_at)."""
    found: dict[int, list[tuple[int, int, int]]] = {}
    values = {
        "handles": list(spans),
        "low": [low - (MINUTE << 20) for low, _ in spans.values()],
        "high": [high + (MINUTE << 20) for _, high in spans.values()],
    }
    for handle, direction, pos, event_id, known_at, text in conn.execute(SQL.live, values):
        key = twin_key(handle, direction, pos >> 20, text_key(text))
        if key in keys:
            found.setdefault(key, []).append((pos, event_id, known_at))
    return found


def _pairs(
    exported: dict[int, list[tuple[int, int, int]]], live: dict[int, list[tuple[int, int, int]]]
) -> dict[int, int]:
    """Exported event -> the moment up to which it counts."""
    gone = {}
    for key, rows in exported.items():
        for (_, event_id, known_at), (_, _, live_at) in zip(
            sorted(rows), sorted(live.get(key, [])), strict=False
        ):
            gone[event_id] = max(known_at, live_at)
    return gone
