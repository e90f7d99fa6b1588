"""Segments as people write them: a rule expression with figures in it, checked against the pack.

`follow_up = 'orange' and spend_365d > 500 USD and 'discount_sensitive' in interest`: names are those
of the pack, figures may stand in the text (7d, 24h, 500 USD, 500 workspace, 3), since a segment is a
question and no rule. The figures become thresholds of the same length, so that places in errors hold.
"""

from __future__ import annotations

import itertools
import re
import string
from collections.abc import Container, Mapping
from dataclasses import dataclass
from decimal import Decimal

from warmlist.errors import BadInput, BadPack
from warmlist.rules.expressions import Node, Threshold, Vocabulary, parse
from warmlist.rules.model import Pack
from warmlist.rules.read import ToMinor

#: Longest text of a segment, in characters.
LONGEST = 2_000
#: Figures in one segment: each is two letters at least, and has a name of its own.
_NAMES = tuple(f"{letter}{digit}" for letter in string.ascii_uppercase for digit in string.digits)
_UNITS_MS = {"ms": 1, "s": 1_000, "min": 60_000, "h": 3_600_000, "d": 86_400_000, "w": 604_800_000}
_SKIPPED = r"'(?:[^']|'')*'?"
_FIGURE = re.compile(
    rf"(?P<text>{_SKIPPED})"
    r"|(?<![\w.])(?P<number>\d+(?:\.\d+)?)\s*"
    r"(?:(?P<unit>ms|min|s|h|d|w)|(?P<currency>(?!AND\b|NOT\b|OR\b)[A-Z]{3}|workspace))\b"
    r"|(?<![\w.])(?P<plain>\d+)(?![\w.])"
)
_PLACE = re.compile(r"^segment:1:(\d+): ", re.ASCII)
_NEAREST = re.compile(r"did you mean (\w+)\?")
_FIGURES_OWN = re.compile(r"\b[A-Z]\d_*")
#: Figures beyond this would not fit into the engines' whole numbers once they are multiplied.
_LARGEST = 10**13


class BadSegment(BadInput):
    """A segment that cannot be read. `offset`: where, in characters. `nearest`: the name meant."""

    def __init__(self, message: str, offset: int = 0, nearest: str | None = None) -> None:
        super().__init__(message, hint=f"at character {offset + 1}")
        self.offset, self.nearest = offset, nearest


@dataclass(frozen=True, slots=True)
class Segment:
    """A question about customers: `text` as it was written, `node` as it was understood."""

    text: str
    node: Node

    @property
    def facts(self) -> frozenset[str]:
        """The facts it asks for; none where labels alone decide."""
        return frozenset(self.node.facts())


class AnyLabels(tuple[str, ...]):
    """Labels of a dimension that no pack can list, such as countries: any text is one."""

    def __contains__(self, label: object) -> bool:
        return isinstance(label, str)


def vocabulary(pack: Pack) -> Vocabulary:
    """What a segment may name."""
    exclusive = {d.key: tuple(d.labels) for d in pack.dimensions if d.exclusive}
    sets = {d.key: tuple(d.labels) for d in pack.dimensions if not d.exclusive}
    for rule in pack.open_rules:
        of_kind = exclusive if rule.exclusive else sets
        of_kind[rule.dimension] = AnyLabels(of_kind.get(rule.dimension, ()))
    units = {name: fact.unit for name, fact in pack.facts.items()}
    return Vocabulary(units, pack.thresholds, exclusive, sets)


def read_segment(text: str, words: Vocabulary, to_minor: ToMinor) -> Segment:
    """Read and check a segment.

    to_minor: amount and currency (None = the workspace's) -> minor units, None without a rate.
    Raises BadSegment with the place of the error and the nearest name.
    """
    written = " ".join(text.splitlines()).rstrip()
    if not written.strip():
        raise BadSegment("nothing is asked: write follow_up = 'red', or choose below")
    if len(written) > LONGEST:
        raise BadSegment(f"the segment is longer than {LONGEST} characters", LONGEST)
    named, figures = _with_names(written, to_minor)
    try:
        node = parse(named, _with_figures(words, figures), "segment")
    except BadPack as error:
        raise _told(error, written, named) from None
    except RecursionError:
        raise BadSegment("the segment has too many brackets within brackets") from None
    return Segment(text.strip(), node)


