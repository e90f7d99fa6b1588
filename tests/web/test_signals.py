"""What messages were read as, confirmed and rejected on the customer's page in a real browser."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, expect

from warmlist.errors import Busy
from warmlist.followup.views import Judge, Word
from web.conftest import PHONE, Open, Served

pytestmark = pytest.mark.browser


def chip(page: Page, signal: str) -> Locator:
    return page.locator(f".read[data-signal={signal}]").last


def button(page: Page, signal: str) -> Locator:
    return chip(page, signal).locator("button.signal")


def told(served: Served) -> Judge:
    """The newest word that reached the server; the page shows it before that."""
    deadline = time.monotonic() + 5
    while not served.shop.deeds and time.monotonic() < deadline:
        time.sleep(0.01)
    deed = served.shop.deeds[-1][2]
    assert isinstance(deed, Judge)
    return deed


def test_one_key_rejects_the_focused_signal_and_z_takes_it_back(
    open_page: Open, served: Served
) -> None:
    page = open_page()
    button(page, "price_inquiry").focus()
    page.keyboard.press("n")
    expect(chip(page, "price_inquiry")).to_have_attribute("data-judged", "no")
    expect(page.locator("#toast")).to_contain_text("asks the price")
    assert not told(served).wanted
    expect(chip(page, "price_inquiry")).to_have_count(1)
    page.keyboard.press("z")
    expect(chip(page, "price_inquiry")).not_to_have_attribute("data-judged", "no")
    assert page.locator("#form-note").get_attribute("open") is None


def test_y_confirms_and_n_elsewhere_still_edits_preferences(
    open_page: Open, served: Served
) -> None:
    page = open_page()
    button(page, "stock_inquiry").focus()
    page.keyboard.press("y")
    expect(chip(page, "stock_inquiry")).to_have_attribute("data-judged", "yes")
    assert (told(served).signal, told(served).wanted) == ("stock_inquiry", True)
    page.locator(".row .open").first.focus()
    page.keyboard.press("n")
    expect(page.locator("#form-note")).to_be_visible()


def test_a_refused_word_goes_back_by_itself(open_page: Open, served: Served) -> None:
    page = open_page()

    def refuse(*_: object) -> None:
        raise Busy("somebody else writes", hint="try again")

    served.shop.act = refuse  # type: ignore[method-assign, assignment]
    button(page, "price_inquiry").focus()
    page.keyboard.press("n")
    expect(page.locator("#toast")).to_contain_text("That did not work")
    expect(chip(page, "price_inquiry")).not_to_have_attribute("data-judged", "no")


def test_fingers_open_the_two_answers(open_page: Open, served: Served) -> None:
    page = open_page("Alice", "/c/1", **PHONE)
    button(page, "price_inquiry").tap()
    answers = chip(page, "price_inquiry").locator(".ask button")
    expect(answers).to_have_count(2)
    box = answers.last.bounding_box()
    assert box is not None
    assert box["height"] >= 32
    answers.last.tap()
    expect(chip(page, "price_inquiry")).to_have_attribute("data-judged", "no")


def test_a_missing_signal_is_chosen_from_the_list(open_page: Open, served: Served) -> None:
    page = open_page()
    page.locator(".signals .add").last.click()
    expect(page.locator("#picker [data-signal=price_inquiry]")).to_have_count(0)
    page.keyboard.type("complain")
    page.keyboard.press("Enter")
    expect(chip(page, "complaint")).to_have_attribute("data-judged", "yes")
    page.keyboard.press("z")
    expect(page.locator(".read[data-signal=complaint]")).to_have_count(0)


def test_a_suspected_stop_is_asked_about_on_top(open_page: Open, served: Served) -> None:
    first = served.shop.rows[1].customer_id
    last = served.shop.threads[first][-2]
    served.shop.threads[first] = (
        *served.shop.threads[first][:-2],
        replace(last, words=(Word("opt_out", 0.5, "", None),)),
        served.shop.threads[first][-1],
    )
    page = open_page("Alice", f"/c/{first}")
    asked = page.locator(".stop")
    expect(asked).to_contain_text("Perhaps they want no more messages")
    assert Axe().run(page).response["violations"] == []
    asked.get_by_role("button", name="No, go on").click()
    expect(asked).to_have_count(0)
    assert told(served) == Judge(last.event_id, "opt_out", False)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("phone", [False, True])
def test_it_can_be_used_by_everybody(open_page: Open, scheme: str, phone: bool) -> None:
    page = open_page("Alice", "/c/1", color_scheme=scheme, **(PHONE if phone else {}))
    page.locator("button.signal").first.click()
    found = Axe().run(page).response["violations"]
    assert found == [], [one["id"] for one in found]


def test_it_is_all_there_in_chinese(open_page: Open, served: Served) -> None:
    account = served.book.accounts["Alice"]
    served.book.accounts["Alice"] = replace(
        account, viewer=replace(account.viewer, language="zh_Hans")
    )
    page = open_page("Alice", "/c/1")
    button(page, "price_inquiry").focus()
    expect(chip(page, "price_inquiry").locator(".ask")).to_contain_text("不对")
