"""The Team page over a real database: what it shows, to whom, and who is behind each figure."""

from __future__ import annotations

import re
import socket
import threading
import time
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
import uvicorn
from playwright.sync_api import expect
from psycopg_pool import ConnectionPool

from insights.reviews.books import NOW, Books, lively
from support import databases
from warmlist.app import built_in_pack
from warmlist.clock import HOUR
from warmlist.insights.reviews import alerts
from warmlist.insights.reviews.desk import ReviewDesk
from warmlist.insights.reviews.limits import Limits
from warmlist.rules.model import Pack
from warmlist.rules.read import read_pack
from warmlist.store.database import Store
from warmlist.web import team_words
from warmlist.web.app import UVICORN_OPTIONS, create_app
from web.conftest import DESKTOP, PHONE, Open, Served
from web.shop import Bell, Book, Shop
from web.test_access import no_violation

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def served(built: None, database_server: str, database_template: str) -> Iterator[Served]:
    """A lively team at an address of its own; its pages only read."""
    pack = read_pack(built_in_pack())
    shop, book, bell = Shop(), Book(), Bell()
    with databases.fresh(database_server, database_template) as store:
        fill(store, pack)
        with ConnectionPool(store.dsn, min_size=1, max_size=4, open=True) as pool:
            app = create_app(
                shop,
                SimpleNamespace(time_zone="Europe/Rome"),
                accounts=book,
                notices=bell.notices,
                now=lambda: NOW,
                reviews=ReviewDesk(pool, pack, "Europe/Rome"),
            )
            listener = socket.socket()
            listener.bind(("127.0.0.1", 0))
            server = uvicorn.Server(uvicorn.Config(app, log_level="warning", **UVICORN_OPTIONS))
            thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
            thread.start()
            while not server.started:
                time.sleep(0.01)
            times = SimpleNamespace(now=NOW)
            address = f"http://127.0.0.1:{listener.getsockname()[1]}"
            yield Served(address, shop, book, bell, times)
            server.should_exit = True
            thread.join(10)
            listener.close()


def fill(store: Store, pack: Pack) -> None:
    """Months of a shop of Alice and Bob, and a look at the alerts five hours ago."""
    with store.connect() as conn:
        for name, role in (("Alice", "admin"), ("Bob", "rep")):
            conn.execute(
                "INSERT INTO users (name, password_hash, role, created_at) VALUES (%s, '', %s, 0)",
                (name, role),
            )
        books = Books(conn, pack, Limits.of(pack), reps=("Alice", "Bob"))
        lively(books)
        alerts.look(conn, books.limits, NOW - 5 * HOUR)
        conn.commit()


@pytest.fixture(autouse=True)
def in_english(served: Served) -> Iterator[None]:
    yield
    served.book.set_language(served.book.accounts["Alice"].viewer.user_id, "en")


def test_the_week_is_shown_with_alerts_and_each_rep(open_page: Open) -> None:
    page = open_page("Alice", "/team")
    expect(page.locator("h1")).to_have_text("Team")
    expect(page.locator(".top > .nav a[aria-current]")).to_have_text("Team")
    expect(page.locator(".alert").first).to_contain_text("High activity is")
    expect(page.locator(".alert").first).to_contain_text("since")
    expect(page.locator(".tile")).to_have_count(4)
    assert page.locator("svg.stack rect").count() > 13
    reps = page.locator("section:has(#reps-title) tbody th")
    expect(reps).to_have_text(["Whole team", "Alice", "Bob"])


def test_another_dimension_is_drawn_and_a_set_is_not_stacked(open_page: Open) -> None:
    page = open_page("Alice", "/team?dimension=activity")
    expect(page.locator("section:has(#shares-title) tbody th").first).to_contain_text(
        "High activity"
    )
    page.locator("section:has(#shares-title) .tabs a", has_text="Interest").click()
    expect(page.locator("svg.spark").first).to_be_visible()
    expect(page.locator("svg.stack")).to_have_count(0)


