"""Finds the patterns of the lexicon in a message and says which signals they show."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from ahocorasick_rs import AhoCorasick

from warmlist.understanding.language import UNKNOWN, detect
from warmlist.understanding.learning.taught import Phrase
from warmlist.understanding.lexicon.conventions import apply
from warmlist.understanding.lexicon.files import HELPERS, LANGUAGES, Pattern, fingerprint, load
from warmlist.understanding.lexicon.files import own as own_pattern
from warmlist.understanding.lexicon.guards import Hit, Scene
from warmlist.understanding.normalise import Folded
from warmlist.understanding.reading import Found, Reading
from warmlist.understanding.signals import SIGNALS

#: Raise it with every change of this folder's code that can change a reading.
CODE_VERSION = 2
#: WhatsApp's own limit is 4,096; of anything longer the beginning and the end are read.
HEAD, TAIL = 6_144, 2_048

_EMOTICON = re.compile(r"(?:[:;=xX8]-?[)dDpP3*]+|<3|\^_?\^)(?:\s|$)")


class _Book:
    """Patterns of some languages, found by words that must occur in what they match."""

    def __init__(self, patterns: Iterable[Pattern]) -> None:
        self.patterns = tuple(patterns)
        owners: dict[str, list[Pattern]] = defaultdict(list)
        for pattern in self.patterns:
            for literal in pattern.literals:
                owners[literal].append(pattern)
        self._owners = list(owners.values())
        self._literals = AhoCorasick(list(owners))

    def hits(self, text: str) -> Iterator[Hit]:
        """Every match of every pattern in a folded text."""
        seen = {hit[0] for hit in self._literals.find_matches_as_indexes(text, overlapping=True)}
        tried: set[Pattern] = set()
        for literal in seen:
            for pattern in self._owners[literal]:
                if pattern in tried:
                    continue
                tried.add(pattern)
                if pattern.may_match(text):
                    for match in pattern.regex.finditer(text):
                        yield Hit(match.start(1), match.end(1), pattern)


class LexiconReader:
    """Reads messages by pattern files alone: precise, explainable, no training behind it.

    The file of a language is read when the first message in it comes.
    """

    def __init__(self, own: Iterable[Phrase] = ()) -> None:
        """own: patterns that the workspace accepted; they hold in every language."""
        self._version = f"lexicon-{CODE_VERSION}+{fingerprint()}"
        self._books: dict[tuple[str, ...], _Book] = {}
        self._files: dict[str, list[Pattern]] = {}
        patterns = [own_pattern(phrase.signal, phrase.words) for phrase in own]
        self._own = _Book(patterns) if patterns else None

    def with_own(self, own: Iterable[Phrase]) -> LexiconReader:
        """The same lexicon with patterns of the workspace; its files are not read again."""
        fresh = LexiconReader(own)
        fresh._books, fresh._files = self._books, self._files
        return fresh

    @property
    def version(self) -> str:
        return self._version

    @property
    def patterns(self) -> tuple[Pattern, ...]:
        """The patterns of all languages."""
        return tuple(pattern for lang in LANGUAGES for pattern in self._patterns(lang))

    def read(self, text: str, lang: str | None = None, after: str | None = None) -> Reading:
        """As `reader.Reader.read`; entities and `after` are not read by the lexicon."""
        return self.read_folded(text, Folded.of(text), lang)

    def read_folded(self, text: str, folded: Folded, lang: str | None = None) -> Reading:
        """As `read`, where the text was folded already."""
        guess = detect(text, folded.text, lang)
        best: dict[str, Found] = {}
        for start, piece in _pieces(folded.text):
            for name, hit in self._signals(piece, guess.read_as).items():
                found = _found(name, hit, folded, start)
                if name not in best or found.confidence > best[name].confidence:
                    best[name] = found
        if not best and (emoji := _only_emoji(text, folded.text)):
            best["courtesy"] = emoji
        signals = tuple(best[name] for name in SIGNALS if name in best)
        if "courtesy" in best and len(signals) > 1:
            signals = tuple(found for found in signals if found.name != "courtesy")
        return Reading(signals, (), None if guess.lang == UNKNOWN else guess.lang)

    def _signals(self, text: str, langs: tuple[str, ...]) -> dict[str, Hit]:
        """The best hit of each signal in one piece of folded text."""
        if not langs and self._own is None:
            return {}
        helpers: dict[str, list[Hit]] = defaultdict(list)
        shown: dict[str, list[Hit]] = defaultdict(list)
        for hit in self._hits(text, langs):
            for name in hit.pattern.names:
                (helpers if name in HELPERS else shown)[name].append(hit)
        if not shown and not helpers["dear"]:
            return {}
        scene = Scene(text, helpers)
        standing: dict[str, list[Hit]] = {}
        for name, hits in shown.items():
            if kept := [hit for hit in hits if scene.stands(hit, name)]:
                standing[name] = kept
        apply(scene, standing)
        return {name: max(hits, key=_rank) for name, hits in standing.items()}

    def _hits(self, text: str, langs: tuple[str, ...]) -> Iterator[Hit]:
        """Every match of the built-in patterns of some languages, and of those of the workspace."""
        for book in (self._book(langs), self._own):
            if book:
                yield from book.hits(text)

    def _book(self, langs: tuple[str, ...]) -> _Book | None:
        """The patterns of some languages in one; there are few sets of languages that look alike."""
        # Two threads may both make one at first; they get equal books.
        if langs and langs not in self._books:
            patterns = [pattern for lang in langs for pattern in self._patterns(lang)]
            self._books[langs] = _Book(patterns)
        return self._books.get(langs)

    def _patterns(self, lang: str) -> Sequence[Pattern]:
        if lang not in self._files:
            self._files[lang] = load(lang)
        return self._files[lang]


def _rank(hit: Hit) -> tuple[float, int, int, str]:
    """Surest first, then longest, then earliest."""
    return hit.pattern.confidence, hit.end - hit.start, -hit.start, hit.pattern.because


def _pieces(text: str) -> list[tuple[int, str]]:
    if len(text) <= HEAD + TAIL:
        return [(0, text)]
    return [(0, text[:HEAD]), (len(text) - TAIL, text[-TAIL:])]


def _found(name: str, hit: Hit, folded: Folded, offset: int) -> Found:
    start, end = offset + hit.start, offset + hit.end
    words = folded.text[start:end]
    end -= len(words) - len(words.rstrip())
    start += len(words) - len(words.lstrip())
    return Found(name, hit.pattern.confidence, folded.span(start, end), hit.pattern.because)


def _only_emoji(text: str, folded: str) -> Found | None:
    """Courtesy, where a message is nothing but emoji or an emoticon."""
    shown = text.strip()
    if not shown or len(shown) > 200:
        return None
    if not _EMOTICON.fullmatch(shown):
        if any(char.isalnum() for char in folded):
            return None
        if not any(unicodedata.category(char) == "So" for char in shown):
            return None
    start = text.index(shown)
    return Found("courtesy", 0.9, (start, start + len(shown)), "nothing but emoji")
