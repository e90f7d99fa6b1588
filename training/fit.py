"""Fits one linear separator a signal and one a language."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression

from training.corpus import LANGUAGES, TUNED_WRITER, Message
from training.vectors import Doubles, Matrix, Seen, Space, labels, spans
from warmlist.understanding.concepts import Finder

#: How closely the separators follow the training messages; chosen on dev.
CLOSENESS, CLOSENESS_OF_LANGUAGES = 30.0, 10.0
#: What a row of the words alone weighs beside a whole message; chosen on dev.
SPAN_WEIGHT = 0.5
#: What a sentence that states a convention weighs beside another message.
TUNED_WEIGHT = 3.0
_ROUNDS = 40


def family(lang: str) -> str:
    """The language that n-grams can tell; the two scripts of Chinese are told by characters alone."""
    return "zh" if lang.startswith("zh") else lang


FAMILIES = tuple(dict.fromkeys(map(family, LANGUAGES)))


@dataclass(frozen=True, slots=True)
class Fitted:
    """Separators. signals, languages: columns x names, the last row their bias."""

    space: Space
    signals: Doubles
    languages: Doubles

    def scores(self, seen: Seen) -> Doubles:
        """Messages x signals, before calibration."""
        return np.asarray(self.space.messages(seen) @ self.signals[:-1] + self.signals[-1])

    def language_scores(self, seen: Seen) -> Doubles:
        return np.asarray(self.space.rows(seen.own) @ self.languages[:-1] + self.languages[-1])


def fit(messages: Sequence[Message], seen: Seen, finder: Finder) -> Fitted:
    """Fit on these messages; the same messages give the same separators."""
    space = Space.of(seen)
    whole = space.messages(seen)
    parts, said = spans(messages, finder)
    words = space.messages(parts)
    rows = sp.csr_matrix(sp.vstack((whole, words)))
    stated = [TUNED_WEIGHT if message.writer == TUNED_WRITER else 1.0 for message in messages]
    weight = np.concatenate((stated, np.full(words.shape[0], SPAN_WEIGHT)))
    signals = _separate(rows, np.vstack((labels(messages), said)), CLOSENESS, weight)
    spoken = np.array([[family(message.lang) == lang for lang in FAMILIES] for message in messages])
    languages = _separate(space.rows(seen.own), spoken, CLOSENESS_OF_LANGUAGES, None)
    return Fitted(space, signals, languages)


def _separate(
    rows: Matrix, said: npt.NDArray[np.bool_], closeness: float, weight: Doubles | None
) -> Doubles:
    """Columns of `rows` plus one for the bias x columns of `said`."""
    found = np.zeros((rows.shape[1] + 1, said.shape[1]))
    for at in range(said.shape[1]):
        if not said[:, at].any():
            found[-1, at] = -10.0  # nobody says it: never found
            continue
        one = LogisticRegression(
            solver="liblinear", dual=True, C=closeness, max_iter=_ROUNDS, random_state=0
        )
        with warnings.catch_warnings():
            # The rounds are few on purpose: more change no decision.
            warnings.simplefilter("ignore", ConvergenceWarning)
            one.fit(rows, said[:, at], sample_weight=weight)
        found[:-1, at] = one.coef_[0]
        found[-1, at] = one.intercept_[0]
    return found
