"""POST /follow-ups/{customer}: what was done about a customer, and taking it back."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Body, Depends
from pydantic import Field, StringConstraints
from starlette.responses import Response

from warmlist.errors import NotFound
from warmlist.followup import actions
from warmlist.followup.actions import LONGEST_NOTE
from warmlist.followup.customer import Connection
from warmlist.followup.views import Assign, Deed, Done, LogContact, Skip, Snooze
from warmlist.web.api import who
from warmlist.web.api.context import Api, Caller, Here
from warmlist.web.api.fields import Asked, Moment, Short, Text, Told
from warmlist.web.api.idempotency import Writes
from warmlist.web.api.requests import json_only
from warmlist.web.api.tokens import Holder

router = APIRouter(tags=["follow-ups"])

Note = Annotated[Text, StringConstraints(max_length=LONGEST_NOTE)]
Said = Annotated[Text, StringConstraints(max_length=LONGEST_NOTE, min_length=1, pattern=r"\S")]


class DoneAsked(Asked):
    """The customer was contacted."""

    action: Literal["done"]


class SnoozeAsked(Asked):
    """Not before `until`."""

    action: Literal["snooze"]
    until: Moment


class SkipAsked(Asked):
    """Not this time."""

    action: Literal["skip"]
    reason: Said


class AssignAsked(Asked):
    """Somebody else's from now on; null: nobody's."""

    action: Literal["assign"]
    owner: Short | None


class LogAsked(Asked):
    """A contact outside the chat took place."""

    action: Literal["log"]
    how: Literal["call", "visit", "email", "other"]
    note: Note = ""


class UndoAsked(Asked):
    """Take back what was done in the name of this token."""

    action: Literal["undo"]
    undo_id: Annotated[str, StringConstraints(pattern=r"^[0-9]{1,18}$")]


DeedAsked = Annotated[
    DoneAsked | SnoozeAsked | SkipAsked | AssignAsked | LogAsked | UndoAsked,
    Field(discriminator="action"),
    Body(),
]


class Acted(Told):
    """It was written down."""

    customer: int
    undo_id: str | None = Field(description="takes it back; null after an undo")


@router.post("/follow-ups/{customer}", response_model=Acted)
def act(
    customer: who.Named,
    asked: DeedAsked,
    here: Here,
    caller: Caller,
    writes: Writes,
    _form: Annotated[str, Depends(json_only)],
) -> Response:
    """Mark a follow-up done, put it off, skip it, assign the customer, log a contact, or undo.

    It is done in the name of the token. The queue follows within a moment.
    """
    now_ms = here.now()

    def work(conn: Connection) -> Acted:
        if isinstance(asked, UndoAsked):
            return _undo(here, conn, caller, customer, asked.undo_id, now_ms)
        known = who.load(conn, caller.viewer, customer, now_ms + 1)
        rows = here.app.desk.rows
        done = actions.act(
            conn, here.app.events, rows.look, rows.figures, caller.viewer, known.customer_id,
            _deed(asked), now_ms,
        )  # fmt: skip
        return Acted(customer=done.customer_id, undo_id=done.undo_id)

    return writes(work, now_ms)


def _deed(asked: DoneAsked | SnoozeAsked | SkipAsked | AssignAsked | LogAsked) -> Deed:
    match asked:
        case SnoozeAsked():
            return Snooze(asked.until)
        case SkipAsked():
            return Skip(asked.reason)
        case AssignAsked():
            return Assign(asked.owner or None)
        case LogAsked():
            return LogContact(asked.how, asked.note)
        case DoneAsked():
            return Done()


def _undo(
    here: Api, conn: Connection, caller: Holder, customer: str, undo_id: str, now_ms: int
) -> Acted:
    """Whoever gave a customer away may take that back without seeing the customer any more."""
    gone = NotFound("there is no such deed of this token about this customer")
    named = who.find(conn, customer)
    try:
        customer_id = actions.undo(conn, here.app.events, caller.viewer, undo_id, now_ms)
    except NotFound:
        raise gone from None
    if customer_id != named:
        raise gone
    return Acted(customer=customer_id, undo_id=None)
