"""What a message contains, for every type of message that the platform knows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

from warmlist.connectors.payload import Node
from warmlist.connectors.whatsapp.change import errors_of, word

_LONGEST_TYPE = 64


@dataclass(slots=True)
class Content:
    """A message's kind and text, and what else it says.

    kind: as in the contract. text: what the customer wrote or chose; None when nothing. fields:
    further fields of the message event. more: (type, suffix of the id, fields) of events that the
    message brings along. doubts: (path, reason) of what is unknown or missing.
    """

    kind: str
    text: str | None = None
    fields: dict[str, Any] = field(default_factory=dict)
    more: list[tuple[str, str, dict[str, Any]]] = field(default_factory=list)
    doubts: list[tuple[str, str]] = field(default_factory=list)


def type_of(message: Node) -> str:
    """The platform's name of the message type; taken from the content where `type` is missing."""
    told = message.value.get("type")
    if isinstance(told, str) and told:
        return told
    return next((t for t in _READERS if isinstance(message.value.get(t), dict | list)), "unknown")


def content_of(message: Node) -> Content:
    """Read a message; never fails: an unknown type becomes kind 'other' with its `raw_type`."""
    type = type_of(message)
    read = _READERS.get(type)
    if read is None:
        return _unknown(message, type)
    content = read(message)
    if content.kind == "other":
        content.fields.setdefault("raw_type", type)
    if errors := errors_of(message):
        content.fields["errors"] = errors
    return content


def _unknown(message: Node, type: str) -> Content:
    fields: dict[str, Any] = {"raw_type": type[:_LONGEST_TYPE]}
    errors = errors_of(message)
    if errors:
        fields["errors"] = errors
    if inner := message.child("unsupported"):
        fields["unsupported"] = inner.pick("type")
    code = str(errors[0].get("code", "")) if errors else ""
    if type in ("unsupported", "unknown"):
        reason = "the platform could not pass this message on"
        reason += f" (error {code})" if code.isdecimal() and code.isascii() else ""
    else:
        reason = f"messages of type {word(type)} are unknown"
    return Content("other", fields=fields, doubts=[(message.at("type"), reason)])


def _inner(message: Node, key: str) -> tuple[Node, list[tuple[str, str]]]:
    """The object that holds the content, and the doubt that it is missing."""
    found = message.child(key)
    if found is not None:
        return found, []
    return Node({}, message.at(key)), [(message.at(key), "the content is missing")]


def _text(message: Node) -> Content:
    inner, doubts = _inner(message, "text")
    body = inner.value.get("body")
    if not doubts and not isinstance(body, str):
        doubts = [(inner.at("body"), "the text is missing")]
    return Content("text", body if isinstance(body, str) else None, doubts=doubts)


def _media(kind: str) -> Callable[[Node], Content]:
    def read(message: Node) -> Content:
        key = type_of(message)
        inner, doubts = _inner(message, key)
        media = inner.pick("id", "mime_type", "caption", "filename", "voice", "animated")
        if key == "voice":
            media["voice"] = True
        return Content(kind, inner.text("caption"), {"media": media} if media else {}, [], doubts)

    return read


def _button(message: Node) -> Content:
    """A quick reply of a template."""
    inner, doubts = _inner(message, "button")
    return Content("text", inner.text("text"), _only(choice=inner.pick("payload")), [], doubts)


def _interactive(message: Node) -> Content:
    inner, doubts = _inner(message, "interactive")
    told = inner.text("type")
    type = told if told in _REPLIES else next((t for t in _REPLIES if inner.child(t)), told)
    read = _REPLIES.get(type or "")
    body = inner.child("body")
    if read is None and body is not None and body.text("text"):
        return Content("text", body.text("text"))  # buttons or a list that the team offers
    if read is None:
        doubts = doubts or [(inner.at("type"), f"replies of type {word(told)} are unknown")]
        return Content(
            "other", fields=_only(reply_type=told and told[:_LONGEST_TYPE]), doubts=doubts
        )
    reply = inner.child(type or "")
    if reply is None:
        return Content("other", doubts=[(inner.at(type or ""), "the content is missing")])
    return read(reply)


