"""What a person does becomes an event of the log; taking it back becomes another one."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from difflib import get_close_matches
from typing import Any

from warmlist.clock import LATEST_MS
from warmlist.errors import BadInput, NotFound, Refused
from warmlist.events import customers
from warmlist.events.log import EventLog
from warmlist.events.model import Event
from warmlist.followup import judging
from warmlist.followup.customer import Connection, load_customer
from warmlist.followup.figures import Figures
from warmlist.followup.look import PackLook
from warmlist.followup.views import (
    Acted,
    AddLabel,
    Assign,
    Deed,
    Done,
    Judge,
    LogContact,
    NotePreference,
    Outcome,
    RemoveLabel,
    Skip,
    Snooze,
    Viewer,
)
from warmlist.store.sql import queries

_SQL = queries("followup/actions.sql")

SOURCE = "person"
LONGEST_NOTE = 4_000  # code points


def act(
    conn: Connection,
    log: EventLog,
    look: PackLook,
    figures: Figures,
    viewer: Viewer,
    customer_id: int,
    deed: Deed,
    as_of: int,
) -> Acted:
    """Write a deed into the log, in the caller's transaction.

    as_of: epoch ms, when it was done and known. Raises NotFound for a customer whom the viewer may
    not see, BadInput where the deed makes no sense.
    """
    who = load_customer(conn, viewer, customer_id, as_of)
    if isinstance(deed, Judge):
        said = judging.judge(conn, log, viewer, who.ids, deed, as_of)
        return Acted(customer_id, str(said))
    kind, fields = _event_of(conn, look, figures, viewer, customer_id, deed, as_of)
    handle = next(iter(who.handles.values()))
    return Acted(customer_id, str(_write(conn, log, viewer, handle, kind, fields, as_of)))


def undo(conn: Connection, log: EventLog, viewer: Viewer, undo_id: str, as_of: int) -> int:
    """Take back a deed of the viewer's own; the customer's id. The second time changes nothing.

    Somebody who gave a customer away may take that back without seeing the customer any more.
    """
    unknown = NotFound("there is no such deed of yours", hint="reload the page")
    if not (undo_id.isascii() and undo_id.isdecimal() and len(undo_id) < 19):
        raise unknown
    found = conn.execute(_SQL.deed, {"event": int(undo_id), "by": viewer.name}).fetchone()
    if found is None:
        judged = judging.withdraw(conn, log, viewer, int(undo_id), as_of)
        if judged is None:
            raise unknown
        return judged
    customer_id, handle, undone = found
    if not undone:
        fields = {"action": "undo", "of": int(undo_id)}
        _write(conn, log, viewer, handle, "follow_up", fields, as_of)
    return int(customer_id)


def merge(conn: Connection, viewer: Viewer, kept: int, gone: int, reason: str, as_of: int) -> int:
    """Make two customers one: `kept` takes over everything of `gone`. The merge's id.

    Refused for a rep. Raises NotFound for a customer that does not exist (any more).
    """
    _must_lead(viewer)
    if kept == gone:
        raise BadInput("a customer cannot be merged with itself", hint="choose another one")
    for customer_id in sorted((kept, gone)):
        load_customer(conn, viewer, customer_id, as_of)
    return customers.merge(conn, kept, gone, reason=reason, by=viewer.name, now_ms=as_of)


def undo_merge(conn: Connection, viewer: Viewer, merge_id: int, as_of: int) -> tuple[int, int]:
    """Separate two merged customers again: (kept, gone). Raises NotFound the second time."""
    _must_lead(viewer)
    return customers.undo_merge(conn, merge_id, now_ms=as_of)


def _must_lead(viewer: Viewer) -> None:
    if not viewer.sees_everyone:
        raise Refused("only a lead or an admin may merge customers", hint="ask one of them")


def _write(
    conn: Connection,
    log: EventLog,
    viewer: Viewer,
    handle: str,
    kind: str,
    fields: Mapping[str, Any],
    as_of: int,
) -> int:
    """The id of the event that now says so."""
    event = Event(
        type=kind,
        id=str(uuid.uuid4()),
        source=SOURCE,
        handle=handle,
        occurred_at=as_of,
        known_at=as_of,
        fields={**fields, "by": viewer.name},
    )
    log.append(conn, [event], now_ms=as_of)
    row = conn.execute(_SQL.event, {"ident": uuid.UUID(bytes=event.ident)}).fetchone()
    assert row is not None
    return int(row[0])


def _event_of(
    conn: Connection,
    look: PackLook,
    figures: Figures,
    viewer: Viewer,
    customer_id: int,
    deed: Outcome,
    as_of: int,
) -> tuple[str, dict[str, Any]]:
    """Type and fields of the event that a deed becomes."""
    match deed:
        case Done():
            return "follow_up", {"action": "done"}
        case Snooze(until):
            _must_come(until, as_of, "a snooze")
            return "follow_up", {"action": "snooze", "until": until}
        case Skip(reason):
            fields = {"action": "skip", "reason": _said(reason, "a reason to skip")}
            return "follow_up", fields | {"until": as_of + figures.skip_lasts}
        case Assign(owner):
            if owner is not None and owner not in users(conn):
                raise BadInput(f"nobody here is called {owner!r}", hint="choose one of the team")
            return "profile", {"owner": owner or ""}
        case LogContact(how, note):
            kind = "call" if how == "call" else "other"
            told = {"direction": "out", "kind": kind, "how": how, "text": _short(note)}
            return "message", told | {"agent": viewer.name}
        case AddLabel(dimension, label, reason, until):
            must_exist(look, dimension, label)
            if until is not None:
                _must_come(until, as_of, "a label")
            return "label", label_fields("add", dimension, label, reason) | {"until": until}
        case RemoveLabel(dimension, label, reason):
            _must_be_removable(conn, look, customer_id, dimension, label)
            return "label", label_fields("remove", dimension, label, reason)
        case NotePreference(line):
            return "preference", {"note": _said(line, "a preference line"), "origin": "noted"}


def users(conn: Connection) -> tuple[str, ...]:
    """Names of all users that may own customers, in order."""
    return tuple(name for (name,) in conn.execute(_SQL.users))


def label_fields(action: str, dimension: str, label: str, reason: str) -> dict[str, Any]:
    """What the event of a label set (add) or removed by hand says. Raises BadInput for a novel."""
    return {"action": action, "dimension": dimension, "label": label, "reason": _short(reason)}


def must_exist(look: PackLook, dimension: str, label: str) -> None:
    """Raises BadInput, with the nearest one, for a label that the pack in force does not have."""
    if look.has(dimension, label):
        return
    known = [f"{choice.dimension}:{choice.label}" for choice in look.choices("en")]
    near = get_close_matches(f"{dimension}:{label}", known, 1)
    raise BadInput(
        f"the pack in force has no label {dimension}:{label}",
        hint=f"did you mean {near[0]}?" if near else "choose one from the list",
    )


def _must_be_removable(
    conn: Connection, look: PackLook, customer_id: int, dimension: str, label: str
) -> None:
    named = {"customer": customer_id, "dimension": dimension, "label": label}
    held = conn.execute(_SQL.holds, named).fetchone()
    if held is None:
        raise BadInput(f"the customer has no label {dimension}:{label}", hint="reload the page")
    if not look.removable(dimension, held[0]):
        raise BadInput(
            f"{dimension}:{label} follows from a rule and cannot be taken away",
            hint="set another label of the same kind by hand",
        )


def _must_come(until: int, as_of: int, what: str) -> None:
    if not as_of < until <= LATEST_MS:
        raise BadInput(f"{what} must end in the future, before 2248", hint="choose another time")


def _said(text: str, what: str) -> str:
    told = _short(text)
    if not told:
        raise BadInput(f"{what} is missing", hint="write one")
    return told


def _short(text: str) -> str:
    """What fits into the log: PostgreSQL keeps no NUL, and nobody reads a novel."""
    told = text.replace("\0", "").strip()
    if len(told) > LONGEST_NOTE:
        raise BadInput(
            f"a note of {len(told)} characters is too long", hint=f"at most {LONGEST_NOTE}"
        )
    return told
