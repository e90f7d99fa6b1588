"""What the model looks at: n-grams of a message, of the seller's last message, and its shape.

Training and reading both come here, so that they cannot drift apart. Everything is taken from folded
text (`normalise.Folded`), in which digits count as equal.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

#: Scripts without blanks, in which one character says as much as half a word elsewhere.
_DENSE = "\u2e80-\u9fff\uf900-\ufaff"
#: Vowel signs that Python does not count among the letters of a word.
_SIGNS = "\u0900-\u0963"
_TOKEN = re.compile(rf"[{_DENSE}]+|(?:[^\W{_DENSE}]|[{_SIGNS}])+|[^\w\s]")
_SAME = str.maketrans("123456789\n", "000000000 ")
_DIGITS = re.compile(r"\d")
_QUOTES = frozenset('"“”„«»「」')
#: Length of the runs inside a word, and the longest one of a script without blanks.
_RUN, _LONGEST_DENSE = 4, 3
#: A run of a script without blanks up to this length may be a word.
_LONGEST_WORD = 6
_FIRST_DENSE, _LAST_DENSE = "\u2e80", "\uf8ff"
_DENSE_CHARS_COUNT_AS = 2.5
#: Of longer texts the beginning and the end are looked at, in characters.
HEAD, TAIL = 3_072, 1_024
#: First characters of what is no plain n-gram of characters.
WORD, PAIR, BEFORE = "\x01", "\x02", "\x03"


def grams(folded: str) -> dict[str, int]:
    """Every n-gram of a folded text with the place of its first character there.

    Words and pairs of neighbouring words are marked by their first character; runs of 4 characters of
    a word and its blanks, of 1 to 3 in scripts without blanks, are as they are. A place is -1 for what
    begins before the text.
    """
    text = comparable(folded)
    found: dict[str, int] = {}
    add = found.setdefault
    last, place = "^", -1
    for match in _TOKEN.finditer(text):
        word, start = match[0], match.start()
        if _FIRST_DENSE <= word[0] <= _LAST_DENSE:
            length = len(word)
            for size in range(1, _LONGEST_DENSE + 1):
                for at in range(length - size + 1):
                    add(word[at : at + size], start + at)
            if length <= _LONGEST_WORD:
                add(WORD + word, start)
            add(f"{PAIR}{last} {word[0]}", place)
            last, place = word[-1], start + length - 1
            continue
        add(WORD + word, start)
        add(f"{PAIR}{last} {word}", place)
        if len(word) > 2:
            padded = f" {word} "
            for at in range(len(word) + 3 - _RUN):
                add(padded[at : at + _RUN], start + at - 1)
        last, place = word, start
    if found:
        add(f"{PAIR}{last} $", place)
    return found


def context_grams(folded: str) -> list[str]:
    """N-grams of the seller's last message, each marked as such; none where there is none."""
    if not folded:
        return []
    return [BEFORE + gram for gram in grams(folded) if len(gram) > 2 or gram[0] in (WORD, PAIR)]


SHAPE = (
    "under 12", "under 25", "under 45", "over 80", "over 140", "over 220", "answers", "asks",
    "answers, under 12", "answers, under 25", "answers, under 45", "alone, under 12",
    "alone, under 25", "asks, under 45", "several lines", "quotes", "figures", "exclaims",
)  # fmt: skip


def shape(folded: str, *, answers: bool) -> Sequence[bool]:
    """The features named in SHAPE. answers: whether the seller's last message is known."""
    size = float(len(folded))
    if not folded.isascii() and any(_FIRST_DENSE <= c <= _LAST_DENSE for c in folded[:200]):
        size *= _DENSE_CHARS_COUNT_AS
    asks = "?" in folded or "؟" in folded
    return (
        size < 12, size < 25, size < 45, size > 80, size > 140, size > 220, answers, asks,
        answers and size < 12, answers and size < 25, answers and size < 45,
        not answers and size < 12, not answers and size < 25, asks and size < 45, "\n" in folded,
        not _QUOTES.isdisjoint(folded), _DIGITS.search(folded) is not None, "!" in folded,
    )  # fmt: skip


def comparable(folded: str) -> str:
    """Folded text with all digits equal and in one line; every character keeps its place."""
    return folded.translate(_SAME)


def ends_of_long(folded: str) -> str:
    """The text itself, or the beginning and end of one that is longer than HEAD + TAIL."""
    if len(folded) <= HEAD + TAIL:
        return folded
    return f"{folded[:HEAD]}{folded[-TAIL:]}"