def _choice(reply: Node) -> Content:
    """A button or a row of a list that the customer tapped."""
    return Content("text", reply.text("title"), _only(choice=reply.pick("id", "description")))


def _flow(reply: Node) -> Content:
    """A form of ours (a 'flow') that the customer filled in; its text is the platform's own."""
    answers = reply.text("response_json")
    form = {**reply.pick("name"), **({"answers": answers} if answers else {})}
    return Content("other", None, {"raw_type": "nfm_reply"}, [("form", "form", form)])


def _call_permission(reply: Node) -> Content:
    told = reply.pick("response", "expiration_timestamp", "response_source", "is_permanent")
    return Content("other", None, {"raw_type": "call_permission_reply", "call_permission": told})


def _order(message: Node) -> Content:
    """A cart that the customer sends: one cart event for each product."""
    inner, doubts = _inner(message, "order")
    catalog = inner.text("catalog_id")
    carts: list[tuple[str, str, dict[str, Any]]] = []
    for place, item in enumerate(inner.children("product_items")):
        price, currency = _decimal(item, "item_price"), item.text("currency")
        if item.value.get("item_price") is not None and price is None:
            doubts.append((item.at("item_price"), "the price is no number"))
        fields = {
            "sku": item.text("product_retailer_id"),
            "quantity": _decimal(item, "quantity"),
            "price": price,
            "currency": currency if price is not None and _is_currency(currency) else None,
            "catalog": catalog,
        }
        carts.append(("cart", f"cart{place}", fields))
    return Content("other", inner.text("text"), {}, carts, doubts)


def _reaction(message: Node) -> Content:
    """An emoji under a message; none takes the earlier one back."""
    inner, doubts = _inner(message, "reaction")
    emoji = inner.text("emoji")
    fields = _only(reply_to=inner.text("message_id"), removed=None if emoji else True)
    return Content("reaction", emoji, fields, [], doubts)


def _location(message: Node) -> Content:
    inner, doubts = _inner(message, "location")
    place: dict[str, Any] = {**inner.pick("name", "address")}
    for key in ("latitude", "longitude"):
        if (number := inner.number(key)) is not None:
            place[key] = number
    return Content("other", None, _only(location=place), [], doubts)


def _contacts(message: Node) -> Content:
    """Contact cards: how many; whose they are is other people's data."""
    return Content("other", None, {"contacts": sum(1 for _ in message.children("contacts"))})


def _template(message: Node) -> Content:
    """A template that the team sent from another place."""
    inner = message.child("template")
    return Content("template", None, _only(template=inner.text("name") if inner else None))


def _plain(_: Node) -> Content:
    """A type whose being there is all it says."""
    return Content("other")


def _only(**fields: Any) -> dict[str, Any]:
    return {k: v for k, v in fields.items() if v}


def _decimal(node: Node, key: str) -> str | None:
    """A number or its text -> plain decimal text; None for anything that is not finite."""
    found = node.value.get(key)
    if isinstance(found, bool) or not isinstance(found, int | float | str):
        return None
    try:
        number = Decimal(str(found).strip())
    except (InvalidOperation, ValueError):
        return None
    return f"{number:f}" if number.is_finite() and abs(number.adjusted()) <= 15 else None


def _is_currency(text: str | None) -> bool:
    return text is not None and len(text) == 3 and text.isascii() and text.isupper()


_REPLIES: dict[str, Callable[[Node], Content]] = {
    "button_reply": _choice,
    "list_reply": _choice,
    "nfm_reply": _flow,
    "call_permission_reply": _call_permission,
}
_READERS: dict[str, Callable[[Node], Content]] = {
    "text": _text,
    "image": _media("image"),
    "video": _media("video"),
    "audio": _media("audio"),
    "voice": _media("audio"),
    "document": _media("document"),
    "sticker": _media("sticker"),
    "button": _button,
    "interactive": _interactive,
    "order": _order,
    "reaction": _reaction,
    "location": _location,
    "contacts": _contacts,
    "template": _template,
    "media_placeholder": _plain,
    "request_welcome": _plain,
}
