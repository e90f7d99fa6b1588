"""Messages as rows of a sparse matrix, in the very n-grams and weights that reading uses."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from training.corpus import Message
from warmlist.understanding.concepts import MEANT_BEFORE, Finder, meanings
from warmlist.understanding.lexicon import LexiconReader
from warmlist.understanding.model.features import SHAPE as SHAPES
from warmlist.understanding.model.features import context_grams, ends_of_long, grams, shape
from warmlist.understanding.normalise import fold
from warmlist.understanding.signals import SIGNALS

#: A sparse matrix of scipy, which carries no types.
Matrix: TypeAlias = Any
Doubles = npt.NDArray[np.float64]

#: An n-gram that fewer messages have tells nothing about the next message.
SEEN_BY = 2
#: How loud the other parts are beside the message's own n-grams, whose vector has length 1.
CONTEXT, ALONE, LINKED, LEXICON, SHAPE = 0.5, 0.5, 0.2, 0.6, 0.2


@dataclass(frozen=True, slots=True)
class Seen:
    """What of each message the model sees. own, context: n-grams of the message and of the one before
    it. alone, linked: what concepts say in both (see `concepts.Meant`). lexicon: confidences, messages x
    signals."""

    own: Sequence[Sequence[str]]
    context: Sequence[Sequence[str]]
    alone: Sequence[Sequence[str]]
    linked: Sequence[Sequence[str]]
    lexicon: Doubles
    shape: Doubles

    def some(self, places: Sequence[int]) -> Seen:
        at = np.array(places)
        return Seen([self.own[i] for i in at], [self.context[i] for i in at],
                    [self.alone[i] for i in at], [self.linked[i] for i in at],
                    self.lexicon[at], self.shape[at])  # fmt: skip


def look(messages: Sequence[Message], lexicon: LexiconReader, finder: Finder) -> Seen:
    """Features of every message; takes about 0.2 ms each."""
    texts = [ends_of_long(fold(message.text)) for message in messages]
    said = np.zeros((len(messages), len(SIGNALS)))
    for at, message in enumerate(messages):
        for found in lexicon.read(message.text).signals:
            said[at, SIGNALS.index(found.name)] = found.confidence
    shapes = [shape(text, answers=bool(m.after)) for text, m in zip(texts, messages, strict=True)]
    before = [fold(message.after) for message in messages]
    meant = [
        (meanings(text, finder.find(text)), meanings(last, finder.find(last), MEANT_BEFORE))
        for text, last in zip(texts, before, strict=True)
    ]
    return Seen(
        [list(grams(text)) for text in texts],
        [context_grams(text) for text in before],
        [[*own.alone, *last.alone] for own, last in meant],
        [[*own.linked, *last.linked] for own, last in meant],
        said,
        np.array(shapes, float),
    )


@dataclass(frozen=True, slots=True)
class Space:
    """The n-grams that count, as columns, and how rare each is."""

    index: dict[str, int]
    idf: Doubles

    @classmethod
    def of(cls, seen: Seen) -> Space:
        """The n-grams of these messages that at least SEEN_BY of them have."""
        counts: Counter[str] = Counter()
        for rows in (seen.own, seen.context, seen.alone, seen.linked):
            for row in rows:
                counts.update(row)
        kept = [gram for gram, count in counts.items() if count >= SEEN_BY]
        # The most frequent first: side by side in memory, they are found twice as fast.
        kept.sort(key=lambda gram: (-counts[gram], gram))
        idf = np.log(1 + len(seen.own) / np.array([counts[gram] for gram in kept], float))
        return cls({gram: at for at, gram in enumerate(kept)}, idf)

    def rows(self, bags: Iterable[Sequence[str]]) -> Matrix:
        """Bags of n-grams as rows of length 1 (or 0 where nothing is known)."""
        columns: list[int] = []
        starts = [0]
        for bag in bags:
            columns += sorted(at for gram in bag if (at := self.index.get(gram)) is not None)
            starts.append(len(columns))
        values = self.idf[columns]
        matrix = sp.csr_matrix((values, columns, starts), shape=(len(starts) - 1, len(self.index)))
        lengths = np.sqrt(np.asarray(matrix.multiply(matrix).sum(axis=1)).ravel())
        return sp.csr_matrix(sp.diags(1 / np.where(lengths > 0, lengths, 1)) @ matrix)

    def messages(self, seen: Seen) -> Matrix:
        """All that is seen of each message: n-grams and concepts in the same columns, then the rest."""
        bags = self.rows(seen.own) + CONTEXT * self.rows(seen.context)
        bags += ALONE * self.rows(seen.alone) + LINKED * self.rows(seen.linked)
        beside = sp.csr_matrix(np.hstack((LEXICON * seen.lexicon, SHAPE * seen.shape)))
        return sp.csr_matrix(sp.hstack((bags, beside)))


def labels(messages: Sequence[Message]) -> npt.NDArray[np.bool_]:
    """Messages x signals."""
    return np.array([[name in message.signals for name in SIGNALS] for message in messages])


def spans(messages: Sequence[Message], finder: Finder) -> tuple[Seen, npt.NDArray[np.bool_]]:
    """The words that show a signal, as messages of their own, and what they show."""
    texts: list[str] = []
    said: list[list[bool]] = []
    for message in messages:
        for name, words in message.signals.items():
            if words and len(words) < len(message.text):
                texts.append(fold(words))
                said.append([other == name or _within(message, other, words) for other in SIGNALS])
    meant = [meanings(text, finder.find(text)) for text in texts]
    seen = Seen(
        [list(grams(text)) for text in texts],
        [()] * len(texts),
        [list(each.alone) for each in meant],
        [list(each.linked) for each in meant],
        np.zeros((len(texts), len(SIGNALS))),
        np.zeros((len(texts), len(SHAPES))),
    )
    return seen, np.array(said, bool).reshape(-1, len(SIGNALS))


def _within(message: Message, name: str, words: str) -> bool:
    """Whether these words show another signal too."""
    others = message.signals.get(name)
    return bool(others) and str(others) in words
