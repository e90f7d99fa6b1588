"""The few statistical tests and estimates that jobs need, over whole arrays. SciPy does the work."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy import special  # type: ignore[import-untyped]

Floats: TypeAlias = NDArray[np.float64]
Flags: TypeAlias = NDArray[np.bool_]

#: Bounds of the weight of a prior, in observations: data always count, and a prior always does.
LIGHTEST, HEAVIEST = 1.0, 1_000.0


def poisson_tail(seen: Floats, expected: Floats) -> Floats:
    """P(X >= seen) for X ~ Poisson(expected): the one-sided test that more was seen than expected."""
    seen, expected = np.broadcast_arrays(seen, expected)
    tail = special.gammainc(np.maximum(seen, 1), np.maximum(expected, 0))
    return np.asarray(np.where(seen <= 0, 1.0, tail), dtype=np.float64)


def binomial_tail(seen: Floats, trials: Floats, chance: Floats) -> Floats:
    """P(X >= seen) for X ~ Binomial(trials, chance)."""
    seen, trials, chance = np.broadcast_arrays(seen, trials, chance)
    tail = special.betainc(np.maximum(seen, 1), np.maximum(trials - seen, 0) + 1, chance)
    return np.asarray(np.where(seen <= 0, 1.0, tail), dtype=np.float64)


def beta_above(successes: Floats, failures: Floats, limit: Floats) -> Floats:
    """P(p > limit) for p ~ Beta(successes, failures)."""
    return np.asarray(special.betaincc(successes, failures, limit), dtype=np.float64)


def discoveries(chances: Floats, errors: float) -> Flags:
    """Which tests are significant when at most the share `errors` of them may be wrong.

    Benjamini and Hochberg, "Controlling the false discovery rate", J. R. Stat. Soc. B 57 (1995).
    chances: p-values of all tests tried, in any order.
    """
    if not chances.size:
        return np.zeros(0, dtype=np.bool_)
    order = np.argsort(chances, kind="stable")
    steps = chances[order] * len(chances) / np.arange(1, len(chances) + 1)
    adjusted = np.empty_like(chances)
    adjusted[order] = np.minimum.accumulate(steps[::-1])[::-1]
    return np.asarray(adjusted <= errors, dtype=np.bool_)


def prior_weight(spread: float, groups: float, trials: float, squares: float) -> float:
    """How many observations of one's own the parent's rate is worth to a group.

    spread: sum over groups of n (p - parent)^2 / (parent (1 - parent)). groups: their number, less one
    for each parent. trials: sum of n. squares: sum over parents of (sum of n^2) / (sum of n).
    With rho the likeness within groups, spread is expected to be groups (1 - rho) + rho (trials -
    squares); the weight is (1 - rho) / rho. Kleinman, "Proportions with extraneous variance", J. Am.
    Stat. Assoc. 68 (1973). Between LIGHTEST and HEAVIEST.
    """
    room = trials - squares - groups
    if groups < 1 or room <= 0:
        return HEAVIEST
    rho = (spread - groups) / room
    if rho <= 1 / (1 + HEAVIEST):
        return HEAVIEST
    return max(LIGHTEST, (1 - rho) / rho)
