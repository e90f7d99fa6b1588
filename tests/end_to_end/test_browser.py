"""From a signed webhook to what a person sees on an open page, through the real `serve`."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from end_to_end import whatsapp
from end_to_end.conftest import Open
from end_to_end.serving import Served, Workspace, answers, start

pytestmark = pytest.mark.browser

GIULIA, MARCO, LENA = "393331234567", "393337654321", "4915112345678"
#: From the post to the page, in ms: the whole road, on a machine that does other things too.
SOON = 10_000

HOSTILE = {
    "script": "<script>complain('a script ran')</script><img src=x onerror=\"complain('onerror')\">",
    "markup": "</textarea></p></li></ol><iframe src='javascript:complain(1)'></iframe><svg onload=complain(2)>",
    "link": "<a href='http://example.com/x'>x</a><link rel=stylesheet href=//example.com/s.css>",
    "template": "{{ 7 * 7 }}${7*7}{% raw %}<%= 7*7 %>",
    "htmx": "<div hx-get='/queue' hx-trigger='load' hx-on:click='complain(3)' data-hx-get='/x'></div>",
    "direction": "price \u202egnp.exe\u202c \u2066\u2067abc \u061c\u200f",
    "zero": "how\x00 much\x00 \x1b[31m \x07 \ufeff \ufffe",
    "zalgo": "p" + "\u0301\u0300\u0489\u0336" * 400 + "rice",
    "long": "how much is " + "x" * 65_536,
    "wide": "\ufdfd" * 2_000 + "\U000e0041" * 500,
    "surrogates": "\ud83d is half \udc00",
}


def row(page: Page, phone_or_name: str):
    return page.locator(f".row[data-name={phone_or_name!r}]")


def ask(served: Served, phone: str, name: str, id: str, at: int, text: str) -> None:
    assert (
        served.post(whatsapp.inbound(phone, name, whatsapp.said(phone, id, at, text))).status_code
        == 200
    )


def test_a_message_changes_the_open_page_and_an_answer_moves_it_back(
    served: Served, open_page: Open, now_s: int
) -> None:
    page = open_page()
    page.evaluate("window.stayed = true")
    expect(page.locator("#empty")).to_be_visible()
    ask(served, MARCO, "Marco Bianchi", "wamid.1", now_s - 60, "Hello there")
    expect(row(page, "Marco Bianchi")).to_have_attribute("data-colour", "yellow", timeout=SOON)
    ask(served, GIULIA, "Giulia Rossi", "wamid.2", now_s - 30, "Good morning")
    expect(row(page, "Giulia Rossi")).to_have_attribute("data-colour", "yellow", timeout=SOON)
    ask(served, GIULIA, "Giulia Rossi", "wamid.3", now_s - 5, "How much is the green tent?")
    expect(row(page, "Giulia Rossi")).to_have_attribute("data-colour", "red", timeout=SOON)
    expect(row(page, "Giulia Rossi")).to_contain_text("price")
    assert page.locator(".row .name").all_text_contents() == ["Giulia Rossi", "Marco Bianchi"]
    expect(page.locator("[data-count=red]")).to_have_text("1")
    row(page, "Giulia Rossi").locator("a.open").click()
    expect(page.locator(".reasons")).to_contain_text("COL-7")
    reply = whatsapp.told(GIULIA, "wamid.4", now_s - 1, "It is 120 euros")
    assert served.post(whatsapp.echoes(reply)).status_code == 200
    expect(page.locator(".thread")).to_contain_text("It is 120 euros", timeout=SOON)
    expect(page.locator(".row[data-colour=red]")).to_have_count(0)
    expect(page.locator("[data-count=red]")).to_have_text("0")
    assert page.evaluate("window.stayed"), "the page was not loaded again"
    assert "Giulia" not in served.said
    assert "green tent" not in served.said


def test_hostile_words_are_only_words(served: Served, open_page: Open, now_s: int) -> None:
    page = open_page()
    for place, text in enumerate(HOSTILE.values()):
        phone, asked = f"49151123456{place:02}", f"How much is it? {text}"
        ask(served, phone, text[:3_000], f"wamid.{place}", now_s - 9, asked)
    rows = page.locator(".row")
    expect(rows).to_have_count(len(HOSTILE), timeout=SOON)
    scripts = page.evaluate("document.querySelectorAll('script').length")
    for place in range(len(HOSTILE)):
        box = rows.nth(place).bounding_box()
        assert box is not None
        assert box["height"] < 200, "one customer's name must not push the others away"
        rows.nth(place).locator("a.open").click()
        expect(rows.nth(place)).to_have_attribute("data-selected", "")
        expect(page.locator(".thread .msg")).to_have_count(1)
        foreign = page.locator(".msg, #queue").locator("iframe, img, a[href*='//'], div[hx-get]")
        assert foreign.count() == 0
        assert page.evaluate("document.querySelectorAll('script').length") == scripts
        wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert wide <= 0, "nothing is wider than the page"
    page.reload()
    expect(rows).to_have_count(len(HOSTILE))


def test_what_happened_while_serve_was_away_is_shown_when_it_is_back(
    workspace: Workspace, served: Served, open_page: Open, now_s: int, tmp_path
) -> None:
    page = open_page()
    ask(served, MARCO, "Marco Bianchi", "wamid.1", now_s - 60, "Hello there")
    expect(row(page, "Marco Bianchi")).to_have_count(1, timeout=SOON)
    page.evaluate("window.stayed = true")
    served.stop()
    expect(page.locator("#live")).not_to_have_attribute("data-state", "on", timeout=SOON)
    lines = tmp_path / "missed.ndjson"
    lines.write_text(
        '{"type":"profile","id":"p1","customer":"+393331234567","at":"2026-01-01T00:00:00Z","name":"Giulia"}\n'
        f'{{"type":"message","id":"m1","customer":"+393331234567","at":"{_rfc(now_s - 30)}",'
        '"direction":"in","text":"How much is the green tent?"}\n'
    )
    assert workspace.run("import", lines).returncode == 0
    again = start(workspace, port=served.port)
    try:
        assert answers(again.address)
        expect(page.locator("#live")).to_have_attribute("data-state", "on", timeout=20_000)
        expect(row(page, "Giulia")).to_have_attribute("data-colour", "red", timeout=SOON)
        assert page.evaluate("window.stayed")
    finally:
        again.stop()


def _rfc(seconds: int) -> str:
    from warmlist.clock import rfc3339

    text = rfc3339(seconds * 1_000)
    assert text is not None
    return text
