"""What customers do without talking: web orders, visits, a courtesy, preferences, ratings."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

import yaml

from warmlist.clock import DAY, HOUR, MINUTE, SECOND, from_ms, rfc3339
from warmlist.demo.catalogue import Product, catalogue
from warmlist.demo.dice import Dice
from warmlist.demo.people import Persona
from warmlist.demo.play import event, order_fields, outbound, step_fields, view_fields
from warmlist.demo.scenes import TEXTS
from warmlist.events.model import Event


def web_order(
    who: Persona,
    dice: Dice,
    name: str,
    at: int,
    items: Mapping[str, int] | None = None,
    *,
    live: bool = False,
) -> list[Event]:
    """A visit to the web shop that ends in an order. items: slug -> quantity, None = any."""
    bought = items or {liked(dice, at): 1}
    events, moment = [], at
    for place, slug in enumerate(bought):
        seconds = dice.whole(12, 120)
        fields = view_fields(catalogue()[slug], who, seconds)
        events.append(event(who, "view", f"{name}.v{place}", moment, fields, live=live))
        moment += seconds * SECOND
        cart = step_fields(catalogue()[slug])
        events.append(event(who, "cart", f"{name}.c{place}", moment, cart, live=live))
        moment += dice.whole(5, 40) * SECOND
    fields = order_fields(bought, who)
    events.append(event(who, "order", f"{name}.order", moment, fields, live=live))
    if not live:
        events += _after_order(who, dice, name, moment, fields)
    return events


def _after_order(
    who: Persona, dice: Dice, name: str, at: int, order: Mapping[str, Any]
) -> list[Event]:
    if dice.chance(0.03):
        fields = {**order, "status": "returned"}
        return [
            event(who, "order", f"{name}.order", at + dice.whole(4, 9) * DAY, fields, live=False)
        ]
    if dice.chance(0.12):
        score = dice.weighted({5: 50, 4: 30, 3: 12, 2: 5, 1: 3})
        moment = at + dice.whole(3 * 24, 6 * 24) * HOUR
        return [event(who, "feedback", f"{name}.score", moment, {"score": score}, live=False)]
    return []


def visit(who: Persona, dice: Dice, name: str, at: int, *, live: bool = False) -> list[Event]:
    """A look around: a few products, one of them perhaps for long, one perhaps put in the cart."""
    events, moment = [], at
    slug = ""
    for place in range(dice.weighted({1: 40, 2: 35, 3: 18, 5: 7})):
        slug = slug if slug and dice.chance(0.25) else liked(dice, at)
        seconds = dice.whole(95, 260) if dice.chance(0.12) else dice.whole(6, 80)
        fields = view_fields(catalogue()[slug], who, seconds)
        events.append(event(who, "view", f"{name}.v{place}", moment, fields, live=live))
        moment += seconds * SECOND + dice.whole(1, 9) * SECOND
    if dice.chance(0.07):
        fields = step_fields(catalogue()[slug])
        events.append(event(who, "cart", f"{name}.cart", moment, fields, live=live))
    return events


def browsing(who: Persona, dice: Dice, name: str, joined: int, now: int) -> list[Event]:
    """Visits of the last two months; a few people return to one product or stay very long."""
    events: list[Event] = []
    oldest = max(joined, now - 60 * DAY)
    if now - oldest < 2 * DAY:
        return events
    for place in range(dice.weighted({0: 55, 1: 25, 2: 12, 4: 6, 7: 2})):
        at = who.next_awake(oldest + int((now - oldest - DAY) * dice.unit()))
        if at < now - HOUR:
            events += visit(who, dice, f"{name}.{place}", at)
    if dice.chance(0.03):
        events += _drawn_to(who, dice, name, now)
    if dice.chance(0.012):
        fields = view_fields(catalogue()["brioduo"], who, dice.whole(490, 900))
        at = now - dice.whole(30, 20 * 60) * MINUTE
        events.append(event(who, "view", f"{name}.long", at, fields, live=False))
    return events


def _drawn_to(who: Persona, dice: Dice, name: str, now: int) -> list[Event]:
    """The same expensive thing on several days."""
    product = catalogue()[dice.pick(("fokus", "brio", "brioduo", "selma"))]
    events = []
    for place in range(dice.whole(3, 5)):
        at = who.next_awake(now - dice.whole(26, 27 * 24) * HOUR)
        fields = view_fields(product, who, dice.whole(40, 200))
        events.append(event(who, "view", f"{name}.again{place}", at, fields, live=False))
    return events


def courtesy(who: Persona, dice: Dice, name: str, at: int, *, live: bool = False) -> list[Event]:
    """A service message and a thank-you for it; the thank-you comes at `at` (epoch ms)."""
    texts = polite()
    told = at - 2 * MINUTE - dice.wait(who.reply_ms)
    fields = outbound(dice.pick(texts["notices"][who.language]), "service", who)
    events = [event(who, "message", f"{name}.00", told, fields, live=live)]
    for status, moment in (("delivered", told + 2 * SECOND), ("read", at - 9 * SECOND)):
        receipt = {"message": f"{name}.00", "status": status}
        events.append(event(who, "receipt", f"{name}.00.{status}", moment, receipt, live=live))
    answer = {"direction": "in", "kind": "text"}
    answer["text"] = dice.pick(texts["courtesies"][who.language])
    return [*events, event(who, "message", f"{name}.01", at, answer, live=live)]


def habits(who: Persona, dice: Dice, began: int, now: int) -> list[Event]:
    """Preferences that were stated or noted, and labels set by hand."""
    room = max(1, now - began - HOUR)
    events = []
    if dice.chance(0.13):
        at = began + int(room * dice.unit())
        fields = dice.pick(_PREFERENCES) | {"name": who.name}
        events.append(event(who, "preference", f"{who.key}.preference", at, fields, live=False))
    if dice.chance(0.06):
        at = began + int(room * (0.5 + 0.5 * dice.unit()))
        dimension, label, days = dice.pick(_BY_HAND)
        fields = {"dimension": dimension, "label": label, "action": "add", "by": who.owner}
        if days:
            fields["until"] = rfc3339(now + days * DAY)
        events.append(event(who, "label", f"{who.key}.label", at, fields, live=False))
    return events


_OFFICE = [{"days": [1, 2, 3, 4, 5], "from": "09:00", "to": "18:00"}]
_PREFERENCES: tuple[dict[str, Any], ...] = (
    {"channel_format": "text", "windows": _OFFICE, "max_per_week": 2, "origin": "stated"},
    {"channel_format": "text", "origin": "stated"},
    {"channel_format": "voice", "max_per_week": 3, "origin": "noted"},
    {"channel_format": "image", "origin": "noted"},
    {
        "windows": [{"days": [1, 2, 3, 4, 5, 6, 7], "from": "20:00", "to": "22:00"}],
        "origin": "noted",
    },
    {"max_per_month": 2, "origin": "stated"},
)
_BY_HAND: tuple[tuple[str, str, int], ...] = (
    ("event_preference", "offline", 0),
    ("event_preference", "online", 0),
    ("interest", "new_arrival", 60),
    ("loyalty", "loyal", 0),
    ("care", "need", 30),
    ("value", "promising", 90),
)


def liked(dice: Dice, at: int) -> str:
    """The slug of something to look at or buy: cheap and seasonal things more often."""
    month = from_ms(at).month
    return dice.weighted({p.slug: _draw(p, month) for p in catalogue().products.values()})


def _draw(product: Product, month: int) -> float:
    if product.trade:
        return 0.0
    seasonal = 1.0 if not product.season else 2.5 if month in product.season else 0.3
    return seasonal * {"low": 4.0, "mid": 3.0, "high": 1.2}[product.band]


@cache
def polite() -> Mapping[str, Any]:
    """Courtesies of customers and service messages of the shop, by language."""
    data: Mapping[str, Any] = yaml.safe_load((TEXTS / "courtesies.yaml").read_text("utf-8"))
    return data
