"""Chance that repeats itself: the same seed gives the same throws, on every machine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import log
from random import Random
from typing import TypeVar

Item = TypeVar("Item")


class Dice:
    """A stream of throws named by what it is for: `Dice(7, "people", 12)`.

    Streams with different names do not disturb each other, so adding a throw in one place leaves
    the rest of the shop as it was. Only `Random.random` is used: its values are promised to stay
    the same between Python versions, those of `choice` and `shuffle` are not.
    """

    def __init__(self, *name: object) -> None:
        self._random = Random("\x1f".join(map(str, name)))  # noqa: S311 (nothing secret here)

    def unit(self) -> float:
        """A number in [0, 1)."""
        return self._random.random()

    def chance(self, probability: float) -> bool:
        return self.unit() < probability

    def whole(self, low: int, high: int) -> int:
        """A whole number from low to high, both included."""
        return low + int(self.unit() * (high - low + 1))

    def pick(self, items: Sequence[Item]) -> Item:
        return items[int(self.unit() * len(items))]

    def weighted(self, weights: Mapping[Item, float]) -> Item:
        """One of the keys, as often as its weight says."""
        left = self.unit() * sum(weights.values())
        for item, weight in weights.items():
            left -= weight
            if left < 0:
                return item
        return next(reversed(list(weights)))

    def shuffled(self, items: Sequence[Item]) -> list[Item]:
        result = list(items)
        for last in range(len(result) - 1, 0, -1):
            other = self.whole(0, last)
            result[last], result[other] = result[other], result[last]
        return result

    def wait(self, mean_ms: float) -> int:
        """A waiting time in ms, exponential around its mean, at least 1."""
        return max(1, int(-log(1 - self.unit()) * mean_ms))
