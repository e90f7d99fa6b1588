"""Order and profile events, as every reader of order files makes them."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from warmlist.events.model import Event
from warmlist.intake.text import clean


@dataclass(frozen=True, slots=True)
class Buyer:
    """Who bought: the handle, further handles of the same person, what the file says of them."""

    handle: str
    links: tuple[str, ...] = ()
    profile: Mapping[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Profiles:
    """Makes a profile event where a file says something new about a customer."""

    source: str
    _said: dict[str, int] = field(default_factory=dict)

    def of(self, buyer: Buyer, at: int) -> Iterator[Event]:
        """The profile at the moment of an order (epoch ms); nothing if it was said already."""
        if not buyer.profile:
            return
        fields = {key: clean(value) for key, value in buyer.profile.items()}
        content = hash((tuple(sorted(fields.items())), buyer.links))
        if self._said.get(buyer.handle) == content:
            return
        self._said[buyer.handle] = content
        yield Event(
            type="profile",
            id=digest("profile", buyer.handle, str(at), *sorted(fields.values()), *buyer.links),
            source=self.source,
            handle=buyer.handle,
            occurred_at=at,
            known_at=at,
            backfill=True,
            fields=fields,
            links=buyer.links,
        )


def order_event(
    buyer: Buyer, order_id: str, status: str, at: int, source: str, fields: dict[str, Any]
) -> Event:
    """An order event of the past. fields: amount (decimal text), currency, lines."""
    return Event(
        type="order",
        id=order_id,
        source=source,
        handle=buyer.handle,
        occurred_at=at,
        known_at=at,
        backfill=True,
        fields={"status": status, **fields},
        links=buyer.links,
    )


def digest(*parts: str) -> str:
    """An id made from content: the same content gives the same id in every import."""
    joined = "\x1f".join(parts).encode("utf-8", "replace")
    return hashlib.blake2b(joined, digest_size=16).hexdigest()


def item(
    sku: str, name: str, category: str, quantity: int | float | None, price: str | None
) -> dict[str, Any]:
    """One article of an order; what the file leaves empty is left out."""
    found: dict[str, Any] = {}
    if sku:
        found["sku"] = clean(sku)
    if name:
        found["name"] = clean(name)
    if category:
        found["category"] = clean(category)
    if quantity is not None:
        found["quantity"] = quantity
    if price is not None:
        found["price"] = price
    return found


def linked(handle: str, others: Sequence[str | None]) -> tuple[str, ...]:
    """Further handles: those that are known, differ from the handle, once each."""
    return tuple(dict.fromkeys(other for other in others if other and other != handle))
