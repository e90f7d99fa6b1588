"""How rules and what they would change are told, in the viewer's language."""

from __future__ import annotations

import re
from collections.abc import Mapping

from warmlist.followup.troubles import Kind, Trouble
from warmlist.labels.sentences import in_language
from warmlist.rules.model import Pack
from warmlist.web.i18n import current, gettext, later
from warmlist.web.segment_words import customers, decimal

__all__ = ["because", "colour", "customers", "decimal", "spoken", "take", "title", "trouble"]

_COLOURS: Mapping[str, str] = {
    "red": later("Red"), "orange": later("Orange"), "yellow": later("Yellow"),
    "green": later("Green"), "grey": later("Grey"), "blue": later("Blue"),
    "purple": later("Purple"), "gold": later("Gold"),
}  # fmt: skip
_TAKES: Mapping[str, str] = {
    "latest": later("when it was last"), "earliest": later("when it was first"),
    "count": later("how many there are"), "sum": later("the total of their amounts"),
}  # fmt: skip
_TROUBLES: Mapping[Kind, str] = {
    "idle_rule": later("Rule {what} can never hold: change it or take it out. Its label from before:"),
    "no_rate": later("Orders in {what} have no rate and are left out of sums: set one."),
    "no_region": later("The table of regions has no row for {what}: its best hours are not known."),
    "no_hour": later("All hours that are wished for are refused as well: ask again when to write."),
}  # fmt: skip


def trouble(one: Trouble) -> str:
    """What does not fit, and what to do about it."""
    return gettext(_TROUBLES[one.kind]).replace("{what}", one.what)


def colour(key: str) -> str:
    return gettext(_COLOURS.get(key, key))


def take(key: str) -> str:
    return gettext(_TAKES.get(key, key))


def spoken(words: Mapping[str, str]) -> str:
    """The words in the viewer's language."""
    return in_language(words, current())


def because(words: Mapping[str, str], pack: Pack) -> str:
    """A rule's sentence with the names of facts where a customer's values stand."""

    def named(found: re.Match[str]) -> str:
        fact = pack.facts.get(found[1])
        return f"‹{spoken(fact.says)}›" if fact else found[0]

    return re.sub(r"\{(\w+)\}", named, spoken(words))


def title(pack: Pack, dimension: str) -> str:
    """The name of a category; follow-ups are one beside them."""
    if dimension == "playbook":
        return gettext("Follow-up")
    for one in pack.dimensions:
        if one.key == dimension:
            return spoken(one.names)
    for rule in pack.open_rules:
        if rule.dimension == dimension:
            return spoken(rule.names)
    return dimension
