"""One deed to many customers: chosen at once, done by the worker bit by bit, taken back exactly.

Every customer gets an event of their own, named after operation and customer, in the transaction that
notes so: whatever is killed and whenever, what was noted is done once and the rest still waits. Taking
it back makes just those events void, so that what was there before holds again.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from psycopg.types.json import Jsonb

from warmlist.clock import LATEST_MS
from warmlist.errors import BadInput, NotFound, Refused
from warmlist.events.log import EventLog
from warmlist.events.model import Event
from warmlist.followup import actions
from warmlist.followup.customer import Connection
from warmlist.followup.look import PackLook
from warmlist.followup.views import AddLabel, Assign, RemoveLabel, Viewer
from warmlist.store.sql import queries

_SQL = queries("followup/operations.sql")

#: Customers of one transaction: so few that others wait for them but a moment.
CHUNK = 250
#: Customers of one operation.
MOST = 200_000

Deed = AddLabel | RemoveLabel | Assign
Action = Literal["add", "remove", "assign", "export"]


@dataclass(frozen=True, slots=True)
class Operation:
    """A deed to many customers, and how far it is.

    `state`: working, done, undoing or undone. `left`: reason -> customers left out (gone, theirs,
    has_none, by_rule, same_owner). `until`: epoch ms.
    """

    id: int
    action: Action
    fields: Mapping[str, Any]
    expression: str
    by: str
    own_only: bool
    created_at: int
    state: str
    total: int
    undone_by: str | None
    ended_at: int | None
    waiting: int
    done: int
    undone: int
    left: Mapping[str, int]

    @property
    def open(self) -> bool:
        """Whether the worker still has to do with it."""
        return self.state in ("working", "undoing")

    @property
    def share(self) -> int:
        """How much of what it is about now is over, percent."""
        if self.state == "undoing":
            return 100 * self.undone // max(self.undone + self.done, 1)
        return 100 * (self.total - self.waiting) // max(self.total, 1)


def begin(
    conn: Connection,
    look: PackLook,
    viewer: Viewer,
    deed: Deed,
    expression: str,
    customers: Iterable[Sequence[int]],
    now_ms: int,
    key: str | None = None,
) -> int:
    """Write down what is to be done to whom, in the caller's transaction; the operation's id.

    customers: ids in batches, for a rep only their own. expression: the segment, for whoever looks
    it up later. key: the same one again begins nothing and gives the same id. Raises BadInput where
    the deed makes no sense, or there are too many customers.
    """
    action, fields = _told(conn, look, deed, now_ms)
    values = {
        "action": action, "fields": Jsonb(fields), "expression": expression, "by": viewer.name,
        "own_only": not viewer.sees_everyone, "now": now_ms, "state": "working", "key": key,
    }  # fmt: skip
    row = conn.execute(_SQL.begin, values).fetchone()
    if row is None:  # a form sent twice
        return _known(conn, viewer, key)
    operation_id, total = int(row[0]), 0
    for batch in customers:
        total += len(batch)
        if total > MOST:
            raise BadInput(f"that is more than {MOST} customers at once", hint="ask for fewer")
        conn.execute(_SQL.choose, {"id": operation_id, "customers": list(batch)})
    if not total:
        raise BadInput("there is nobody to do it to", hint="choose another segment")
    conn.execute(_SQL.count, {"id": operation_id, "total": total})
    conn.execute(_SQL.wake)
    return operation_id


def note_export(conn: Connection, viewer: Viewer, expression: str, form: str, now_ms: int) -> int:
    """Write down that somebody took a list of customers out, and in which form."""
    values = {
        "action": "export", "fields": Jsonb({"format": form}), "expression": expression,
        "by": viewer.name, "own_only": not viewer.sees_everyone, "now": now_ms, "state": "done",
        "key": None,
    }  # fmt: skip
    row = conn.execute(_SQL.begin, values).fetchone()
    assert row is not None
    return int(row[0])


def exported(conn: Connection, operation_id: int, total: int, now_ms: int) -> None:
    """Write down how many there were in the end."""
    conn.execute(_SQL.count, {"id": operation_id, "total": total})
    conn.execute(_SQL.end, {"id": operation_id, "state": "done", "now": now_ms})


def undo(conn: Connection, viewer: Viewer, operation_id: int) -> None:
    """Have an operation taken back: one's own, or anybody's for a lead. A second time changes nothing.

    Raises NotFound for one that the viewer may not see.
    """
    found = load(conn, viewer, operation_id)
    if found.action == "export":
        raise Refused("what was exported cannot be taken back")
    conn.execute(_SQL.undo, {"id": operation_id, "by": viewer.name})
    conn.execute(_SQL.wake)


def load(conn: Connection, viewer: Viewer, operation_id: int) -> Operation:
    """One operation. Raises NotFound for one that the viewer may not see."""
    found = _list(conn, viewer, operation_id, None, 1)
    if not found:
        raise NotFound("there is no such operation of yours", hint="reload the page")
    return found[0]


def listed(
    conn: Connection, viewer: Viewer, before: int | None = None, count: int = 20
) -> tuple[Operation, ...]:
    """Operations that the viewer may see, the newest first; before: the id that the list ends at."""
    return _list(conn, viewer, None, before, count)


def work(conn: Connection, log: EventLog, look: PackLook, now_ms: int, chunk: int = CHUNK) -> int:
    """Do or take back the next bit of the oldest operation; how many customers it was about.

    In the caller's transaction, which must be committed before the next bit. Several workers may
    call it at once: each takes another operation.
    """
    row = conn.execute(_SQL.open).fetchone()
    if row is None:
        return 0
    operation_id, action, fields, by, own_only, state, undone_by = row
    undoing = state == "undoing"
    values = {"id": operation_id, "state": "done" if undoing else "waiting", "count": chunk}
    found = conn.execute(_SQL.next, values).fetchall()
    if undoing:
        done = [one for one, _, _ in found]
        _take_back(conn, log, operation_id, _kind(action), undone_by, done, now_ms)
    elif found:
        left = _left_out(conn, look, action, fields, by if own_only else None, found)
        good = {one: handle for one, handle, _ in found if one not in left}
        events = [
            _event(operation_id, action, fields, by, one, handle, now_ms)
            for one, handle in good.items()
        ]
        log.append(conn, events, now_ms=now_ms)
        _mark(conn, operation_id, "done", list(good))
        _mark(conn, operation_id, "left", list(left), list(left.values()))
    if len(found) < chunk:
        end = {"id": operation_id, "state": "undone" if undoing else "done", "now": now_ms}
        conn.execute(_SQL.end, end)
    return max(len(found), 1)


def _told(
    conn: Connection, look: PackLook, deed: Deed, now_ms: int
) -> tuple[Action, dict[str, Any]]:
    match deed:
        case AddLabel(dimension, label, reason, until):
            actions.must_exist(look, dimension, label)
            if until is not None and not now_ms < until <= LATEST_MS:
                raise BadInput(
                    "a label must end in the future, before 2248", hint="choose another day"
                )
            fields = actions.label_fields("add", dimension, label, reason)
            return "add", fields if until is None else fields | {"until": until}
        case RemoveLabel(dimension, label, reason):
            actions.must_exist(look, dimension, label)
            return "remove", actions.label_fields("remove", dimension, label, reason)
        case Assign(owner):
            if owner is not None and owner not in actions.users(conn):
                raise BadInput(f"nobody here is called {owner!r}", hint="choose one of the team")
            return "assign", {"owner": owner or ""}


def _left_out(
    conn: Connection,
    look: PackLook,
    action: str,
    fields: Mapping[str, Any],
    owner: str | None,
    found: Sequence[tuple[int, str | None, str | None]],
) -> dict[int, str]:
    """Customers to whom it cannot be done any more or need not be, with the reason."""
    left: dict[int, str] = {one: "gone" for one, handle, _ in found if handle is None}
    if owner is not None:
        left |= {one: "theirs" for one, _, now in found if now != owner}
    if action == "assign":
        same = fields["owner"] or None
        left |= {one: "same_owner" for one, _, now in found if now == same}
    if action == "remove":
        names = {"dimension": fields["dimension"], "label": fields["label"]}
        customers = {"customers": [one for one, _, _ in found]}
        origins: dict[int, str] = dict(conn.execute(_SQL.origins, names | customers).fetchall())
        for one, _, _ in found:
            if one not in origins:
                left.setdefault(one, "has_none")
            elif not look.removable(fields["dimension"], origins[one]):
                left.setdefault(one, "by_rule")
    return left


def _name(operation_id: int, customer_id: int) -> str:
    return f"operation:{operation_id}:{customer_id}"


def _kind(action: str) -> str:
    """The type of the events of an operation."""
    return "profile" if action == "assign" else "label"


def _event(
    operation_id: int,
    action: str,
    fields: Mapping[str, Any],
    by: str,
    customer_id: int,
    handle: str,
    now_ms: int,
) -> Event:
    return Event(
        type=_kind(action),
        id=_name(operation_id, customer_id),
        source=actions.SOURCE,
        handle=handle,
        occurred_at=now_ms,
        known_at=now_ms,
        fields={**fields, "by": by, "operation": operation_id},
    )


def _take_back(
    conn: Connection,
    log: EventLog,
    operation_id: int,
    kind: str,
    by: str,
    customers: Sequence[int],
    now_ms: int,
) -> None:
    """Make the operation's own events about these customers void from now on."""
    if not customers:
        return
    named = (Event(kind, _name(operation_id, one), actions.SOURCE, "-", 0, 0) for one in customers)
    idents = [uuid.UUID(bytes=event.ident) for event in named]
    values = {"customers": list(customers), "idents": idents}
    written = conn.execute(_SQL.written, values).fetchall()
    events = [
        Event(
            type="follow_up",
            id=f"{_name(operation_id, one)}:undo",
            source=actions.SOURCE,
            handle=handle,
            occurred_at=now_ms,
            known_at=now_ms,
            fields={"action": "undo", "of": event_id, "by": by, "operation": operation_id},
        )
        for one, event_id, handle in written
    ]
    log.append(conn, events, now_ms=now_ms)
    _mark(conn, operation_id, "undone", customers)


