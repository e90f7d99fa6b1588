"""What a person does: every outcome of a follow-up, labels by hand, and taking it back.

A script gets JSON: `undo` (an id) and what the page must change. A plain form is sent on to the
queue, so that everything works without a script too.
"""

from __future__ import annotations

from typing import Annotated, Literal

import orjson
from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from warmlist.clock import LATEST_MS
from warmlist.errors import BadInput
from warmlist.followup.views import (
    AddLabel,
    Assign,
    Deed,
    Done,
    Judge,
    LogContact,
    NotePreference,
    RemoveLabel,
    Skip,
    Snooze,
)
from warmlist.web.context import context
from warmlist.web.fields import Text
from warmlist.web.pages.customer import LARGEST_ID, Id
from warmlist.web.render import changes_json
from warmlist.web.session import Acting, Signed

router = APIRouter()

Short = Annotated[Text, Form(max_length=500)]
EventId = Annotated[int, Form(ge=1, le=LARGEST_ID)]
Moment = Annotated[int, Form(ge=0, le=LATEST_MS)]


@router.post("/c/{customer_id}/done")
def done(request: Request, who: Acting, customer_id: Id) -> Response:
    return _act(request, who, customer_id, Done())


@router.post("/c/{customer_id}/snooze")
def snooze(request: Request, who: Acting, customer_id: Id, until: Moment) -> Response:
    if until <= context(request).now():
        raise BadInput("a snooze must end in the future", hint="choose a later time")
    return _act(request, who, customer_id, Snooze(until))


@router.post("/c/{customer_id}/skip")
def skip(request: Request, who: Acting, customer_id: Id, reason: Short) -> Response:
    return _act(request, who, customer_id, Skip(_said(reason, "a reason to skip")))


@router.post("/c/{customer_id}/assign")
def assign(request: Request, who: Acting, customer_id: Id, owner: Short = "") -> Response:
    if owner and owner not in context(request).desk.owners():
        raise BadInput(f"nobody here is called {owner!r}", hint="choose one of the team")
    return _act(request, who, customer_id, Assign(owner or None))


@router.post("/c/{customer_id}/log")
def log_contact(
    request: Request,
    who: Acting,
    customer_id: Id,
    how: Annotated[Literal["call", "visit", "email", "other"], Form()],
    note: Annotated[Text, Form(max_length=4_000)] = "",
) -> Response:
    return _act(request, who, customer_id, LogContact(how, note.strip()))


@router.post("/c/{customer_id}/labels/add")
def add_label(
    request: Request,
    who: Acting,
    customer_id: Id,
    label: Short,
    reason: Short = "",
    until: Annotated[Text, Form(max_length=20)] = "",
) -> Response:
    dimension, name = _label(label)
    deed = AddLabel(dimension, name, reason.strip(), _moment(until))
    return _act(request, who, customer_id, deed)


@router.post("/c/{customer_id}/labels/remove")
def remove_label(
    request: Request, who: Acting, customer_id: Id, label: Short, reason: Short = ""
) -> Response:
    dimension, name = _label(label)
    return _act(request, who, customer_id, RemoveLabel(dimension, name, reason.strip()))


@router.post("/c/{customer_id}/note")
def note_preference(request: Request, who: Acting, customer_id: Id, line: Short) -> Response:
    return _act(request, who, customer_id, NotePreference(_said(line, "a preference line")))


@router.post("/c/{customer_id}/signals/confirm")
def confirm_signal(
    request: Request, who: Acting, customer_id: Id, message: EventId, signal: Short
) -> Response:
    """The signal is right, or missing in the message and there from now on."""
    return _act(request, who, customer_id, Judge(message, signal, True))


@router.post("/c/{customer_id}/signals/reject")
def reject_signal(
    request: Request, who: Acting, customer_id: Id, message: EventId, signal: Short
) -> Response:
    return _act(request, who, customer_id, Judge(message, signal, False))


@router.post("/undo")
def undo(request: Request, who: Acting, undo_id: Short) -> Response:
    here = context(request)
    customer_id = here.desk.undo(who.viewer, undo_id, here.now())
    return _answer(request, who, customer_id, None)


def _act(request: Request, who: Signed, customer_id: int, deed: Deed) -> Response:
    here = context(request)
    acted = here.desk.act(who.viewer, customer_id, deed, here.now())
    return _answer(request, who, acted.customer_id, acted.undo_id)


def _answer(request: Request, who: Signed, customer_id: int, undo_id: str | None) -> Response:
    if "application/json" not in request.headers.get("accept", ""):
        return RedirectResponse("/", 303)
    here, now = context(request), context(request).now()
    changes = here.desk.changes(who.viewer, [customer_id], now)
    touched = frozenset([customer_id])
    data = changes_json(here.renderer, who.viewer, changes, touched, now)
    body = b'{"undo":' + orjson.dumps(undo_id) + b',"changes":' + data + b"}"
    return Response(body, media_type="application/json", headers={"cache-control": "no-store"})


def _said(text: str, what: str) -> str:
    if not text.strip():
        raise BadInput(f"{what} is missing", hint="write one")
    return text.strip()


def _label(text: str) -> tuple[str, str]:
    dimension, colon, label = text.partition(":")
    if not (dimension and colon and label):
        raise BadInput(f"{text!r} is not a label", hint="choose one from the list")
    return dimension, label


def _moment(text: str) -> int | None:
    """Epoch ms as digits; '' is no end."""
    if not text:
        return None
    if not text.isdecimal() or not text.isascii() or int(text) > LATEST_MS:
        raise BadInput(f"{text!r} is not a moment", hint="choose a day")
    return int(text)
