"""A person's word about what a message was read as: right, wrong, or missing; and taking it back."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

import psycopg

from warmlist.errors import BadInput, NotFound
from warmlist.events.log import EventLog
from warmlist.events.model import Event
from warmlist.events.signals import bit
from warmlist.followup.views import Judge, Viewer
from warmlist.store.sql import queries

_SQL = queries("followup/judging.sql")

Connection = psycopg.Connection[tuple[Any, ...]]


def judge(
    conn: Connection,
    log: EventLog,
    viewer: Viewer,
    handle_ids: Sequence[int],
    deed: Judge,
    as_of: int,
) -> int:
    """Write the word into the log, where it holds from `as_of` on (epoch ms); the event's id.

    handle_ids: of the customer, whom the viewer may see. Raises NotFound for a message that is not
    theirs or a signal that does not exist, BadInput for a message of the team.
    """
    bit(deed.signal)
    asked = {"message": deed.message, "handles": list(handle_ids)}
    found = conn.execute(_SQL.message, asked).fetchone()
    if found is None:
        raise NotFound(f"message {deed.message} is not known", hint="reload the page")
    source, message, handle, direction = found
    if direction != "in":
        raise BadInput("only what customers write is read", hint="choose one of their messages")
    fields = {
        "message": message, "name": deed.signal, "action": "confirm" if deed.wanted else "reject",
    }  # fmt: skip
    return _write(conn, log, viewer, handle, source, fields, as_of)


def withdraw(
    conn: Connection, log: EventLog, viewer: Viewer, event_id: int, as_of: int
) -> int | None:
    """Take back one's own word; the customer's id, None where it is no such word.

    From `as_of` on the message counts as it would without it. The second time changes nothing.
    """
    found = conn.execute(_SQL.word, {"event": event_id, "by": viewer.name}).fetchone()
    if found is None:
        return None
    customer_id, handle, source, word, message, done = found
    if not done:
        fields = {"message": message, "action": "withdraw", "of": word}
        _write(conn, log, viewer, handle, source, fields, as_of)
    return int(customer_id)


def _write(
    conn: Connection,
    log: EventLog,
    viewer: Viewer,
    handle: str,
    source: str,
    fields: dict[str, Any],
    as_of: int,
) -> int:
    """source: the message's own, for words name their message within it."""
    event = Event(
        type="signal", id=str(uuid.uuid4()), source=source, handle=handle, occurred_at=as_of,
        known_at=as_of, fields={**fields, "by": viewer.name},
    )  # fmt: skip
    log.append(conn, [event], now_ms=as_of)
    row = conn.execute(_SQL.event, {"ident": uuid.UUID(bytes=event.ident)}).fetchone()
    assert row is not None
    return int(row[0])
