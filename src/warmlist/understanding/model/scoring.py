"""Scores a folded message: a probability for each signal, the words behind it, the language."""

from __future__ import annotations

import json
import math
import re
import threading
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt

from warmlist.understanding.model.features import (
    HEAD,
    PAIR,
    TAIL,
    WORD,
    context_grams,
    ends_of_long,
    grams,
    shape,
)
from warmlist.understanding.model.packed import Floats, Packed, bytes_to_lines
from warmlist.understanding.normalise import fold
from warmlist.understanding.signals import SIGNALS, names

_COUNT = len(SIGNALS)
#: Messages in which fewer of the n-grams are known than this are in a script that was not taught.
LEAST_KNOWN = 0.15
#: Languages whose scores differ by less are told apart by the customer's language.
_NEARLY = 1.5
_SHORT = 12.0
#: Languages that are never written without these characters.
_SCRIPTS = {
    "zh": re.compile(r"[\u3400-\u9fff]"),
    "ja": re.compile(r"[\u3040-\u30ff\u3400-\u9fff]"),
    "ru": re.compile(r"[\u0400-\u04ff]"),
    "ar": re.compile(r"[\u0600-\u06ff]"),
}
#: What the seller's last message must add to a score to be named as a reason.
_MATTERS = 0.5
#: Words that carry less than this share of the strongest window are left out of a span.
_WEAK = 0.15


@dataclass(frozen=True, slots=True)
class Scored:
    """What the model makes of one message.

    probability: of each signal, in the order of SIGNALS. languages: a score for
    each of `Model.languages`. found: every n-gram and its place; rows: the row of each, -1
    for those that training has not seen; ids: the others. by_context: for which signals the seller's
    last message speaks.
    """

    probability: list[float]
    languages: list[float]
    found: dict[str, int]
    rows: npt.NDArray[np.int64]
    ids: npt.NDArray[np.int64]
    folded: str
    by_context: list[bool]

    @property
    def known(self) -> float:
        """Share of the n-grams that training has seen."""
        return len(self.ids) / max(1, len(self.found))