def with_figures_named(text: str, prefix: str, taken: Container[str]) -> tuple[str, dict[str, str]]:
    """A checked segment's text with thresholds instead of figures, and those as packs write them.

    prefix: of the thresholds' names, which are none of `taken`.
    """
    figures: dict[str, str] = {}

    def replaced(found: re.Match[str]) -> str:
        if found["text"] is not None or found["plain"] is not None:
            return found[0]
        value = _as_in_packs(found)
        same = next((name for name, one in figures.items() if one == value), None)
        if same is not None:
            return same
        numbers = itertools.count(len(figures) + 1)
        name = next(one for n in numbers if (one := f"{prefix}_{n}") not in taken)
        figures[name] = value
        return name

    return _FIGURE.sub(replaced, text), figures


def _as_in_packs(found: re.Match[str]) -> str:
    """'2w' as '14d', '1.5h' as '90min'; money as it is."""
    if found["unit"] is None:
        return f"{found['number']} {found['currency']}"
    ms = int(Decimal(found["number"]) * _UNITS_MS[found["unit"]])
    unit = next(u for u in ("d", "h", "min", "s", "ms") if ms % _UNITS_MS[u] == 0)
    return f"{ms // _UNITS_MS[unit]}{unit}"


def _with_names(written: str, to_minor: ToMinor) -> tuple[str, dict[str, Threshold]]:
    """The text with a name in the place of each figure, and the figures."""
    figures: dict[str, Threshold] = {}

    def replaced(found: re.Match[str]) -> str:
        if found["text"] is not None:
            return found[0]
        if found["plain"] is not None:
            if len(found["plain"]) > len(str(_LARGEST)) - 1:
                raise BadSegment(f"{found[0]} is too large", found.start())
            return found[0]
        if len(figures) == len(_NAMES):
            raise BadSegment("the segment holds too many figures", found.start())
        name = _NAMES[len(figures)].ljust(len(found[0]), "_")
        figures[name] = _figure(name, found, to_minor)
        return name

    return _FIGURE.sub(replaced, written), figures


def _figure(name: str, found: re.Match[str], to_minor: ToMinor) -> Threshold:
    if found["unit"]:
        kind = "duration"
        value = _whole(Decimal(found["number"]) * _UNITS_MS[found["unit"]], found)
    else:
        kind, currency = "money", found["currency"]
        minor = to_minor(
            Decimal(found["number"][:20]), None if currency == "workspace" else currency
        )
        if minor is None:
            raise BadSegment(
                f"no rate brings {currency} to the workspace currency: set one with warmlist rate",
                found.start("currency"),
            )
        value = _whole(Decimal(minor), found)
    return Threshold(name, kind, value, found[0], "", "")


def _whole(value: Decimal, found: re.Match[str]) -> int:
    if value > _LARGEST:
        raise BadSegment(f"{found[0]} is too large", found.start())
    return int(value)


def _with_figures(words: Vocabulary, figures: Mapping[str, Threshold]) -> Vocabulary:
    return Vocabulary(words.units, {**words.thresholds, **figures}, words.exclusive, words.sets)


def _told(error: BadPack, written: str, named: str) -> BadSegment:
    """The reader's error in the words of a segment, with its place in the text as it was written."""
    message = error.message
    place = _PLACE.match(message)
    offset = min(int(place[1]) - 1, len(written)) if place else 0
    message = message[place.end() :] if place else message

    def figure(found: re.Match[str]) -> str:
        at = named.find(found[0])
        return written[at : at + len(found[0])] if at >= 0 else found[0]

    message = _FIGURES_OWN.sub(figure, message)
    for unit, example in (("duration", "7d or 24h"), ("money", "500 USD"), ("number", "3")):
        message = message.replace(
            f"a {unit} belongs here: name a threshold", f"a {unit} belongs here, such as {example}"
        )
    if "Required keyword" in message:
        message = "something is missing here"
    elif "Error tokenizing" in message:
        message, offset = "a text in quotes is not closed", max(written.rfind("'"), 0)
    nearest = _NEAREST.search(message)
    return BadSegment(message, offset, nearest[1] if nearest else None)
