"""Scores a folded message: a probability for each signal, the words behind it, the language."""

from __future__ import annotations

import json
import math
import re
import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt

from warmlist.understanding.concepts import MEANT_BEFORE, Finder, meanings
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
from warmlist.understanding.model.packed import Floats, Packed, bytes_to_lines, unpack_forms
from warmlist.understanding.normalise import fold
from warmlist.understanding.reading import Span
from warmlist.understanding.signals import SIGNALS, names

Places = npt.NDArray[np.int64]

_COUNT = len(SIGNALS)
_NO_CONTEXT = (False,) * _COUNT
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
#: How much more a shared n-gram counts than a shared concept where an example is looked for: it is
#: likelier of the same language.
_READABLE = 3.0
#: Words that carry less than this share of the strongest window are left out of a span.
_WEAK = 0.15


@dataclass(frozen=True, slots=True)
class Scored:
    """What the model makes of one message.

    probability: of each signal, in the order of SIGNALS. languages: a score for each of
    `Model.languages`. found: every n-gram and its place; meant: what concepts say, and where. ids: rows
    of what training has seen, first `known_grams` n-grams, then concepts up to `own`, then those of the
    seller's last message; share: how much of its row each adds. by_context: for which signals that
    message speaks.
    """

    probability: list[float]
    languages: list[float]
    found: dict[str, int]
    meant: Sequence[tuple[str, Span]]
    ids: npt.NDArray[np.int64]
    share: Floats
    known_grams: int
    own: int
    folded: str
    by_context: Sequence[bool]

    @property
    def known(self) -> float:
        """Share of the n-grams that training has seen."""
        return self.known_grams / max(1, len(self.found))


