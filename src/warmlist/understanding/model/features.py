"""What the model looks at: n-grams of a message, of the seller's last message, and its shape.

Training and reading both come here, so that they cannot drift apart. Everything is taken from folded
text (`normalise.Folded`), in which digits count as equal.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

_WORD = re.compile(r"\w+|[^\w\s]")
_SAME = str.maketrans("123456789\n", "000000000 ")
_DIGITS = re.compile(r"\d")
_QUOTES = frozenset('"“”„«»「」')
_LONGEST_GRAM = 4
#: Scripts without blanks, in which one character says as much as half a word elsewhere.
_FIRST_DENSE, _LAST_DENSE = "\u2e80", "\uf8ff"
_DENSE_CHARS_COUNT_AS = 2.5
#: Of longer texts the beginning and the end are looked at, in characters.
HEAD, TAIL = 3_072, 1_024
#: First characters of what is no plain n-gram of characters.
WORD, PAIR, BEFORE = "\x01", "\x02", "\x03"


def grams(folded: str) -> dict[str, int]:
    """Every n-gram of a folded text with the place of its first character there.

    Words and pairs of neighbouring words are marked by their first character; runs of 2 to 4
    characters, single ones in scripts without blanks, are as they are. A place is -1 for what begins
    before the text.
    """
    text = comparable(folded)
    found: dict[str, int] = {}
    words = [(match[0], match.start()) for match in _WORD.finditer(text)]
    last, place = "^", -1
    for word, start in words:
        found.setdefault(WORD + word, start)
        found.setdefault(f"{PAIR}{last} {word}", place)
        last, place = word, start
    if words:
        found.setdefault(f"{PAIR}{last} $", place)
    padded = f" {text} "
    length = len(padded)
    for size in range(2, _LONGEST_GRAM + 1):
        # From the end, so that the first place of each stays.
        last_start = length - size
        found |= {padded[at : at + size]: at - 1 for at in range(last_start, -1, -1)}
    if not text.isascii():
        for at, char in enumerate(text):
            if char >= _FIRST_DENSE and char not in found:
                found[char] = at
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
