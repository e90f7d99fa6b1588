"""What a message says of goods: category, requirements, brand, budget, a product of the catalogue."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from warmlist.understanding.normalise import Folded
from warmlist.understanding.products.catalogue import NO_PRODUCTS, Catalogue, Match
from warmlist.understanding.products.labels import category_key, slug
from warmlist.understanding.products.measures import letter_sizes, measures
from warmlist.understanding.products.spelling import even, spelled
from warmlist.understanding.products.trades import WORN
from warmlist.understanding.products.words import (
    ATTRIBUTES,
    LANGUAGES,
    THINGS,
    Phrase,
    Sense,
    word_list,
)
from warmlist.understanding.reading import Entity, Span

#: Of longer messages the beginning is read; who asks for goods names them there.
LONGEST = 2_000
#: In a message no longer than this, a capital M alone is a size.
_SHORT = 30
_SCRIPTS = (
    ("ja", re.compile("[\u3040-\u30ff]")),
    ("zh", re.compile("[\u3400-\u9fff]")),
    ("ar", re.compile("[\u0600-\u06ff]")),
    ("ru", re.compile("[\u0400-\u04ff]")),
    ("hi", re.compile("[\u0900-\u097f]")),
)
#: How sure a word of the lists is, and what follows from a number or a brand.
_SURE, _LIKELY = 0.9, 0.8


def find_products(
    text: str, lang: str | None = None, catalogue: Catalogue = NO_PRODUCTS
) -> tuple[Entity, ...]:
    """What a message names of goods, in the order of the text. Pure; any text, never raises.

    lang: of the message (BCP 47) as far as it is known. catalogue: the workspace's own products, which
    are looked for first. Spans are of the text as given.
    """
    return find_folded(text, Folded.of(text[:LONGEST]), lang, catalogue)


def find_folded(
    text: str, folded: Folded, lang: str | None, catalogue: Catalogue = NO_PRODUCTS
) -> tuple[Entity, ...]:
    """As `find_products`, where the text was folded already."""
    shown, starts = spelled(folded.text[:LONGEST], folded.starts)
    if not shown or shown.isspace():
        return ()
    flat = even(shown)
    language = _language(flat, lang)
    scene = _Scene(text, shown, starts, language, list(word_list(language).find(flat)))
    own = [match for match in catalogue.find(flat) if scene.stands(match)]
    chosen = _longest(scene.phrases, [(match.start, match.end) for match in own])
    found = [entity for match in own for entity in scene.of_product(match)]
    found += [entity for phrase in chosen for entity in scene.named(phrase)]
    known = {entity.value for entity in found if entity.kind == "category"}
    if not known:
        found += scene.implied(chosen)
        known = {entity.value for entity in found if entity.kind == "category"}
    found += scene.measured(known, [phrase.sense for phrase in chosen])
    return tuple(sorted(_each_once(found), key=lambda one: (one.span, one.kind, one.value)))


@dataclass(frozen=True, slots=True)
class _Scene:
    """One message: as given, spelled, where its characters stand, and the words known in it."""

    text: str
    shown: str
    starts: Sequence[int]
    lang: str
    phrases: Sequence[Phrase]

    def span(self, start: int, end: int) -> Span:
        return self.starts[start], self.starts[end - 1] + 1

    def of_product(self, match: Match) -> Iterator[Entity]:
        """A product of the catalogue, where only one fits, and the category that it has there."""
        span = self.span(match.start, match.end)
        because = f"'{match.products[0].name}' of the catalogue"
        if len(match.products) == 1:
            yield Entity("sku", match.products[0].sku, span, match.share, because)
        kinds = {product.category for product in match.products}
        if len(kinds) == 1 and (category := kinds.pop()):
            yield Entity("category", category_key(category), span, match.share, because)

    def stands(self, match: Match) -> bool:
        """Whether a name of everyday words is meant as one: several words, or a capital inside."""
        start, end = self.span(match.start, match.end)
        several = " " in self.text[start:end].strip()
        capital = self.text[start].isupper() and bool(self.text[:start].strip())
        return not match.weak or several or capital

    def named(self, phrase: Phrase) -> Iterator[Entity]:
        """What a word of the lists says by itself."""
        sense, span = phrase.sense, self.span(phrase.start, phrase.end)
        because = f"'{sense.word}'"
        if sense.kind in ATTRIBUTES:
            yield Entity("attribute", f"{sense.kind}={sense.value}", span, _SURE, because)
        elif sense.kind == "model":
            model = slug(self.shown[phrase.start : phrase.end])
            yield Entity("attribute", f"model={model}", span, _SURE, because)
            yield Entity("brand", sense.value, span, _SURE, because)
        elif sense.kind in ("category", "brand", "tier"):
            yield Entity(sense.kind, sense.value, span, _SURE, because)
        if sense.tier:
            yield Entity("tier", sense.tier, span, _LIKELY, f"{because}, which is of that tier")

    def implied(self, chosen: Sequence[Phrase]) -> Iterator[Entity]:
        """Categories that brands and models stand for, in a message that names none."""
        for phrase in chosen:
            if category := phrase.sense.category:
                span = self.span(phrase.start, phrase.end)
                because = f"'{phrase.sense.word}' stands for it"
                yield Entity("category", category, span, _LIKELY, because)

    def measured(self, known: Collection[str], senses: Sequence[Sense]) -> Iterator[Entity]:
        """Requirements that are numbers, and sizes in capitals beside what has them."""
        places = []
        for one in measures(self.shown, self.lang, self.phrases, known):
            span = self.span(one.start, one.end)
            places.append(span)
            yield Entity("attribute", f"{one.name}={one.value}", span, _LIKELY, one.because)
        if any(sense.kind == "size" for sense in senses):
            return
        sized = any(phrase.sense.kind == "size_word" for phrase in self.phrases)
        likely = sized or WORN & set(known) or (not known and len(self.shown) <= _SHORT)
        for start, end, size in letter_sizes(self.text):
            if (likely or len(size) > 1) and not any(
                first < end and start < last for first, last in places
            ):
                yield Entity(
                    "attribute", f"size={size}", (start, end), _LIKELY, "a size in capitals"
                )


def _language(flat: str, lang: str | None) -> str:
    """The list to read with: that of the script where it tells, else of the language, else English."""
    base = (lang or "").partition("-")[0]
    if not flat.isascii():
        for of_script, letters in _SCRIPTS:
            if letters.search(flat):
                return base if base == "ja" and of_script == "zh" else of_script
    return base if base in LANGUAGES else "en"


def _longest(phrases: Sequence[Phrase], taken: Sequence[Span]) -> list[Phrase]:
    """Of the things named the longest ones, none overlapping; in the order of the text."""
    things = [phrase for phrase in phrases if phrase.sense.kind in THINGS]
    inside = [one for one in things if one.sense.kind == "material" and one.sense.opened]
    things.sort(key=lambda one: (one.start - one.end, one.sense.kind != "none", one.start))
    spans = list(taken)
    own = set(taken)
    kept: list[Phrase] = []
    for phrase in things:
        span = (phrase.start, phrase.end)
        if span in spans and span not in own:
            kept.append(phrase)  # another sense of the same words
        elif not any(start < phrase.end and phrase.start < end for start, end in spans):
            spans.append(span)
            kept.append(phrase)
    silent = {(one.start, one.end) for one in kept if one.sense.kind == "none"}
    kept = [one for one in kept if (one.start, one.end) not in silent]
    # The leather of a "Lederjacke" is not lost in the jacket.
    kept += [one for one in inside if one not in kept]
    return sorted(kept, key=lambda one: one.start)


def _each_once(entities: Sequence[Entity]) -> Iterator[Entity]:
    """Each kind and value with its first place."""
    seen = set()
    for entity in sorted(entities, key=lambda one: (one.span, -one.confidence)):
        if (entity.kind, entity.value) not in seen:
            seen.add((entity.kind, entity.value))
            yield entity
