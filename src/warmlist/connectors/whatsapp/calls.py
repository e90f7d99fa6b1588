"""Voice calls, as messages of kind 'call'."""

from __future__ import annotations

from typing import Any

from warmlist.clock import SECOND
from warmlist.connectors.base import Kept
from warmlist.connectors.payload import Node
from warmlist.connectors.whatsapp.change import Change, errors_of, word
from warmlist.connectors.whatsapp.people import Person

_LATER = frozenset({"call_recording_available", "call_transcription_available"})


def calls(change: Change) -> None:
    """`calls`: a call begins or ends."""
    for call in change.objects(change.value, "calls"):
        event = call.text("event")
        if event in _LATER:
            change.problem(call.path, "a recording says nothing that the call did not", Kept.ASIDE)
        elif event not in ("connect", "terminate"):
            change.problem(call.at("event"), f"call events of type {word(event)} are unknown")
        else:
            _call(change, call, event)


def _call(change: Change, call: Node, event: str) -> None:
    told = call.text("direction")
    if told not in ("USER_INITIATED", "BUSINESS_INITIATED"):
        change.problem(call.at("direction"), f"the direction {word(told)} is unknown")
        return
    inbound = told == "USER_INITIATED"
    phone, user = ("from", "from_user_id") if inbound else ("to", "to_user_id")
    id = call.text("id")
    if id is None:
        change.problem(call.at("id"), "it is not told which call this is")
        return
    person = change.person(call, phone, user)
    at = change.moment(call) if person else None
    if person is None or at is None:
        return
    if event == "connect":
        if inbound:
            change.note_profile(person, at)
        direction = "in" if inbound else "out"
        change.add("message", id, person, at, {"direction": direction, "kind": "call"})
    elif inbound:
        _answered(change, call, person, id, at)
    else:
        _reached(change, call, person, id, at)


def _answered(change: Change, call: Node, person: Person, id: str, at: int) -> None:
    """The end of a customer's call: if somebody spoke with them, the team has answered."""
    seconds = call.whole("duration")
    if not seconds:
        return
    begun = call.whole("start_time")
    answered = begun * SECOND if begun and begun * SECOND <= at else at
    fields = {"direction": "out", "kind": "call", "reply_to": id, "seconds": seconds}
    change.add("message", f"{id}:answered", person, answered, fields)


def _reached(change: Change, call: Node, person: Person, id: str, at: int) -> None:
    """The end of a call of ours: the customer took it, or did not."""
    seconds = call.whole("duration")
    fields: dict[str, Any] = {
        "message": id,
        "status": "played" if seconds else "failed",
        "seconds": seconds,
        "errors": errors_of(call),
    }
    change.add("receipt", id, person, at, fields)
