"""Messages of customers, and what the team sends from the phone app."""

from __future__ import annotations

from typing import Any

from warmlist.connectors.base import Kept
from warmlist.connectors.payload import Node
from warmlist.connectors.phones import e164
from warmlist.connectors.whatsapp.change import Change, word
from warmlist.connectors.whatsapp.content import Content, content_of, type_of
from warmlist.connectors.whatsapp.people import Person, scoped_id

#: Who wrote what the platform only echoes to us: it does not tell which of the team.
PHONE_APP = "phone app"


def inbound(change: Change) -> None:
    """`messages`: what customers sent."""
    for message in change.objects(change.value, "messages"):
        if type_of(message) == "system":
            _system(change, message)
            continue
        person = change.person(message, "from", "from_user_id")
        if person is not None:
            put(change, message, person, "in")


def echoes(change: Change) -> None:
    """`message_echoes`: what the team sent by other means than Warmlist."""
    for message in change.objects(change.value, "message_echoes"):
        person = change.person(message, "to", "to_user_id")
        if person is not None:
            put(change, message, person, "out")


def put(change: Change, message: Node, person: Person, direction: str) -> int | None:
    """Note one message, or one correction of a message; gives its time, None if it had to be left.

    person: the customer, whoever wrote.
    """
    at = change.moment(message)
    if at is None:
        return None
    type = type_of(message)
    if type == "system":
        change.problem(message.path, "what the platform said in the past is left out", Kept.ASIDE)
        return None
    if type in ("edit", "revoke"):
        _correction(change, message, person, type, at)
        return at
    content = content_of(message)
    if direction == "in":
        change.note_profile(person, at)
    if type == "media_placeholder":
        at -= 1  # the media itself may come later under the same id, and must win: the later counts
    id = change.id_of(message)
    change.add("message", id, person, at, _fields(message, content, direction))
    for extra, suffix, fields in content.more:
        change.add(extra, f"{id}:{suffix}", person, at, {**fields, "message": id})
    _referral(change, message, person, id, at)
    for path, reason in content.doubts:
        change.problem(path, reason, Kept.EVENT)
    return at


def _fields(message: Node, content: Content, direction: str) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "direction": direction,
        "kind": content.kind,
        "text": content.text,
        "agent": PHONE_APP if direction == "out" else None,
        "group": message.text("group_id"),
        **_context(message),
        **content.fields,
    }
    if referral := message.child("referral"):
        fields["referral"] = referral.pick(
            "source_type", "source_id", "source_url", "headline", "body", "ctwa_clid"
        )
    return fields


def _context(message: Node) -> dict[str, Any]:
    """What the message answers, and the product it was opened from."""
    context = message.child("context")
    if context is None:
        return {}
    product = context.child("referred_product")
    forwarded = context.flag("forwarded") or context.flag("frequently_forwarded")
    return {
        "reply_to": context.text("id"),
        "forwarded": True if forwarded else None,
        "sku": product.text("product_retailer_id") if product else None,
    }


def _referral(change: Change, message: Node, person: Person, id: str, at: int) -> None:
    """A message written from an advertisement or a post tells where the customer comes from."""
    referral = message.child("referral")
    if referral is None:
        return
    source = "community" if referral.text("source_type") == "post" else "ad"
    campaign = referral.text("source_id")
    fields = {"customer_source": source, "campaign": campaign, "message": id}
    change.add("profile", f"{id}:referral", person, at, fields)


def _correction(change: Change, message: Node, person: Person, action: str, at: int) -> None:
    """An edit or a revocation of an earlier message."""
    inner = message.child(action)
    original = inner.text("original_message_id") if inner else None
    if inner is None or original is None:
        path = message.at(f"{action}.original_message_id")
        change.problem(path, "it is not told which message was changed")
        return
    fields: dict[str, Any] = {"message": original, "action": action}
    if action == "edit":
        new = inner.child("message")
        content = content_of(new or Node({}, inner.at("message")))
        fields |= {"text": content.text, "kind": content.kind, **content.fields}
        for path, reason in content.doubts:
            change.problem(path, reason, Kept.EVENT)
    change.add("correction", change.id_of(message), person, at, fields)


def _system(change: Change, message: Node) -> None:
    """The platform's own words about a customer: a new number, a new user id."""
    system = message.child("system") or Node({}, message.at("system"))
    kind = system.text("type")
    if kind in ("user_changed_number", "customer_changed_number"):
        _number_changed(change, message, system)
    elif kind == "user_changed_user_id":
        _user_changed(change, message, system)
    elif kind in ("customer_identity_changed", "user_identity_changed"):
        change.problem(system.path, "a new security code says nothing to keep", Kept.ASIDE)
    else:
        change.problem(system.at("type"), f"system messages of type {word(kind)} are unknown")


def _number_changed(change: Change, message: Node, system: Node) -> None:
    before = message if message.text("from") or message.text("from_user_id") else system
    phone = "from" if before is message else "customer"
    person = change.people.find(
        before.text(phone), message.text("from_user_id") or system.text("previous_user_id")
    )
    told = system.text("wa_id") or system.text("new_wa_id")
    new = e164(told) if told else None
    if person is None or new is None:
        change.problem(system.path, "the old or the new number cannot be read")
        return
    at = change.moment(message)
    if at is None:
        return
    ids = (system.text("previous_user_id"), system.text("user_id"))
    links = tuple(found for id in ids if id and (found := scoped_id(id)) and found != person.handle)
    fields = {"action": "number_changed", "new_handle": new}
    change.add("identity", change.id_of(message), person, at, fields, links)


def _user_changed(change: Change, message: Node, system: Node) -> None:
    old, new = system.text("previous_user_id"), system.text("user_id")
    person = change.people.find(
        message.text("from") or system.text("wa_id"), old or message.text("from_user_id")
    )
    handle = scoped_id(new) if new else None
    if person is None or handle is None or handle == person.handle:
        change.problem(system.path, "the old or the new user id cannot be read")
        return
    at = change.moment(message)
    if at is not None:
        fields = {"action": "linked", "new_handle": handle}
        change.add("identity", change.id_of(message), person, at, fields)
