"""The formulas, against values that anybody can look up."""

from __future__ import annotations

import pytest

from warmlist.insights.reviews.stats import Z_80, around, byar, student, wilson

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("hits", "trials", "low", "high"),
    [
        (0, 10, 0.0, 0.2775),
        (5, 10, 0.2366, 0.7634),
        (10, 10, 0.7225, 1.0),
        (81, 263, 0.2553, 0.3662),
    ],
)
def test_wilson(hits: int, trials: int, low: float, high: float) -> None:
    assert wilson(hits, trials) == pytest.approx((low, high), abs=1e-4)


def test_nothing_was_tried() -> None:
    assert wilson(0, 0) is None
    assert byar(0, 0) is None


@pytest.mark.parametrize(
    ("count", "low", "high"),  # exact Poisson limits
    [(0, 0.0, 3.689), (5, 1.623, 11.668), (10, 4.795, 18.390), (100, 81.364, 121.627)],
)
def test_byar_is_close_to_the_exact_limits(count: int, low: float, high: float) -> None:
    interval = byar(count, 1)
    assert interval is not None
    assert interval == pytest.approx((low, high), rel=0.03)


@pytest.mark.parametrize(
    ("freedom", "exact"), [(3, 1.6377), (4, 1.5332), (8, 1.3968), (30, 1.3104)]
)
def test_student_is_close_to_its_table(freedom: int, exact: float) -> None:
    assert student(freedom, Z_80) == pytest.approx(exact, rel=0.005)


def test_better_predictions_give_a_narrower_interval() -> None:
    good = around(100, [(100, 104), (90, 88), (110, 108), (100, 99)])
    poor = around(100, [(100, 150), (90, 40), (110, 180), (100, 60)])
    assert good.low > poor.low
    assert good.high < poor.high
    assert good.low < 100 < good.high
