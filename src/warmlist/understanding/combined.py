"""The reader in force: the lexicon's hits weighed by the trained model, each with its reason."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from warmlist.understanding.language import CHINESE
from warmlist.understanding.learning.taught import MATTERS, Shifts, Taught, moved
from warmlist.understanding.lexicon import OWN, LexiconReader
from warmlist.understanding.model import Model, Scored
from warmlist.understanding.model.scoring import LEAST_KNOWN
from warmlist.understanding.normalise import Folded
from warmlist.understanding.products import Shelf, find_folded
from warmlist.understanding.reading import Entity, Found, Reading
from warmlist.understanding.scripts import script
from warmlist.understanding.signals import SIGNALS

#: Raise it with every change of this folder's code, the lexicon's apart, that can change a reading.
CODE_VERSION = 2
_COURTESY = SIGNALS.index("courtesy")
#: No reading is certain.
SUREST = 0.999
#: What the lexicon finds is said from this probability on; its conventions outweigh the model's doubt.
_HIT = 0.5
#: Signals whose words may belong to another by convention: postage is delivery, not price.
_NARROWER = {
    "price_inquiry": ("delivery_inquiry", "after_sales_inquiry"),
    "opt_out": ("time_preference", "frequency_preference"),
    "purchase_commitment": ("discount_inquiry",),
}
#: A nearest training message is shown up to this many characters.
_LONGEST_EXAMPLE = 80
#: What the lexicon takes for an opt_out is suspected at least, whatever the model says.
_SUSPECTED = 0.5


#: What a pattern of the workspace finds is said: a person accepted it.
_ACCEPTED = 0.8


@dataclass(frozen=True, slots=True)
class Weighed:
    """What lexicon and model alone make of a message: what lessons are measured against."""

    probability: Sequence[float]  # by place in SIGNALS
    said: frozenset[str]
    grams: tuple[str, ...]
    lang: str | None


class CombinedReader:
    """Reads with lexicon and model. What the lexicon finds is one of the things the model weighs.

    taught: what the workspace taught, applied to the model's probabilities. shelf: the products of
    the workspace, which readers of one process share.
    """

    def __init__(
        self,
        lexicon: LexiconReader,
        model: Model,
        name: str,
        taught: Taught | None = None,
        shelf: Shelf | None = None,
    ) -> None:
        self.shelf = shelf or Shelf()
        self._lexicon = lexicon
        self._model, self._name = model, name
        self._taught = taught.compiled(model.rarity) if taught is not None else None
        self._version = f"read-{CODE_VERSION}+model-{name}+{lexicon.version}"
        if taught is not None:
            self._version += f"+w{taught.number}"
        self._threshold = model.threshold.tolist()

    @property
    def version(self) -> str:
        return self._version

    def with_taught(self, taught: Taught) -> CombinedReader:
        """The same reader with what a workspace taught."""
        lexicon = self._lexicon.with_own(taught.phrases)
        return CombinedReader(lexicon, self._model, self._name, taught, self.shelf)

    def weigh(self, text: str) -> Weighed:
        """What a message is by the shipped lexicon and model."""
        folded = Folded.of(text)
        hits = {found.name: found for found in self._lexicon.read_folded(text, folded).signals}
        scored = self._model.score(folded.text, _confidences(hits))
        read = self.read(text)
        return Weighed(
            scored.probability,
            frozenset(found.name for found in read.signals),
            tuple(scored.found),
            read.lang,
        )

    def in_lexicon(self, text: str) -> frozenset[str]:
        """The signals that the lexicon by itself finds in a message."""
        return frozenset(found.name for found in self._lexicon.read(text).signals)

    @property
    def rarity(self) -> Callable[[str], float]:
        """How rare an n-gram is in the corpus."""
        return self._model.rarity

    @property
    def examples(self) -> Sequence[tuple[str, tuple[str, ...]]]:
        """Training messages, folded, with the signals of each."""
        return self._model.examples

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages that are told apart."""
        return (*CHINESE, *(lang for lang in self._model.languages if lang != "zh"))

    def read(self, text: str, lang: str | None = None, after: str | None = None) -> Reading:
        """As `reader.Reader.read`."""
        folded = Folded.of(text)
        by_words = self._lexicon.read_folded(text, folded, lang)
        if not after and not _has_words(folded.text):
            return Reading(by_words.signals, (), None)
        hits = {found.name: found for found in by_words.signals}
        before = Folded.of(after).text if after else ""
        scored = self._model.score(folded.text, _confidences(hits), before)
        if scored.known < LEAST_KNOWN:  # a script that the model was not taught
            return Reading(by_words.signals, self._goods(text, folded, lang), None)
        spoken = self._language(text, folded.text, scored, lang)
        shifts = self._shifted(scored)
        _raise(scored, hits)
        found = [
            self._found(at, probability, scored, folded, hits.get(SIGNALS[at]), after, shifts)
            for at, probability in self._said(scored, hits)
        ]
        entities = self._goods(text, folded, spoken or lang)
        return Reading(_without_losers(found, hits), entities, spoken)

    def _goods(self, text: str, folded: Folded, lang: str | None) -> tuple[Entity, ...]:
        """What the message names of goods."""
        return find_folded(text, folded, lang, self.shelf.catalogue)

    def _shifted(self, scored: Scored) -> Shifts | None:
        """Move the probabilities by what the workspace taught, and say how far."""
        if self._taught is None:
            return None
        shifts = self._taught.shifts(scored.found, self._model.length(scored))
        if shifts is not None:
            probabilities = zip(scored.probability, shifts.by, strict=True)
            scored.probability[:] = [moved(each, by) for each, by in probabilities]
        return shifts

    def _said(self, scored: Scored, hits: Mapping[str, Found]) -> list[tuple[int, float]]:
        """(signal, probability) of what is said; courtesy only where nothing else is."""
        said = []
        for at, probability in enumerate(scored.probability):
            least = self._threshold[at]
            if SIGNALS[at] in hits:
                least = min(least, _HIT)
            if probability >= least:
                said.append((at, probability))
        if len(said) > 1:
            said = [(at, each) for at, each in said if at != _COURTESY]
        return said

    def _found(
        self,
        at: int,
        probability: float,
        scored: Scored,
        folded: Folded,
        hit: Found | None,
        after: str | None,
        shifts: Shifts | None,
    ) -> Found:
        if hit is not None:
            span, because = hit.span, hit.because
        else:
            place = self._model.span(scored, at)
            example = self._model.nearest(scored, at)
            span = folded.span(*place) if place else None
            because = f'as in "{_short(example[0])}"' if example else "the message as a whole"
        if after and scored.by_context[at]:
            because += f', after "{_short(after)}"'
        if hit is None and shifts is not None and shifts.by[at] >= MATTERS:
            words = ", ".join(f'"{word}"' for word in shifts.words(at))
            because += f"; corrections here speak for it ({words})"
        return Found(SIGNALS[at], min(round(probability, 3), SUREST), span, because)

    def _language(self, text: str, folded: str, scored: Scored, hint: str | None) -> str | None:
        """The language of a message; a hint decides only where the words leave it open."""
        known = _known(hint, self.languages)
        family = "zh" if known in CHINESE else known
        told = self._model.language(scored, family)
        if told == "zh":
            return script(text) or (known if known in CHINESE else "zh-Hans")
        return told


