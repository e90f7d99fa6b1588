"""The page of rules, in a real browser over a real database: a category without a line of code."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import uvicorn
from playwright.sync_api import Browser, Page, expect

from warmlist.app import App, built_in_pack, event_log
from warmlist.clock import HOUR
from warmlist.demo.shop import history
from warmlist.events.model import Event
from warmlist.labels.bulk import Bulk
from warmlist.packs import workspace
from warmlist.plan.compile import compile_plan
from warmlist.settings import Settings
from warmlist.store.database import Store
from warmlist.understanding.reader import default_reader
from warmlist.web.app import UVICORN_OPTIONS, create_app
from web.conftest import DESKTOP, PHONE
from web.people import NOW
from web.shop import Bell, Book
from web.test_access import no_violation

pytestmark = pytest.mark.browser


@dataclass
class Place:
    address: str
    app: App


@pytest.fixture
def place(built: None, store: Store, tmp_path: Path) -> Iterator[Place]:
    """A served sample shop; Alice leads, Bob is a rep."""
    log = event_log(default_reader())
    with store.connect() as conn:
        past = history(5, NOW - HOUR, 40)
        while batch := list(islice(past, 2_000)):
            log.append(conn, batch, now_ms=NOW)
        rules = workspace.in_force(conn, built_in_pack(), NOW)
    plan = compile_plan(rules.pack)
    Bulk(store.dsn, plan, "USD", tmp_path / "mirror", NOW, time.perf_counter).run()
    app = App(Settings(home=tmp_path), store, default_reader(), plan, "USD", "UTC", rules)
    web = create_app(
        app.desk, SimpleNamespace(time_zone="Europe/Rome"), accounts=Book(), notices=Bell().notices,
        segments_desk=app.segments, rules_desk=app.rules_desk, now=lambda: NOW,
    )  # fmt: skip
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(web, log_level="warning", **UVICORN_OPTIONS))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield Place(f"http://127.0.0.1:{listener.getsockname()[1]}", app)
    server.should_exit = True
    thread.join(10)
    listener.close()
    app.rules_desk.close()
    app.segments.close()
    app.desk.close()
    app.pool.close()


def open_(
    place: Place, browser: Browser, who: str = "Alice", path: str = "", **options: Any
) -> Page:
    page = browser.new_context(**{**DESKTOP, **options}).new_page()
    page.goto(f"{place.address}/rules{path}")
    page.locator("[name=name]").fill(who)
    page.locator("[name=password]").fill(Book.PASSWORD)
    page.locator("button.primary").click()
    page.wait_for_selector("body[data-ready]" if who == "Alice" else ".rules")
    return page


def test_a_category_is_made_tried_kept_and_taken_back(place: Place, browser: Browser) -> None:
    page = open_(place, browser)
    page.get_by_label("Its name", exact=True).fill("Tier")
    page.get_by_label("Name of the label").fill("Gold")
    page.locator("select[name=colour]").select_option("gold")
    row = page.locator("#builder-rows li").first
    row.get_by_label("What").select_option("paid_orders")
    row.get_by_label("Value").fill("2")
    expect(page.locator("#q")).to_have_value("paid_orders >= 2")
    preview = page.locator("#preview")
    expect(preview.locator("h3")).to_contain_text("would change", timeout=30_000)
    gold = preview.locator(".moves li", has_text="Gold")
    expect(gold.locator(".in")).to_contain_text("+")
    expect(gold.locator("a").first).to_be_visible()
    preview.get_by_label("Why this change").fill("we serve them first")
    preview.get_by_role("button", name="Keep it").click()
    page.wait_for_url("**/rules#versions")
    expect(page.locator("#versions")).to_contain_text("we serve them first")
    expect(page.locator("#d-tier > summary")).to_contain_text("ours")
    assert place.app.plan.pack.dimension("tier").labels["gold"].colour == "gold"
    page.get_by_role("button", name="Back to this w0").click()
    expect(page.locator("#versions")).to_contain_text("back to w0")
    assert "tier" not in place.app.plan.pack.keys
    page.context.close()


def test_what_is_wrong_is_told_where_it_is(place: Place, browser: Browser) -> None:
    page = open_(place, browser, path="?what=label&dimension=lifecycle#change")
    page.get_by_label("Name of the label").fill("Regular")
    page.locator("#q").fill("paid_ordrs >= 2")
    problem = page.locator("#preview .problem")
    expect(problem).to_contain_text("did you mean paid_orders?")
    expect(problem.locator("mark")).to_have_text("paid_ordrs >= 2")
    page.context.close()


def test_a_figure_is_changed_with_who_would_move(place: Place, browser: Browser) -> None:
    page = open_(place, browser, path="?what=figure&figure=high_within#change")
    page.get_by_role("textbox", name="Value").fill("1h")
    page.get_by_role("button", name="See who would change").click()
    preview = page.locator("#preview")
    expect(preview.locator("h3")).to_contain_text("would change", timeout=30_000)
    preview.get_by_label("Why this change").fill("<b>sooner</b>")
    preview.get_by_role("button", name="Keep it").click()
    expect(page.locator("#versions .note").first).to_have_text("<b>sooner</b>")
    assert place.app.plan.pack.thresholds["high_within"].text == "1h"
    page.context.close()


def test_a_label_that_people_carry_goes_only_when_ticked(place: Place, browser: Browser) -> None:
    page = open_(place, browser, path="?what=remove&dimension=stage#change")
    page.get_by_role("button", name="See who would change").click()
    preview = page.locator("#preview")
    page.wait_for_selector("#preview h3, #preview .problem", timeout=30_000)
    if preview.locator("h3").count():
        expect(preview.locator(".problem").first).to_contain_text("which would go")
        expect(preview.get_by_label("These labels may go")).to_be_visible()
    else:  # rules of another category read it: told by its place
        expect(preview.locator(".problem")).to_contain_text("stage")
    page.context.close()


def test_a_rep_reads_but_changes_nothing(place: Place, browser: Browser) -> None:
    page = open_(place, browser, who="Bob")
    expect(page.locator("#change")).to_have_count(0)
    expect(page.get_by_role("button", name="Back to this")).to_have_count(0)
    expect(page.locator("#d-lifecycle")).to_be_visible()
    page.context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_no_screen_violates_wcag(
    place: Place, browser: Browser, scheme: Any, size: dict[str, Any], tmp_path: Path
) -> None:
    page = open_(place, browser, color_scheme=scheme, path="?dimension=lifecycle#change", **size)
    page.get_by_label("Name of the label").fill("Regular")
    page.locator("#q").fill("paid_orders >= 3")
    expect(page.locator("#preview h3")).to_be_visible(timeout=30_000)
    no_violation(page)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_what_does_not_fit_names_the_customers_concerned(
    place: Place, browser: Browser, scheme: Any, size: dict[str, Any]
) -> None:
    order = {"status": "paid", "amount": "900", "currency": "JPY"}
    with place.app.store.connect() as conn:
        event = Event(
            "order", "o-jpy", "test", "+393331239999", NOW - HOUR, NOW - HOUR, fields=order
        )
        event_log(default_reader()).append(conn, [event], now_ms=NOW)
        conn.commit()
    page = open_(place, browser, color_scheme=scheme, **size)
    page.locator("#troubles summary").click()
    trouble = page.locator("#troubles li", has_text="JPY")
    expect(trouble).to_contain_text("have no rate")
    expect(trouble.locator("a")).to_have_text("+39 333 123 9999")
    no_violation(page)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.context.close()
    rep = open_(place, browser, who="Bob")
    expect(rep.locator("#troubles")).to_have_count(0)
    rep.context.close()
