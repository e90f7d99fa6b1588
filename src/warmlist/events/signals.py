"""The things a message can say: one bit each, in an order that never changes."""

from __future__ import annotations

from typing import Any

#: New names go to the end: the place in this list is the bit in the store.
SIGNALS = (
    "price_inquiry",
    "discount_inquiry",
    "stock_inquiry",
    "spec_inquiry",
    "comparison_inquiry",
    "delivery_inquiry",
    "after_sales_inquiry",
    "purchase_commitment",
    "courtesy",
    "refusal",
    "defer_contact",
    "opt_out",
    "new_arrival_inquiry",
    "how_to_inquiry",
    "loyalty_statement",
    "referral_statement",
    "need_statement",
    "complaint",
    "prefers_text",
    "prefers_voice",
    "prefers_image",
    "prefers_video",
    "time_preference",
    "frequency_preference",
)
_BIT = {name: 1 << place for place, name in enumerate(SIGNALS)}


def bit(name: str) -> int:
    """The bit of one signal; KeyError for a name that is none."""
    return _BIT[name]


def mask(*names: str) -> int:
    """The bits of several signals together."""
    return sum(_BIT[name] for name in set(names))


def names(bits: int) -> tuple[str, ...]:
    """The signals whose bits are set."""
    return tuple(name for name, value in _BIT.items() if bits & value)


def with_signal(
    bits: int, found: list[dict[str, Any]], name: str, action: object
) -> tuple[int, list[dict[str, Any]]]:
    """A reading after a person confirmed or rejected one signal; unknown names change nothing."""
    value = _BIT.get(name, 0)
    others = [f for f in found if f.get("name") != name]
    if not value:
        return bits, found
    if action == "reject":
        return bits & ~value, others
    said = {"name": name, "confidence": 1.0, "span": None, "because": "confirmed by a person"}
    return bits | value, [*others, said]
