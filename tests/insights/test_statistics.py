"""The tests and estimates of jobs, against SciPy's own distributions and known truth."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from warmlist.insights.statistics import (
    HEAVIEST,
    LIGHTEST,
    beta_above,
    binomial_tail,
    discoveries,
    poisson_tail,
    prior_weight,
)

pytestmark = pytest.mark.unit


def test_tails_are_those_of_the_distributions() -> None:
    seen = np.array([0.0, 1, 5, 40])
    assert np.allclose(poisson_tail(seen, np.full(4, 3.5)), stats.poisson.sf(seen - 1, 3.5))
    trials = np.full(4, 50.0)
    assert np.allclose(
        binomial_tail(seen, trials, np.full(4, 0.2)), stats.binom.sf(seen - 1, 50, 0.2)
    )
    assert np.allclose(
        beta_above(np.array([3.0]), np.array([5.0]), np.array([0.4])), stats.beta.sf(0.4, 3, 5)
    )


def test_discoveries_are_those_of_benjamini_and_hochberg() -> None:
    chances = np.random.default_rng(7).uniform(size=400) ** 3
    assert (discoveries(chances, 0.05) == (stats.false_discovery_control(chances) <= 0.05)).all()
    assert discoveries(np.zeros(0), 0.05).size == 0


@pytest.mark.parametrize("weight", [4.0, 20.0])
def test_the_weight_of_the_prior_is_found_again(weight: float) -> None:
    """Groups whose rates come from Beta(0.3 w, 0.7 w) ask for a prior worth w observations."""
    dice = np.random.default_rng(1)
    n = dice.integers(5, 40, 4_000).astype(float)
    k = dice.binomial(n.astype(int), dice.beta(0.3 * weight, 0.7 * weight, n.size))
    parent = k.sum() / n.sum()
    spread = float((n * (k / n - parent) ** 2).sum() / (parent * (1 - parent)))
    found = prior_weight(spread, n.size - 1, float(n.sum()), float((n**2).sum() / n.sum()))
    assert found == pytest.approx(weight, rel=0.15)


def test_the_weight_has_bounds() -> None:
    assert prior_weight(10.0, 100, 1_000, 10) == HEAVIEST  # less spread than chance alone has
    assert prior_weight(900.0, 100, 1_000, 10) == LIGHTEST
    assert prior_weight(0.0, 0, 0, 0) == HEAVIEST
