"""Folds a message to the one spelling that patterns are written in, and remembers where it was.

Folding is NFKC, casefold, diacritics off, traditional Chinese to simplified, invisible marks out,
white space to single blanks, and three or more equal letters to one ("ciaooo" is "ciao"). It goes
character by character, so every folded character knows which original one it came from.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import resources

from warmlist.understanding.reading import Span

_RUN = re.compile(r"([^\W\d_])\1{2,}")
_BLANKS = re.compile(r" {2,}| *\n[ \n]*")
_PLAIN = {
    "’": "'", "‘": "'", "`": "'", "´": "'", "ʼ": "'",
    "…": "...", "–": "-", "—": "-", "‐": "-", "\r": "\n", "\u2028": "\n", "\u2029": "\n",
    "ı": "i", "ł": "l", "ø": "o",
}  # fmt: skip


def _traditional() -> dict[str, str]:
    """Traditional characters to their simplified form, as far as the lexicon needs them."""
    text = resources.files(__package__).joinpath("lexicon", "traditional.txt").read_text("utf-8")
    pairs = [pair for line in text.splitlines() if line[:1] != "#" for pair in line.split()]
    return {pair[0]: pair[1] for pair in pairs}


TRADITIONAL = _traditional()


def _fold_char(char: str) -> str:
    if char in _PLAIN:
        return _PLAIN[char]
    if char.isspace():
        return " "
    category = unicodedata.category(char)
    # Cs: half of a surrogate pair, which no UTF-8 consumer accepts. Cf, Cc: invisible.
    if category in ("Cf", "Cc", "Cs") or "\ufe00" <= char <= "\ufe0f":
        return ""
    wide = unicodedata.normalize("NFD", unicodedata.normalize("NFKC", char).casefold())
    bare = "".join(c for c in wide if not "\u0300" <= c <= "\u036f")
    return "".join(TRADITIONAL.get(c, c) for c in unicodedata.normalize("NFC", bare))


class _Folds(dict[str, str]):
    """Remembers what each character folds to; Unicode bounds its size."""

    def __missing__(self, char: str) -> str:
        folded = _fold_char(char) if char != "\n" else "\n"
        self[char] = folded
        return folded


_FOLDS = _Folds()


@dataclass(frozen=True, slots=True)
class Folded:
    """A folded text and its way back.

    starts[i] is the original place of folded character i; length is that of the original text.
    """

    text: str
    starts: Sequence[int]
    length: int

    def span(self, start: int, end: int) -> Span:
        """Original span of the folded characters start..end (end > start)."""
        return self.starts[start], self.starts[end - 1] + 1

    @classmethod
    def of(cls, text: str) -> Folded:
        """Fold any text, ill-formed ones included."""
        if text.isascii() and text.isprintable():
            folded, starts = text.lower(), range(len(text))
        else:
            parts = [_FOLDS[char] for char in text]
            folded = "".join(parts)
            if len(folded) == len(parts) and all(parts):
                starts = range(len(parts))
            else:
                places = [at for at, part in enumerate(parts) for _ in part]
                return cls._squeezed(folded, places, len(text))
        return cls._squeezed(folded, starts, len(text))

    @classmethod
    def _squeezed(cls, folded: str, starts: Sequence[int], length: int) -> Folded:
        folded, starts = _squeeze(_RUN, folded, starts)
        folded, starts = _squeeze(_BLANKS, folded, starts)
        return cls(folded, starts, length)


def _squeeze(runs: re.Pattern[str], text: str, starts: Sequence[int]) -> tuple[str, Sequence[int]]:
    """Keep one character of every run: a line break if it has one, else its first."""
    if not (matches := list(runs.finditer(text))):
        return text, starts
    kept: list[str] = []
    places: list[int] = []
    done = 0
    for match in matches:
        begin, end = match.span()
        one = match[0].find("\n")
        one = begin + max(one, 0)
        kept += (text[done:begin], text[one])
        places += (*starts[done:begin], starts[one])
        done = end
    kept.append(text[done:])
    places += starts[done:]
    return "".join(kept), places


def fold(text: str) -> str:
    """The folded text alone."""
    return Folded.of(text).text
