"""Finds the concepts of a message: one pass over all forms of all languages, then the likeliest ones."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from ahocorasick_rs import AhoCorasick

from warmlist.understanding.concepts.files import Form
from warmlist.understanding.concepts.spaced import spaced

#: Sheets whose forms cover less than this share of what those of the best one cover are not believed.
NEARLY = 0.75

#: (from, to, concepts): words of a folded text, and the keys of what they mean.
Hit = tuple[int, int, tuple[str, ...]]
#: (from, minus to, key, sheet) of a form in a text.
_Found = tuple[int, int, str, int]


@dataclass(frozen=True, slots=True)
class Forms:
    """All forms by literal. plain: of each literal what it is by itself, as (key, sheet) pairs.

    checked: forms of which more must match, by the place of their literal.
    """

    literals: Sequence[str]
    plain: Sequence[tuple[tuple[str, int], ...]]
    checked: Mapping[int, Sequence[Form]]

    @classmethod
    def of(cls, forms: Iterable[Form]) -> Forms:
        """Forms as the sheets give them."""
        plain: dict[str, list[tuple[str, int]]] = {}
        checked: dict[str, list[Form]] = {}
        for form in forms:
            ours = plain.setdefault(form.literal, [])
            if form.whole or form.asks:
                checked.setdefault(form.literal, []).append(form)
            else:
                ours.append((form.key, form.sheet))
        places = {literal: at for at, literal in enumerate(plain)}
        return cls(list(plain), list(map(tuple, plain.values())),
                   {places[literal]: ours for literal, ours in checked.items()})  # fmt: skip


class Finder:
    """Finds forms; nothing that shows changes in it, so threads may share it.

    Words in other letters than ASCII are made ready when the first text with such letters comes:
    folded text of most languages in Latin letters has none.
    """

    def __init__(self, forms: Forms) -> None:
        self._forms = forms
        self._plain = _Part(forms, [at for at, each in enumerate(forms.literals) if each.isascii()])

    @cached_property
    def _others(self) -> _Part:
        literals = self._forms.literals
        return _Part(self._forms, [at for at, each in enumerate(literals) if not each.isascii()])

    def find(self, folded: str) -> list[Hit]:
        """The concepts of a folded text in order, those within longer forms behind them.

        Only the sheets count that cover most of the text, so that the "come" of Italian is not read
        in English.
        """
        text = spaced(folded)
        found = self._plain.find(folded, text)
        if not folded.isascii():
            found += self._others.find(folded, text)
        if not found:
            return []
        covered: dict[int, int] = {}
        for start, end, _, sheet in found:
            covered[sheet] = covered.get(sheet, 0) | (1 << -end) - (1 << start)
        if len(covered) > 1:
            counts = {sheet: mask.bit_count() for sheet, mask in covered.items()}
            least = NEARLY * max(counts.values())
            if min(counts.values()) < least:
                found = [one for one in found if counts[one[3]] >= least]
        return _together(found)


class _Part:
    """Some of the forms, found in one pass."""

    def __init__(self, forms: Forms, places: Sequence[int]) -> None:
        self._literals = [forms.literals[at] for at in places]
        self._plain = [forms.plain[at] for at in places]
        self._checked = {
            place: [(re.compile(form.whole), form) for form in forms.checked[at]]
            for place, at in enumerate(places)
            if at in forms.checked
        }
        self._automaton = AhoCorasick(self._literals)

    def find(self, folded: str, text: str) -> list[_Found]:
        """Every form in a text. text: the folded one after `spaced`."""
        found: list[_Found] = []
        for at, start, end in self._automaton.find_matches_as_indexes(text, overlapping=True):
            literal = self._literals[at]
            # One blank was put before the text; those of the literal are no part of its words.
            first = start - (literal[0] != " ")
            last = end - 1 - (literal[-1] == " ")
            for key, sheet in self._plain[at]:
                found.append((first, -last, key, sheet))
            for whole, form in self._checked.get(at, ()):
                stop = last
                if form.whole:
                    if (match := whole.match(text, start)) is None:
                        continue
                    stop = len(text[: match.end()].rstrip()) - 1
                if not form.asks or folded[stop : stop + 2].lstrip()[:1] == "?":
                    found.append((first, -stop, form.key, form.sheet))
        return found


def _together(found: list[_Found]) -> list[Hit]:
    """What covers the same words together, from the left, the longest first."""
    hits: list[Hit] = []
    place = (-1, -1)
    keys: tuple[str, ...] = ()
    for start, end, key, _ in sorted(found):
        if (start, end) != place:
            place, keys = (start, end), (key,)
            hits.append((start, -end, keys))
        elif key != keys[-1]:
            keys += (key,)
            hits[-1] = (start, -end, keys)
    return hits
