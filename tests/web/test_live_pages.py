"""Rows that enter, move and leave while somebody looks."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from warmlist.clock import HOUR, MINUTE
from web.conftest import Open, Served
from web.people import NOW, row

pytestmark = pytest.mark.browser


def names(page: Page) -> list[str]:
    return page.locator(".row .name").all_text_contents()


def live(open_page: Open, **options: Any) -> Page:
    page = open_page(**options)
    page.wait_for_selector("#live[data-state=on]")
    return page


def test_a_message_changes_chip_and_place_without_reloading(
    open_page: Open, served: Served
) -> None:
    page = live(open_page)
    page.evaluate("window.stayed = true")
    old = served.shop.rows[10]
    served.shop.rows[10] = replace(
        old,
        colour="red",
        shade=None,
        why="Asked for a price just now",
        due_by=NOW + 5 * MINUTE,
        sort_key=(0, 0, NOW + 5 * MINUTE, 10),
    )
    served.bell.ring(10)
    moved = page.locator("#q-10")
    expect(moved).to_contain_text("Asked for a price just now")
    assert moved.get_attribute("data-colour") == "red"
    assert names(page)[1] == "Marco Bianchi"
    expect(page.locator("[data-count=red]")).to_have_text("4")
    assert page.evaluate("window.stayed")


def test_selection_focus_and_scroll_stay_when_rows_come_and_go(
    open_page: Open, served: Served
) -> None:
    for n in range(20, 60):
        served.shop.rows[n] = row(n, f"Customer {n}", "yellow", "Something", 20 * HOUR)
        served.shop.names[n] = served.shop.rows[n]
        served.shop.threads[n] = ()
    page = live(open_page)
    for _ in range(20):
        page.keyboard.press("j")
    page.wait_for_timeout(150)
    state = """() => { const row = document.querySelector('.row[data-selected]');
      return [row.id, document.activeElement.closest('.row')?.id,
              Math.round(row.getBoundingClientRect().top)]; }"""
    before = page.evaluate(state)
    assert before[0] == before[1]
    served.shop.rows[70] = row(70, "Newcomer", "red", "New", 1 * MINUTE)
    served.shop.names[70] = served.shop.rows[70]
    del served.shop.rows[4]
    served.bell.ring(70, 4)
    expect(page.locator("#q-70")).to_have_count(1)
    assert page.locator("#q-4").count() == 0
    after = page.evaluate(state)
    assert after[:2] == before[:2]
    assert abs(after[2] - before[2]) <= 1
    here = int(before[0].removeprefix("q-"))
    served.shop.rows[here] = replace(served.shop.rows[here], why="Pushed itself")
    served.bell.ring(here)
    expect(page.locator(f"#q-{here}")).to_contain_text("Pushed itself")
    assert page.evaluate(state)[:2] == before[:2]


def test_typed_words_survive_a_change_of_the_open_customer(open_page: Open, served: Served) -> None:
    page = live(open_page)
    page.locator("#words").fill("Half a sent")
    page.locator("#words").press("End")
    served.shop.rows[3] = replace(served.shop.rows[3], why="Wrote again")
    served.bell.ring(3)
    expect(page.locator("#next-title")).to_have_text("Wrote again")
    page.keyboard.type("ence")
    assert page.locator("#words").input_value() == "Half a sentence"


def test_a_row_outside_the_filter_does_not_enter(open_page: Open, served: Served) -> None:
    page = live(open_page)
    page.keyboard.press("1")
    expect(page.locator(".row")).to_have_count(3)
    served.shop.rows[8] = replace(served.shop.rows[8], why="Changed")
    served.bell.ring(8)
    served.shop.rows[1] = replace(served.shop.rows[1], why="Changed too")
    served.bell.ring(1)
    expect(page.locator("#q-1")).to_contain_text("Changed too")
    assert page.locator("#q-8").count() == 0


def test_the_line_of_todays_minutes_moves_along(open_page: Open, served: Served) -> None:
    page = live(open_page)
    del served.shop.rows[1]
    served.bell.ring(1)
    expect(page.locator("#q-1")).to_have_count(0)
    after_line = page.locator("#beyond").evaluate("e => e.nextElementSibling.dataset.name")
    assert after_line == "Marco Bianchi"


def test_too_many_changes_fetch_the_list_again(open_page: Open, served: Served) -> None:
    page = live(open_page)
    page.keyboard.press("j")
    del served.shop.rows[4]
    served.bell.ring(everybody=True)
    expect(page.locator("#q-4")).to_have_count(0)
    assert page.locator(".row[data-selected] .name").text_content() == "Giulia Rossi"


def test_fetching_again_keeps_the_pages_that_were_loaded(open_page: Open, served: Served) -> None:
    for n in range(20, 90):
        served.shop.rows[n] = row(n, f"Customer {n}", "yellow", "Something", 20 * HOUR)
        served.shop.names[n] = served.shop.rows[n]
        served.shop.threads[n] = ()
    page = live(open_page)
    expect(page.locator(".row")).to_have_count(50)
    page.get_by_role("button", name="Show more").click()
    expect(page.locator(".row")).to_have_count(82)
    chosen = page.locator(".row[data-selected]").get_attribute("id")
    del served.shop.rows[4]
    served.bell.ring(everybody=True)
    expect(page.locator(".row")).to_have_count(81)
    assert page.locator(".row[data-selected]").get_attribute("id") == chosen


def test_what_was_missed_while_the_stream_was_down_is_fetched(
    open_page: Open, served: Served
) -> None:
    page = live(open_page)
    page.context.set_offline(True)
    expect(page.locator("#live")).to_have_text("Not live: reconnecting")
    del served.shop.rows[4]
    served.bell.ring(4)
    page.wait_for_timeout(300)
    page.context.set_offline(False)
    page.clock.run_for(5000)
    expect(page.locator("#live")).to_have_text("Live")
    expect(page.locator("#q-4")).to_have_count(0)


def test_nine_tabs_share_one_stream(open_page: Open, served: Served) -> None:
    first = live(open_page)
    asked: list[str] = []
    first.context.on(
        "request", lambda request: request.url.endswith("/live") and asked.append(request.url)
    )
    tabs = [first]
    for _ in range(8):
        page = first.context.new_page()
        page.goto(served.address)
        page.wait_for_selector("#live[data-state=on]")
        tabs.append(page)
    assert asked == []
    del served.shop.rows[4]
    served.bell.ring(4)
    for page in tabs:
        expect(page.locator("#q-4")).to_have_count(0)
    first.close()
    page = tabs[1]
    served.shop.rows[1] = replace(served.shop.rows[1], why="Heard by the heir")
    page.wait_for_timeout(500)
    served.bell.ring(1)
    expect(page.locator("#q-1")).to_contain_text("Heard by the heir")


def test_a_rep_is_not_told_about_other_peoples_customers(open_page: Open, served: Served) -> None:
    page = open_page("Bob")
    page.wait_for_selector("#live[data-state=on]")
    assert "Jonas Weber" not in names(page)
    served.bell.ring(3)
    served.shop.rows[1] = replace(served.shop.rows[1], why="Mine")
    served.bell.ring(1)
    expect(page.locator("#q-1")).to_contain_text("Mine")
    assert "Jonas Weber" not in page.content()


def test_signing_out_ends_the_stream(open_page: Open, served: Served) -> None:
    page = live(open_page)
    other = page.context.new_page()
    other.goto(served.address)
    other.locator("#menu summary").click()
    other.get_by_role("button", name="Sign out").click()
    other.wait_for_url("**/sign-in")
    page.clock.resume()
    page.wait_for_url("**/sign-in**", timeout=10_000)
