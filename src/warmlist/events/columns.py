"""An event as a row of the log: the columns that plans read, taken from what the source said."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from babel.numbers import get_currency_precision

from warmlist.clock import from_ms, parse_instant
from warmlist.errors import BadInput
from warmlist.events.model import Event, hash64
from warmlist.events.twins import of_export

#: Longest text in a column, in characters: an index holds it. The body keeps all of it.
LONGEST = 150

#: Largest amount of minor units that sums of years can hold without overflow.
VALUE_LIMIT = 10**15


@dataclass(frozen=True)
class Money:
    """The workspace's currency and the rates that bring others to it.

    rates: currency -> [(first day it holds, workspace units for one unit)], ascending by day.
    """

    currency: str
    rates: Mapping[str, list[tuple[date, Decimal]]]

    def value(self, amount: object, currency: str | None, at: int) -> int | None:
        """Minor units of the workspace currency, at the rate of the day; None where no rate is known.

        amount: decimal text or number of major units. at: epoch ms.
        """
        try:
            decimal = Decimal(str(amount))
        except InvalidOperation:
            raise BadInput(f"amount {amount!r} is not a number") from None
        if currency is not None and currency != self.currency:
            rate = self._rate(currency, at)
            if rate is None:
                return None
            decimal *= rate
        minor = int((decimal * 10 ** get_currency_precision(self.currency)).to_integral_value())
        if abs(minor) > VALUE_LIMIT:
            raise BadInput(f"amount {amount} {currency or self.currency} is too large to be money")
        return minor

    def at(self, moment: int) -> Callable[[Decimal, str | None], int | None]:
        """Amounts to minor units at the rates of one moment (epoch ms), as packs read thresholds."""
        return lambda amount, currency: self.value(amount, currency, moment)

    def _rate(self, currency: str, at: int) -> Decimal | None:
        day = from_ms(at).date()
        found = [rate for first, rate in self.rates.get(currency, ()) if first <= day]
        return found[-1] if found else None


#: The columns of `incoming` behind n, ident, revises, digest.
NAMES = (
    "type", "source", "external_id", "handle_id", "pos", "known_at", "backfill", "direction",
    "kind", "purpose", "personal", "status", "key", "value", "number", "sku", "category",
    "dimension", "label", "moment_at", "twin", "body",
)  # fmt: skip


def is_personal(fields: Mapping[str, Any]) -> bool:
    """Outbound: was it written to this one customer, rather than to a list?"""
    return not (fields.get("campaign") or fields.get("broadcast"))


def key_of(event: Event) -> int | None:
    """The 64-bit key of the message or order that the event is, or speaks of."""
    match event.type:
        case "message" | "order":
            return hash64(event.source, event.id)
        case "receipt" | "correction" | "signal":
            return hash64(event.source, str(event.fields.get("message", "")))
    return None


#: Where an event names a moment; other types may have such a key of their own.
_NAMED_MOMENT = {"profile": "joined_at", "label": "until", "finding": "until", "follow_up": "until"}


def columns(event: Event, handle_id: int, money: Money, body: object) -> tuple[Any, ...]:
    """The values of NAMES for one event; `body` is the JSON wrapper the driver wants."""
    f = event.fields
    kind = purpose = direction = status = sku = category = dimension = label = None
    personal: bool | None = None
    value = number = moment_at = None
    match event.type:
        case "message":
            direction, kind, purpose = f.get("direction"), f.get("kind", "text"), f.get("purpose")
            personal = is_personal(f) if direction == "out" else None
        case "receipt":
            status = event.status
        case "order":
            status = event.status
            value = movement(
                status, f.get("amount", 0), f.get("currency"), event.occurred_at, money
            )
        case "view":
            number, sku, category = _whole(f.get("seconds")), f.get("sku"), f.get("category")
            if f.get("price") is not None:
                value = money.value(f["price"], f.get("currency"), event.occurred_at)
        case "click" | "cart" | "form":
            sku = f.get("sku")
        case "event":
            kind = f.get("place")
        case "feedback":
            number = _whole(f.get("score"))
        case "profile":
            kind, category = f.get("kind"), f.get("customer_source")
        case "preference":
            kind = f.get("marketing")
        case "label" | "finding":
            kind, dimension, label = f.get("action"), f.get("dimension"), f.get("label")
        case "follow_up":
            kind = f.get("action")
    named = f.get(_NAMED_MOMENT.get(event.type, ""))
    if named is not None:
        moment_at = named if isinstance(named, int) else parse_instant(str(named))
    kind, purpose, status, sku, category, dimension, label = (
        _short(text) for text in (kind, purpose, status, sku, category, dimension, label)
    )
    return (
        event.type, event.source, event.id, handle_id, event.pos, event.known_at, event.backfill,
        direction, kind, purpose, personal, status, key_of(event), value, number, sku, category,
        dimension, label, moment_at, of_export(event), body,
    )  # fmt: skip


def movement(
    status: str, amount: object, currency: str | None, at: int, money: Money
) -> int | None:
    """What an order adds to the customer's spend: paid counts up, cancelled and returned down."""
    value = money.value(amount, currency, at)
    return value if value is None or status == "paid" else -abs(value)


def _short(text: object) -> str | None:
    return None if text is None else str(text)[:LONGEST]


def _whole(value: object) -> int | None:
    if value is None:
        return None
    try:
        return max(-(2**31), min(2**31 - 1, int(Decimal(str(value)))))
    except (InvalidOperation, OverflowError, ValueError):
        return None