def _mark(
    conn: Connection,
    operation_id: int,
    state: str,
    customers: Sequence[int],
    whys: Sequence[str] | None = None,
) -> None:
    if customers:
        reasons: Sequence[str | None] = whys or [None] * len(customers)
        values = {
            "id": operation_id,
            "state": state,
            "customers": list(customers),
            "whys": list(reasons),
        }
        conn.execute(_SQL.mark, values)


def _list(
    conn: Connection, viewer: Viewer, operation_id: int | None, before: int | None, count: int
) -> tuple[Operation, ...]:
    values = {
        "id": operation_id, "everyone": viewer.sees_everyone, "viewer": viewer.name,
        "before": before, "count": count,
    }  # fmt: skip
    rows = conn.execute(_SQL.told, values).fetchall()
    states: dict[int, dict[str, int]] = {row[0]: {} for row in rows}
    left: dict[int, dict[str, int]] = {row[0]: {} for row in rows}
    for one, state, why, number in conn.execute(_SQL.states, {"ids": list(states)}):
        if state == "left":
            left[one][why] = number
        else:
            states[one][state] = number
    return tuple(_operation(row, states[row[0]], left[row[0]]) for row in rows)


def _operation(row: Sequence[Any], states: Mapping[str, int], left: Mapping[str, int]) -> Operation:
    rest = [*(states.get(state, 0) for state in ("waiting", "done", "undone")), left]
    return Operation(*row, *rest)


def _known(conn: Connection, viewer: Viewer, key: str | None) -> int:
    row = conn.execute(_SQL.of_key, {"key": key, "by": viewer.name}).fetchone()
    if row is None:
        raise BadInput("this form was sent before by somebody else", hint="reload the page")
    return int(row[0])
