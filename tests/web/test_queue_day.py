"""The day on the page: minutes that a rep sets, what a row brings, and why it had better wait."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from warmlist.clock import HOUR
from warmlist.followup.views import QueueFilters, Window
from web.conftest import PHONE, Open, Served
from web.people import NOW

pytestmark = pytest.mark.browser
EVERYTHING = QueueFilters()


def waiting(served: Served) -> None:
    """The first customer of the list had better not be written to just now."""
    first = served.shop.queue(served.book.accounts["Alice"].viewer, EVERYTHING, NOW).rows[0]
    served.shop.rows[first.customer_id] = replace(
        first,
        brings="Case study",
        held=("preferred_hours", "spacing"),
        window=Window("Mon–Fri 9–18", open_now=False, next_open=NOW + 20 * HOUR),
    )


def keep(page: Page, name: str) -> None:
    """A picture for people to look at, where a folder is named."""
    if folder := os.environ.get("WARMLIST_TEST_PICTURES"):
        page.screenshot(path=f"{folder}/{name}.png")


def test_a_row_says_what_to_bring_and_why_to_wait(open_page: Open, served: Served) -> None:
    waiting(served)
    page = open_page()
    row = page.locator(".row").first
    expect(row).to_contain_text("Case study")
    expect(row.locator(".shut")).to_contain_text("from")
    told = "outside the hours they wish, too soon after the last contact"
    expect(row.locator(".shut")).to_have_attribute("title", told)
    expect(page.locator("#detail .held")).to_contain_text(
        "Not just now: outside the hours they wish"
    )
    keep(page, "waiting")


@pytest.mark.parametrize("more", [{}, PHONE, {"color_scheme": "dark"}])
def test_a_rep_sets_the_minutes_of_the_day(
    open_page: Open, served: Served, more: dict[str, Any]
) -> None:
    waiting(served)
    page = open_page(**more)
    page.locator("#menu > summary").click()
    field = page.get_by_label("Minutes a day for the queue")
    expect(field).to_have_value("240")
    keep(page, f"minutes-{len(more)}-{more.get('color_scheme', '')}")
    field.fill("45")
    page.locator(".minutes-a-day button").click()
    page.wait_for_selector("body[data-ready]")
    assert served.book.accounts["Alice"].viewer.minutes_a_day == 45


def test_minutes_that_no_day_has_are_refused(open_page: Open, served: Served) -> None:
    page = open_page()
    answer = page.request.post(
        f"{served.address}/minutes",
        form={"minutes": "1441", "csrf": page.locator("body").get_attribute("data-csrf") or ""},
        headers={"origin": served.address},
    )
    assert answer.status == 400
    assert served.book.accounts["Alice"].viewer.minutes_a_day == 240
