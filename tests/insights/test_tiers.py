"""Tiers by rank: how large they are, ties, returns, and who moved since the last run."""

from __future__ import annotations

from pathlib import Path

import pytest

from insights.shop import PHONE, fill, labels, ms, order, run, workspace
from warmlist.clock import DAY
from warmlist.store.database import Store

pytestmark = pytest.mark.store

NOW = ms("2026-01-01")


def phone(n: int) -> str:
    return PHONE.format(n)


def test_the_first_15_percent_the_next_35_and_the_last_half(store: Store, tmp_path: Path) -> None:
    fill(store, [order(phone(n), f"o{n}", NOW - n * DAY, 100 + n) for n in range(40)])
    found = run(workspace(store, tmp_path), "tiers", NOW)
    tiers = {t["tier"]: t for t in found.result["tiers"]}
    assert [tiers[k]["customers"] for k in ("top_15", "next_35", "last_50")] == [6, 14, 20]
    assert tiers["top_15"]["from"] == "134.00"
    assert sum(t["of_spend"] for t in tiers.values()) == pytest.approx(1, abs=1e-3)
    given = dict(labels(store, "spend_rank"))
    assert given[phone(39)] == "top_15"
    assert given[phone(34)] == "top_15"
    assert given[phone(33)] == "next_35"
    assert given[phone(0)] == "last_50"
    assert len(labels(store, "order_rank")) == 6
    assert found.result["moved"] is None


def test_equals_share_a_tier_that_is_never_too_large(store: Store, tmp_path: Path) -> None:
    fill(store, [order(phone(n), f"o{n}", NOW - DAY, 500 if n < 7 else 10) for n in range(40)])
    run(workspace(store, tmp_path), "tiers", NOW)
    given = labels(store, "spend_rank")
    assert {label for _, label in given} == {"next_35", "last_50"}  # 7 of 40 are over 15 %
    assert sum(label == "next_35" for _, label in given) == 7


def test_what_came_back_or_is_old_does_not_count(store: Store, tmp_path: Path) -> None:
    events = [order(phone(n), f"o{n}", NOW - 30 * DAY, 100 + n) for n in range(20)]
    events.append(order(phone(50), "old", NOW - 366 * DAY, 9_000))
    events.append(order(phone(51), "big", NOW - 30 * DAY, 9_000))
    events.append(order(phone(51), "big", NOW - 20 * DAY, 9_000, status="returned"))
    events.append(order(phone(51), "small", NOW - 10 * DAY, 1))
    fill(store, events)
    found = run(workspace(store, tmp_path), "tiers", NOW)
    given = dict(labels(store, "spend_rank"))
    assert found.result["buyers"] == 21
    assert phone(50) not in given
    assert given[phone(51)] == "last_50"


def test_moves_are_counted_and_only_differences_are_written(store: Store, tmp_path: Path) -> None:
    fill(store, [order(phone(n), f"o{n}", NOW - 9 * DAY, 100 + n) for n in range(40)])
    place = workspace(store, tmp_path)
    first = run(place, "tiers", NOW)
    assert (first.added, first.removed) == (46, 0)
    nothing = run(place, "tiers", NOW + DAY)
    assert (nothing.added, nothing.removed, nothing.result["moves"]) == (0, 0, [])
    fill(store, [order(phone(0), "rich", NOW + 2 * DAY, 5_000)])
    second = run(place, "tiers", NOW + 3 * DAY)
    moves = {(m["from"], m["to"]): m["customers"] for m in second.result["moves"]}
    assert moves == {
        ("last_50", "top_15"): 1, ("top_15", "next_35"): 1, ("next_35", "last_50"): 1,
    }  # fmt: skip
    assert second.result["moved"] == pytest.approx(3 / 40)


def test_a_few_buyers_have_no_ranks_and_keep_what_they_had(store: Store, tmp_path: Path) -> None:
    fill(store, [order(phone(n), f"o{n}", NOW - 360 * DAY, 100 + n) for n in range(25)])
    place = workspace(store, tmp_path)
    run(place, "tiers", NOW)
    before = labels(store, "spend_rank")
    found = run(place, "tiers", NOW + 30 * DAY)  # all orders are over a year old
    assert not found.concluded
    assert found.withheld == ["0 customers bought in the window; tiers by rank need 20"] or (
        found.withheld == ("0 customers bought in the window; tiers by rank need 20",)
    )
    assert labels(store, "spend_rank") == before
