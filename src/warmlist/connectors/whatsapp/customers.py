"""What the platform tells about customers besides messages: consent, new ids, the address book."""

from __future__ import annotations

from warmlist.connectors.base import Kept
from warmlist.connectors.payload import Node
from warmlist.connectors.phones import e164
from warmlist.connectors.whatsapp.change import Change, digest, word
from warmlist.connectors.whatsapp.people import scoped_id

#: The platform's word -> ours. A signup by link is a consent like any other.
_CONSENT = {"stop": "stop", "resume": "resume", "signup": "resume"}


def preferences(change: Change) -> None:
    """`user_preferences`: customers who stop or resume marketing messages."""
    for said in change.objects(change.value, "user_preferences"):
        category, value = said.text("category"), said.text("value")
        if category != "marketing_messages":
            change.problem(said.at("category"), f"the category {word(category)} is unknown")
        elif value not in _CONSENT:
            change.problem(said.at("value"), f"the choice {word(value)} is unknown")
        else:
            _preference(change, said, value)


def _preference(change: Change, said: Node, value: str) -> None:
    person = change.person(said, "wa_id", "user_id")
    at = change.moment(said) if person else None
    if person is None or at is None:
        return
    change.note_profile(person, at)
    id = digest(person.handle, value, said.text("timestamp") or "", said.text("signup_id") or "")
    fields = {
        "origin": "stated",
        "marketing": _CONSENT[value],
        "choice": value,
        "signup": said.text("signup_id"),
    }
    change.add("preference", f"marketing:{id}", person, at, fields)


def user_ids(change: Change) -> None:
    """`user_id_update`: a customer's business-scoped id was replaced."""
    for update in change.objects(change.value, "user_id_update"):
        ids = update.child("user_id") or Node({}, update.at("user_id"))
        old = scoped_id(ids.text("previous") or "")
        new = scoped_id(ids.text("current") or "")
        phone = update.text("wa_id")
        person = change.people.find(phone, ids.text("previous")) if phone or old else None
        if person is None or new is None or new == person.handle:
            change.problem(ids.path, "the old or the new user id cannot be read")
            continue
        at = change.moment(update)
        if at is not None:
            fields = {"action": "linked", "new_handle": new}
            id = digest(person.handle, old or "", new)
            change.add("identity", f"user_id:{id}", person, at, fields)


def address_book(change: Change) -> None:
    """`state_sync`: the names under which the team keeps customers in its phone."""
    for entry in change.objects(change.value, "state_sync"):
        contact = entry.child("contact")
        if entry.text("type") != "contact" or contact is None:
            kind = word(entry.text("type"))
            change.problem(entry.at("type"), f"app data of type {kind} are unknown", Kept.ASIDE)
        elif entry.text("action") == "remove":
            change.problem(entry.path, "a contact left the phone; its customer stays", Kept.ASIDE)
        else:
            _contact(change, entry, contact)


def _contact(change: Change, entry: Node, contact: Node) -> None:
    number = e164(contact.text("phone_number") or "")
    person = change.people.find(number, contact.text("user_id")) if number else None
    if person is None:
        change.problem(contact.at("phone_number"), "no phone number tells whose name this is")
        return
    name = contact.text("full_name") or contact.text("first_name")
    if name is None:
        change.problem(contact.path, "a contact without a name says nothing", Kept.ASIDE)
        return
    at = change.moment(entry.child("metadata") or Node({}, entry.at("metadata")))
    if at is not None:
        change.add_profile(person, at, {"name": name, "name_by": "team"})
