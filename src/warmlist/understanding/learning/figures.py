"""How often the reader was right, told by corrections alone."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from warmlist.understanding.signals import SIGNALS

#: Of the interval's two-sided 95 %.
_Z = 1.959964


@dataclass(frozen=True, slots=True)
class Share:
    """hits of total, with the ends of its 95 % interval (Wilson); None where total is 0."""

    hits: int
    total: int

    @property
    def value(self) -> float | None:
        return self.hits / self.total if self.total else None

    @property
    def interval(self) -> tuple[float, float] | None:
        if not self.total:
            return None
        n, share = self.total, self.hits / self.total
        middle = (share + _Z * _Z / (2 * n)) / (1 + _Z * _Z / n)
        half = _Z / (1 + _Z * _Z / n) * math.sqrt(share * (1 - share) / n + (_Z / (2 * n)) ** 2)
        return max(0.0, middle - half), min(1.0, middle + half)


@dataclass(frozen=True, slots=True)
class Figure:
    """A signal in a language (None: it does not tell): right of those said, said of those wanted."""

    signal: str
    lang: str | None
    precision: Share
    recall: Share


def figures(
    judged: Mapping[tuple[str, str | None, bool, bool], int]
    | Iterable[tuple[str, str | None, bool, bool]],
) -> list[Figure]:
    """Figures from (signal, language, found, wanted), in the order of SIGNALS, then by language."""
    counts = dict(judged) if isinstance(judged, Mapping) else {}
    if not isinstance(judged, Mapping):
        for one in judged:
            counts[one] = counts.get(one, 0) + 1
    pairs = {(signal, lang) for signal, lang, _, _ in counts if signal in SIGNALS}
    made = []
    for signal, lang in sorted(pairs, key=lambda p: (SIGNALS.index(p[0]), p[1] or "~")):
        right = counts.get((signal, lang, True, True), 0)
        false = counts.get((signal, lang, True, False), 0)
        missed = counts.get((signal, lang, False, True), 0)
        made.append(Figure(signal, lang, Share(right, right + false), Share(right, right + missed)))
    return made
