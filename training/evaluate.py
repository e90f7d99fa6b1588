"""Measures a reader on labelled messages: by signal, by language, and where nothing is said."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from training.corpus import Message
from training.vectors import labels
from warmlist.understanding.reading import Reading
from warmlist.understanding.signals import SIGNALS

Read = Callable[[Message], Reading]
Grid = npt.NDArray[np.bool_]

_COURTESY = SIGNALS.index("courtesy")
_OPT_OUT = SIGNALS.index("opt_out")


@dataclass(frozen=True, slots=True)
class Counts:
    """Signals found rightly, found wrongly, and missed."""

    right: int
    wrong: int
    missed: int

    @property
    def precision(self) -> float:
        return self.right / max(1, self.right + self.wrong)

    @property
    def recall(self) -> float:
        return self.right / max(1, self.right + self.missed)

    @property
    def f1(self) -> float:
        return 2 * self.right / max(1, 2 * self.right + self.wrong + self.missed)


@dataclass(frozen=True, slots=True)
class Measured:
    """What a reader made of messages. truth, said: messages x signals; confidence likewise."""

    messages: Sequence[Message]
    truth: Grid
    said: Grid
    confidence: npt.NDArray[np.float64]
    lang: Sequence[str | None]

    def of_language(self, lang: str) -> Measured:
        at = np.array([message.lang == lang for message in self.messages])
        return Measured(
            [m for m, here in zip(self.messages, at, strict=True) if here], self.truth[at],
            self.said[at], self.confidence[at],
            [x for x, here in zip(self.lang, at, strict=True) if here],
        )  # fmt: skip

    def counts(self, signal: int | None = None) -> Counts:
        """Of one signal, or of all together (micro)."""
        columns = slice(None) if signal is None else slice(signal, signal + 1)
        truth, said = self.truth[:, columns], self.said[:, columns]
        return Counts(
            int((truth & said).sum()), int((~truth & said).sum()), int((truth & ~said).sum())
        )

    @property
    def false_alarms(self) -> float:
        """Share of the messages without a signal that fire anything but courtesy."""
        silent = np.flatnonzero(~self.truth.any(axis=1))
        loud = np.atleast_1d(np.delete(self.said, _COURTESY, axis=1).any(axis=1))
        return float(loud[silent].mean()) if len(silent) else 0.0

    @property
    def silent(self) -> int:
        """Messages without a signal."""
        return int((~self.truth.any(axis=1)).sum())

    @property
    def opt_out_false(self) -> float:
        """Share of the messages without an opt_out that are suspected of one."""
        others = np.flatnonzero(~self.truth[:, _OPT_OUT])
        return float(self.said[others, _OPT_OUT].mean()) if len(others) else 0.0

    @property
    def language_right(self) -> float:
        """Share of the messages whose language was named rightly."""
        pairs = zip(self.messages, self.lang, strict=True)
        return sum(m.lang == lang for m, lang in pairs) / max(1, len(self.messages))

    def calibration(self, edges: Sequence[float]) -> list[tuple[float, float, int, float]]:
        """(from, to, signals said with a confidence between, share of them that are right)."""
        rows = []
        for low, high in pairwise(edges):
            within = self.said & (self.confidence >= low) & (self.confidence < high)
            count = int(within.sum())
            rows.append((low, high, count, float((self.truth & within).sum() / max(1, count))))
        return rows


def measure(messages: Sequence[Message], read: Read) -> Measured:
    """Read every message and compare."""
    said = np.zeros((len(messages), len(SIGNALS)), bool)
    confidence = np.zeros(said.shape)
    spoken = []
    for at, message in enumerate(messages):
        reading = read(message)
        spoken.append(reading.lang)
        for found in reading.signals:
            place = SIGNALS.index(found.name)
            said[at, place] = True
            confidence[at, place] = found.confidence
    return Measured(messages, labels(messages), said, confidence, spoken)
