"""How well labels and scores find who buys, with intervals from drawing the customers anew."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bench.quality.book import Floats

RESAMPLES, SEED = 400, 1
#: Two-sided 95 %.
LOW, HIGH = 2.5, 97.5
#: Resamples that are held at once, so that memory stays small.
AT_ONCE = 50


@dataclass(frozen=True, slots=True)
class Measured:
    """A figure with the interval of its resamples."""

    value: float
    low: float
    high: float

    @property
    def told(self) -> list[float | None]:
        """[value, low, high] to 4 places; None where nothing can be said."""
        return [
            None if np.isnan(v) else round(float(v), 4) for v in (self.value, self.low, self.high)
        ]

    @classmethod
    def of(cls, draws: Floats) -> Measured:
        """draws: the figure itself, and behind it each resample's."""
        kept = draws[1:][~np.isnan(draws[1:])]
        low, high = np.percentile(kept, [LOW, HIGH]) if len(kept) else (np.nan, np.nan)
        return cls(float(draws[0]), float(low), float(high))


def draws(customers: int, resamples: int | None = None) -> Iterator[Floats]:
    """How often each customer is drawn: first everybody once, then bootstrap samples, some rows at once."""
    resamples = RESAMPLES if resamples is None else resamples
    rng = np.random.default_rng(SEED)
    yield np.ones((1, customers))
    for first in range(0, resamples, AT_ONCE):
        count = min(AT_ONCE, resamples - first)
        yield rng.multinomial(customers, np.full(customers, 1 / customers), size=count).astype(
            float
        )


def auc(score: Floats, hits: Floats, others: Floats, weights: Floats) -> Floats:
    """For each row of weights: how likely a hit stands above another, of equals half.

    hits, others: how much of a hit, and of another, each customer is (0 or 1; revenue and 1).
    nan where there is none of either.
    """
    order = np.argsort(score, kind="stable")
    starts = np.flatnonzero(np.diff(score[order], prepend=np.nan) != 0)
    drawn = weights[:, order]
    above = np.add.reduceat(drawn * hits[order], starts, axis=1)
    beside = np.add.reduceat(drawn * others[order], starts, axis=1)
    below = np.cumsum(beside, axis=1) - beside / 2
    both = above.sum(axis=1) * beside.sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(both > 0, (above * below).sum(axis=1) / both, np.nan)


def aucs(score: Floats, buys: Floats, revenue: Floats, weights: Floats) -> tuple[Floats, Floats]:
    """AUC of buyers against the others, and of each unit of revenue against any customer."""
    return auc(score, buys, 1 - buys, weights), auc(score, revenue, np.ones_like(buys), weights)


def caught(chosen: NDArray[np.bool_] | Floats, what: Floats, weights: Floats) -> Floats:
    """The share of `what` that the chosen hold, for each row of weights. chosen may be parts of 1."""
    total = weights @ what
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(total > 0, weights @ (what * chosen) / total, np.nan)


def lift(chosen: NDArray[np.bool_] | Floats, what: Floats, weights: Floats) -> Floats:
    """How many times their share of customers the chosen hold of `what`; nan of nobody."""
    share = caught(chosen, np.ones_like(what), weights)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(share > 0, caught(chosen, what, weights) / share, np.nan)


def top(score: Floats, count: float) -> Floats:
    """The `count` highest as parts of 1; equals on the border share what is left alike."""
    if count <= 0:
        return np.zeros_like(score)
    border = np.sort(score)[::-1][min(int(np.ceil(count)), len(score)) - 1]
    above, equal = score > border, score == border
    chosen = above.astype(float)
    chosen[equal] = min((count - above.sum()) / equal.sum(), 1.0)
    return chosen
