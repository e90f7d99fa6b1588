"""The things a message can say: one bit each, in an order that never changes.

The order is stored (column `signals.bits`): append new names at the end, never move one.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from warmlist.errors import NotFound

#: Every signal, with what the customer does by it.
MEANING: Mapping[str, str] = MappingProxyType(
    {
        "price_inquiry": "asks what something costs",
        "discount_inquiry": "asks for a lower price, a code or a sale, or names a counter-offer",
        "stock_inquiry": "asks whether something, or a size or colour of it, is there",
        "spec_inquiry": "asks what something is, can do, measures or fits",
        "comparison_inquiry": "asks how things differ or which of them to take",
        "delivery_inquiry": "asks about shipping: cost, time, place, tracking",
        "after_sales_inquiry": "asks about warranty, return, exchange, repair or invoice",
        "purchase_commitment": "says that they buy",
        "courtesy": "is polite and says nothing else",
        "refusal": "says no to the offer",
        "defer_contact": "will write by themselves, or thinks about it",
        "opt_out": "wants no more messages",
        "new_arrival_inquiry": "asks for what is new or newest",
        "how_to_inquiry": "asks how to use, fit or care for something",
        "loyalty_statement": "has used the products and likes them",
        "referral_statement": "recommends us, or comes recommended",
        "need_statement": "states a need or a problem to be solved",
        "complaint": "is unhappy with goods or service",
        "prefers_text": "wants to be written to",
        "prefers_voice": "wants a call or voice messages",
        "prefers_image": "wants pictures",
        "prefers_video": "wants a video or a video call",
        "time_preference": "says when to be contacted, or when not",
        "frequency_preference": "says how often to be contacted",
    }
)

SIGNALS: tuple[str, ...] = tuple(MEANING)

_BIT: Mapping[str, int] = {name: 1 << place for place, name in enumerate(SIGNALS)}


def bit(name: str) -> int:
    """The one-bit mask of a signal; raises NotFound for a name that is no signal."""
    try:
        return _BIT[name]
    except KeyError:
        raise NotFound(
            f"signal {name!r} does not exist", hint=f"use one of {', '.join(SIGNALS)}"
        ) from None


def mask(*names: str) -> int:
    """The mask that holds all of the named signals; no names give 0."""
    bits = 0
    for name in names:
        bits |= bit(name)
    return bits


def names(bits: int) -> tuple[str, ...]:
    """The signals of a mask, in the order of SIGNALS.

    Bits of signals that this version does not know (a newer one wrote them) are left out.
    """
    return tuple(name for name in SIGNALS if bits & _BIT[name])


def with_signal(
    bits: int, found: list[dict[str, Any]], said: Mapping[str, Any]
) -> tuple[int, list[dict[str, Any]]]:
    """A reading after one signal was confirmed or rejected; unknown names change nothing.

    said: the fields of a `signal` event: `name`, `action`, and who found it where no person did
    (`reader`, with `confidence`, `span` and `because`).
    """
    name = str(said.get("name"))
    value = _BIT.get(name, 0)
    others = [f for f in found if f.get("name") != name]
    if not value:
        return bits, found
    if said.get("action") == "reject":
        return bits & ~value, others
    before = next((f for f in found if f.get("name") == name), {})
    told: dict[str, Any] = {"name": name, "confidence": 1.0, "span": before.get("span")}
    told["because"] = "confirmed by a person"
    if said.get("reader"):
        told |= {key: said.get(key) for key in ("confidence", "span", "because")}
        bits &= ~_BIT["courtesy"]  # which is where nothing else is
        others = [f for f in others if f.get("name") != "courtesy"]
    return bits | value, [*others, told]
