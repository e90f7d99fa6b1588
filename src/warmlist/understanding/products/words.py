"""The word lists of products: for each language, what stands for a category, a colour, a unit, ...

A file is lists under `[kind]`, one value a line: `stroller = pram | buggy | push{ }chair`. `word*`
takes any ending, `*word` any beginning, `#` is a number, `{a,b}` writes a word once with each. Words
are read after folding, so no file needs capitals or accents.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources

from ahocorasick_rs import AhoCorasick

from warmlist.errors import BadInput
from warmlist.understanding.normalise import fold
from warmlist.understanding.products.spelling import even, spelled

#: The languages that have a list; both Chinese scripts share one.
LANGUAGES = (
    "ar", "de", "en", "es", "fr", "hi", "id", "it", "ja", "pt", "ru", "tr", "zh",
)  # fmt: skip
#: Languages whose writers mix in English words, and whose own are in another script or close to it.
_WITH_ENGLISH = ("ar", "hi", "ja", "ru", "zh")
ATTRIBUTES = ("colour", "material", "flavour", "size", "other")
#: What a part of a message is; of these the longest wins.
THINGS = frozenset(("category", "brand", "model", "tier", "none", *ATTRIBUTES))
#: What is only looked at beside a number.
BESIDE = frozenset(("number", "counter", "size_word", "age_word", "money"))
_HEAD = re.compile(r"\[(\w+)\]")
_PARTS = re.compile(r" ;(?= |$)")
_BRACES = re.compile(r"\{([^}]*)\}")

#: What a word may end in or begin with and still be the word of the list, in folded spelling.
_ENDINGS = {
    "en": r"s|es",
    "de": r"e|en|n|er|ern|es|s|chen|le|li|erl|ln",
    "fr": r"s|x|es|e",
    "es": r"s|es|it[oa]s?|cit[oa]s?",
    "pt": r"s|es|z?inh[oa]s?",
    "it": r"",
    "id": r"nya|ku|mu|kah|nyo|ne|e",
    "tr": r"(?:l[ae]r)?(?:[iu]m(?:[iu]z)?|[iu]n(?:[iu]z)?|s?[iu]|l[iu]k?|s[iu]z|m|n)?"
          r"(?:y?[aeiu]|n?[iu]n|[dt][ae]n?|n[ae]|nd[ae]n?|yl[ae]|l[ae]|ki|c[iu])?(?:m[iu])?",
    "ru": r"а|я|у|ю|ы|и|е|о|ой|ей|ою|ом|ем|ам|ям|ами|ями|ах|ях|ов|ев|ь|ия|ию|ии|ый|ая|ые|ик|ики|чик",
    "ar": r"ات|ه|ين|ي|ك|نا|كم|هم|ها|تين|ان|يه|تي|ته|تك|تها|ا|ية|و|هن",
    "hi": r"ों|ें|े|ा|ी|ि|यां|ियों|ियां|ओं|स|s|on|en|o|e|ein",
}  # fmt: skip
_BEGINNINGS = {"ar": r"[وف]?(?:ال|بال|لل|هال|عال|كال|[بلكهم]|ها|ع|دي|ل)?"}
_LETTERS = r"[^\W\d_\u0e00-\u0e7f\u2e80-\uffef]|[\u0900-\u0965]"
_LETTERS_ON = re.compile(rf"(?:{_LETTERS})+")


@dataclass(frozen=True, slots=True)
class Sense:
    """What a word stands for. kind: of THINGS or BESIDE.

    word: as in the list, for people. opened, anyhow: whether it takes any ending, any beginning.
    category, tier: what a brand or model gives away. rest: what must follow the part found first.
    """

    kind: str
    value: str
    word: str
    opened: bool = False
    anyhow: bool = False
    category: str = ""
    tier: str = ""
    rest: re.Pattern[str] | None = None


@dataclass(frozen=True, slots=True)
class Phrase:
    """A word of the lists in a text: places of the whole word, with its ending."""

    start: int
    end: int
    sense: Sense


class WordList:
    """The words of one language, found in one pass over a text."""

    def __init__(self, lang: str, senses: dict[str, list[Sense]]) -> None:
        self._senses = list(senses.values())
        self._automaton = AhoCorasick(list(senses))
        self._ending = re.compile(_ENDINGS[lang] if _ENDINGS.get(lang) else "(?!)")
        self._beginning = re.compile(_BEGINNINGS[lang]) if lang in _BEGINNINGS else None

    def find(self, text: str) -> Iterator[Phrase]:
        """Every word of the lists in an even text (see `spelling.even`), overlapping ones too."""
        for at, start, end in self._automaton.find_matches_as_indexes(text, overlapping=True):
            for sense in self._senses[at]:
                last = end
                if sense.rest:
                    if not (rest := sense.rest.match(text, end)):
                        continue
                    last = rest.end()
                first = self._begin(text, start, sense)
                if first is not None and (stop := self._stop(text, last, sense)) is not None:
                    yield Phrase(first, stop, sense)

    def _begin(self, text: str, start: int, sense: Sense) -> int | None:
        """Where the whole word begins, None where the sense does not take its beginning."""
        if not start or is_dense(text[start]) or not is_letter(text[start - 1]):
            return start
        first = start - 1
        while first and is_letter(text[first - 1]):
            first -= 1
        if sense.anyhow or (self._beginning and self._beginning.fullmatch(text, first, start)):
            return first
        return None

    def _stop(self, text: str, end: int, sense: Sense) -> int | None:
        """Where the whole word ends, None where the sense does not take its ending."""
        if end == len(text) or is_dense(text[end - 1]) or not is_letter(text[end]):
            return end
        stop = _LETTERS_ON.match(text, end).end()  # type: ignore[union-attr]
        return stop if sense.opened or self._ending.fullmatch(text, end, stop) else None


def is_letter(char: str) -> bool:
    """Whether a character is a letter of a script that parts words by blanks."""
    return (char.isalpha() and not is_dense(char)) or "\u0900" <= char <= "\u0963"


def is_dense(char: str) -> bool:
    return char >= "\u2e80" or "\u0e00" <= char <= "\u0e7f"


@cache
def word_list(lang: str) -> WordList:
    """The list of one of LANGUAGES, with the brands and, for some, the English words."""
    senses: dict[str, list[Sense]] = defaultdict(list)
    for name in (lang, *(("en",) if lang in _WITH_ENGLISH else ()), "brands", "models"):
        for text, sense in _entries(name):
            known = {(one.kind, one.value, one.rest) for one in senses[text]}
            if (sense.kind, sense.value, sense.rest) not in known:
                senses[text].append(sense)
    return WordList(lang, senses)


@lru_cache(maxsize=4096)
def category_of(text: str) -> str | None:
    """The category that a whole text stands for, in any language, in any of its forms."""
    for lang in LANGUAGES:
        for phrase in word_list(lang).find(text):
            whole = phrase.start == 0 and phrase.end == len(text)
            if whole and phrase.sense.kind == "category":
                return phrase.sense.value
    return None


@cache
def all_words() -> frozenset[str]:
    """Every word of the lists of all languages, brands and models left out."""
    return frozenset(text for lang in LANGUAGES for text, _ in _entries(lang))


def _entries(name: str) -> Iterator[tuple[str, Sense]]:
    """(text as found, sense) of one file; raises BadInput for a line that is no list."""
    folder = resources.files(__package__)
    path = folder / "words" / f"{name}.txt"
    kind = {"brands": "brand", "models": "model"}.get(name, "")
    for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
        if not line or line.startswith("#!"):
            continue
        if section := _HEAD.fullmatch(line):
            kind = section[1]
            continue
        value, equals, rest = line.partition(" = ")
        if not equals or not kind:
            raise BadInput(f"{name}.txt:{number}: this is no list; write: key = word | word")
        words, *more = (part.strip() for part in _PARTS.split(rest))
        category, tier = (*more, "", "")[:2]
        for word in words.split(" | "):
            for text in _written(word.strip()):
                head, follows = _split(text.lstrip("*"))
                if head:
                    yield head, Sense(kind, value, text, text.endswith("*"), text.startswith("*"),
                                      category, tier, follows)  # fmt: skip


def _split(word: str) -> tuple[str, re.Pattern[str] | None]:
    """What is searched first, and what must follow it where a mark stands inside a word."""
    bare = word[:-1] if word.endswith("*") else word
    place = next((at for at, char in enumerate(bare) if char in "*#"), len(bare))
    head, rest = _same(bare[:place]), bare[place:]
    if not rest:
        return head, None
    blank = " ?" if bare[place - 1] == " " else ""
    return head, re.compile(blank + "".join(map(_pattern, re.split(r"([*#])", rest))))


def _pattern(part: str) -> str:
    if part in ("*", "#"):
        return rf"(?:{_LETTERS})*" if part == "*" else r"\d+"
    first, last = (" ?" if part[at:][:1] == " " else "" for at in (0, -1))
    inner = re.escape(_same(part))
    return first + inner + last if inner else first


def _written(word: str) -> Iterator[str]:
    """A word with braces, once for each choice."""
    if not (braces := _BRACES.search(word)):
        yield word
        return
    for choice in braces[1].split(","):
        yield from _written(word[: braces.start()] + choice + word[braces.end() :])


def _same(word: str) -> str:
    folded = fold(word)
    return even(spelled(folded, range(len(folded)))[0]).strip()
