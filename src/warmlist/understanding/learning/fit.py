"""Fits the weights of what was taught: one ridge regression a signal, in closed form.

With y = 1 for a confirmed and 0 for a rejected signal, p the shipped probability and x the n-grams of
the message (rare ones count more, length 1), and z = STEP (y - p), the residual of a logistic step:

    w = X' (X X' + RIDGE I)^-1 z

It is exact, takes no steps and no chance, so the same lessons give the same weights in any order.
A single lesson moves its own message most; several that share words move others too.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from warmlist.understanding.learning.taught import Rarity

#: How far a mistake pulls, and how strongly weights are held at zero.
STEP, RIDGE = 4.0, 1.0
#: Of every signal the newest lessons so many count.
MOST = 300
#: Weights below this, and all but the largest so many of a signal, are dropped.
LEAST, LARGEST = 0.02, 3_000


@dataclass(frozen=True, slots=True)
class Lesson:
    """One correction. signal: place in SIGNALS. probability: what the shipped reader gave it."""

    signal: int
    wanted: bool
    probability: float
    grams: tuple[str, ...]


def fit(lessons: Sequence[Lesson], rarity: Rarity) -> dict[str, list[tuple[int, float]]]:
    """Weights of n-grams, as `Taught` keeps them. lessons: oldest first."""
    weights: dict[str, list[tuple[int, float]]] = {}
    for signal in sorted({lesson.signal for lesson in lessons}):
        own = [lesson for lesson in lessons if lesson.signal == signal][-MOST:]
        for gram, weight in _fit_one(own, rarity):
            weights.setdefault(gram, []).append((signal, weight))
    return weights


def _fit_one(lessons: Sequence[Lesson], rarity: Rarity) -> list[tuple[str, float]]:
    # Equal lessons in any order give equal sums to the last bit.
    lessons = sorted(lessons, key=lambda lesson: (lesson.grams, lesson.wanted))
    vectors = [_vector(lesson.grams, rarity) for lesson in lessons]
    postings: dict[str, list[tuple[int, float]]] = {}
    for place, vector in enumerate(vectors):
        for gram, value in vector.items():
            postings.setdefault(gram, []).append((place, value))
    shared = [pairs for pairs in postings.values() if len(pairs) > 1]
    table = np.zeros((len(lessons), len(shared)))
    for column, pairs in enumerate(shared):
        for place, value in pairs:
            table[place, column] = value
    alike = table @ table.T
    np.fill_diagonal(alike, 1 + RIDGE)  # every vector has length 1
    wanted = np.array([STEP * (lesson.wanted - lesson.probability) for lesson in lessons])
    pull = np.linalg.solve(alike, wanted)
    found = [
        (gram, round(float(sum(pull[place] * value for place, value in pairs)), 4))
        for gram, pairs in postings.items()
    ]
    found = [(gram, weight) for gram, weight in found if abs(weight) >= LEAST]
    return sorted(found, key=lambda pair: (-abs(pair[1]), pair[0]))[:LARGEST]


def _vector(grams: Sequence[str], rarity: Rarity) -> dict[str, float]:
    values = {gram: rarity(gram) for gram in sorted(set(grams))}
    length = math.sqrt(sum(value * value for value in values.values())) or 1.0
    return {gram: value / length for gram, value in values.items()}
