"""What a contact brings, and in which words: by playbook, number of the touch, customer and language."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from warmlist.followup.guards import fits
from warmlist.rules.model import Content, Playbook

_PART = re.compile(r"\[([^\[\]]*)\]")
_BLANK = re.compile(r"\{(\w+)\}")
#: Labels of products, by what stands before their name, that tell what a message is about.
_ABOUT = {"PRD-3": "without:", "PRD-4": "seasonal:", "PRD-5": "replenish:"}
#: Names of products come from outside and must not open blanks of their own.
_NO_TEMPLATE = {ord(sign): None for sign in "{}"}


@dataclass(frozen=True, slots=True)
class Tastes:
    """What decides which of several things suits a customer.

    few: promotions are as many as they should be already, or unwelcome. high: a high spender. labels:
    (dimension, label in lower case), what contents may be for.
    """

    interests: frozenset[str] = frozenset()
    few: bool = False
    high: bool = False
    labels: frozenset[tuple[str, str]] = frozenset()


def chosen(playbook: Playbook, touch: int, tastes: Tastes) -> Content:
    """What touch number `touch` (0 the first) brings: in turn, of what suits the customer.

    Where nothing does, what is no promotion; where that is nothing either, what the playbook says. In
    its place stands what is made for customers like this one (FUP-10), where there is such a thing.
    """
    suit = [content for content in playbook.brings if suits(content, tastes)]
    ours = [content for content in playbook.brings if content.is_for(tastes.labels)]
    plain = [content for content in ours if content.purpose != "promotion"]
    turns = suit or plain or ours or list(playbook.brings)
    content = turns[touch % len(turns)]
    return next((made for made in content.matched if suits(made, tastes)), content)


def suits(content: Content, tastes: Tastes) -> bool:
    """Whether it is for such customers, fits the interests (IST-6) and is no promotion too many (SPD-7,
    ENG-5)."""
    if content.purpose == "promotion" and tastes.few:
        return False
    if not content.is_for(tastes.labels):
        return False
    return fits(tastes.interests, content.fits) and (tastes.high or not content.scarce)


def about(playbook: Playbook, products: Collection[str]) -> str:
    """What the message is about, as far as labels of products tell it; '' where that is not clear.

    products: labels of the dimension product. Keys of categories are no words to say to a customer, so
    that an interest alone tells nothing.
    """
    begins = _ABOUT.get(playbook.id)
    if begins is None:
        return ""
    told = sorted({label.removeprefix(begins) for label in products if label.startswith(begins)})
    return told[0].rpartition("->")[2].translate(_NO_TEMPLATE) if len(told) == 1 else ""


def filled(text: str, blanks: Mapping[str, str]) -> str:
    """The words with their blanks filled, but for the name: a part in brackets whose blank stays open
    is left out, and so is the blank itself elsewhere."""

    def part(found: re.Match[str]) -> str:
        names = [name for name in _BLANK.findall(found[1]) if name != "name"]
        return found[1] if all(blanks.get(name) for name in names) else ""

    def blank(found: re.Match[str]) -> str:
        return found[0] if found[1] == "name" else blanks.get(found[1], "")

    return _BLANK.sub(blank, _PART.sub(part, text))
