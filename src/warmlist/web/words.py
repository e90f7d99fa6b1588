"""Names, in the viewer's language, of the keys that the data carries."""

from __future__ import annotations

from collections.abc import Mapping

from warmlist.followup.views import Best, BestSource
from warmlist.web.i18n import gettext, later

_COLOURS: Mapping[str, str] = {
    "red": later("Red"),
    "orange": later("Orange"),
    "yellow": later("Yellow"),
    "green": later("Green"),
    "grey": later("Grey"),
}

_HOW: Mapping[str, str] = {
    "text": later("Text"),
    "voice": later("Voice note"),
    "image": later("Picture"),
    "video": later("Video"),
    "call": later("Call"),
}

_KINDS: Mapping[str, str] = {
    "audio": later("Voice note"),
    "image": later("Picture"),
    "video": later("Video"),
    "document": later("Document"),
    "sticker": later("Sticker"),
    "template": later("Template"),
    "reaction": later("Reaction"),
    "call": later("Call"),
    "other": later("Something that cannot be shown"),
}

_STATUSES: Mapping[str, str] = {
    "sent": later("sent"),
    "delivered": later("delivered"),
    "read": later("read"),
    "played": later("played"),
    "failed": later("failed"),
    "paid": later("paid"),
    "cancelled": later("cancelled"),
    "returned": later("returned"),
}

_ORIGINS: Mapping[str, str] = {
    "rule": later("by rule"),
    "person": later("by hand"),
    "import": later("imported"),
    "connector": later("from a connector"),
    "history": later("found in history"),
}

_CAUSES: Mapping[str, str] = {
    "event": later("something happened"),
    "time": later("time passed"),
    "rule_change": later("the rule changed"),
    "manual": later("set by hand"),
    "fill": later("first labelled"),
    "repair": later("repaired"),
}

_SIGNALS: Mapping[str, str] = {
    "price_inquiry": later("asks the price"),
    "discount_inquiry": later("asks for a discount"),
    "stock_inquiry": later("asks about stock"),
    "spec_inquiry": later("asks about details"),
    "comparison_inquiry": later("compares"),
    "delivery_inquiry": later("asks about delivery"),
    "after_sales_inquiry": later("asks about after-sales"),
    "purchase_commitment": later("wants to buy"),
    "courtesy": later("courtesy"),
    "refusal": later("refuses"),
    "defer_contact": later("will write when needed"),
    "opt_out": later("wants no more messages"),
    "new_arrival_inquiry": later("asks for new things"),
    "how_to_inquiry": later("asks how to use it"),
    "loyalty_statement": later("loyal"),
    "referral_statement": later("recommends us"),
    "need_statement": later("states a need"),
    "complaint": later("complains"),
    "prefers_text": later("prefers text"),
    "prefers_voice": later("prefers voice"),
    "prefers_image": later("prefers pictures"),
    "prefers_video": later("prefers video"),
    "time_preference": later("says when to write"),
    "frequency_preference": later("says how often to write"),
}

#: Why a contact had better wait, by the names of `followup.guards.REASONS`.
_HELD: Mapping[str, str] = {
    "opt_out": later("asked for no more messages"),
    "channel": later("the chat window is closed: an approved template is needed"),
    "passive": later("will write when there is need"),
    "grey": later("no interaction for months: contact has stopped"),
    "frequency": later("agreed to fewer contacts a week"),
    "preferred_hours": later("outside the hours they wish"),
    "avoided_hours": later("within hours they refuse"),
    "quiet_hours": later("quiet hours there"),
    "format": later("wants another format"),
    "weekly_cap": later("contacted often enough this week"),
    "monthly_cap": later("agreed to fewer contacts a month"),
    "spacing": later("too soon after the last contact"),
    "promotions": later("enough promotions this week"),
    "vip_cap": later("enough promotions this month for a high spender"),
    "topic": later("outside their interests"),
    "category": later("outside their product categories"),
    "shipping": later("shipping there costs too much"),
    "worst_window": later("a bad hour for promotions, and it was used twice already"),
}

_BEST: Mapping[BestSource, str] = {
    "golden": later("{hours} on their clock: they answer fastest then"),
    "own": later("{hours} on their clock: they are active then"),
    "considered": later("{hours} on their clock: dear goods are thought over then"),
    "impulse": later("{hours} on their clock: small things are bought then"),
    "country": later("{hours} on their clock: people of their country are active then"),
    "everybody": later("{hours} on their clock: customers are active then"),
}

#: Reasons to skip a follow-up, in the order of the keys 1 to 6.
SKIP_REASONS = (
    later("Already handled"),
    later("Wrong colour"),
    later("Wrong person"),
    later("Wants no contact now"),
    later("Nothing new to say"),
    later("Number does not work"),
)


def _named(names: Mapping[str, str], key: str) -> str:
    return gettext(names[key]) if key in names else key.replace("_", " ")


def colour(key: str) -> str:
    return _named(_COLOURS, key)


def how(key: str) -> str:
    return _named(_HOW, key)


def kind(key: str) -> str:
    return _named(_KINDS, key)


def status(key: str) -> str:
    return _named(_STATUSES, key)


def origin(key: str) -> str:
    return _named(_ORIGINS, key)


def cause(key: str) -> str:
    return _named(_CAUSES, key)


def signal(key: str) -> str:
    return _named(_SIGNALS, key)


def signals() -> list[tuple[str, str]]:
    """(key, name) of every signal, by name."""
    return sorted(((key, gettext(name)) for key, name in _SIGNALS.items()), key=lambda s: s[1])


def held(key: str) -> str:
    return _named(_HELD, key)


def best(told: Best) -> str:
    """'14–16 on their clock: they answer fastest then'."""
    hours = f"{_hour(told.begin)}–{_hour(told.end)}"
    return gettext(_BEST[told.source]).replace("{hours}", hours)


def _hour(minute: int) -> str:
    return f"{minute // 60}:{minute % 60:02d}" if minute % 60 else str(minute // 60)


def skip_reasons() -> list[str]:
    return [gettext(reason) for reason in SKIP_REASONS]
