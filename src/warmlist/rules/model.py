"""A pack as it stands after reading: thresholds, facts, dimensions with their rules, playbooks."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from warmlist.errors import BadPack
from warmlist.facts.catalogue import Fact
from warmlist.rules.expressions import Node, Threshold

#: Languages in which every name and sentence of a pack must exist.
LANGUAGES = ("en", "zh-Hans", "it", "de")
COLOURS = ("red", "orange", "yellow", "green", "grey", "blue", "purple", "gold")

#: What a label's expected outcome counts: closed sales, answers, customers who come back, customers who
#: rise to a higher tier of spend.
OUTCOMES = ("sales", "response", "return", "rise")

#: The queue's order: colour first, then activity within a colour. A rank is ten times the colour's
#: place, and 0 for who comes first in it, 1 to 5 by activity, LAST for who comes last.
COLOUR_ORDER = ("red", "orange", "yellow", "green", "grey")
ACTIVITY_ORDER = ("high", "medium", "low", "dormant")
LAST = 9

#: The urgency of a playbook that says nothing of it.
USUAL = 3
#: What an outbound message is for.
PURPOSES = ("quote", "promotion", "content", "service")
#: What the text of a message leaves open for each customer.
BLANKS = ("name", "product", "missing", "owner")

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
    says: Words | None = None  # what it means, where somebody wrote it down


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
    says: Words | None = None  # what it is about, where somebody wrote it down


@dataclass(frozen=True, slots=True)
class LabelNames:
    """Names for all open labels of one form: `{1}` stands for the first group of `like`."""

    like: re.Pattern[str]
    names: Words
    colour: str | None


@dataclass(frozen=True, slots=True)
class Often:
    """How often a word must come before it counts, where customers never say it themselves.

    Among the newest `of` words of its dimension that events carry and that were only worked out, `least`
    must be the same, and these at least `share` percent of them.
    """

    least: int
    share: int
    of: int


@dataclass(frozen=True)
class OpenRule:
    """Labels that no pack can list, such as countries or categories: tags bring them.

    A tag is a word about the customer that an event carries (see `events.tags`): the label holds
    while the newest act on it adds it, no later one cleared its kind, it has not run out and is not
    older than `lasts` ms (0 = any age). `strongest`: tags that were only inferred count where nothing
    was noted, and noted ones where nothing was stated; of an exclusive dimension always, where the
    newest of them wins. What a handle tells by itself counts least. `beside`: labels of the same
    dimension that ordinary rules give. `often`: how often words that were worked out must come; None =
    once is enough.
    """

    id: str
    dimension: str
    exclusive: bool
    names: Words  # of the dimension
    review_days: int
    lasts: int
    strongest: bool
    because: Words
    named: tuple[LabelNames, ...]
    beside: frozenset[str]
    place: str

    text = "what was said, noted or worked out"
    facts: tuple[str, ...] = ()
    often: Often | None = None


@dataclass(frozen=True, slots=True)
class Content:
    """One thing that a contact may bring: a quote, a case study, a greeting.

    `words`: language -> text, with BLANKS in braces; a part in brackets is left out where a blank in
    it stays open. `purpose`: one of PURPOSES. `fits`: the interest that it speaks to, None = anybody's.
    `scarce`: for few, so for high spenders only. `whom`: (dimension, labels), of each of which a customer
    must have one; empty = for anybody. `matched`: what customers whom it is for get in its place.
    """

    key: str
    names: Words
    words: Words
    purpose: str = "content"
    fits: str | None = None
    scarce: bool = False
    whom: tuple[tuple[str, frozenset[str]], ...] = ()
    matched: tuple[Content, ...] = ()

    def is_for(self, labels: Collection[tuple[str, str]]) -> bool:
        """Whether it is for a customer with these labels, (dimension, label in lower case)."""
        return all(any((d, label) in labels for label in some) for d, some in self.whom)


@dataclass(frozen=True)
class Playbook:
    """What to do about a label.

    It counts from the moment `start` (a fact). The first touch is due `first` ms later; each further
    one `every` ms after the last touch, `touches` in all (0 = without end), and none is due more than
    `ends` ms after the start (0 = without end). `how`: call, where nothing else was stated. `brings`:
    the n-th touch brings the n-th of these, and behind the last the first again. `urgency`: of several
    that ask, the lowest number counts, and of these the one that is due first.
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
    brings: tuple[Content, ...]
    place: str
    urgency: int = USUAL

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
    open_rules: tuple[OpenRule, ...] = ()  # at most one a dimension
    sooner: Node | None = None  # who comes first within a colour
    later: Node | None = None  # who comes last within a colour
    idle: tuple[str, ...] = ()  # ids of rules that can never hold
    laid_over: int = 0  # the number of the workspace's version that lies over it

    @property
    def key(self) -> str:
        """What assignments keep: name and version."""
        return f"{self.name} {self.version}"

    @property
    def nodes(self) -> tuple[Node, ...]:
        """Every condition of the pack."""
        order = (node for node in (self.sooner, self.later) if node is not None)
        rules = (r.when for d in self.dimensions for r in d.rules)
        return (*rules, *(p.when for p in self.playbooks), *order)

    def figures(self, names: Iterable[str], who: str) -> dict[str, Any]:
        """Values of thresholds that `who` needs. Raises BadPack when the pack lacks one."""
        wanted = tuple(names)
        if missing := [name for name in wanted if name not in self.thresholds]:
            raise BadPack(
                f"pack {self.name}: thresholds.yaml has no {', '.join(missing)}",
                hint=f"{who} needs it; copy it from the pack chat_sales",
            )
        return {name: self.thresholds[name].value for name in wanted}

    def dimension(self, key: str) -> Dimension:
        return next(d for d in self.dimensions if d.key == key)

    @cached_property
    def keys(self) -> tuple[str, ...]:
        """Every dimension, in the order in which people want to see them."""
        return tuple(
            dict.fromkeys([d.key for d in self.dimensions] + [o.dimension for o in self.open_rules])
        )

    def rule(self, rule_id: str, dimension: str) -> Rule | OpenRule | None:
        """The row of that id, or None where this version has none."""
        for open_rule in self.open_rules:
            if (open_rule.dimension, open_rule.id) == (dimension, rule_id):
                return open_rule
        for d in self.dimensions:
            if d.key == dimension:
                return next((r for r in d.rules if r.id == rule_id), None)
        return None