class Model:
    """A loaded model; reading changes nothing in it, so threads may share it."""

    def __init__(self, packed: Packed) -> None:
        self._packed = packed
        vocabulary = bytes_to_lines(packed.vocabulary)
        self._index = dict(zip(vocabulary, range(len(vocabulary)), strict=True))
        self._reach = np.fromiter(map(_reach, vocabulary), np.int64, len(vocabulary))
        self._own = threading.local()
        self._squares = packed.idf * packed.idf
        self._rarest = float(packed.idf.max())
        self.languages = tuple(bytes_to_lines(packed.languages))
        self.threshold: Floats = packed.threshold
        self._examples = bytes_to_lines(packed.examples)
        self._ends = np.append(packed.telling_of[1:, 2], len(packed.telling))

    def rarity(self, gram: str) -> float:
        """How rare an n-gram is in the corpus (its idf); one that is not there is as rare as any."""
        row = self._index.get(gram)
        return float(self._packed.idf[row]) if row is not None else self._rarest

    def length(self, scored: Scored) -> float:
        """Of the vector of all n-grams of a message, each as rare as `rarity` says."""
        unknown = len(scored.found) - len(scored.ids)
        return math.sqrt(float(self._squares[scored.ids].sum()) + unknown * self._rarest**2)

    @cached_property
    def examples(self) -> list[tuple[str, tuple[str, ...]]]:
        """Training messages, folded, with the signals of each."""
        signals = self._packed.example_signals
        return [
            (fold(json.loads(text)), names(int(bits)))
            for text, bits in zip(self._examples, signals, strict=True)
        ]

    def with_threshold(self, threshold: Floats) -> Model:
        """The same model that says its signals from other probabilities on."""
        return Model(replace(self._packed, threshold=threshold))

    def score(self, folded: str, confidences: Sequence[float], before: str = "") -> Scored:
        """Score one message.

        folded: `normalise.Folded.text`. confidences: the lexicon's, by signal. before: the seller's
        last message, folded, '' where it is not known.
        """
        packed, text = self._packed, ends_of_long(folded)
        found = grams(text)
        get = self._index.get
        rows = np.array([get(gram, -1) for gram in found], np.int64)
        ids = rows[rows >= 0]
        plain = self._sum(ids) + packed.bias
        context = self._context(before)
        score = plain[:_COUNT] + self._beside(text, confidences, bool(before)) + context
        probability = 1 / (1 + np.exp(-(packed.slope * score + packed.offset)))
        return Scored(probability.tolist(), plain[_COUNT:].tolist(), found, rows, ids, folded,
                      (context >= _MATTERS).tolist())  # fmt: skip

    def _sum(self, ids: npt.NDArray[np.int64]) -> Floats:
        """What a vector of n-grams, made as long as 1, adds to every signal and language."""
        packed = self._packed
        total: Floats = packed.scale[ids] @ packed.weights[ids].astype(np.float32)
        return total / (float(np.sqrt(self._squares[ids].sum())) or 1.0)

    def _beside(self, text: str, confidences: Sequence[float], answers: bool) -> Floats:
        """What lexicon and shape add."""
        packed = self._packed
        looks = np.array(shape(text, answers=answers), np.float32)
        total: Floats = looks @ packed.shape
        said = np.array(confidences, np.float32)
        return total + said @ packed.lexicon if said.any() else total

    def _context(self, before: str) -> Floats:
        """What the seller's last message adds to every signal."""
        found = [row for row in map(self._index.get, context_grams(before)) if row is not None]
        if not found:
            return np.zeros(_COUNT, np.float32)
        return self._sum(np.array(found, np.int64))[:_COUNT]

    def _heat(self, scored: Scored, signal: int) -> Floats:
        """What each of the known n-grams adds to a signal."""
        packed = self._packed
        heat: Floats = packed.weights[scored.ids, signal] * packed.scale[scored.ids]
        return heat

    def span(self, scored: Scored, signal: int) -> tuple[int, int] | None:
        """The folded characters that speak most for a signal, widened to whole words."""
        text = ends_of_long(scored.folded)
        if not len(scored.ids):
            return None
        places = np.fromiter(scored.found.values(), np.int64, len(scored.found))[scored.rows >= 0]
        starts = np.maximum(places, 0)
        ends = np.minimum(places + self._reach[scored.ids], len(text))
        each = self._heat(scored, signal) / np.maximum(ends - starts, 1)
        weight = np.bincount(starts, each, len(text) + 1) - np.bincount(ends, each, len(text) + 1)
        heat = weight.cumsum()[:-1]
        if not len(heat) or heat.max() <= 0:
            return None
        start, end = _strongest(heat)
        start, end = _whole_words(text, start, end)
        if len(scored.folded) > len(text) and end > HEAD:
            if start < HEAD:
                end = HEAD
            else:
                start, end = (at + len(scored.folded) - HEAD - TAIL for at in (start, end))
        return (start, end) if scored.folded[start:end].strip() else None

    def nearest(self, scored: Scored, signal: int) -> tuple[str, tuple[str, ...]] | None:
        """The training message that shares most of what speaks for a signal, and its signals."""
        packed = self._packed
        first, last = np.searchsorted(packed.telling_of[:, 0], (signal, signal + 1))
        if first == last:
            return None
        begin = packed.telling_of[first, 2]
        stop = self._ends[last - 1]
        heat = self._blank()
        heat[scored.ids] = np.maximum(self._heat(scored, signal), 0)
        shared = np.add.reduceat(
            heat[packed.telling[begin:stop]], packed.telling_of[first:last, 2] - begin
        )
        heat[scored.ids] = 0
        best = int(shared.argmax())
        if shared[best] <= 0:
            return None
        example = int(packed.telling_of[first + best, 1])
        said = names(int(packed.example_signals[example]))
        return json.loads(self._examples[example]), said

    def _blank(self) -> Floats:
        """A row of zeros over all n-grams, one a thread, to be left as it was found."""
        try:
            blank: Floats = self._own.blank
        except AttributeError:
            blank = self._own.blank = np.zeros(len(self._packed.scale), np.float32)
        return blank

    def language(self, scored: Scored, hint: str | None) -> str | None:
        """The likeliest language, or the one of the hint where that is nearly as likely.

        None where the words do not tell it well enough. A hint outweighs the more, the shorter the
        text is.
        """
        scores = {
            lang: score
            for lang, score in zip(self.languages, scored.languages, strict=True)
            if (script := _SCRIPTS.get(lang)) is None or script.search(scored.folded)
        }
        if not scores or scored.known < LEAST_KNOWN:
            return None
        best = max(scores, key=scores.__getitem__)
        nearly = max(_NEARLY, _SHORT / max(1, len(scored.folded)))
        if hint in scores and scores[hint] >= scores[best] - nearly:
            return hint
        return best if scores[best] >= float(self._packed.least_language[0]) else None


def _reach(gram: str) -> int:
    """How many characters of the text an n-gram covers, about."""
    if gram[:1] in (WORD, PAIR):
        return len(gram) - 1
    return len(gram)


def _strongest(heat: npt.NDArray[np.float64]) -> tuple[int, int]:
    """The run of characters with the greatest sum, after taking off what little every word has."""
    level = heat - _WEAK * heat.max()
    sums = np.concatenate(([0.0], level.cumsum()))
    lowest = np.minimum.accumulate(sums)
    end = int((sums - lowest)[1:].argmax()) + 1
    start = int(sums[:end].argmin())
    return start, end


def _whole_words(text: str, start: int, end: int) -> tuple[int, int]:
    def joins(at: int) -> bool:
        return 0 < at < len(text) and all(
            char.isalnum() and ord(char) < 0x2E80 for char in text[at - 1 : at + 1]
        )

    while joins(start):
        start -= 1
    while joins(end):
        end += 1
    words = text[start:end]
    return start + len(words) - len(words.lstrip()), end - len(words) + len(words.rstrip())