def test_a_figure_leads_to_the_people_behind_it(open_page: Open) -> None:
    page = open_page("Alice", "/team")
    row = page.locator("section:has(#shares-title) tbody tr").nth(3)
    count = int(row.locator("td.n a").inner_text())
    assert count > 0
    row.locator("td.n a").click()
    expect(page.locator("h1")).to_have_text("Customers with this label")
    expect(page.locator(".persons a", has_text="<b>Ugo</b>").first).to_be_visible()
    shown = 0
    while True:
        shown += page.locator(".persons li").count()
        more = page.locator(".more a")
        if not more.count():
            break
        more.click()
    assert shown == count
    href = page.locator(".persons a").first.get_attribute("href")
    assert href
    assert re.fullmatch(r"/c/\d+", href)


def test_a_lead_chooses_a_rep(open_page: Open) -> None:
    page = open_page("Alice", "/team")
    page.locator("select[name=owner]").select_option("Bob")
    page.wait_for_url("**owner=Bob**")
    expect(page.locator("section:has(#reps-title) tbody th")).to_have_text(["Bob"])


def test_a_rep_sees_own_figures_whatever_is_asked(open_page: Open) -> None:
    page = open_page("Bob", "/team?owner=Alice")
    expect(page.locator("section:has(#reps-title) tbody th")).to_have_text(["Bob"])
    expect(page.locator("select[name=owner]")).to_have_count(0)
    expect(page.get_by_text("Alice")).to_have_count(0)


def test_the_month_predicts_with_its_own_error(open_page: Open) -> None:
    page = open_page("Alice", "/team?period=monthly")
    section = page.locator("section:has(#warning-title)")
    expect(section).to_contain_text("orders expected; in four of five cases between")
    expect(section).to_contain_text("Such predictions were off by")
    assert section.locator("svg.bars rect.came").count() >= 4
    expect(page.locator("section:has(#outcomes-title) tbody tr")).to_have_count(9)


def test_the_quarter_shows_who_moved(open_page: Open) -> None:
    page = open_page("Alice", "/team?period=quarterly")
    assert page.locator("svg.flow path").count() > 5
    way = page.locator("section.panel", has_text="Yearly spend").locator("tbody tr").first
    count = int(way.locator("td.n a").inner_text())
    way.locator("td.n a").click()
    expect(page.locator(".persons li")).to_have_count(min(50, count))


def test_the_table_is_exported(open_page: Open) -> None:
    page = open_page("Alice", "/team")
    with page.expect_download() as download:
        page.get_by_text("Export CSV").click()
    assert download.value.suggested_filename == "warmlist-weekly-2026-03-02.csv"
    lines = download.value.path().read_text("utf-8").splitlines()
    assert lines[0].startswith("section,name,owner,dimension,label")
    assert any(line.startswith("leaks,leak_rate,Bob,") for line in lines)


def test_it_speaks_chinese(open_page: Open, served: Served) -> None:
    served.book.set_language(served.book.accounts["Alice"].viewer.user_id, "zh_Hans")
    for period in ("weekly", "monthly", "quarterly"):
        page = open_page("Alice", f"/team?period={period}")
        text = page.locator("main").inner_text()
        for name in ("Giulia", "Alice", "Bob", "CSV"):
            text = text.replace(name, "")
        assert not re.findall(r"\b[A-Za-z]{4,}\b", re.sub(r"[A-Z]+-\d+\w?|R-1", "", text))


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_no_team_page_violates_wcag(open_page: Open, scheme: str, size: dict[str, Any]) -> None:
    page = open_page("Alice", "/team", color_scheme=scheme, bypass_csp=True, **size)
    no_violation(page)
    for period in ("monthly", "quarterly"):
        page.goto(page.url.partition("/team")[0] + f"/team?period={period}")
        no_violation(page)
    page.locator("td.n a").first.click()
    no_violation(page)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_what_is_no_figure_is_told_so(open_page: Open) -> None:
    page = open_page("Alice", "/team")
    page.goto(page.url.partition("/team")[0] + "/team/people?of=everybody")
    expect(page.locator("body")).to_contain_text("of is none of")


def test_alerts_say_the_same_on_the_page_and_elsewhere() -> None:
    assert team_words.ALERTS == alerts.TEXTS