def _confidences(hits: Mapping[str, Found]) -> list[float]:
    return [hits[name].confidence if name in hits else 0.0 for name in SIGNALS]


def _raise(scored: Scored, hits: Mapping[str, Found]) -> None:
    """What the lexicon finds counts for at least so much, whatever the model says."""
    for name, hit in hits.items():
        least = _ACCEPTED if hit.because.startswith(OWN) else 0.0
        if name == "opt_out":
            least = max(least, _SUSPECTED)
        at = SIGNALS.index(name)
        scored.probability[at] = max(scored.probability[at], least)


def _without_losers(found: list[Found], hits: Mapping[str, Found]) -> tuple[Found, ...]:
    """Drops what the model reads in the very words that the lexicon gives to a narrower signal."""
    return tuple(
        one
        for one in found
        if one.name in hits
        or not any(
            _overlap(one, hits[name]) for name in _NARROWER.get(one.name, ()) if name in hits
        )
    )


def _overlap(one: Found, other: Found) -> bool:
    if one.span is None or other.span is None:
        return True
    return one.span[0] < other.span[1] and other.span[0] < one.span[1]


def _has_words(folded: str) -> bool:
    """Whether there are two letters at least, or one of a script that writes words with one."""
    letters = [char for char in folded if char.isalpha()]
    return len(letters) > 1 or any(char > "\u2e80" for char in letters)


def _known(hint: str | None, languages: tuple[str, ...]) -> str | None:
    """A customer's language as one of ours: 'it-CH' is 'it', 'zh-TW' is 'zh-Hant'."""
    if not hint:
        return None
    base, _, region = hint.partition("-")
    if base == "zh":
        return "zh-Hant" if region in ("Hant", "TW", "HK", "MO") else "zh-Hans"
    return next((lang for lang in languages if lang.partition("-")[0] == base), None)


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST_EXAMPLE else f"{line[: _LONGEST_EXAMPLE - 1]}…"
