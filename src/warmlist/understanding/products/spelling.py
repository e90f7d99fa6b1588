"""A second folding, for the words of products: scripts of Asia and Arabia to one spelling.

It works on folded text (`normalise.Folded`) and gives text of the same length, so that places need no
translation, except where a message has marks that are left out altogether.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from importlib import resources

#: Letters that people write one for the other.
_VARIANTS = "\u0623\u0625\u0622\u0649\u0629\u0624\u06af\u06cc\u06a9\u0901\u223c\u301c"
_PLAIN = "\u0627\u0627\u0627\u064a\u0647\u0648\u0643\u064a\u0643\u0902--"
_DIGITS = "٠١٢٣٤٥٦٧٨٩" + "۰۱۲۳۴۵۶۷۸۹" + "०१२३४५६७८९"
#: Short vowels and the stretching dash of Arabic, the dot of Hindi: typed by few.
_LEFT_OUT = re.compile("[\u064b-\u0652\u0640\u093c]")
#: What parts words as a blank does. Numbers are read in text that still has these marks.
_APART = str.maketrans("'-_/\n", "     ")


def _table() -> dict[int, str]:
    text = resources.files(__package__).joinpath("words", "traditional.txt").read_text("utf-8")
    pairs = (pair for line in text.splitlines() if line[:2] != "#!" for pair in line.split())
    table = {ord(pair[0]): pair[1] for pair in pairs if pair[0] != pair[1]}
    table |= {ord(a): b for a, b in zip(_VARIANTS, _PLAIN, strict=True)}
    return table | {ord(digit): str(at % 10) for at, digit in enumerate(_DIGITS)}


_TABLE = _table()


def spelled(folded: str, starts: Sequence[int]) -> tuple[str, Sequence[int]]:
    """Folded text in its second spelling, and for each character its place in the message."""
    if folded.isascii():
        return folded, starts
    text = folded.translate(_TABLE)
    if _LEFT_OUT.search(text):
        kept = [at for at, char in enumerate(text) if not _LEFT_OUT.match(char)]
        return "".join(text[at] for at in kept), [starts[at] for at in kept]
    return text, starts


def even(spelled: str) -> str:
    """Spelled text, of the same length, with blanks for the marks inside and between words."""
    return spelled.translate(_APART)
