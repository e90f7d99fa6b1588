"""The workspace's own products, found in what customers write by the words of their names.

A name is a set of words, or of pairs of characters where words are not parted by blanks. A word counts
by how few products have it, so that 'Arda' tells more than 'black headphones'.
"""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources

from ahocorasick_rs import AhoCorasick

from warmlist.understanding.normalise import fold
from warmlist.understanding.products.spelling import even, spelled
from warmlist.understanding.products.words import all_words, is_dense, is_letter

#: Words, and runs of characters that are cut into pairs.
_WORD = re.compile(r"[^\W_\u2e80-\uffef]+|[\u2e80-\uffef]+")
#: Words this long may have one letter wrong.
_LONG = 6
_LONG_WORD = re.compile(r"[^\W\d_\u2e80-\uffef]{6,}")
#: This share of a name's weight must be in the message.
_ENOUGH = 0.5
#: What an everyday word counts beside one that only this product has.
_EVERYDAY = 0.3
#: A word of more products than this tells nothing of which one is meant.
_COMMON = 12
#: Names are cut after this many words.
_MOST_WORDS = 12
#: As many products of one message at most.
_MOST = 5
#: Words of a name further apart than its length and this are not one mention.
_GAP = 12


@dataclass(frozen=True, slots=True)
class Product:
    """A product of the workspace. category: as the shop writes it; price: for people."""

    sku: str
    name: str
    category: str = ""
    price: str = ""


@dataclass(frozen=True, slots=True)
class Match:
    """Products in a text: from the first to the last of their words.

    products: several where the words fit them equally ('Arda 2' in two colours). share: of the name's
    weight. weak: found by words that people also use for other things.
    """

    start: int
    end: int
    products: tuple[Product, ...]
    share: float
    weak: bool


class Catalogue:
    """An index over products, fixed once built. Build it anew when products change."""

    def __init__(self, products: Sequence[Product]) -> None:
        self._products = products
        self._words = [words_of(product.name)[:_MOST_WORDS] for product in products]
        holders: dict[str, list[int]] = defaultdict(list)
        for at, words in enumerate(self._words):
            for word in words:
                holders[word].append(at)
        size = len(products) + 1
        self._weight = {
            word: (_EVERYDAY if _is_everyday(word) else 1.0) * math.log(1 + size / len(listed))
            for word, listed in holders.items()
        }
        self._telling: dict[str, list[int]] = {
            word: listed
            for word, listed in holders.items()
            if len(listed) <= _COMMON and not _is_everyday(word)
        }
        self._weak = frozenset(self._add_weak())
        self._skus = {code: at for at, product in enumerate(products)
                      if _is_code(code := flat(product.sku))}  # fmt: skip
        self._typos = _typos(self._telling)
        self._searched = sorted({*self._telling, *self._skus})
        self._automaton = AhoCorasick(self._searched) if self._searched else None

    def _add_weak(self) -> Iterator[int]:
        """Lets names that hold nothing but everyday words be found by their rarest one."""
        for at, words in enumerate(self._words):
            if words and not any(word in self._telling for word in words):
                rarest = max(words, key=lambda word: (self._weight[word], word))
                self._telling.setdefault(rarest, []).append(at)
                yield at

    def __len__(self) -> int:
        return len(self._products)

    @classmethod
    def of(cls, products: Iterable[tuple[str, str, str | None, object]]) -> Catalogue:
        """From (sku, name, category, price) rows; of several with one sku the last counts."""
        rows = {
            sku: Product(sku, name, category or "", "" if price is None else str(price))
            for sku, name, category, price in products
            if sku and name
        }
        return cls(tuple(rows.values()))

    def find(self, text: str) -> list[Match]:
        """Products named in an even text (see `spelling.even`), surest first, none overlapping."""
        if self._automaton is None or not (candidates := self._candidates(text)):
            return []
        places = self._places(text)
        fitting: dict[tuple[int, int, float], list[int]] = defaultdict(list)
        for at in candidates:
            if place := self._place(at, places, text):
                fitting[place].append(at)
        found: list[Match] = []
        for start, end, share in sorted(fitting, key=lambda p: (-p[2], p[0] - p[1], p[0])):
            if not any(one.start < end and start < one.end for one in found):
                own = sorted(fitting[start, end, share])
                by_sku = text[start:end] in self._skus
                found.append(
                    Match(start, end, tuple(self._products[at] for at in own), share,
                          not by_sku and all(at in self._weak for at in own))
                )  # fmt: skip
        return found[:_MOST]

    def _candidates(self, text: str) -> set[int]:
        """Products of which a telling word or the sku stands in the text."""
        found: set[int] = set()
        assert self._automaton is not None
        for at, start, end in self._automaton.find_matches_as_indexes(text, overlapping=True):
            if _is_whole(text, start, end):
                word = self._searched[at]
                found.update(self._telling.get(word, ()))
                if word in self._skus:
                    found.add(self._skus[word])
        if not found and self._typos:
            for word in _LONG_WORD.findall(text):
                if meant := self._meant(word):
                    found.update(self._telling[meant])
        return found

    def _meant(self, word: str) -> str | None:
        """The telling word that a long one is but for one letter."""
        if len(word) < _LONG or _is_everyday(word):
            return None
        return next((self._typos[near] for near in _without_one(word) if near in self._typos), None)

    def _places(self, text: str) -> dict[str, tuple[int, int]]:
        """Every word of a text, and every pair of characters, with its first place."""
        found: dict[str, tuple[int, int]] = {}
        for match in _WORD.finditer(text):
            start, end = match.span()
            if is_dense(text[start]):
                for at in range(start, end - 1):
                    found.setdefault(text[at : at + 2], (at, at + 2))
            else:
                word = match[0]
                found.setdefault(word, (start, end))
                if word not in self._weight and (meant := self._meant(word)):
                    found.setdefault(meant, (start, end))
        return found

    def _place(
        self, at: int, places: Mapping[str, tuple[int, int]], text: str
    ) -> tuple[int, int, float] | None:
        """(from, to, share) of a product, None where too little of its name is there."""
        code, words = flat(self._products[at].sku), self._words[at]
        place = text.find(code) if code in self._skus else -1
        if place >= 0 and _is_whole(text, place, place + len(code)):
            return place, place + len(code), 1.0
        there = [word for word in words if word in places]
        if not any(word in self._telling for word in there):
            return None
        share = sum(self._weight[w] for w in there) / sum(self._weight[w] for w in words)
        if share < (1 if at in self._weak else _ENOUGH):
            return None
        start, end = min(places[w][0] for w in there), max(places[w][1] for w in there)
        if end - start > len(self._products[at].name) + _GAP:
            word = max((w for w in there if w in self._telling), key=lambda w: self._weight[w])
            start, end = places[word]
        return start, end, round(share, 3)


