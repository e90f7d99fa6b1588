"""Reads pattern files: macros, sections by signal, one pattern a line."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import resources

from warmlist.errors import BadInput
from warmlist.understanding.lexicon.syntax import compile_pattern
from warmlist.understanding.signals import SIGNALS

LANGUAGES = ("zh", "en", "it", "de", "es", "pt")
#: Sections that are no signal: what conventions and guards look at.
HELPERS = ("dear", "goodbye", "giving_back", "mask", "negation", "past", "condition", "question")
CERTAIN = 0.9
#: How the reason begins of what a pattern of the workspace found.
OWN = "workspace: "

_HEAD = re.compile(r"\[(?P<names>[a-z_ ]+?)(?P<asks> \?)?(?: (?P<sure>0\.\d+))?\]")
_MACRO = re.compile(r"(?P<name>\w+) = (?P<body>.+)")


class Pattern:
    """One line of a pattern file; its regular expression is compiled when first needed."""

    __slots__ = ("_regex", "also", "asks", "because", "confidence", "lang", "literals", "names",
                 "source")  # fmt: skip

    def __init__(
        self, section: Section, lang: str, line: int, text: str, macros: dict[str, str]
    ) -> None:
        compiled = compile_pattern(text, macros, spaced=lang != "zh")
        self.names = section.names
        self.confidence = section.confidence
        self.asks = section.asks
        self.lang = lang
        self.because = f"{lang}.txt:{line} {text}"
        self.literals, self.also = compiled.literals, compiled.also
        self.source = compiled.regex
        self._regex: re.Pattern[str] | None = None

    def may_match(self, text: str) -> bool:
        """Whether the other words are there that must be, where one of `literals` is."""
        return not self.also or any(word in text for word in self.also)

    @property
    def regex(self) -> re.Pattern[str]:
        if self._regex is None:
            self._regex = re.compile(self.source)
        return self._regex


@dataclass(frozen=True, slots=True)
class Section:
    """A header `[price_inquiry discount_inquiry ? 0.8]`.

    names: signals or helpers that each line shows. asks: only in a sentence that is a question.
    """

    names: tuple[str, ...]
    asks: bool
    confidence: float


def read(lang: str, text: str) -> Iterator[Pattern]:
    """Patterns of one file; raises BadInput with file and line for anything misspelt."""
    macros: dict[str, str] = {}
    section: Section | None = None
    for number, raw in enumerate(text.splitlines(), 1):
        line = raw.strip()
        if not line or line.startswith("#!"):
            continue
        try:
            if line.startswith("["):
                section = _section(line)
            elif section is None:
                _define(line, macros)
            else:
                yield Pattern(section, lang, number, line, macros)
        except BadInput as error:
            raise BadInput(f"{lang}.txt:{number}: {error.message}", hint=error.hint) from None


def _section(line: str) -> Section:
    if not (match := _HEAD.fullmatch(line)):
        raise BadInput(f"{line} is no section; write [signal], [signal ?] or [signal 0.6]")
    names = tuple(match["names"].split())
    for name in names:
        if name not in SIGNALS and name not in HELPERS:
            raise BadInput(f"{name} is neither a signal nor one of {', '.join(HELPERS)}")
    return Section(names, match["asks"] is not None, float(match["sure"] or CERTAIN))


def _define(line: str, macros: dict[str, str]) -> None:
    if not (match := _MACRO.fullmatch(line)):
        raise BadInput(f"{line!r} stands before the first section; only name = pattern may")
    macros[match["name"]] = match["body"]


def own(signal: str, words: str) -> Pattern:
    """A pattern that a workspace accepted: plain words, in whatever language."""
    dense = any(char >= "\u2e80" for char in words)
    section = Section((signal,), False, CERTAIN)
    pattern = Pattern(section, "zh" if dense else "workspace", 0, words, {})
    pattern.because = f"{OWN}{words}"
    return pattern


def load(lang: str) -> list[Pattern]:
    """The built-in patterns of one language."""
    return list(read(lang, _data(lang).decode()))


def fingerprint() -> str:
    """A hash of all built-in data, 8 hex digits; the same with either kind of line ends."""
    digest = hashlib.sha256()
    for name in (*LANGUAGES, "traditional"):
        digest.update(name.encode() + b"\0" + _data(name))
    return digest.hexdigest()[:8]


def _data(name: str) -> bytes:
    folder = resources.files(__package__)
    return folder.joinpath(f"{name}.txt").read_bytes().replace(b"\r\n", b"\n")
