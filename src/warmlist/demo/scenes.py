"""The written conversations of the sample shop, read from `texts/`.

A scene is a short dialogue in one language. Its script has a line for each thing that happens:

    [+delay] verb [arguments] [: text]

`+delay` (`+2h`, `+1d3h`, `+90s`) is the time since the line before; without one the players take
their own time. Verbs of the customer: `in` writes, `ask` writes a question that decides the sale
(price, discount, stock, which of two), `voice 24s`, `image`, `read` (the last message, without an
answer), `view SLUG 90s`, `cart SLUG`, `click SLUG`, `order SLUG*2 SLUG: 549` (the amount, where it
was agreed to be another than the list says), `feedback 4`. Verbs of the team: `out`, `quote`,
`promo`, `content`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

import yaml

from warmlist.clock import DAY, HOUR, MINUTE, SECOND
from warmlist.demo.catalogue import catalogue
from warmlist.errors import BadInput

TEXTS = Path(__file__).with_name("texts")

INBOUND = frozenset({"in", "ask", "voice", "image"})
OUTBOUND = frozenset({"out", "quote", "promo", "content"})
ACTS = frozenset({"read", "view", "cart", "click", "order", "feedback"})
_NEEDS_TEXT = (INBOUND | OUTBOUND) - {"voice", "image"}
_NEEDS_SLUG = frozenset({"view", "cart", "click", "order"})

#: Stage -> what it leaves behind when nothing stronger was said: the intent of section 1.4 of the
#: domain. A scene with an `ask` leaves "high" whatever its stage, unless the customer declined.
STAGES: Mapping[str, str] = MappingProxyType(
    {
        "first_contact": "potential",
        "price_open": "high",
        "quote_silence": "high",
        "comparison": "high",
        "purchase": "bought",
        "after_sales": "medium",
        "repeat": "bought",
        "gone_quiet": "medium",
        "opt_out": "none",
        "loyal": "potential",
        "reactivation": "potential",
        "need": "potential",
        "discount": "high",
        "tutorial": "medium",
        "night": "medium",
        "weekday": "medium",
        "spec": "medium",
        "stock": "high",
        "refusal": "none",
        "passive": "none",
        "delivery": "medium",
        "complaint": "medium",
        "b2b": "bought",
        "preference": "potential",
        "smalltalk": "potential",
        "new_arrival": "medium",
        "gift": "bought",
    }
)
#: Stages that only make sense for somebody who bought before.
AFTER_PURCHASE = frozenset({"after_sales", "repeat", "loyal", "complaint", "reactivation"})

_LINE = re.compile(
    r"(?:\+(?P<delay>(?:\d+[dhms])+)\s+)?(?P<verb>[a-z]+)(?P<args>(?: [\w*]+)*)(?:: (?P<text>.+))?"
)
_DELAY = re.compile(r"(\d+)([dhms])")
_UNITS = {"d": DAY, "h": HOUR, "m": MINUTE, "s": SECOND}
#: Signs of money that tie a scene to customers who pay in it; the longer sign is looked for first.
_MONEY = (("R$", "BRL"), ("₹", "INR"), ("€", "EUR"), ("$", "USD"), ("دولار", "USD"))


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that happens. delay: ms since the line before, None = in the players' own time."""

    delay: int | None
    verb: str
    text: str | None = None  # of an order: the agreed amount
    items: tuple[tuple[str, int], ...] = ()  # (slug, quantity)
    seconds: int = 0  # of a view or a voice message
    score: int = 0  # of a feedback


