"""Do labels say more than recency, frequency and money do? Models fitted at the cut before answer it.

A model is fitted on the customers of one cut and what they did in the 90 days behind it, which are over
at the next cut; there it ranks. Two models that differ in the labels they see differ by what these add.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from bench.quality.book import Floats, Ledger
from bench.quality.labelled import Labels


@dataclass(frozen=True)
class Learned:
    """Of each customer of the later cut: the chance to buy, and a score for what they will bring."""

    chance: Floats
    worth: Floats


def figures(known: Ledger) -> Floats:
    """Logarithms of recency, frequency and money, and their squares: a column each."""
    logs = [np.log1p(np.maximum(v, 0)) for v in (known.recency, known.frequency, known.money)]
    return np.stack([*logs, *(v * v for v in logs)], axis=1)


def flags(labels: Labels, dimensions: set[str]) -> Floats:
    """A column for each label of these dimensions."""
    return np.stack(
        [labels[key].astype(float) for key in sorted(labels) if key[0] in dimensions], 1
    )


def learn(before: Floats, then: Ledger, now: Floats) -> Learned:
    """before: columns at the earlier cut, whose outcome is in `then`; now: the same columns later."""
    buys = make_pipeline(StandardScaler(), LogisticRegression(max_iter=2_000))
    buys.fit(before, then.buys)
    worth = make_pipeline(StandardScaler(), Ridge())
    worth.fit(before, np.log1p(then.revenue))
    return Learned(buys.predict_proba(now)[:, 1], worth.predict(now))
