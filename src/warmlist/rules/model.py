"""A pack as it stands after reading: thresholds, facts, dimensions with their rules, playbooks."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from warmlist.facts.catalogue import Fact
from warmlist.rules.expressions import Node, Threshold

#: Languages in which every name and sentence of a pack must exist.
LANGUAGES = ("en", "zh-Hans", "it", "de")
COLOURS = ("red", "orange", "yellow", "green", "grey", "blue", "purple", "gold")

#: What a label's expected outcome counts: closed sales, answers, customers who come back, customers who
#: rise to a higher tier of spend.
OUTCOMES = ("sales", "response", "return", "rise")

#: The queue's order: colour first, then activity within a colour.
COLOUR_ORDER = ("red", "orange", "yellow", "green", "grey")
ACTIVITY_ORDER = ("high", "medium", "low", "dormant")

Words = Mapping[str, str]  # language -> text


def named(words: Words) -> set[str]:
    """The facts that sentences name: `{fact}`."""
    return {name for text in words.values() for name in re.findall(r"\{(\w+)\}", text)}


@dataclass(frozen=True, slots=True)
class Label:
    """One label of a dimension.

    `share`: expected percent of customers. `outcome`: expected percent of those with the label, counted
    in `outcome_of`, one of OUTCOMES.
    """

    key: str
    names: Words
    colour: str | None
    share: tuple[float, float] | None
    outcome: tuple[float, float] | None
    outcome_of: str
    source: str


@dataclass(frozen=True)
class Rule:
    """One row: the label holds when the expression does. `shade` refines it (deep, light)."""

    id: str
    label: str
    shade: str | None
    when: Node
    text: str
    because: Words
    place: str

    @cached_property
    def facts(self) -> tuple[str, ...]:
        """The facts that the rule reads or its sentence names, in alphabetical order."""
        return tuple(sorted(self.when.facts() | named(self.because)))


@dataclass(frozen=True, slots=True)
class Dimension:
    """Labels of one kind: exclusive (first matching rule wins) or a set (all matching rules)."""

    key: str
    exclusive: bool
    names: Words
    review_days: int
    labels: Mapping[str, Label]
    rules: tuple[Rule, ...]
    place: str


@dataclass(frozen=True)
class Playbook:
    """What to do about a label.

    It counts from the moment `start` (a fact). The first touch is due `first` ms later; each further
    one `every` ms after the last touch, `touches` in all (0 = without end), and none is due more than
    `ends` ms after the start (0 = without end). `how`: call, where nothing else was stated.
    """

    id: str
    when: Node
    start: str
    first: int
    every: int
    touches: int
    ends: int
    how: str | None
    why: Words
    missed: Words
    words: Words
    place: str

    @cached_property
    def facts(self) -> frozenset[str]:
        """The facts that it starts from, reads, or names in its sentence."""
        return frozenset({self.start, *self.when.facts(), *named(self.why)})

    @property
    def column(self) -> str:
        """The id as part of a column name."""
        return self.id.lower().replace("-", "_")


@dataclass(frozen=True)
class Pack:
    """Everything that decides labels and follow-ups."""

    name: str
    version: str
    thresholds: Mapping[str, Threshold]
    facts: Mapping[str, Fact]
    dimensions: tuple[Dimension, ...]  # each reads only facts and dimensions before it
    playbooks: tuple[Playbook, ...]
    worth: Mapping[str, int]  # follow-up colour -> expected close rate, percent
    warnings: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """What assignments keep: name and version."""
        return f"{self.name} {self.version}"

    def dimension(self, key: str) -> Dimension:
        return next(d for d in self.dimensions if d.key == key)

    def rule(self, rule_id: str, dimension: str) -> Rule | None:
        """The row of that id, or None where this version has none."""
        for d in self.dimensions:
            if d.key == dimension:
                return next((r for r in d.rules if r.id == rule_id), None)
        return None
