"""Cuts a message into the few kinds of words that a grammar of preferences knows."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from warmlist.understanding.preferences.words import Grammar, flat, word_end

_BREAK = re.compile(
    r"[,;!?。！？，；、،؛؟।\n()|/]+|\.(?!\d)|\.{2,}|[\U0001f300-\U0001faff\u2600-\u27bf]+"
)
_DIGITS = re.compile(
    r"\d+(?:st|nd|rd|th|ª|º)\b|(\d{1,2})\s?[:.h時时点]\s?([0-5]\d)(?!\d|\s?%)|\d+(?:[.,]\d+)?"
)
_DAYS = ("day", "day_short")


@dataclass(frozen=True, slots=True)
class Token:
    """kind: a list of the grammar, or `number`, `clock`, `break`, `dash`, `word`.

    value: what the word stands for, None for most kinds. start, end: of the folded text.
    """

    kind: str
    value: Any
    start: int
    end: int
    text: str


def tokens_of(rules: Grammar, text: str) -> list[Token]:
    """Tokens of a message as the customer wrote it; what no list knows is one `word`."""
    folded = rules.folded(text)
    return _with_short_days(list(_with_words(folded, _known(rules, folded))))


def _known(rules: Grammar, folded: str) -> Iterator[Token]:
    even = flat(folded)
    at = 0
    while at < len(folded):
        if folded[at].isdigit() and (digits := _DIGITS.match(folded, at)):
            yield _digits(digits)
            at = digits.end()
        elif found := rules.find(even, at):
            phrase, end = found
            yield Token(phrase.kind, phrase.value, at, end, folded[at:end])
            at = end
        elif stop := _BREAK.match(folded, at):
            yield Token("break", None, at, stop.end(), stop[0])
            at = stop.end()
        else:
            at = max(word_end(even, at), at + 1)


def _digits(found: re.Match[str]) -> Token:
    hour, minute = found[1], found[2]
    if hour is not None and int(hour) <= 24:
        sure = len(hour) == 2
        return Token("clock", (int(hour), int(minute), sure), *found.span(), found[0])
    whole = found[0].isdecimal() and len(found[0]) <= 4
    return Token(
        "number" if whole else "word", int(found[0]) if whole else None, *found.span(), found[0]
    )


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


def _with_short_days(tokens: list[Token]) -> list[Token]:
    """'Mo' and 'Sa' are days beside another day, and else the small words that they look like."""
    found = list(tokens)
    for at, token in enumerate(tokens):
        if token.kind != "day_short":
            continue
        ahead = at > 1 and _joins(tokens[at - 1]) and tokens[at - 2].kind in _DAYS
        behind = at + 2 < len(tokens) and _joins(tokens[at + 1]) and tokens[at + 2].kind in _DAYS
        found[at] = replace(token, kind="day" if ahead or behind else "word")
    return found


def _joins(token: Token) -> bool:
    return token.kind in ("dash", "to", "and") or token.text.strip() in (",", "/", "、")
