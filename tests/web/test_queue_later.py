"""What may not be done yet stands apart on the page, says from when and why, and a run passes it over."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from warmlist.clock import HOUR
from warmlist.followup.views import Best, Window
from web.conftest import PHONE, Open, Served
from web.people import NOW

pytestmark = pytest.mark.browser
EVENING = NOW + 10 * HOUR


def keep(page: Page, name: str) -> None:
    """A picture for people to look at, where a folder is named."""
    if folder := os.environ.get("WARMLIST_TEST_PICTURES"):
        page.screenshot(path=f"{folder}/{name}.png")


def opened_later(served: Served, but: int) -> list[int]:
    """All customers open in the evening, but for the first few; those, in order."""
    rows = sorted(served.shop.rows.values(), key=lambda row: row.sort_key)
    for place, row in enumerate(rows):
        if place < but:
            best = Best(NOW + 3 * HOUR, (1, 2, 3, 4, 5), 14 * 60, 16 * 60, "golden")
            served.shop.rows[row.customer_id] = replace(row, window=replace(row.window, best=best))
            continue
        served.shop.rows[row.customer_id] = replace(
            row,
            held=("preferred_hours",),
            window=Window("19–22", open_now=False, next_open=EVENING),
            sort_key=(EVENING, *row.sort_key[1:]),
        )
    return [row.customer_id for row in rows[:but]]


@pytest.mark.parametrize("more", [{}, PHONE, {"color_scheme": "dark"}])
def test_the_list_tells_now_from_later(
    open_page: Open, served: Served, more: dict[str, Any]
) -> None:
    first = opened_later(served, 3)
    page = open_page(**more)
    ids = page.locator("#queue .row, #later").evaluate_all("all => all.map(e => e.id)")
    assert ids[:4] == [*(f"q-{one}" for one in first), "later"]
    expect(page.locator("#later")).to_have_text("Later today")
    expect(page.locator("#later + .row .shut")).to_have_text(
        "from 20:30 · outside the hours they wish"
    )
    expect(page.locator(".row").first).to_contain_text("best 13:30")
    keep(page, f"later-{len(more)}-{more.get('color_scheme', '')}")
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


def test_a_run_passes_over_what_is_not_open_and_says_when_it_goes_on(
    open_page: Open, served: Served
) -> None:
    first = opened_later(served, 2)
    page = open_page()
    page.keyboard.press("r")
    for customer_id in first:
        expect(page.locator("#detail .customer")).to_have_attribute("data-id", str(customer_id))
        page.keyboard.press("e")
    expect(page.locator("#detail")).to_contain_text(
        "All done for now. The next may be contacted from Tue 20:30."
    )
    assert [customer_id for _, customer_id, _ in served.shop.deeds] == first
    page.keyboard.press("r")
    expect(page.locator("#toast")).to_contain_text("from Tue 20:30")
    expect(page.locator("body")).not_to_have_attribute("data-running", "")


def test_the_list_is_fetched_when_the_next_one_opens(open_page: Open, served: Served) -> None:
    opened_later(served, 1)
    page = open_page()
    expect(page.locator("#later")).to_have_count(1)
    for row in served.shop.rows.values():
        opened = replace(row.window, open_now=True, next_open=None)
        served.shop.rows[row.customer_id] = replace(
            row, held=(), window=opened, sort_key=(0, *row.sort_key[1:])
        )
    page.clock.fast_forward(10 * HOUR + 1_000)
    expect(page.locator("#later")).to_have_count(0)