def flat(text: str) -> str:
    """A text in the spelling that the index is in."""
    folded = fold(text)
    return even(spelled(folded, range(len(folded)))[0]).strip()


def words_of(text: str) -> tuple[str, ...]:
    """Words of a text, pairs of characters where it is written without blanks; each once."""
    found: dict[str, None] = {}
    for word in _WORD.findall(flat(text)):
        if is_dense(word[0]):
            found |= dict.fromkeys(word[at : at + 2] for at in range(max(len(word) - 1, 1)))
        else:
            found[word] = None
    return tuple(found)


def _is_code(code: str) -> bool:
    """Whether a sku is told from words and amounts by itself: letters and digits, four or more."""
    return len(code) > 3 and any(map(str.isdigit, code)) and any(map(str.isalpha, code))


def _is_whole(text: str, start: int, end: int) -> bool:
    if is_dense(text[start]):
        return True
    before, after = text[start - 1 : start], text[end : end + 1]
    return not (before and _joins(before)) and not (after and _joins(after))


def _joins(char: str) -> bool:
    return is_letter(char) or char.isdigit()


def _without_one(word: str) -> Iterator[str]:
    """A word, and it without each of its letters but the first."""
    yield word
    for at in range(1, len(word)):
        yield word[:at] + word[at + 1 :]


def _typos(words: Iterable[str]) -> dict[str, str]:
    """What a long telling word is with a letter left out -> the word; nothing that fits two."""
    found: dict[str, str] = {}
    twice: set[str] = set()
    for word in words:
        if len(word) < _LONG or not word.isalpha() or is_dense(word[0]):
            continue
        for near in _without_one(word):
            if found.setdefault(near, word) != word:
                twice.add(near)
    return {near: word for near, word in found.items() if near not in twice}


@cache
def everyday() -> frozenset[str]:
    """Words that customers use whatever they buy, and all words of the lists."""
    text = resources.files(__package__).joinpath("words", "everyday.txt").read_text("utf-8")
    listed = (word for line in text.splitlines() if line[:2] != "#!" for word in line.split())
    return frozenset(listed) | frozenset(w for text in all_words() for w in text.split())


def _is_everyday(word: str) -> bool:
    """Whether a word, or it without an ending, is one of `everyday`, or a number."""
    common = everyday()
    return (
        word.isdigit()
        or word in common
        or any(word[:-cut] in common for cut in (1, 2) if len(word) - cut > 3)
    )


NO_PRODUCTS = Catalogue(())
