"""Limits of tiers where amounts have them; a person accepts, and from then on they hold."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from insights.shop import PHONE, fill, ms, order, run, workspace
from warmlist.clock import DAY
from warmlist.errors import NotFound
from warmlist.insights.breakpoints import accept, accepted, breakpoints
from warmlist.store.database import Store

NOW = ms("2026-03-01")


def steps(*parts: tuple[int, int, int]) -> np.ndarray:
    """Amounts spread evenly: (from, to, how many), in minor units."""
    dice = np.random.default_rng(5)
    return np.concatenate([dice.integers(low, high, n) for low, high, n in parts]).astype(np.int64)


@pytest.mark.unit
def test_limits_are_where_the_data_fall() -> None:
    """Many orders under 50, some up to 200, few over it: the limits are 50 and 200."""
    amounts = steps((500, 5_000, 4_000), (5_000, 20_000, 3_000), (20_000, 40_000, 900))
    found = breakpoints(amounts, 0.2, 0.05)
    assert found.limits == (5_000, 20_000)
    assert all(fall.by >= 0.2 for fall in found.falls)
    assert sum(found.counts) == amounts.size


@pytest.mark.unit
def test_an_even_histogram_has_no_limits() -> None:
    assert breakpoints(steps((1_000, 50_000, 5_000)), 0.2, 0.05).limits == ()


@pytest.mark.unit
def test_a_fall_of_less_than_a_fifth_is_none() -> None:
    amounts = steps((1_000, 11_000, 60_000), (11_000, 21_000, 51_000))  # 15 % less
    found = breakpoints(amounts, 0.2, 0.05)
    assert not [f for f in found.falls if abs(f.limit - 11_000) < 500]


@pytest.mark.unit
def test_no_tier_is_tiny() -> None:
    amounts = steps((500, 5_000, 4_000), (5_000, 20_000, 100))
    found = breakpoints(amounts, 0.2, 0.05)
    assert len(found.limits) < 2


@pytest.mark.unit
@pytest.mark.parametrize("amounts", [[100], [100, 100, 100], [1, 10**12]])
def test_odd_data_break_nothing(amounts: list[int]) -> None:
    found = breakpoints(np.array(amounts, dtype=np.int64), 0.2, 0.05)
    assert sum(found.counts) == len(amounts)


@pytest.mark.store
def test_a_person_accepts_and_the_limits_are_dated(store: Store, tmp_path: Path) -> None:
    amounts = steps((500, 5_000, 400), (5_000, 20_000, 300), (20_000, 40_000, 90))
    fill(
        store,
        [
            order(PHONE.format(n), f"o{n}", NOW - DAY, f"{a / 100:.2f}")
            for n, a in enumerate(amounts)
        ],
    )
    found = run(workspace(store, tmp_path), "breakpoints", NOW)
    assert found.result["orders"]["limits"] == ["60.00", "200.00"]  # edges of bins of 20.00
    with store.connect() as conn:
        assert accepted(conn, NOW) == {}
        accept(conn, "orders", found, "Mei", NOW + DAY)
        assert accepted(conn, NOW + DAY - 1) == {}
        assert accepted(conn, NOW + DAY) == {"order_mid_from": 6_000, "order_high_over": 20_000}
        accept(conn, "year", found, "Mei", NOW + 2 * DAY)  # the other pair stays
        assert set(accepted(conn, NOW + 2 * DAY)) == {
            "order_mid_from", "order_high_over", "spend_mid_from", "spend_high_from",
        }  # fmt: skip


@pytest.mark.store
def test_nothing_is_accepted_where_nothing_is_proposed(store: Store, tmp_path: Path) -> None:
    fill(store, [order(PHONE.format(n), f"o{n}", NOW - DAY, 10) for n in range(20)])
    found = run(workspace(store, tmp_path), "breakpoints", NOW)
    assert "orders: 20 amounts; a histogram needs 100" in found.withheld
    with store.connect() as conn, pytest.raises(NotFound, match="no two limits of orders"):
        accept(conn, "orders", found, "Mei", NOW)
