"""What became of the messages and calls that the team sent."""

from __future__ import annotations

from typing import Any

from warmlist.connectors.payload import Node
from warmlist.connectors.whatsapp.change import Change, errors_of, word
from warmlist.connectors.whatsapp.people import Person

STATUSES = frozenset({"sent", "delivered", "read", "played", "failed"})
#: How far a call got, in the words for messages.
_CALLS = {"RINGING": "delivered", "ACCEPTED": "read", "REJECTED": "failed"}
#: The error that says: this customer has stopped marketing messages.
STOPPED_MARKETING = "131050"


def receipts(change: Change) -> None:
    """`statuses`, in whatever order they come."""
    for status in change.objects(change.value, "statuses"):
        _receipt(change, status)


def _receipt(change: Change, status: Node) -> None:
    told = status.text("status")
    stage = _CALLS.get(told or "") if status.text("type") == "call" else told
    message = status.text("id")
    if stage not in STATUSES:
        change.problem(status.at("status"), f"the status {word(told)} is unknown")
        return
    if message is None:
        change.problem(status.at("id"), "it is not told which message this is about")
        return
    group = status.text("recipient_type") == "group"
    person = _recipient(change, status, group)
    at = change.moment(status) if person else None
    if person is None or at is None:
        return
    errors = errors_of(status)
    fields: dict[str, Any] = {
        "message": message,
        "status": stage,
        "error": errors[0].get("code") if errors else None,
        "errors": errors,
        "pricing": _pricing(status),
        "callback_data": status.text("biz_opaque_callback_data"),
        "group": status.text("recipient_id") if group else None,
    }
    # A group has one receipt for each member, all under the id of the one message.
    id = f"{message}:{person.handle}" if group else message
    change.add("receipt", id, person, at, fields)
    if any(error.get("code") == STOPPED_MARKETING for error in errors or ()):
        stop = {"origin": "stated", "marketing": "stop", "message": message}
        change.add("preference", f"{message}:{STOPPED_MARKETING}", person, at, stop)


def _recipient(change: Change, status: Node, group: bool) -> Person | None:
    if group:
        return change.person(status, "recipient_participant_id", "recipient_participant_user_id")
    return change.person(status, "recipient_id", "recipient_user_id")


def _pricing(status: Node) -> dict[str, str | bool] | None:
    """What the platform charges for it: the cost of talking is worth showing."""
    pricing = status.child("pricing")
    return (
        pricing.pick("category", "type", "pricing_model", "billable") or None if pricing else None
    )
