"""Past chats that a shop shares when it connects its phone app: an import, never a trigger."""

from __future__ import annotations

from warmlist.connectors.base import Kept
from warmlist.connectors.payload import Node
from warmlist.connectors.phones import e164
from warmlist.connectors.whatsapp.change import Change, errors_of, word
from warmlist.connectors.whatsapp.messages import put
from warmlist.connectors.whatsapp.people import Person

_RECEIPTS = {
    "sent": "sent",
    "delivered": "delivered",
    "read": "read",
    "played": "played",
    "error": "failed",
}


def chunks(change: Change) -> None:
    """`history`: chunks of threads of messages, in any order."""
    for chunk in change.objects(change.value, "history"):
        if errors_of(chunk):
            change.problem(chunk.at("errors"), "the shop did not share its history", Kept.ASIDE)
        for thread in change.objects(chunk, "threads"):
            _thread(change, thread)


def media(change: Change) -> None:
    """`messages` of the history: the pictures and files that a chunk only announced."""
    for message in change.objects(change.value, "messages"):
        outbound = _is_ours(change, message)
        phone, user = ("to", "to_user_id") if outbound else ("from", "from_user_id")
        person = change.person(message, phone, user)
        if person is not None:
            put(change, message, person, "out" if outbound else "in")


def _thread(change: Change, thread: Node) -> None:
    context = thread.child("context") or Node({}, thread.at("context"))
    phone = context.text("wa_id") or thread.text("id")
    person = change.people.find(phone, context.text("user_id"))
    if person is None:
        change.problem(thread.at("id"), "no phone number and no user id tells whose chat this is")
        return
    for message in change.objects(thread, "messages"):
        _message(change, message, person)


def _message(change: Change, message: Node, person: Person) -> None:
    context = message.child("history_context") or Node({}, message.at("history_context"))
    sender = e164(message.text("from") or "")
    outbound = context.flag("from_me") or _is_ours(change, message)
    if not outbound and sender != person.handle and message.text("from_user_id") is None:
        outbound = sender is not None  # the only other one who writes in a chat of two
    at = put(change, message, person, "out" if outbound else "in")
    if at is None or not outbound:
        return
    told = context.text("status")
    stage = _RECEIPTS.get((told or "").lower())
    id = message.text("id")
    if stage is not None and id is not None:
        # The history tells how far a message came, not when: its own moment stands for it.
        fields = {"message": id, "status": stage, "timing": "message"}
        change.add("receipt", id, person, at, fields)
    elif told is not None and told.lower() != "pending":
        change.problem(context.at("status"), f"the status {word(told)} is unknown", Kept.EVENT)


def _is_ours(change: Change, message: Node) -> bool:
    """Did the shop write it? Only what it sent carries an addressee."""
    if message.text("to") is not None or message.text("to_user_id") is not None:
        return True
    sender = e164(message.text("from") or "")
    return sender is not None and sender == change.business
