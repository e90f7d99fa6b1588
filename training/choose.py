"""What is chosen on the dev side: calibrated probabilities, and from which one on a signal is said."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from sklearn.linear_model import LogisticRegression

from training.vectors import Doubles
from warmlist.understanding.signals import SIGNALS

Said = npt.NDArray[np.bool_]

#: Precision that the signals together must keep on dev.
PRECISION = 0.87
#: Messages without an opt-out that may be suspected of one, at most.
FALSE_OPT_OUTS = 0.005
#: Share of dev messages whose language may go unsaid.
UNSAID_LANGUAGES = 0.03
#: Nothing below it is said, whatever the figures: it would be more often wrong than right.
LEAST = 0.4


@dataclass(frozen=True, slots=True)
class Chosen:
    """By signal: probability = 1 / (1 + exp(-(slope * score + offset))), said from threshold on."""

    slope: Doubles
    offset: Doubles
    threshold: Doubles

    def probability(self, scores: Doubles) -> Doubles:
        return np.asarray(1 / (1 + np.exp(-(self.slope * scores + self.offset))))


def choose(scores: Doubles, truth: Said, precision: float = PRECISION) -> Chosen:
    """Calibrate each signal, then take the lowest common probability that keeps the precision.

    With calibrated probabilities one limit for all signals finds the most at a given precision.
    opt_out has its own: as many as may be found while FALSE_OPT_OUTS of the others are suspected.
    """
    slope, offset = calibrate(scores, truth)
    probability = Chosen(slope, offset, offset).probability(scores)
    limit = max(LEAST, lowest_limit(probability, truth, precision))
    threshold = np.full(len(SIGNALS), limit)
    opt_out = SIGNALS.index("opt_out")
    others = np.sort(probability[~truth[:, opt_out], opt_out])[::-1]
    threshold[opt_out] = others[int(FALSE_OPT_OUTS * len(others))] + 1e-6
    return Chosen(slope, offset, threshold)


def calibrate(scores: Doubles, truth: Said) -> tuple[Doubles, Doubles]:
    """Slope and offset of a logistic curve a signal (Platt, 1999)."""
    slope, offset = np.ones(scores.shape[1]), np.full(scores.shape[1], -9.0)
    for at in range(scores.shape[1]):
        if truth[:, at].any():
            curve = LogisticRegression(C=100.0).fit(scores[:, at : at + 1], truth[:, at])
            slope[at], offset[at] = curve.coef_[0, 0], curve.intercept_[0]
    return slope, offset


def lowest_limit(probability: Doubles, truth: Said, precision: float) -> float:
    """The lowest probability from which on the signals together are right often enough."""
    order = np.argsort(-probability, axis=None, kind="stable")
    right = np.cumsum(truth.ravel()[order])
    share = right / np.arange(1, len(order) + 1)
    enough = np.flatnonzero(share >= precision)
    if not len(enough):
        return 1.0
    return float(probability.ravel()[order[enough[-1]]])


def least_language(scores: Doubles) -> float:
    """The score of the best language from which on a language is said."""
    return float(np.quantile(scores.max(axis=1), UNSAID_LANGUAGES))
