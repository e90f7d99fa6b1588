"""/operations: one deed to everybody in a segment, how far it is, and taking it back."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Body, Depends, Path
from pydantic import Field, StringConstraints
from starlette.responses import Response

from warmlist.clock import rfc3339
from warmlist.followup import operations
from warmlist.followup.actions import LONGEST_NOTE
from warmlist.followup.customer import Connection
from warmlist.followup.operations import Deed, Operation
from warmlist.followup.views import AddLabel, Assign, RemoveLabel
from warmlist.web.api.context import Caller, Here
from warmlist.web.api.fields import (
    PAGE,
    Asked,
    Cursor,
    Instant,
    Limit,
    Moment,
    Short,
    Text,
    Told,
    instant,
    number_cursor,
)
from warmlist.web.api.idempotency import Writes
from warmlist.web.api.requests import json_only
from warmlist.web.api.segments import Expression, find

router = APIRouter(tags=["operations"])

Id = Annotated[int, Path(ge=1, le=2**63 - 1)]
Note = Annotated[Text, StringConstraints(max_length=LONGEST_NOTE)]


class _About(Asked):
    """Whom it is about: one of these two."""

    expression: Expression | None = Field(default=None, description="a segment")
    segment: int | None = Field(default=None, ge=1, le=2**63 - 1, description="a kept one, by id")


class AddAsked(_About):
    """A label for everybody in a segment."""

    action: Literal["add"]
    dimension: Short
    label: Short
    reason: Note = ""
    until: Moment | None = Field(default=None, description="when the label ends by itself")


class RemoveAsked(_About):
    """A label less for everybody in a segment."""

    action: Literal["remove"]
    dimension: Short
    label: Short
    reason: Note = ""


class AssignAsked(_About):
    """Another owner for everybody in a segment; null: nobody."""

    action: Literal["assign"]
    owner: Short | None


OperationAsked = Annotated[
    AddAsked | RemoveAsked | AssignAsked, Field(discriminator="action"), Body()
]


class OperationTold(Told):
    """A deed to many customers."""

    id: int
    action: Literal["add", "remove", "assign", "export"]
    fields: dict[str, Any] = Field(description="dimension, label, reason, until (epoch ms); owner")
    expression: str
    by: str
    created_at: Instant
    state: Literal["working", "done", "undoing", "undone"]
    total: int = Field(description="customers that it was begun for")
    waiting: int
    done: int
    undone: int
    left: dict[str, int] = Field(
        description="customers left out, by reason: gone (merged into another), theirs (another"
        " person's by then), has_none, by_rule, same_owner"
    )
    undone_by: str | None
    ended_at: Instant | None


class OperationList(Told):
    """Operations, the newest first."""

    items: list[OperationTold]
    next_cursor: str | None


@router.post("/operations", response_model=OperationTold)
def begin_operation(
    asked: OperationAsked,
    here: Here,
    caller: Caller,
    writes: Writes,
    _form: Annotated[str, Depends(json_only)],
) -> Response:
    """Label, unlabel or assign everybody in a segment, in the name of the token.

    Whom it is about is settled at once, up to 200,000 customers; a rep's token acts on the rep's own
    customers. The worker does it bit by bit, each customer once, whatever is killed meanwhile: ask
    for it again to see how far it is.
    """
    now_ms = here.now()
    desk = here.app.segments
    found = find(here, asked.expression, asked.segment)

    def work(conn: Connection) -> OperationTold:
        batches = desk.ask.ids(conn, caller.viewer, found, own=True)
        begun = operations.begin(
            conn, desk.ask.look, caller.viewer, _deed(asked), found.segment.text, batches, now_ms
        )
        return _told(operations.load(conn, caller.viewer, begun))

    return writes(work, now_ms)


@router.get("/operations")
def list_operations(
    here: Here, caller: Caller, cursor: Cursor = None, limit: Limit = PAGE
) -> OperationList:
    """Operations and exports, the newest first; a rep sees own ones."""
    before = number_cursor(cursor) or None
    found = here.app.segments.operations(caller.viewer, before, limit + 1)
    items = [_told(one) for one in found[:limit]]
    return OperationList(items=items, next_cursor=str(items[-1].id) if len(found) > limit else None)


@router.get("/operations/{operation}")
def get_operation(operation: Id, here: Here, caller: Caller) -> OperationTold:
    """How far it is."""
    return _told(here.app.segments.operation(caller.viewer, operation))


@router.post("/operations/{operation}/undo", response_model=OperationTold)
def undo_operation(operation: Id, here: Here, caller: Caller, writes: Writes) -> Response:
    """Take back exactly what it did; whom it has not reached yet is left alone.

    What was there before holds again. A second time changes nothing.
    """

    def work(conn: Connection) -> OperationTold:
        operations.undo(conn, caller.viewer, operation)
        return _told(operations.load(conn, caller.viewer, operation))

    return writes(work, here.now())


def _deed(asked: AddAsked | RemoveAsked | AssignAsked) -> Deed:
    match asked:
        case AddAsked():
            return AddLabel(asked.dimension, asked.label, asked.reason, asked.until)
        case RemoveAsked():
            return RemoveLabel(asked.dimension, asked.label, asked.reason)
        case AssignAsked():
            return Assign(asked.owner or None)


def _told(operation: Operation) -> OperationTold:
    return OperationTold(
        id=operation.id, action=operation.action, fields=dict(operation.fields),
        expression=operation.expression, by=operation.by,
        created_at=instant(operation.created_at), state=operation.state,  # type: ignore[arg-type]
        total=operation.total, waiting=operation.waiting, done=operation.done,
        undone=operation.undone, left=dict(operation.left), undone_by=operation.undone_by,
        ended_at=rfc3339(operation.ended_at),
    )  # fmt: skip
