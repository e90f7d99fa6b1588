"""How the pack in force shows its labels."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from warmlist.followup.views import Chip, LabelChoice
from warmlist.labels.explain import positions
from warmlist.labels.sentences import because, in_language, label_colour, label_name, shown
from warmlist.rules.model import OpenRule, Pack


class PackLook:
    """Names, colours and order of labels. Labels that the pack no longer has keep their keys."""

    def __init__(self, pack: Pack, currency: str) -> None:
        """currency: ISO 4217, of sums."""
        self._pack, self._currency = pack, currency
        self._dimensions = {dimension.key: dimension for dimension in pack.dimensions}
        keys = [(d.key, label) for d in pack.dimensions for label in d.labels]
        self._order = {key: place for place, key in enumerate(keys)}
        self._places = {key: place for place, key in enumerate(pack.keys)}
        self._open = {rule.dimension: rule for rule in pack.open_rules}

    def chip(self, dimension: str, label: str, shade: str | None, rule: str, language: str) -> Chip:
        """language: a locale of the interface or a BCP 47 tag."""
        found = self._dimensions.get(dimension)
        known = found.labels.get(label) if found else None
        if known is None:
            row = self._open.get(dimension)
            name = label_name(row, label, tag(language)) if row else label.replace("_", " ")
            colour = label_colour(row, label) if row else None
            return Chip(dimension, label, shade, colour, name, rule)
        name = in_language(known.names, tag(language))
        return Chip(dimension, label, shade, known.colour, name, rule)

    def told(
        self,
        dimension: str,
        rule: str,
        facts: Mapping[str, Any],
        stored: str,
        as_of: int,
        language: str,
    ) -> tuple[str, dict[str, Any]]:
        """Why a label holds, in the language asked for and as of now, and the facts behind it.

        facts: as evidence keeps them; their names are sentences in the answer, their moments stay
        epoch ms, the rest is text. stored: the sentence written when the label began; it stays
        where the pack in force has no such rule any more.
        """
        values = positions(self._pack, facts)
        row = self._pack.rule(rule, dimension)
        reason = (
            because(row, self._pack, values, as_of, self._currency, language) if row else stored
        )
        named: dict[str, Any] = {}
        if isinstance(row, OpenRule):
            return reason, named
        for name, value in facts.items():
            fact = self._pack.facts.get(name)
            if fact is None:
                named[name] = value
            elif fact.unit == "moment" or value is None:
                named[in_language(fact.says, language)] = value
            else:
                text = shown(value, fact.unit, as_of, self._currency, language)
                named[in_language(fact.says, language)] = text
        return reason, named

    def in_order(self, chips: Iterable[Chip]) -> tuple[Chip, ...]:
        """In the pack's order, unknown ones last."""
        last = len(self._order)
        return tuple(
            sorted(
                chips,
                key=lambda c: (
                    self._order.get((c.dimension, c.label), last),
                    self._places.get(c.dimension, last),
                    c.dimension,
                    c.label,
                ),
            )
        )

    def has(self, dimension: str, label: str) -> bool:
        return (dimension, label) in self._order

    def removable(self, dimension: str, origin: str) -> bool:
        """Set by a person, or one of a set: the one label of an exclusive rule must be replaced."""
        found = self._dimensions.get(dimension) or self._open.get(dimension)
        return origin == "person" or found is None or not found.exclusive

    def choices(self, language: str) -> tuple[LabelChoice, ...]:
        """Every label of the pack, in its order; a person may set any of them."""
        spoken = tag(language)
        return tuple(
            LabelChoice(
                dimension=dimension.key,
                label=label.key,
                name=in_language(label.names, spoken),
                dimension_name=in_language(dimension.names, spoken),
                colour=label.colour,
                by_hand=True,
            )
            for dimension in self._dimensions.values()
            for label in dimension.labels.values()
        )


def tag(language: str) -> str:
    """A locale of the interface as the pack writes languages: 'zh_Hans' -> 'zh-Hans'."""
    return language.replace("_", "-")
