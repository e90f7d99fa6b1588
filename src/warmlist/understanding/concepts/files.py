"""Reads the sheets: what a concept is called in one language, one concept a line.

    price = price | cost of | quanto .. cost*

A form is a word or a phrase as people type it. `*` stands for any rest of a word; `..` for up to two
words; a question mark at the end must stand there. Lines that begin with # are for people.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib import resources

from warmlist.errors import BadInput
from warmlist.understanding.concepts.spaced import spaced
from warmlist.understanding.normalise import fold

#: One sheet each; zh is both scripts, hi is Devanagari and romanised.
SHEETS = ("en", "zh", "it", "de", "es", "pt", "fr", "ar", "id", "hi", "tr", "ru", "ja")
#: Scripts without blanks, in which a form may stand anywhere.
_DENSE = re.compile("[\u2e80-\u9fff\uf900-\ufaff]")
#: What has neither letters nor figures.
_MARKS = re.compile(r"(?=.*[^\s*])[\W_]+")
_UP_TO_TWO_WORDS = r"(?: +\S+){0,2}?"


@dataclass(frozen=True, slots=True)
class Form:
    """One way to say a concept.

    literal: characters that stand in `spaced` text wherever the form does. whole: what must match
    from there on, "" where the literal is all. asks: a question mark must follow. sheet: place in
    SHEETS.
    """

    literal: str
    whole: str
    asks: bool
    key: str
    sheet: int


@cache
def keys() -> frozenset[str]:
    """The names of all concepts."""
    lines = _data("keys").splitlines()
    return frozenset(key for line in lines if not line.startswith("#") for key in line.split())


def load() -> list[Form]:
    """The forms of all sheets; raises BadInput with sheet and line for what is misspelt."""
    return [form for sheet in SHEETS for form in read(sheet, _data(sheet))]


def read(sheet: str, text: str) -> Iterator[Form]:
    """The forms of one sheet."""
    known = keys()
    met: set[str] = set()
    for number, raw in enumerate(text.splitlines(), 1):
        line = raw.strip()
        if not line or line.startswith("#"):
            continue
        key, equals, said = (part.strip() for part in line.partition("="))
        try:
            if not equals:
                raise BadInput("no concept", hint="write: key = form | form")
            if key not in known:
                raise BadInput(f"{key!r} is no concept", hint="keys.txt lists them")
            if key in met:
                raise BadInput(f"{key!r} has a line already", hint="join the two")
            met.add(key)
            for form in said.split("|"):
                # Emoji and "€" are the same in all languages, so their n-grams are shared already.
                if not _MARKS.fullmatch(form):
                    yield _form(form.strip(), key, SHEETS.index(sheet))
        except BadInput as error:
            raise BadInput(f"{sheet}.txt:{number}: {error.message}", hint=error.hint) from None


def _form(said: str, key: str, sheet: int) -> Form:
    folded = fold(said).strip(" .")
    asks = folded.endswith("?")
    pieces = [_bounded(piece.strip()) for piece in folded.removesuffix("?").split("..")]
    if not all(piece.replace("*", "").strip() for piece in pieces):
        raise BadInput(f"the form {said!r} holds no word")
    literal = pieces[0].partition("*")[0]
    if len(literal) < 2 and not _DENSE.match(literal):
        raise BadInput(f"the form {said!r} begins with a letter that may stand anywhere")
    if literal == pieces[0] and len(pieces) == 1:
        return Form(literal, "", asks, key, sheet)
    patterns = [r"\S*".join(map(re.escape, piece.split("*"))) for piece in pieces]
    # The blank that ends a piece may be the one that begins the next.
    whole = _UP_TO_TWO_WORDS.join(pattern.removesuffix(r"\ ") for pattern in patterns[:-1])
    whole = _UP_TO_TWO_WORDS.join((whole, patterns[-1])) if whole else patterns[-1]
    return Form(literal, whole, asks, key, sheet)


def _bounded(piece: str) -> str:
    """A piece between blanks, where it must begin and end with a word; stars stay within it."""
    core = "*".join(" ".join(spaced(part).split()) for part in piece.strip("*").split("*"))
    if _DENSE.search(core):
        return core
    before = "" if piece.startswith("*") else " "
    return before + core + ("" if piece.endswith("*") else " ")


def _data(name: str) -> str:
    file = resources.files(__package__).joinpath(f"{name}.txt")
    return file.read_text("utf-8")