class Model:
    """A loaded model; reading changes nothing in it, so threads may share it."""

    def __init__(self, packed: Packed, finder: Finder | None = None) -> None:
        """finder: of the forms in `packed`, where another model has it already."""
        self._packed = packed
        self._finder = finder or Finder(unpack_forms(packed))
        vocabulary = bytes_to_lines(packed.vocabulary)
        self._index = dict(zip(vocabulary, range(len(vocabulary)), strict=True))
        self._own = threading.local()
        self._squares: list[float] = (packed.idf.astype(np.float64) ** 2).tolist()
        self._rarest = float(packed.idf.max())
        self.languages = tuple(bytes_to_lines(packed.languages))
        self.threshold: Floats = packed.threshold
        self._examples = bytes_to_lines(packed.examples)
        self._telling = [_rows_of(packed, signal) for signal in range(_COUNT)]

    def rarity(self, gram: str) -> float:
        """How rare an n-gram is in the corpus (its idf); one that is not there is as rare as any."""
        row = self._index.get(gram)
        return float(self._packed.idf[row]) if row is not None else self._rarest

    def length(self, scored: Scored) -> float:
        """Of the vector of all n-grams of a message, each as rare as `rarity` says."""
        unknown = len(scored.found) - scored.known_grams
        known = self._square(scored.ids[: scored.known_grams].tolist())
        return math.sqrt(known + unknown * self._rarest**2)

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
        return Model(replace(self._packed, threshold=threshold), self._finder)

    def score(self, folded: str, confidences: Sequence[float], before: str = "") -> Scored:
        """Score one message.

        folded: `normalise.Folded.text`. confidences: the lexicon's, by signal. before: the seller's
        last message, folded, '' where it is not known.
        """
        packed, text = self._packed, ends_of_long(folded)
        found = grams(text)
        meant = meanings(text, self._finder.find(text))
        parts = [*map(self._rows, (found.keys(), meant.alone.keys(), meant.linked.keys()))]
        squares = [*map(self._square, parts)]
        own = sum(map(len, parts))
        if before:
            last = meanings(before, self._finder.find(before), MEANT_BEFORE)
            more = (context_grams(before), last.alone.keys(), last.linked.keys())
            parts += map(self._rows, more)
            squares += map(self._square, parts[3:])
            # The concepts of both messages are one vector each, their n-grams are two.
            squares[1] = squares[4] = squares[1] + squares[4]
            squares[2] = squares[5] = squares[2] + squares[5]
        ids = np.array([row for part in parts for row in part], np.int64)
        each = [1 / math.sqrt(square) if square else 0.0 for square in squares]
        share = np.repeat(np.array(each, np.float32), [*map(len, parts)])
        loud, weights = packed.scale[ids] * share, packed.weights[ids].astype(np.float32)
        total = loud @ weights + packed.bias
        score = total[:_COUNT] + self._beside(text, confidences, bool(before))
        probability = 1 / (1 + np.exp(-(packed.slope * score + packed.offset)))
        by_context: Sequence[bool] = _NO_CONTEXT
        if before:
            by_context = (loud[own:] @ weights[own:, :_COUNT] >= _MATTERS).tolist()
        return Scored(probability.tolist(), total[_COUNT:].tolist(), found,
                      [*meant.alone.items(), *meant.linked.items()], ids, share, len(parts[0]), own,
                      folded, by_context)  # fmt: skip

    def _rows(self, features: Iterable[str]) -> list[int]:
        """The rows of those features that training has seen."""
        get = self._index.get
        return [row for row in map(get, features) if row is not None]

    def _square(self, ids: Iterable[int]) -> float:
        """The squared length of a vector of n-grams or concepts."""
        return sum(map(self._squares.__getitem__, ids))

    def _beside(self, text: str, confidences: Sequence[float], answers: bool) -> Floats:
        """What lexicon and shape add."""
        packed = self._packed
        looks = np.array(shape(text, answers=answers), np.float32)
        total: Floats = looks @ packed.shape
        return (
            total + np.array(confidences, np.float32) @ packed.lexicon
            if any(confidences)
            else total
        )

    def _heat(self, scored: Scored, signal: int) -> Floats:
        """What each of the known n-grams and concepts of a message adds to a signal."""
        packed, ids = self._packed, scored.ids[: scored.own]
        heat: Floats = packed.weights[ids, signal] * packed.scale[ids] * scored.share[: scored.own]
        return heat

    def span(self, scored: Scored, signal: int) -> tuple[int, int] | None:
        """The folded characters that speak most for a signal, widened to whole words."""
        text = ends_of_long(scored.folded)
        if not scored.own:
            return None
        places = [
            (at, at + _reach(gram)) for gram, at in scored.found.items() if gram in self._index
        ]
        places += [place for feature, place in scored.meant if feature in self._index]
        reach = np.array(places, np.int64)
        starts, ends = np.maximum(reach[:, 0], 0), np.minimum(reach[:, 1], len(text))
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
        telling, starts, examples = self._telling[signal]
        if not len(examples):
            return None
        ids = scored.ids[: scored.own]
        heat = self._blank()
        heat[ids] = np.maximum(self._heat(scored, signal), 0)
        heat[ids[: scored.known_grams]] *= _READABLE
        shared = np.add.reduceat(heat[telling], starts)
        heat[ids] = 0
        best = int(shared.argmax())
        if shared[best] <= 0:
            return None
        example = int(examples[best])
        said = names(int(self._packed.example_signals[example]))
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
        ascii_only = scored.folded.isascii()
        scores = {
            lang: score
            for lang, score in zip(self.languages, scored.languages, strict=True)
            if (script := _SCRIPTS.get(lang)) is None
            or (not ascii_only and script.search(scored.folded))
        }
        if not scores or scored.known < LEAST_KNOWN:
            return None
        best = max(scores, key=scores.__getitem__)
        nearly = max(_NEARLY, _SHORT / max(1, len(scored.folded)))
        if hint in scores and scores[hint] >= scores[best] - nearly:
            return hint
        return best if scores[best] >= float(self._packed.least_language[0]) else None


def _rows_of(packed: Packed, signal: int) -> tuple[Places, Places, Places]:
    """Of one signal: what tells its examples, where each example begins there, the examples."""
    first, last = np.searchsorted(packed.telling_of[:, 0], (signal, signal + 1))
    rows = packed.telling_of[first:last]
    if first == last:
        return rows[:, 0], rows[:, 0], rows[:, 0]
    stop = packed.telling_of[last, 2] if last < len(packed.telling_of) else len(packed.telling)
    return packed.telling[rows[0, 2] : stop].astype(np.int64), rows[:, 2] - rows[0, 2], rows[:, 1]


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
