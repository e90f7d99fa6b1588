"""Totals that are kept for a moment: told again, counted anew aside, forgotten after a deed."""

from __future__ import annotations

import threading

import pytest

from warmlist.followup.totals import KeptTotals, Totals

pytestmark = pytest.mark.unit


class Counter:
    """Counts how often it was asked; `open` lets it answer."""

    def __init__(self) -> None:
        self.times = 0
        self.open = threading.Event()
        self.open.set()

    def __call__(self) -> Totals:
        self.times += 1
        mine = self.times
        assert self.open.wait(10)
        return Totals(waiting=mine, shown={}, done_today=0)


def counted_aside(kept: KeptTotals) -> None:
    for thread in threading.enumerate():
        if thread.name == "totals":
            thread.join(10)


def test_by_default_every_page_counts() -> None:
    kept, count = KeptTotals(), Counter()
    assert [kept.get("all", 5, count).waiting for _ in range(3)] == [1, 2, 3]


def test_fresh_ones_are_told_again_older_ones_while_they_are_counted_anew() -> None:
    kept, count = KeptTotals(1_000, 10_000), Counter()
    assert kept.get("all", 50_000, count).waiting == 1
    assert kept.get("all", 50_999, count).waiting == 1
    assert count.times == 1
    count.open.clear()
    assert kept.get("all", 51_000, count).waiting == 1
    assert kept.get("all", 51_500, count).waiting == 1  # one count at a time
    count.open.set()
    counted_aside(kept)
    assert (kept.get("all", 51_600, count).waiting, count.times) == (2, 2)


def test_too_old_ones_and_those_of_another_time_are_waited_for() -> None:
    kept, count = KeptTotals(1_000, 10_000), Counter()
    kept.get("all", 50_000, count)
    assert kept.get("all", 60_000, count).waiting == 2
    assert kept.get("all", 59_999, count).waiting == 3  # asked about the past
    assert kept.get("red", 60_000, count).waiting == 4


def test_after_a_deed_nothing_older_is_told() -> None:
    kept, count = KeptTotals(1_000, 10_000), Counter()
    kept.get("all", 50_000, count)
    count.open.clear()
    kept.get("all", 51_500, count)  # begun before the deed, so its answer is not kept
    kept.forget()
    count.open.set()
    counted_aside(kept)
    assert kept.get("all", 51_600, count).waiting == 3


def test_a_count_that_failed_is_tried_again() -> None:
    kept = KeptTotals(1_000, 10_000)

    def fails() -> Totals:
        raise OSError

    with pytest.raises(OSError):
        kept.get("all", 1, fails)
    assert kept.get("all", 1, Counter()).waiting == 1
