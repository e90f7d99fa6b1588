"""The grammars: for each language, the words of every kind, found by their first letters.

A grammar is a file of lists. `word*` takes any ending, `*word` any beginning. All words are read
after folding, so no file needs capitals or accents.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

import yaml

from warmlist.understanding.normalise import fold

#: The languages that have a grammar; both Chinese scripts share one.
LANGUAGES = (
    "ar", "de", "en", "es", "fr", "hi", "id", "it", "ja", "pt", "ru", "tr", "zh",
)  # fmt: skip

#: Kinds whose lists stand under a value: number, days, minutes of a mark, and so on.
_VALUED = ("number", "day", "day_short", "part", "mark", "count", "period", "format")
_SETTINGS = ("also", "behind", "prefix", "suffix", "same", "dense")
#: What a word that names a form of contact is read as, whatever other list has it too.
_FIRST = ("format", "not_voice")
_BLANK_BETWEEN_CJK = re.compile(r"(?<=[\u3400-\u9fff]) (?=[\u3400-\u9fff0-9])")
_CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]")
#: A run of letters of scripts that part words by blanks, with their marks.
_LETTERS = re.compile(r"(?:(?![\u3040-\u30ff\u3400-\u9fff])[^\W\d_]|[\u0900-\u0963])+")
#: Marks that part words as a blank does.
_APART = str.maketrans("'-", "  ")


def _same_letters() -> dict[int, str | None]:
    """Letters that people write one for the other, digits of other scripts, vowel marks left out."""
    others = "٠١٢٣٤٥٦٧٨٩" + "०१२३४५६७८९" + "۰۱۲۳۴۵۶۷۸۹"
    table: dict[int, str | None] = {
        ord(other): same
        for other, same in zip("أإآىةگँ" + others, "ااايهكं" + "0123456789" * 3, strict=True)
    }
    return table | dict.fromkeys([*range(0x64B, 0x653), ord("ـ"), ord("़")])


_SAME = _same_letters()


@dataclass(frozen=True, slots=True)
class Phrase:
    """text: folded, blanks for the marks of _APART. opened: any ending. anyhow: any beginning."""

    text: str
    kind: str
    value: Any
    opened: bool
    anyhow: bool

    @property
    def rank(self) -> tuple[int, bool]:
        return -len(self.text), self.opened


@dataclass(frozen=True, slots=True)
class Grammar:
    """One language.

    starting: phrases by their first two letters (one, if they have no more), longest first.
    behind: kinds that follow the time they belong to ("八点以后", "7 ke baad"). prefixes, suffix:
    what may be grown to a word. same: characters that are read as another. dense: words are not
    parted by blanks, so a blank ends a clause.
    """

    lang: str
    starting: Mapping[str, tuple[Phrase, ...]]
    ending: tuple[Phrase, ...]
    behind: frozenset[str]
    prefixes: tuple[str, ...]
    suffix: re.Pattern[str] | None
    same: Mapping[int, str]
    dense: bool

    @property
    def verb_last(self) -> bool:
        """Whether a verb, and so its negation, stands behind what it is about."""
        return "from" in self.behind

    def folded(self, text: str) -> str:
        """A message in the one spelling that phrases have, but for apostrophes and hyphens."""
        folded = fold(text).translate(_SAME).translate(self.same)
        return _BLANK_BETWEEN_CJK.sub("\n", folded) if self.dense else folded

    def find(self, flat: str, at: int) -> tuple[Phrase, int] | None:
        """The longest phrase at a place of a text, and where it ends. flat: see `flat`."""
        begins = word_end(flat, at - 1) <= at if at else True
        best = self._starting(flat, at, begins)
        if begins:
            for prefix in self.prefixes:
                if flat.startswith(prefix, at):
                    grown = self._starting(flat, at + len(prefix), begins)
                    best = grown if grown and (not best or grown[1] > best[1]) else best
        if best is None and begins and self.ending and (end := word_end(flat, at)) > at:
            word = flat[at:end]
            best = next(((one, end) for one in self.ending if word.endswith(one.text)), None)
        return best

    def _starting(self, flat: str, at: int, begins: bool) -> tuple[Phrase, int] | None:
        for key in (flat[at : at + 2], flat[at : at + 1]):
            for phrase in self.starting.get(key, ()):
                if flat.startswith(phrase.text, at):
                    end = self._end(phrase, flat, at, begins)
                    if end is not None:
                        return phrase, end
        return None

    def _end(self, phrase: Phrase, flat: str, at: int, begins: bool) -> int | None:
        """Where a phrase ends that is spelled at a place, None where it is only part of a word."""
        end = at + len(phrase.text)
        if _LETTERS.match(phrase.text) and not begins:
            return None
        if phrase.opened:
            return word_end(flat, end)
        if not _LETTERS.match(phrase.text[-1]) or word_end(flat, end) == end:
            longer = self.suffix.match(flat, end) if self.suffix else None
            return longer.end() if longer and word_end(flat, longer.end()) == longer.end() else end
        longer = self.suffix.match(flat, end) if self.suffix else None
        return longer.end() if longer and word_end(flat, longer.end()) == longer.end() else None


def flat(folded: str) -> str:
    """A folded text, of the same length, as phrases are matched with it."""
    return folded.translate(_APART)


def word_end(flat: str, at: int) -> int:
    """Where the run of letters at a place ends; the place itself where there is none."""
    letters = _LETTERS.match(flat, at)
    return letters.end() if letters else at


@cache
def grammar(lang: str) -> Grammar:
    """The grammar of one of LANGUAGES."""
    own = _read(lang)
    phrases: dict[str, Phrase] = {}
    for lists in (own, *(_read(other) for other in own.get("also", ()))):
        for phrase in _phrases(lists):
            phrases.setdefault(phrase.text, phrase)
    starting: dict[str, list[Phrase]] = {}
    for phrase in sorted(phrases.values(), key=lambda phrase: phrase.rank):
        if not phrase.anyhow:
            starting.setdefault(phrase.text[:2], []).append(phrase)
    return Grammar(
        lang=lang,
        starting={start: tuple(listed) for start, listed in starting.items()},
        ending=tuple(phrase for phrase in phrases.values() if phrase.anyhow),
        behind=frozenset(own.get("behind", ())),
        prefixes=tuple(own.get("prefix", ())),
        suffix=re.compile(own["suffix"]) if "suffix" in own else None,
        same=_same(own),
        dense=own.get("dense") == "true",
    )


def _read(lang: str) -> dict[str, Any]:
    text = resources.files(__package__).joinpath("grammar", f"{lang}.yaml").read_text("utf-8")
    # Every scalar as text: YAML takes the Turkish "on" (ten) and the Spanish "no" for truth values.
    content: dict[str, Any] = yaml.load(text, Loader=yaml.BaseLoader)  # noqa: S506
    return content


def _same(lists: dict[str, Any]) -> dict[int, str]:
    return {ord(pair[0]): pair[1] for pair in str(lists.get("same", "")).split()}


def _phrases(lists: dict[str, Any]) -> Iterator[Phrase]:
    same = _same(lists)
    kinds = (kind for kind in lists if kind not in _SETTINGS)
    for kind in sorted(kinds, key=lambda kind: kind not in _FIRST):
        under = lists[kind].items() if kind in _VALUED else [(None, lists[kind])]
        for value, words in under:
            for word in words.split(" | "):
                text = flat(fold(word.strip("* ")).translate(_SAME).translate(same)).strip()
                named = {"ignore": "word", "not_voice": "not"}.get(kind, kind)
                meant = "voice" if kind == "not_voice" else _value(kind, value)
                if text:
                    yield Phrase(text, named, meant, word.endswith("*"), word.startswith("*"))


def _value(kind: str, value: Any) -> Any:
    if kind in ("day", "day_short"):
        first, _, last = value.partition("-")
        return tuple(range(int(first), int(last or first) + 1))
    if kind == "period":
        unit, _, many = value.partition(" ")
        return unit, int(many or 1)
    if kind in ("mark", "part"):
        return tuple(
            int(hour) * 60 + int(minute)
            for hour, minute in (time.split(":") for time in value.split("-"))
        )
    return int(value) if kind in ("number", "count") else value
