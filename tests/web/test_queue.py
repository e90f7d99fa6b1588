"""Working through the queue in a real browser, mostly by keyboard."""

from __future__ import annotations

import re
import time
from dataclasses import replace
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from warmlist.clock import HOUR
from warmlist.errors import Busy
from warmlist.followup.views import Assign, Done, LogContact, NotePreference, Skip, Snooze
from web.conftest import PHONE, Open, Served
from web.people import ALICE

pytestmark = pytest.mark.browser


def chosen(page: Page) -> str | None:
    return page.locator(".row[data-selected] .name").text_content()


def shown(page: Page) -> list[str]:
    return page.locator(".row:not(.leaving) .name").all_text_contents()


def test_the_most_urgent_customer_comes_first_and_is_open(open_page: Open) -> None:
    page = open_page()
    assert shown(page)[:3] == ["Jonas Weber", "Giulia Rossi", "王先生"]
    assert page.locator("#detail h2").inner_text() == "Jonas Weber"
    expect(page.locator("#progress")).to_contain_text("14 of 32 due today done")
    row = page.locator(".row").first
    for said in ("Put a coffee machine into the cart", "40 min late", "Call", "Mon–Fri 9–18"):
        expect(row).to_contain_text(said)


def test_a_whole_run_without_a_mouse(open_page: Open, served: Served) -> None:
    page = open_page()
    page.keyboard.press("j")
    assert chosen(page) == "Giulia Rossi"
    expect(page.locator("#detail h2")).to_have_text("Giulia Rossi")
    page.keyboard.press("k")
    page.keyboard.press("e")
    assert chosen(page) == "Giulia Rossi"
    expect(page.locator("#progress")).to_contain_text("15 of 32")
    page.keyboard.press("s")
    page.keyboard.press("2")
    assert chosen(page) == "王先生"
    page.keyboard.press("h")
    page.keyboard.press("1")
    assert chosen(page) == "Amélie Laurent"
    expect(page.locator("#progress")).to_contain_text("17 of 32")
    page.keyboard.press("a")
    page.keyboard.type("ali")
    page.keyboard.press("Enter")
    expect(page.locator(".row[data-selected] .owner")).to_contain_text("Alice")
    page.keyboard.press("l")
    page.keyboard.press("Tab")
    page.keyboard.type("Rang twice")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#toast")).to_contain_text("contact logged")
    deeds = [(customer, deed) for _, customer, deed in served.shop.deeds]
    assert deeds == [
        (3, Done()),
        (1, Skip("Wrong colour")),
        (2, Snooze(deeds[2][1].until)),
        (4, Assign("Alice")),
        (4, LogContact("call", "Rang twice")),
    ]
    assert 0 <= deeds[2][1].until - served.times.now - HOUR < 60_000


def test_undo_brings_back_the_row_and_the_deed(open_page: Open, served: Served) -> None:
    page = open_page()
    page.keyboard.press("e")
    expect(page.locator("#progress")).to_contain_text("15 of 32")
    assert "Jonas Weber" not in shown(page)
    page.keyboard.press("z")
    expect(page.locator("#progress")).to_contain_text("14 of 32")
    assert shown(page)[0] == chosen(page) == "Jonas Weber"
    expect(page.locator("#detail h2")).to_have_text("Jonas Weber")


