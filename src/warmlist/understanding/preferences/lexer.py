"""Cuts a message into the few kinds of words that a grammar of preferences knows.

A grammar is a file of words for each kind; `word*` takes any ending. All of them are read after
folding, so no file needs capitals or accents. What no list knows is one token of kind `word`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
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
_VALUED = ("number", "day", "part", "mark", "count", "period", "format")
_BREAK = re.compile(r"[,;!?。！？，；、\n()|/]+|\.(?!\d)|\.{2,}|\s-\s|[\U0001f300-\U0001faff\u2600-\u27bf]+")
_DIGITS = re.compile(r"(\d{1,2})\s?[:.h時时点]\s?([0-5]\d)(?!\d|\s?%)|\d+(?:[.,]\d+)?")
_CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]")
_NOT_AFTER_LETTER = r"(?<![^\W\d_])(?<![\u0900-\u0963\u064b-\u0652])"
_NOT_BEFORE_LETTER = r"(?![^\W\d_])(?![\u0900-\u0963\u064b-\u0652])"
#: Arabic letters that people write one for the other, and digits of other scripts.
_SAME = str.maketrans("أإآىةگ٠١٢٣٤٥٦٧٨٩०१२३४५६७८९۰۱۲۳۴۵۶۷۸۹", "ااايهك" + "0123456789" * 3)


@dataclass(frozen=True, slots=True)
class Token:
    """kind: a list of the grammar, or `number`, `clock`, `break`, `word`. Places are of the folded text.

    value: what the word stands for, None for most kinds.
    """

    kind: str
    value: Any
    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Grammar:
    """One language. behind: kinds that follow the time they belong to ("八点以后", "7 ke baad")."""

    lang: str
    pattern: re.Pattern[str]
    entries: tuple[tuple[str, Any], ...]
    behind: frozenset[str]

    def tokens(self, text: str) -> list[Token]:
        """Tokens of a message; `text` is as the customer wrote it."""
        folded = fold(text).translate(_SAME)
        return list(_with_words(folded, self._known(folded)))

    def _known(self, folded: str) -> Iterator[Token]:
        at = 0
        while at < len(folded):
            if folded[at].isdigit() and (digits := _DIGITS.match(folded, at)):
                yield _digits(digits)
                at = digits.end()
            elif found := self.pattern.match(folded, at):
                kind, value = self.entries[(found.lastindex or 1) - 1]
                yield Token(kind, value, at, found.end(), found[0])
                at = found.end()
            elif stop := _BREAK.match(folded, at):
                yield Token("break", None, at, stop.end(), stop[0])
                at = stop.end()
            else:
                at += 1


def _digits(found: re.Match[str]) -> Token:
    hour, minute = found[1], found[2]
    if hour is not None and int(hour) <= 24:
        sure = len(hour) == 2
        return Token("clock", (int(hour), int(minute), sure), *found.span(), found[0])
    whole = found[0].isdecimal() and len(found[0]) <= 4
    return Token("number" if whole else "word", int(found[0]) if whole else None, *found.span(), found[0])


def _with_words(folded: str, known: Iterator[Token]) -> Iterator[Token]:
    """Known tokens, and one `word` for each stretch of letters between two of them."""
    done = 0
    for token in known:
        if folded[done : token.start].strip(" '\"-:"):
            yield Token("word", None, done, token.start, folded[done : token.start])
        elif "-" in folded[done : token.start]:
            yield Token("dash", None, done, token.start, "-")
        yield token
        done = token.end
    if folded[done:].strip():
        yield Token("word", None, done, len(folded), folded[done:])


@cache
def grammar(lang: str) -> Grammar:
    """The grammar of one of LANGUAGES."""
    own = _read(lang)
    lists = [own, *(_read(other) for other in own.get("also", ()))]
    entries: dict[str, tuple[str, Any]] = {}
    for one in lists:
        for phrase, kind, value in _phrases(one):
            entries.setdefault(_regex(phrase, one), (kind, value))
    ranked = sorted(entries.items(), key=lambda entry: -len(entry[0].replace("\\", "")))
    pattern = re.compile("|".join(f"({regex})" for regex, _ in ranked))
    return Grammar(
        lang, pattern, tuple(entry for _, entry in ranked), frozenset(own.get("behind", ()))
    )


def _read(lang: str) -> dict[str, Any]:
    text = resources.files(__package__).joinpath("grammar", f"{lang}.yaml").read_text("utf-8")
    content: dict[str, Any] = yaml.safe_load(text)
    return content


def _phrases(lists: dict[str, Any]) -> Iterator[tuple[str, str, Any]]:
    for kind, listed in lists.items():
        if kind in ("also", "behind", "prefix", "suffix"):
            continue
        under = listed.items() if kind in _VALUED else [(None, listed)]
        for value, phrases in under:
            for phrase in phrases.split(" | ") if isinstance(phrases, str) else phrases:
                yield fold(phrase.strip()).translate(_SAME), kind, _value(kind, value)


def _value(kind: str, value: Any) -> Any:
    if kind == "day":
        first, _, last = str(value).partition("-")
        return tuple(range(int(first), int(last or first) + 1))
    if kind == "period":
        unit, _, many = str(value).partition(" ")
        return unit, int(many or 1)
    if kind in ("mark", "part"):
        return tuple(
            int(hour) * 60 + int(minute)
            for hour, minute in (time.split(":") for time in str(value).split("-"))
        )
    return value


def _regex(phrase: str, lists: dict[str, Any]) -> str:
    body = re.escape(phrase.rstrip("*")).replace(r"\ ", r"[ '-]?" if _CJK.search(phrase) else r"[ '-]+")
    if phrase.endswith("*"):
        body += r"[\w\u0900-\u0963]*"
    if _CJK.match(phrase):
        return body
    prefix, suffix = lists.get("prefix", ""), "" if phrase.endswith("*") else lists.get("suffix", "")
    return f"{_NOT_AFTER_LETTER}{prefix}{body}{suffix}{_NOT_BEFORE_LETTER}"
