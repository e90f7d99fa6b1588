"""Plays a scene with a customer: lines become events with times of their own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from warmlist.clock import HOUR, MINUTE, SECOND, rfc3339
from warmlist.demo.catalogue import Product, catalogue
from warmlist.demo.dice import Dice
from warmlist.demo.people import Persona
from warmlist.demo.scenes import INBOUND, OUTBOUND, Line, Scene
from warmlist.events.model import Event

#: The source of every event of the sample shop.
SOURCE = "simulated"

_PURPOSE = {"quote": "quote", "promo": "promotion", "content": "content"}
_MIME = {"audio": "audio/ogg", "image": "image/jpeg"}


def event(
    persona: Persona, kind: str, event_id: str, at: int, fields: Mapping[str, Any], *, live: bool
) -> Event:
    """One simulated event, known when it happened. at: epoch ms; live: not backfilled."""
    return Event(
        type=kind,
        id=event_id,
        source=SOURCE,
        handle=persona.handle,
        occurred_at=at,
        known_at=at,
        backfill=not live,
        fields={**fields, "simulated": True},
    )


def play(
    scene: Scene,
    persona: Persona,
    name: str,
    start: int,
    dice: Dice,
    *,
    live: bool = False,
    lines: slice = slice(None),
) -> list[Event]:
    """The events of a scene (or of some of its lines), in time order; the first is at `start`.

    name: begins every id and must be unique in the shop. start: epoch ms. lines: which lines are
    played; their places count from the scene's first, so two halves share no id.
    """
    return _Player(persona, name, dice, live).play(scene, start, lines)


@dataclass(slots=True)
class _Player:
    persona: Persona
    name: str
    dice: Dice
    live: bool

    def play(self, scene: Scene, start: int, lines: slice) -> list[Event]:
        events: list[Event] = []
        unread: list[str] = []
        now, before = start, None
        numbered = list(enumerate(scene.lines))[lines]
        for place, line in numbered:
            if before is not None:
                now = self._moment(now, before, line)
            before = line
            if line.verb not in OUTBOUND:
                events += self._reads(unread, now)
                unread = []
            message = f"{self.name}.{place:02d}"
            events += self._act(message, line, now)
            if line.verb in OUTBOUND:
                unread.append(message)
        return sorted(events, key=lambda e: e.occurred_at)

    def _moment(self, now: int, before: Line, line: Line) -> int:
        """When a line happens, given when the one before it did."""
        if line.delay is None:
            return now + self._pause(before, line)
        spread = 0.85 + 0.3 * self.dice.unit()
        moment = now + max(1, int(line.delay * spread))
        if line.delay >= HOUR and line.verb not in OUTBOUND:
            return self.persona.next_awake(moment)
        return moment

    def _pause(self, before: Line, line: Line) -> int:
        """Time taken where the scene names none, in ms."""
        if line.verb in OUTBOUND:
            return self.dice.whole(50 * SECOND, 9 * MINUTE)
        if before.verb in OUTBOUND and line.verb in INBOUND:
            return min(20 * SECOND + self.dice.wait(self.persona.reply_ms), HOUR)
        return self.dice.whole(8 * SECOND, 70 * SECOND)

    def _reads(self, messages: Iterable[str], at: int) -> Iterator[Event]:
        for place, message in enumerate(messages):
            moment = at - self.dice.whole(3, 6) * SECOND + place
            yield self._receipt(message, "read", moment)

    def _receipt(self, message: str, status: str, at: int) -> Event:
        fields = {"message": message, "status": status}
        return self._event("receipt", f"{message}.{status}", at, fields)

    def _act(self, event_id: str, line: Line, at: int) -> list[Event]:
        if line.verb in OUTBOUND:
            fields = outbound(line.text or "", _PURPOSE.get(line.verb, "service"), self.persona)
            delivered = self._receipt(event_id, "delivered", at + self.dice.whole(1200, 2900))
            return [self._event("message", event_id, at, fields), delivered]
        if line.verb in INBOUND:
            return [self._event("message", event_id, at, _inbound(line, event_id))]
        if line.verb == "read":
            return []
        if line.verb == "feedback":
            fields = {"score": line.score, "text": line.text or ""}
            return [self._event("feedback", event_id, at, fields)]
        if line.verb == "order":
            amount = Decimal(line.text) if line.text else None
            fields = order_fields(dict(line.items), self.persona, amount)
            return [self._event("order", event_id, at, fields)]
        product = catalogue()[line.items[0][0]]
        if line.verb == "view":
            fields = view_fields(product, self.persona, line.seconds)
        else:
            fields = step_fields(product)
        return [self._event(line.verb, event_id, at, fields)]

    def _event(self, kind: str, event_id: str, at: int, fields: Mapping[str, Any]) -> Event:
        return event(self.persona, kind, event_id, at, fields, live=self.live)


def outbound(text: str, purpose: str, persona: Persona) -> dict[str, Any]:
    """The fields of a text from the team."""
    return {
        "direction": "out",
        "text": text,
        "kind": "text",
        "purpose": purpose,
        "agent": persona.owner,
    }


def _inbound(line: Line, event_id: str) -> dict[str, Any]:
    kind = {"voice": "audio", "image": "image"}.get(line.verb, "text")
    fields: dict[str, Any] = {"direction": "in", "kind": kind}
    if line.text:
        fields["text"] = line.text
    if kind in _MIME:
        media = {"id": f"media-{event_id}", "mime_type": _MIME[kind]}
        fields["media"] = media | ({"caption": line.text} if line.text else {})
    return fields


def step_fields(product: Product) -> dict[str, Any]:
    """What a cart or a click says about a product."""
    return {"sku": product.sku, "url": catalogue().url(product.slug)}


def view_fields(product: Product, persona: Persona, seconds: int) -> dict[str, Any]:
    """What a look at a product says, in the customer's language and currency."""
    return {
        **step_fields(product),
        "name": product.names[persona.language],
        "category": product.category,
        "price": str(product.price(persona.currency)),
        "currency": persona.currency,
        "seconds": seconds,
    }


def order_fields(
    items: Mapping[str, int], persona: Persona, amount: Decimal | None = None
) -> dict[str, Any]:
    """A paid order of slugs and quantities; amount: whole units where it is not the list's sum."""
    goods = [(catalogue()[slug], quantity) for slug, quantity in items.items()]
    listed = sum((p.price(persona.currency) * n for p, n in goods), Decimal(0))
    return {
        "amount": str(listed if amount is None else amount),
        "currency": persona.currency,
        "status": "paid",
        "lines": [
            {
                "sku": product.sku,
                "name": product.names[persona.language],
                "category": product.category,
                "quantity": quantity,
                "price": str(product.price(persona.currency)),
            }
            for product, quantity in goods
        ],
    }


def profile_fields(persona: Persona, joined_at: int) -> dict[str, Any]:
    """What the shop knows of a customer from the start. joined_at: epoch ms."""
    fields: dict[str, Any] = {
        "name": persona.name,
        "country": persona.country,
        "language": persona.language,
        "time_zone": persona.zone,
        "customer_source": persona.source,
        "kind": persona.kind,
        "joined_at": rfc3339(joined_at),
        "owner": persona.owner,
        "phone": persona.handle,
    }
    if persona.industry:
        fields["industry"] = persona.industry
    return fields