def test_an_outcome_is_on_the_page_before_the_server_answered(
    open_page: Open, served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = open_page()
    real = served.shop.act

    def slow(*given: Any) -> Any:
        time.sleep(0.8)
        return real(*given)

    monkeypatch.setattr(served.shop, "act", slow)
    page.clock.resume()
    took = page.evaluate(
        """() => new Promise(done => {
          const begin = performance.now();
          document.activeElement.dispatchEvent(
            new KeyboardEvent('keydown', {key: 'e', bubbles: true, cancelable: true}));
          const name = document.querySelector('.row[data-selected] .name').textContent;
          requestAnimationFrame(() => setTimeout(() => done([performance.now() - begin, name])));
        })"""
    )
    assert took[1] == "Giulia Rossi"
    assert took[0] < 100
    assert not served.shop.deeds
    expect(page.locator("#progress")).to_contain_text("15 of 32")


def test_an_outcome_that_fails_is_taken_back_and_said(
    open_page: Open, served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = open_page()

    def busy(*given: Any) -> Any:
        raise Busy("somebody else holds this customer")

    monkeypatch.setattr(served.shop, "act", busy)
    page.keyboard.press("e")
    expect(page.locator("#toast")).to_contain_text("somebody else holds this customer")
    assert shown(page)[0] == "Jonas Weber"


def test_start_runs_the_queue_until_nobody_is_left(open_page: Open, served: Served) -> None:
    for customer in list(served.shop.rows):
        if customer not in (1, 3):
            del served.shop.rows[customer]
    page = open_page()
    page.keyboard.press("r")
    expect(page.locator("[data-act=start]")).to_contain_text("Stop")
    page.keyboard.press("e")
    expect(page.locator("#detail h2")).to_have_text("Giulia Rossi")
    page.keyboard.press("e")
    expect(page.locator("#empty")).to_be_visible()
    expect(page.locator("#detail")).to_contain_text("All done for now.")
    expect(page.locator("[data-act=start]")).to_contain_text("Start")


def test_a_logged_call_that_was_all_brings_the_next_one_in_a_run(
    open_page: Open, served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = served.shop.act

    def act(viewer: Any, customer: int, deed: Any, as_of: int) -> Any:
        acted = real(viewer, customer, deed, as_of)
        del served.shop.rows[customer]
        return acted

    monkeypatch.setattr(served.shop, "act", act)
    page = open_page()
    page.keyboard.press("r")
    page.keyboard.press("l")
    page.get_by_role("button", name="Log", exact=True).click()
    expect(page.locator("#detail h2")).to_have_text("Giulia Rossi")
    assert chosen(page) == "Giulia Rossi"


def test_filters_narrow_the_list_and_stay_in_the_address(open_page: Open) -> None:
    page = open_page()
    page.keyboard.press("2")
    expect(page.locator(".row")).to_have_count(3)
    assert shown(page) == ["Amélie Laurent", "Omar Haddad", "李娜"]
    assert page.url.endswith("/?colour=orange")
    expect(page.locator("#detail h2")).to_have_text("Amélie Laurent")
    page.locator("[name=owner]").select_option("Bob")
    expect(page.locator(".row")).to_have_count(2)
    page.reload()
    assert shown(page) == ["Amélie Laurent", "李娜"]
    page.keyboard.press("0")
    page.locator("[name=owner]").select_option("")
    page.locator("#filters [name=label]").select_option("loyalty:loyal")
    expect(page.locator(".row")).to_have_count(2)
    page.keyboard.press("5")
    expect(page.locator("#empty")).to_be_visible()


def test_what_does_not_fit_today_stands_apart(open_page: Open) -> None:
    page = open_page()
    line = page.locator("#beyond")
    expect(line).to_have_text("Beyond today’s minutes")
    assert line.evaluate("e => e.nextElementSibling.dataset.name") == "Anna Schneider"


def test_the_palette_finds_customers_and_shows_each_commands_key(open_page: Open) -> None:
    page = open_page()
    page.keyboard.press("Control+k")
    expect(page.get_by_role("option", name="Snooze h")).to_be_visible()
    page.keyboard.type("amé")
    page.keyboard.press("Enter")  # sooner than the answer
    expect(page.locator("#detail h2")).to_have_text("Amélie Laurent")
    page.keyboard.press("Control+k")
    page.keyboard.type("zzz")
    expect(page.locator(".picker .none")).to_have_text("Nothing found")
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    expect(page.locator("#help")).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("j")
    assert chosen(page) == "Omar Haddad"


def test_older_messages_are_fetched_when_asked_for(open_page: Open, served: Served) -> None:
    one = served.shop.threads[3][0]
    served.shop.threads[3] = tuple(
        replace(one, event_id=1000 + n, text=f"text {n}", length=len(f"text {n}"))
        for n in range(70)
    )
    page = open_page()
    expect(page.locator(".msg")).to_have_count(60)
    page.get_by_role("button", name="Earlier messages").click()
    expect(page.locator(".msg")).to_have_count(70)
    assert page.locator(".msg .text").first.text_content() == "text 0"
    expect(page.get_by_role("button", name="Earlier messages")).to_have_count(0)


def test_facts_behind_a_label_are_told(open_page: Open) -> None:
    page = open_page()
    page.locator(".reasons summary").first.click()
    facts = page.locator(".reasons dl").first
    expect(facts).to_contain_text("inbound_30d")
    expect(facts).to_contain_text("10:30")
    page.locator(".reasons a").first.click()
    expect(page.locator("#m-304:target")).to_be_visible()


def test_the_suggested_words_can_be_changed_and_copied(open_page: Open) -> None:
    page = open_page(permissions=["clipboard-read", "clipboard-write"])
    expect(page.locator("#detail")).to_contain_text("Warmlist does not send yet")
    page.locator("#words").fill("My own words")
    page.get_by_role("button", name="Copy").click()
    expect(page.locator("#toast")).to_contain_text("Copied")
    assert page.evaluate("navigator.clipboard.readText()") == "My own words"


def test_labels_are_set_and_removed_by_hand_with_a_reason(open_page: Open, served: Served) -> None:
    page = open_page()
    page.keyboard.press("t")
    page.keyboard.type("need")
    page.keyboard.press("Enter")
    form = page.locator("#form-label")
    form.get_by_label("Why").fill("He told me")
    form.get_by_label("Until").fill("2026-04-01")
    form.get_by_role("button", name="Add").click()
    reasons = page.locator(".reasons")
    expect(reasons).to_contain_text("Need")
    added = served.shop.deeds[-1][2]
    assert (added.dimension, added.label, added.reason) == ("care", "need", "He told me")
    page.get_by_role("button", name="Remove the label Need").click()
    page.locator("#form-unlabel").get_by_role("button", name="Remove").click()
    expect(reasons).not_to_contain_text("Need")


def test_the_preference_line_is_edited_in_place(open_page: Open, served: Served) -> None:
    page = open_page("Alice", "/c/1")
    page.keyboard.press("n")
    line = page.locator("#form-note input")
    assert line.input_value() == "Giulia | text only | Mon–Fri 9–18 | max 2 a week"
    line.fill("Giulia | text only | max 1 a week")
    page.keyboard.press("Enter")
    expect(page.locator(".note")).to_have_text("Giulia | text only | max 1 a week")
    assert served.shop.deeds[-1][2] == NotePreference("Giulia | text only | max 1 a week")


def test_on_a_phone_one_pane_at_a_time_and_back(open_page: Open) -> None:
    page = open_page(**PHONE)
    expect(page.locator("#detail")).to_be_hidden()
    page.locator(".row").nth(1).tap()
    expect(page.locator("#detail h2")).to_have_text("Giulia Rossi")
    expect(page.locator(".list")).to_be_hidden()
    done = page.get_by_role("button", name="Done")
    assert done.bounding_box()["height"] >= 44  # type: ignore[index]
    page.go_back()
    expect(page.locator(".list")).to_be_visible()
    page.locator(".row").nth(1).tap()
    done.tap()
    expect(page.locator(".list")).to_be_visible()
    assert "Giulia Rossi" not in shown(page)
    assert page.evaluate("document.documentElement.scrollWidth") == 390


def test_the_interface_speaks_chinese(open_page: Open, served: Served) -> None:
    page = open_page(locale="zh-CN")
    page.locator("#menu summary").click()
    page.get_by_role("button", name="简体中文").click()
    page.wait_for_selector("body[data-ready]")
    expect(page.locator("html")).to_have_attribute("lang", "zh-Hans")
    expect(page.locator("#progress")).to_contain_text("今天到期 32 位，已完成 14 位")
    page.keyboard.press("e")
    expect(page.locator("#toast")).to_contain_text("已完成")
    assert served.book.accounts["Alice"].viewer.language == "zh_Hans"
    assert ALICE.language == "en"


def test_the_theme_is_remembered(open_page: Open) -> None:
    page = open_page(color_scheme="light")
    light = page.evaluate("getComputedStyle(document.body).backgroundColor")
    page.keyboard.press("d")
    dark = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert light != dark
    page.reload()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == dark


def test_without_scripts_the_queue_still_works(
    open_page: Open, served: Served, browser: Any
) -> None:
    signed = open_page().context.storage_state()
    context = browser.new_context(java_script_enabled=False, storage_state=signed)
    page = context.new_page()
    page.goto(served.address)
    page.locator(".row .open").nth(1).click()
    assert re.search(r"/c/1$", page.url)
    page.get_by_role("button", name="Done").click()
    assert served.shop.deeds == [("Alice", 1, Done())]
    context.close()


def test_no_screen_asks_another_host(open_page: Open, served: Served) -> None:
    asked: list[str] = []
    page = open_page(None)
    page.on("request", lambda request: asked.append(request.url))
    page.locator("[name=name]").fill("Alice")
    page.locator("[name=password]").fill(served.book.PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_selector("#live[data-state=on]")
    for path in ("/c/1", "/c/999", "/sign-in"):
        page.goto(served.address + path)
    page.goto(served.address)
    page.keyboard.press("e")
    page.keyboard.press("Control+k")
    page.keyboard.type("a")
    page.locator("#found-1").wait_for()
    assert len(asked) > 10
    assert {url.split("/")[2] for url in asked} == {served.address.removeprefix("http://")}
