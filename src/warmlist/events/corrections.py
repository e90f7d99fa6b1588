"""What each message was read as, through time: first by the reader, then as people corrected it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import psycopg
from psycopg.types.json import Jsonb

from warmlist.events.model import Event, hash64
from warmlist.events.signals import with_signal
from warmlist.store.sql import queries

SQL = queries("events/log.sql")
#: event id, event, its columns
Fresh = tuple[int, Event, tuple[Any, ...]]
#: message event id, version, handle id, pos, known_at, gone_at, bits, found
Row = tuple[int, str, int, int, int, int | None, int, list[dict[str, Any]]]

HANDLE_ID, POS = 3, 4  # places in the columns of an event


def apply(
    conn: psycopg.Connection,
    fresh: Sequence[Fresh],
    read: Callable[[str], Any],
    version: str,
) -> None:
    """Write the signals of new messages, and write anew those of messages that were corrected.

    A message and its corrections may come in any order; the rows are the same in the end.
    """
    keys = {
        hash64(e.source, e.id): place
        for place, (_, e, _) in enumerate(fresh)
        if e.type == "message"
    }
    corrected = {
        hash64(e.source, str(e.fields.get("message", "")))
        for _, e, _ in fresh
        if e.type in ("correction", "signal")
    }
    if keys:
        corrected |= {r[0] for r in conn.execute(SQL.corrected_keys, {"keys": list(keys)})}
    rows: list[Row] = []
    for key, place in keys.items():
        if key not in corrected:
            event_id, event, columns = fresh[place]
            if event.fields.get("direction") == "in" and event.fields.get("text"):
                reading = read(str(event.fields["text"]))
                if reading.bits:
                    rows.append(
                        (event_id, version, columns[HANDLE_ID], columns[POS], event.known_at, None,
                         reading.bits, reading.found)
                    )  # fmt: skip
    if corrected:
        rows += _rewrite(conn, corrected, read, version)
    _write(conn, rows)


def _rewrite(
    conn: psycopg.Connection, keys: set[int], read: Callable[[str], Any], version: str
) -> list[Row]:
    messages = conn.execute(SQL.messages_with_corrections, {"keys": list(keys)}).fetchall()
    conn.execute(SQL.forget_signals, {"events": [m[0] for m in messages]})
    rows: list[Row] = []
    for event_id, handle_id, pos, known_at, direction, text, steps in messages:
        if direction == "in":
            stages = _timeline(known_at, text, steps, read, version)
            # A message that says nothing any more keeps an empty row, which outdates copies of its
            # earlier ones in the mirror.
            for known, gone, bits, found, by in stages or [(known_at, None, 0, [], version)]:
                rows.append((event_id, by, handle_id, pos, known, gone, bits, found))
    return rows


def _timeline(
    known_at: int,
    text: str | None,
    steps: Iterable[dict[str, Any]],
    read: Callable[[str], Any],
    version: str,
) -> list[tuple[int, int | None, int, list[dict[str, Any]], str]]:
    """Readings of one message in the order they held: (known_at, gone_at, bits, found, version)."""
    reading = read(text) if text else None
    bits, found = (reading.bits, reading.found) if reading else (0, [])
    stages = [(known_at, bits, found, version)]
    for step in steps:
        body, by = step["body"], "person"
        if step["type"] == "signal":
            bits, found = with_signal(bits, found, str(body.get("name")), body.get("action"))
        else:
            by = version
            again = (
                read(body["text"]) if body.get("action") == "edit" and body.get("text") else None
            )
            bits, found = (again.bits, again.found) if again else (0, [])
        stages.append((max(known_at, step["known_at"]), bits, found, by))
    ends: list[int | None] = [*(s[0] for s in stages[1:]), None]
    return [
        (known, gone, bits, found, by)
        for (known, bits, found, by), gone in zip(stages, ends, strict=True)
        if bits and gone != known
    ]


def _write(conn: psycopg.Connection, rows: Sequence[Row]) -> None:
    if not rows:
        return
    event, version, handle, pos, known, gone, bits, found = map(list, zip(*rows, strict=True))
    conn.execute(
        SQL.add_signals,
        {
            "event": event, "version": version, "handle": handle, "pos": pos, "known": known,
            "gone": gone, "bits": bits, "found": [Jsonb(f) for f in found],
        },
    )  # fmt: skip
