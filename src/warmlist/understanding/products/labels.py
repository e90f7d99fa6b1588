"""Labels of the dimension product that a message gives: interest, requirement, budget."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from warmlist.understanding.normalise import fold
from warmlist.understanding.products.spelling import even, spelled
from warmlist.understanding.products.words import category_of
from warmlist.understanding.reading import Entity

LONGEST = 150
#: A requirement that holds for one order and tells nothing of the next.
_PASSING = ("quantity",)
_ODD = re.compile(r"[^a-z0-9.+_-]+")
_ODD_ANY = re.compile(r"[^\w.+-]+")


def labels_of(entities: Iterable[Entity]) -> list[str]:
    """Labels in the order of the entities, each once; ASCII but for a shop's own categories.

    A category gives `interest:KEY`, an attribute `requirement:NAME=VALUE`, a tier `budget:low`, `mid`
    or `high`. Brands, products of the catalogue and quantities give none.
    """
    found: dict[str, None] = {}
    for entity in entities:
        if entity.kind == "category":
            found[f"interest:{entity.value}"[:LONGEST]] = None
        elif entity.kind == "tier":
            found[f"budget:{entity.value}"] = None
        elif entity.kind == "attribute":
            name, _, value = entity.value.partition("=")
            if name not in _PASSING:
                found[f"requirement:{name}={slug(value)}"[:LONGEST]] = None
    return list(found)


def category_key(text: str) -> str:
    """The key of a category as a shop writes it: 'Coffee Machines' is 'coffee_machine'.

    Of a path ('Home > Kitchen > Kettles') the last part counts. What no list knows is its own key in
    small letters; a name in another script keeps its letters.
    """
    last = re.split(r"[>/|»]", text)[-1].strip() or text
    folded = fold(last)
    plain = even(spelled(folded, range(len(folded)))[0]).strip()
    return category_of(plain) or slug(plain)


def slug(text: str) -> str:
    """Text as a part of a label: small letters, digits, `_ . + -`, at most 100 characters."""
    bare = unicodedata.normalize("NFKD", text.casefold())
    bare = "".join(char for char in bare if not unicodedata.combining(char))
    odd = _ODD if bare.isascii() else _ODD_ANY
    return unicodedata.normalize("NFC", odd.sub("_", bare).strip("_"))[:100] or "other"
