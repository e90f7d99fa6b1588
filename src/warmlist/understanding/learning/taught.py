"""What a workspace taught: weights of words beside the shipped model, and patterns of its own.

For a signal with the shipped probability p the reader says, with the weights w of the n-grams x of a
message (rare ones count more, the vector is as long as 1):

    logit(p') = logit(p) + LIMIT * tanh(w . x / LIMIT)

So no number of corrections moves a signal by more than LIMIT in log-odds: what the shipped model is
sure of stays. `opt_out` is only ever raised, for a missed stop is worse than a false one.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from warmlist.understanding.model.features import PAIR, WORD
from warmlist.understanding.signals import SIGNALS

#: Furthest a signal is moved, in log-odds: 0.5 becomes 0.88 at most, 0.12 becomes 0.5.
LIMIT = 2.0
#: A movement that is named as a reason.
MATTERS = 0.3
#: So many of the words that moved a signal are named.
NAMED = 3
_OPT_OUT = SIGNALS.index("opt_out")
_FIRST_DENSE = "\u2e80"
_LONGEST_WORD = 30

#: How rare an n-gram is in the shipped corpus (its idf).
Rarity = Callable[[str], float]


@dataclass(frozen=True, slots=True)
class Phrase:
    """A pattern that a person accepted: folded words that show a signal."""

    signal: str
    words: str


@dataclass(frozen=True)
class Taught:
    """One state of what was taught. weights: n-gram -> (place of the signal, weight) pairs."""

    number: int
    lessons: int = 0
    weights: Mapping[str, Sequence[tuple[int, float]]] = field(default_factory=dict)
    phrases: tuple[Phrase, ...] = ()

    def compiled(self, rarity: Rarity) -> Compiled:
        """The same, ready to read with."""
        return Compiled(self.weights, rarity)

    def as_json(self) -> dict[str, Any]:
        """What `of_json` reads."""
        return {
            "lessons": self.lessons,
            "weights": {
                gram: [list(pair) for pair in pairs] for gram, pairs in self.weights.items()
            },
            "phrases": [[phrase.signal, phrase.words] for phrase in self.phrases],
        }

    @classmethod
    def of_json(cls, number: int, content: Mapping[str, Any]) -> Taught:
        """A state as it was kept; signals that this version does not know are left out."""
        weights = {
            gram: tuple((int(at), float(weight)) for at, weight in pairs if at < len(SIGNALS))
            for gram, pairs in content["weights"].items()
        }
        phrases = tuple(
            Phrase(signal, words) for signal, words in content["phrases"] if signal in SIGNALS
        )
        return cls(number, int(content["lessons"]), weights, phrases)


class Compiled:
    """Weights as rows of one array; reading changes nothing in it, so threads may share it."""

    def __init__(self, weights: Mapping[str, Sequence[tuple[int, float]]], rarity: Rarity) -> None:
        self._rows = np.zeros((len(weights), len(SIGNALS)))
        self._index = {gram: row for row, gram in enumerate(sorted(weights))}
        for gram, row in self._index.items():
            for signal, weight in weights[gram]:
                self._rows[row, signal] = weight * rarity(gram)

    def shifts(self, grams: Iterable[str], length: float) -> Shifts | None:
        """How far each signal moves for a message with these n-grams; None where it shares none.

        length: of the vector of the n-grams.
        """
        get = self._index.get
        rows = [row for row in map(get, grams) if row is not None]
        if not rows:
            return None
        shared = self._rows[sorted(rows)]
        by = LIMIT * np.tanh(shared.sum(axis=0) / length / LIMIT)
        by[_OPT_OUT] = max(by[_OPT_OUT], 0.0)
        return Shifts(by.tolist(), [gram for gram in grams if gram in self._index], shared, rows)


@dataclass(frozen=True, slots=True)
class Shifts:
    """by: how far each signal moves, in log-odds, by its place."""

    by: list[float]
    _grams: list[str]
    _parts: npt.NDArray[np.float64]  # what each row of `_rows`, in order, adds
    _rows: list[int]  # of each n-gram

    def words(self, signal: int) -> tuple[str, ...]:
        """The words that speak most for a signal, as people read them."""
        order = {row: at for at, row in enumerate(sorted(self._rows))}
        parts = [
            (float(self._parts[order[row], signal]), gram)
            for gram, row in zip(self._grams, self._rows, strict=True)
        ]
        return _named(parts)


def moved(probability: float, by: float) -> float:
    """A probability after its log-odds moved."""
    odds = math.log(max(probability, 1e-9) / max(1 - probability, 1e-9)) + by
    return 1 / (1 + math.exp(-odds))


def _is_said(gram: str) -> bool:
    """Whether people read it as words: no mere run of letters."""
    if gram[0] == WORD:
        return 1 < len(gram) <= _LONGEST_WORD and gram[1].isalnum()
    if gram[0] == PAIR:
        return len(gram) <= 2 * _LONGEST_WORD
    return 2 <= len(gram) <= 3 and all(char >= _FIRST_DENSE for char in gram)


def _named(parts: list[tuple[float, str]]) -> tuple[str, ...]:
    words: list[str] = []
    for part, gram in sorted(parts, key=lambda pair: (-pair[0], pair[1])):
        shown = gram.strip(WORD + PAIR).strip("^$ ")
        if part > 0 and shown and _is_said(gram) and not any(shown in word for word in words):
            words.append(shown)
    return tuple(words[:NAMED])
