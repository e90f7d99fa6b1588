"""From the bytes of one webhook to events: the envelope, and who reads what is inside."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from warmlist.connectors.base import Kept, Translation
from warmlist.connectors.payload import Node, NotJson, parse
from warmlist.connectors.whatsapp import calls, customers, history, messages, statuses
from warmlist.connectors.whatsapp.change import Change, Draft, errors_of, word

OBJECT = "whatsapp_business_account"

#: Member of a change's value -> who reads it, in the order in which they are read.
READERS: Mapping[str, Callable[[Change], None]] = {
    "messages": messages.inbound,
    "statuses": statuses.receipts,
    "message_echoes": messages.echoes,
    "history": history.chunks,
    "state_sync": customers.address_book,
    "user_preferences": customers.preferences,
    "user_id_update": customers.user_ids,
    "calls": calls.calls,
}
#: Fields whose changes must have one of the members above.
FIELDS = frozenset(
    {
        "messages",
        "smb_message_echoes",
        "history",
        "smb_app_state_sync",
        "user_preferences",
        "user_id_update",
        "calls",
    }
)


def translate(body: bytes, received_at: int) -> Translation:
    """Read one webhook of the Cloud API, however many entries, changes and messages it carries.

    body: the raw bytes. received_at: epoch ms; what is live was known then. What cannot be read is
    reported with its path and leaves the rest untouched. Never raises.
    """
    draft = Draft(received_at)
    try:
        document, exact = parse(body)
    except NotJson as error:
        draft.problem("", str(error))
        return Translation((), tuple(draft.problems))
    if not exact:
        draft.problem("", "bytes that are no UTF-8 were replaced", Kept.EVENT)
    if isinstance(document, dict):
        _document(draft, Node(document))
    else:
        draft.problem("", "the body should be an object")
    return Translation(tuple(draft.events), tuple(draft.problems))


def _document(draft: Draft, root: Node) -> None:
    if root.text("object") != OBJECT:
        draft.problem("object", f"this should be {OBJECT!r}")
        return
    if not isinstance(root.value.get("entry"), list):
        draft.problem("entry", "this should be a list")
        return
    for path, element in root.elements("entry"):
        if not isinstance(element, dict):
            draft.problem(path, "this should be an object")
            continue
        entry = Node(element, path)
        changes = list(entry.elements("changes"))
        if not changes:
            draft.problem(entry.at("changes"), "this should be a list of changes")
        for place, change in changes:
            if isinstance(change, dict):
                _change(draft, Node(change, place), entry.text("id"))
            else:
                draft.problem(place, "this should be an object")


def _change(draft: Draft, node: Node, account: str | None) -> None:
    name = node.text("field")
    value = node.child("value")
    if value is None:
        draft.problem(node.at("value"), "this should be an object")
        return
    known = [key for key in READERS if key in value.value]
    if errors := errors_of(value):
        code = str(errors[0].get("code", ""))
        said = f"error {code}" if code.isascii() and code.isdecimal() else "an error"
        draft.problem(value.at("errors"), f"the platform reports {said}", Kept.ASIDE)
    if known:
        change = Change.of(draft, value, name or "", account)
        for key in known:
            read = history.media if change.backfill and key == "messages" else READERS[key]
            read(change)
    elif name in FIELDS:
        if not errors:
            draft.problem(value.path, "nothing in it is known here")
    else:
        draft.problem(node.path, f"the field {word(name)} is not about a customer", Kept.ASIDE)
