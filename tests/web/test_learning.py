"""The page of what the reader learnt, over a real store and the shipped reader."""

from __future__ import annotations

import itertools
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from types import SimpleNamespace
from typing import Any

import pytest
import uvicorn
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect
from psycopg_pool import ConnectionPool

from warmlist.app import event_log
from warmlist.clock import MINUTE
from warmlist.events.model import Event
from warmlist.followup.learnt import LearningDesk
from warmlist.intake import reread
from warmlist.store.database import Store
from warmlist.understanding.combined import CombinedReader
from warmlist.understanding.learning import kept
from warmlist.understanding.learning.chores import LogInForce
from warmlist.understanding.learning.kept import InForce
from warmlist.understanding.reader import default_reader
from warmlist.web.app import UVICORN_OPTIONS, create_app
from web.conftest import DESKTOP, PHONE
from web.people import NOW
from web.shop import Bell, Book, Shop

pytestmark = pytest.mark.browser

READER = default_reader()
SLANG = (
    "oi gaffer hows the damage on that kettle",
    "hows the damage then",
    "so hows the damage mate",
)


@dataclass
class Taught:
    """A served workspace with three corrections that agree, and the clock a minute later."""

    address: str
    store: Store
    log: LogInForce
    book: Book


@pytest.fixture
def taught(built: None, store: Store) -> Iterator[Taught]:
    assert isinstance(READER, CombinedReader), "run: make model"
    log = LogInForce(InForce(READER), event_log)
    ids = itertools.count()

    def tell(conn: Any, kind: str, customer: int, **fields: Any) -> str:
        name = str(next(ids))
        handle = f"+39333123450{customer}"
        event = Event(kind, name, "shop", handle, NOW - MINUTE, NOW - MINUTE, fields=fields)
        log(conn).append(conn, [event], now_ms=NOW)
        return name

    with store.connect() as conn:
        for customer, text in enumerate(SLANG, 1):
            message = tell(conn, "message", customer, direction="in", text=text)
            said = {"name": "price_inquiry", "action": "confirm", "by": "Bob"}
            tell(conn, "signal", customer, message=message, **said)
        tell(conn, "message", 4, direction="in", text="<b>stop</b> texting me \u202eplease")
        found = '[{"name": "opt_out", "confidence": 0.5}]'
        conn.execute(
            "UPDATE signals SET found = %s, bits = 2048 WHERE version <> 'person'", (found,)
        )
        assert kept.learn_if_due(conn, READER, NOW)
    book, bell = Book(), Bell()
    with ConnectionPool(store.dsn, min_size=1, max_size=2, open=True) as pool:
        app = create_app(
            Shop(), SimpleNamespace(time_zone="Europe/Rome"), accounts=book, notices=bell.notices,
            learning_desk=LearningDesk(pool.connection, log), now=lambda: NOW,
        )  # fmt: skip
        listener = socket.socket()
        listener.bind(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(app, log_level="warning", **UVICORN_OPTIONS))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        while not server.started:
            time.sleep(0.01)
        address = f"http://127.0.0.1:{listener.getsockname()[1]}"
        yield Taught(address, store, log, book)
        server.should_exit = True
        thread.join(10)
        listener.close()


def open_(taught: Taught, browser: Browser, who: str = "Alice", **options: Any) -> Page:
    context = browser.new_context(**{**DESKTOP, **options})
    page = context.new_page()
    page.goto(f"{taught.address}/learning")
    page.locator("[name=name]").fill(who)
    page.locator("[name=password]").fill(Book.PASSWORD)
    page.locator("button.primary").click()
    page.wait_for_selector(".learnt")
    return page


def test_a_lead_accepts_what_corrections_agree_on(taught: Taught, browser: Browser) -> None:
    page = open_(taught, browser)
    expect(page.locator(".learnt")).to_contain_text("3 corrections count")
    expect(page.locator(".learnt code").first).to_contain_text("+w1")
    row = page.locator(".pattern", has_text="hows the damage")
    expect(row).to_contain_text("3 messages")
    row.get_by_role("button", name="Accept").click()
    expect(page.locator(".pattern")).to_contain_text("accepted, Alice")
    expect(page.locator(".learnt code").first).to_contain_text("+w2")
    with taught.store.connect() as conn:
        read = taught.log(conn).read("hi, hows the damage?")
    assert read.found[0]["because"] == "workspace: hows the damage"
    page.context.close()


def test_figures_corrections_and_suspected_stops_are_told(taught: Taught, browser: Browser) -> None:
    page = open_(taught, browser)
    figures = page.locator(".figures tbody tr")
    expect(figures.first).to_contain_text("asks the price")
    expect(figures.first).to_contain_text("0/3, 0%–56%")
    expect(page.locator(".said.yes")).to_have_count(3)
    stops = page.locator("section", has_text="Perhaps they want no more messages")
    expect(stops.locator("a").first).to_contain_text("<b>stop</b>")
    expect(stops.locator(".ctl")).to_have_count(1)
    page.context.close()


def test_history_is_read_again_on_demand(taught: Taught, browser: Browser) -> None:
    page = open_(taught, browser)
    page.get_by_role("button", name="Read the history again").click()
    expect(page.locator("#history")).to_contain_text("Under way: 0 of 4 messages")
    with taught.store.connect() as conn:
        while reread.some(conn, taught.log(conn), NOW):
            pass
    page.reload()
    expect(page.locator("#history")).to_contain_text("Read again: 4 messages")
    page.context.close()


def test_a_rep_sees_no_patterns_and_decides_nothing(taught: Taught, browser: Browser) -> None:
    with taught.store.connect() as conn:
        conn.execute(
            "INSERT INTO standings (customer_id, as_of, owner, facts) "
            "SELECT customer_id, 0, 'Carla', '{}' FROM handles WHERE handle = '+393331234501'"
        )
    page = open_(taught, browser, "Bob")
    expect(page.locator("#patterns")).to_have_count(0)
    expect(page.locator(".said.yes")).to_have_count(2)
    expect(page.get_by_role("button", name="Read the history again")).to_have_count(0)
    csrf = page.locator("[name=csrf]").first.input_value()
    for path in ("/learning/patterns/1", "/learning/read-again"):
        answer = page.request.post(
            taught.address + path, form={"csrf": csrf, "decision": "accept"}, max_redirects=0
        )
        assert answer.status == 403
    page.context.close()


def test_a_decision_needs_our_own_form(taught: Taught, browser: Browser) -> None:
    page = open_(taught, browser)
    answer = page.request.post(
        f"{taught.address}/learning/patterns/1", form={"decision": "accept"}, max_redirects=0
    )
    assert answer.status == 403
    page.context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("phone", [False, True])
def test_everybody_can_use_it(taught: Taught, browser: Browser, scheme: str, phone: bool) -> None:
    page = open_(taught, browser, color_scheme=scheme, **(PHONE if phone else {}))
    found = Axe().run(page).response["violations"]
    assert found == [], [one["id"] for one in found]
    wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    assert wide <= 0
    page.context.close()


def test_it_is_all_there_in_chinese(taught: Taught, browser: Browser) -> None:
    account = taught.book.accounts["Alice"]
    viewer = replace(account.viewer, language="zh_Hans")
    taught.book.accounts["Alice"] = replace(account, viewer=viewer)
    page = open_(taught, browser)
    expect(page.locator("h1")).to_have_text("阅读器学到了什么")
    expect(page.locator(".learnt")).to_contain_text("3 条更正有效")
    page.context.close()
