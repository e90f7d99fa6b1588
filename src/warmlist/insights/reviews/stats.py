"""The few formulas of the reviews, each with its name, so that a reader can check them."""

from __future__ import annotations

from math import exp, log, sqrt
from typing import NamedTuple

#: Two-sided 95 % and 80 % of the normal distribution.
Z_95, Z_80 = 1.959964, 1.281552


class Interval(NamedTuple):
    low: float
    high: float


def wilson(hits: int, trials: int, z: float = Z_95) -> Interval | None:
    """Wilson's interval of a proportion, 0..1; None without trials."""
    if trials <= 0:
        return None
    share = hits / trials
    middle = share + z * z / (2 * trials)
    reach = z * sqrt(share * (1 - share) / trials + z * z / (4 * trials * trials))
    scale = 1 + z * z / trials
    return Interval(max(0.0, (middle - reach) / scale), min(1.0, (middle + reach) / scale))


def byar(count: int, exposure: int, z: float = Z_95) -> Interval | None:
    """Byar's interval of a rate: `count` events over `exposure` units; None without exposure."""
    if exposure <= 0:
        return None
    low = (
        count * (1 - 1 / (9 * count) - z / (3 * sqrt(count))) ** 3 if count else 0.0
    )  # fmt: skip
    more = count + 1
    high = more * (1 - 1 / (9 * more) + z / (3 * sqrt(more))) ** 3
    return Interval(max(0.0, low) / exposure, high / exposure)


def student(freedom: int, z: float) -> float:
    """Student's t quantile from the normal one `z` (Fisher and Cornish, three terms).

    Within 2 % for the 80 % quantile from 3 degrees of freedom on.
    """
    n = freedom
    return (
        z
        + (z**3 + z) / (4 * n)
        + (5 * z**5 + 16 * z**3 + 3 * z) / (96 * n**2)
        + (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / (384 * n**3)
    )


def around(value: float, pairs: list[tuple[float, float]], z: float = Z_80) -> Interval:
    """The interval in which the truth lies, judged by how earlier predictions missed.

    pairs: (predicted, came). The misses are taken as factors, one order added to both sides so that
    none is endless; `value` is spread by their root mean square, with Student's t for their number.
    """
    misses = [log((came + 1) / (predicted + 1)) for predicted, came in pairs]
    spread = sqrt(sum(miss * miss for miss in misses) / len(misses))
    factor = exp(student(len(misses), z) * spread)
    return Interval(max(0.0, (value + 1) / factor - 1), (value + 1) * factor - 1)