@dataclass(frozen=True, slots=True)
class Scene:
    id: str
    language: str
    stage: str
    lines: tuple[Line, ...]
    currency: str | None  # None: no amount is named, anybody may play it
    slugs: tuple[str, ...]  # products that are named or acted on

    @property
    def trade(self) -> bool:
        """Is the customer of this scene a business that buys by the case?"""
        return self.stage == "b2b" or any(n >= 10 for line in self.lines for _, n in line.items)

    @property
    def lasts(self) -> int:
        """About how long it takes, in ms; the players' own pauses are counted generously."""
        return sum(HOUR if n.delay is None else n.delay * 5 // 4 for n in self.lines)

    @property
    def intent(self) -> str:
        """What the whole scene leaves: high, medium, potential, none, or bought."""
        if STAGES[self.stage] == "none":
            return "none"
        for line in reversed(self.lines):
            if line.verb == "order":
                return "bought"
            if line.verb == "ask":
                return "high"
        return STAGES[self.stage]


@cache
def scenes() -> tuple[Scene, ...]:
    """All scenes, in the order of their files; BadInput names file, scene and line."""
    found = [scene for path in sorted(TEXTS.glob("*.yaml")) for scene in read_file(path)]
    ids = [scene.id for scene in found]
    if len(set(ids)) < len(ids):
        raise BadInput("two scenes of the sample shop share an id")
    return tuple(found)


def read_file(path: Path) -> list[Scene]:
    """The scenes of one file; a file without scenes (greetings, campaigns) gives none."""
    data: Any = yaml.safe_load(path.read_text(encoding="utf-8"))
    rows: Mapping[str, Any] = data.get("scenes", {})
    return [
        read_scene(scene_id, data["language"], row, where=f"{path.name}: {scene_id}")
        for scene_id, row in rows.items()
    ]


def read_scene(scene_id: str, language: str, row: Mapping[str, Any], *, where: str) -> Scene:
    stage, script = row["stage"], row["script"].strip().splitlines()
    if stage not in STAGES:
        raise BadInput(f"{where}: stage {stage!r} is unknown", hint=f"one of {', '.join(STAGES)}")
    lines = tuple(read_line(text, where=f"{where}, line {n}") for n, text in enumerate(script, 1))
    texts = " ".join(line.text or "" for line in lines)
    acted = [slug for line in lines for slug, _ in line.items]
    slugs = tuple(dict.fromkeys([*acted, *catalogue().named_in(texts)]))
    return Scene(scene_id, language, stage, lines, _currency(language, texts), slugs)


def read_line(written: str, *, where: str = "line") -> Line:
    match = _LINE.fullmatch(written.strip())
    if match is None or match["verb"] not in INBOUND | OUTBOUND | ACTS:
        raise BadInput(f"{where}: cannot read {written!r}; write '+10m out: text'")
    verb, text = match["verb"], match["text"]
    if verb in _NEEDS_TEXT and not text:
        raise BadInput(f"{where}: {verb} needs a text after a colon")
    items, seconds, score = _arguments(match["args"].split(), verb, where)
    if verb in _NEEDS_SLUG and not items:
        raise BadInput(f"{where}: {verb} needs a product")
    if verb == "order" and text and not text.isdigit():
        raise BadInput(f"{where}: an order's amount is a whole number, not {text!r}")
    return Line(_delay(match["delay"]), verb, text, items, seconds, score)


def _arguments(
    words: list[str], verb: str, where: str
) -> tuple[tuple[tuple[str, int], ...], int, int]:
    items: list[tuple[str, int]] = []
    seconds = score = 0
    for word in words:
        slug, _, count = word.partition("*")
        if slug in catalogue().products:
            items.append((slug, int(count or 1)))
        elif verb == "feedback" and word.isdigit():
            score = int(word)
        elif verb in ("view", "voice") and _DELAY.fullmatch(word):
            seconds = (_delay(word) or 0) // SECOND
        else:
            raise BadInput(f"{where}: {word!r} is no product, length or score")
    return tuple(items), seconds, score


def _delay(written: str | None) -> int | None:
    if written is None:
        return None
    return sum(int(n) * _UNITS[unit] for n, unit in _DELAY.findall(written))


def _currency(language: str, texts: str) -> str | None:
    if language == "zh-Hans":  # the Chinese scenes name bare figures of the yuan list
        return "CNY"
    return next((currency for sign, currency in _MONEY if sign in texts), None)
