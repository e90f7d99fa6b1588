"""The desktop's and the phone's pages against WCAG 2.2 AA, and against hostile text."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from warmlist.clock import DAY
from web.conftest import DESKTOP, PHONE, Open, Served
from web.people import HOSTILE

pytestmark = pytest.mark.browser

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def no_violation(page: Page) -> None:
    page.wait_for_timeout(150)
    found = Axe().run(page, options={"runOnly": RULES}).response["violations"]
    assert [
        (one["id"], [node["target"] for node in one["nodes"]][:4], one["nodes"][0].get("any"))
        for one in found
    ] == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_no_screen_violates_wcag(
    open_page: Open, served: Served, scheme: str, size: dict[str, Any]
) -> None:
    wide = size is DESKTOP
    page = open_page(color_scheme=scheme, bypass_csp=True, **size)
    page.wait_for_selector("#live[data-state=on]")
    no_violation(page)
    page.locator(".row").nth(3).click()
    expect(page.locator("#detail h2")).to_have_text("Amélie Laurent")
    page.locator("#detail details summary").first.click()
    no_violation(page)
    page.locator("[data-act=palette]").click()
    no_violation(page)
    page.keyboard.press("Escape")
    page.locator("#detail [data-act=snooze]").click()
    no_violation(page)
    page.keyboard.press("Escape")
    for button in ("log", "label", "note"):
        page.locator(f"#detail [data-act={button}]").click()
        if button == "label":
            page.keyboard.press("Enter")
        no_violation(page)
        page.keyboard.press("Escape")
    if wide:
        page.keyboard.press("?")
        no_violation(page)
        page.keyboard.press("Escape")
    page.locator("#menu summary").click()
    no_violation(page)
    page.keyboard.press("e")
    no_violation(page)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_doors_do_not_violate_wcag(open_page: Open, scheme: str) -> None:
    page = open_page(None, color_scheme=scheme, bypass_csp=True)
    no_violation(page)
    page.locator("[name=name]").fill("Charlie")
    page.locator("[name=password]").fill("wrong")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_be_visible()
    no_violation(page)


def test_hostile_text_stays_text(open_page: Open, served: Served) -> None:
    shop = served.shop
    evil = replace(
        shop.rows[1], name=HOSTILE, why=HOSTILE, what=HOSTILE, missed=HOSTILE, owner="Alice"
    )
    shop.rows[1] = shop.names[1] = evil
    shop.threads[1] = (
        replace(shop.threads[1][1], text=HOSTILE, length=len(HOSTILE), agent=HOSTILE),
        replace(shop.threads[1][4], text=HOSTILE, length=len(HOSTILE), error=HOSTILE),
    )
    shop.notes[1] = HOSTILE
    page = open_page("Alice", "/c/1")
    page.wait_for_selector("#live[data-state=on]")
    served.bell.ring(1)
    expect(page.locator("#q-1.fresh")).to_have_count(1)
    page.keyboard.press("Control+k")
    page.keyboard.type("script")
    expect(page.locator("#found-1")).to_be_visible()
    page.keyboard.press("Escape")
    assert page.evaluate("window.hacked") is None
    for place in (".msg.in .text", "#q-1 .name", "#detail h2", ".note", "#next-title"):
        text = page.locator(place).first.inner_text()
        assert "<script>window.hacked = true</script>" in text
        assert "{{ 7 * 7 }}" in text
        assert "U+202E" in text
        assert "\u202e" not in text
        assert "\x07" not in text
        assert "␇" in text
    assert page.locator("#words").input_value().endswith("</textarea></div> & done")
    assert page.locator("#detail img, #queue img").count() == 0


def test_text_from_right_to_left_keeps_to_itself(open_page: Open, served: Served) -> None:
    shop = served.shop
    shop.rows[1] = shop.names[1] = replace(shop.rows[1], name="عمر حداد", why="سأل عن السعر")
    shop.threads[1] = (replace(shop.threads[1][1], text="كم السعر؟ 200 pieces", length=20),)
    page = open_page("Alice", "/c/1")
    bubble = page.locator(".msg.in .text")
    assert bubble.evaluate("e => getComputedStyle(e).direction") == "rtl"
    row = page.locator("#q-1")
    assert row.evaluate("e => getComputedStyle(e).direction") == "ltr"
    name, due = row.locator(".name").bounding_box(), row.locator(".due").bounding_box()
    assert name
    assert due
    assert name["x"] < due["x"]


def test_a_very_long_message_is_folded(open_page: Open, served: Served) -> None:
    text = "wall " * 13_000  # 65,000 characters
    one = served.shop.threads[1][3]
    served.shop.threads[1] = (replace(one, text=text, length=len(text), marks=()),)
    page = open_page("Alice", "/c/1")
    bubble = page.locator(".msg .text")
    assert len(bubble.inner_text()) < 5_000
    bubble.get_by_role("button", name="Show all").click()
    expect(bubble.get_by_role("button")).to_have_count(0)
    assert len(bubble.inner_text()) == len(text.rstrip()) or len(bubble.inner_text()) == len(text)


def test_one_endless_word_breaks_no_layout(open_page: Open, served: Served) -> None:
    shop = served.shop
    shop.rows[1] = shop.names[1] = replace(shop.rows[1], name="W" * 300, why="Y" * 900)
    shop.threads[1] = (replace(shop.threads[1][1], text="Z" * 3_000, length=3_000),)
    for size in (DESKTOP, PHONE):
        page = open_page("Alice", "/c/1", **size)
        width = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
        assert width[0] == width[1]
        overflow = page.locator("#detail").evaluate("e => e.scrollWidth - e.clientWidth")
        assert overflow <= 0


def test_colours_are_told_without_colour(open_page: Open, served: Served) -> None:
    page = open_page(forced_colors="active")
    for colour in ("Red", "Orange", "Yellow", "Green", "Grey"):
        assert page.get_by_role("link", name=f"{colour}:").count() >= 1
    shapes = page.evaluate(
        "[...document.querySelectorAll('.colours .badge path')].map(p => p.getAttribute('d'))"
    )
    assert len(set(shapes)) == 5


def test_dates_far_away_are_told_with_their_year(open_page: Open, served: Served) -> None:
    served.shop.rows[12] = replace(served.shop.rows[12], due_by=served.times.now + 400 * DAY)
    page = open_page()
    expect(page.locator("#q-12 .due")).to_have_text("399 d left")
