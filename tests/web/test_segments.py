"""The page of segments, in a real browser over a real database."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import quote

import pytest
import uvicorn
from playwright.sync_api import Page, expect
from psycopg_pool import ConnectionPool

from support import databases
from warmlist.app import built_in_pack, event_log
from warmlist.clock import HOUR
from warmlist.demo.shop import history
from warmlist.followup import operations
from warmlist.followup.look import PackLook
from warmlist.followup.segment_desk import SegmentDesk
from warmlist.followup.segments import Segments
from warmlist.followup.views import LabelChoice, Viewer
from warmlist.labels.assign import Labeller
from warmlist.plan.compile import compile_plan
from warmlist.rules.read import read_pack
from warmlist.store.database import Store
from warmlist.understanding.reader import default_reader
from warmlist.web.app import UVICORN_OPTIONS, create_app
from web.conftest import DESKTOP, PHONE, Open
from web.people import NOW
from web.shop import Bell, Book, Shop
from web.test_access import no_violation

pytestmark = pytest.mark.browser

CUSTOMERS = 70


@dataclass
class Workplace:
    """A served workspace. `work` does what the worker would do."""

    address: str
    store: Store
    desk: SegmentDesk
    times: SimpleNamespace
    labeller: Labeller
    log: Any
    book: Book

    def work(self, bits: int = 100) -> None:
        with self.store.connect() as conn:
            while bits and operations.work(conn, self.log, self.desk.ask.look, self.times.now, 20):
                bits -= 1
                conn.commit()
            conn.commit()
            self.label(conn)

    def label(self, conn: Any) -> None:
        while news := self.labeller.claim_news(conn, 200):
            self.labeller.relabel(conn, news, self.times.now + 1)
            conn.commit()


class Front(Shop):
    """The queue in memory, with the labels of the pack in force."""

    def __init__(self, look: PackLook) -> None:
        super().__init__()
        self._look = look

    def label_choices(self, viewer: Viewer) -> tuple[LabelChoice, ...]:
        return self._look.choices(viewer.language)


@pytest.fixture(scope="module")
def workplace(
    built: None, database_server: str, database_template: str, tmp_path_factory: Any
) -> Iterator[Workplace]:
    """A sample shop behind a real server; Alice leads, Bob is a rep who owns nobody."""
    plan = compile_plan(read_pack(built_in_pack()))
    log = event_log(default_reader())
    times = SimpleNamespace(now=NOW)
    past = history(5, NOW - HOUR, CUSTOMERS)
    mirror = tmp_path_factory.mktemp("mirror")
    with (
        databases.fresh(database_server, database_template) as store,
        ConnectionPool(store.dsn, min_size=1, max_size=6, open=True) as pool,
    ):
        labeller = Labeller(store.dsn, plan, "USD")
        look = PackLook(plan.pack, "USD")
        ask = Segments(pool.connection, lambda: store.dsn, plan.pack, look, mirror)
        desk = SegmentDesk(ask, pool.connection, plan.pack, "USD")
        place = Workplace("", store, desk, times, labeller, log, Book())
        with store.connect() as conn:
            conn.execute(
                "INSERT INTO users (name, password_hash, role, created_at) "
                "VALUES ('Alice', '', 'lead', 0), ('Bob', '', 'rep', 0)"
            )
            while batch := list(islice(past, 2_000)):
                log.append(conn, batch, now_ms=NOW)
            conn.commit()
            place.label(conn)
        app = create_app(
            Front(look),
            SimpleNamespace(time_zone="Europe/Rome"),
            accounts=place.book,
            notices=Bell().notices,
            segments_desk=desk,
            now=lambda: times.now,
        )
        listener = socket.socket()
        listener.bind(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(app, log_level="warning", **UVICORN_OPTIONS))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        while not server.started:
            time.sleep(0.01)
        place.address = f"http://127.0.0.1:{listener.getsockname()[1]}"
        yield place
        server.should_exit = True
        thread.join(10)
        listener.close()
        ask.close()
        labeller.close()


@pytest.fixture
def served(workplace: Workplace) -> Workplace:
    """The workplace, a minute later than for the test before; everybody reads English again."""
    workplace.times.now += 61_000
    for account in list(workplace.book.accounts.values()):
        workplace.book.set_language(account.viewer.user_id, "en")
    return workplace


@pytest.fixture
def ask(open_page: Open, served: Workplace) -> Callable[..., Page]:
    """Open the page of segments with a question: `ask("activity = 'high'", "Alice", **context)`."""

    def open_(text: str = "", who: str = "Alice", **options: Any) -> Page:
        page = open_page(who, "/", **options)
        page.goto(f"{served.address}/segments" + (f"?q={quote(text)}" if text else ""))
        page.wait_for_selector("body[data-ready]")
        return page

    return open_


def counted(page: Page) -> int:
    said = page.locator("h2#count").inner_text()
    return int("".join(letter for letter in said if letter.isdecimal()))


def labelled(served: Workplace, dimension: str, label: str) -> int:
    with served.store.connect() as conn:
        row = conn.execute(
            "SELECT count(*) FROM assignments "
            "WHERE until_at IS NULL AND dimension = %s AND label = %s",
            (dimension, label),
        ).fetchone()
    assert row is not None
    return int(row[0])


def test_the_count_follows_what_is_typed(ask: Callable[..., Page], served: Workplace) -> None:
    page = ask()
    page.locator("#q").press_sequentially("activity = 'high'")
    expect(page.locator("h2#count")).to_have_text(
        f"{labelled(served, 'activity', 'high')} customers"
    )
    expect(page.locator("#customers .row")).to_have_count(labelled(served, "activity", "high"))
    page.locator("#q").press_sequentially(" and paid_orders >= 1000")
    expect(page.locator("h2#count")).to_have_text("0 customers")
    assert "paid_orders" in page.url
    page.reload()
    expect(page.locator("h2#count")).to_have_text("0 customers")


def test_names_are_completed_by_keyboard(ask: Callable[..., Page], served: Workplace) -> None:
    page = ask()
    page.locator("#q").press_sequentially("foll")
    expect(page.locator("#completions [aria-selected=true] code")).to_have_text("follow_up")
    page.keyboard.press("Enter")
    expect(page.locator("#q")).to_have_value("follow_up = '")
    page.keyboard.type("n")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Escape")
    expect(page.locator("#completions")).to_be_hidden()
    page.keyboard.press("Backspace")
    page.keyboard.type("re")
    expect(page.locator("#completions [aria-selected=true] code")).to_have_text("red")
    page.keyboard.press("Enter")
    expect(page.locator("#q")).to_have_value("follow_up = 'red'")
    expect(page.locator("h2#count")).to_be_visible()
    assert counted(page) == labelled(served, "follow_up", "red")


def test_names_in_the_viewers_language_complete_too(ask: Callable[..., Page]) -> None:
    page = ask(locale="zh-CN")
    page.locator("#menu summary").click()
    page.locator("button[value=zh_Hans]").click()
    page.wait_for_selector("body[data-ready]")
    expect(page.locator("h1")).to_have_text("客群")
    page.locator("#q").press_sequentially("高活跃")
    first = page.locator("#completions [role=option]").first
    expect(first).to_contain_text("activity = 'high'")
    first.click()
    expect(page.locator("h2#count")).to_contain_text("位客户")


def test_an_error_shows_its_place_and_the_name_that_was_meant(ask: Callable[..., Page]) -> None:
    page = ask("follow_up = 'gren' and paid_orders > 0")
    expect(page.locator("#found .place mark")).to_have_text("'gren' and paid_orders > 0")
    page.get_by_role("button", name="Take green").click()
    expect(page.locator("#q")).to_have_value("follow_up = 'green' and paid_orders > 0")
    expect(page.locator("h2#count")).to_be_visible()


def test_a_hostile_question_stays_text(ask: Callable[..., Page]) -> None:
    page = ask("<img src=x onerror=alert(1)> = '</textarea><script>alert(1)</script>'")
    expect(page.locator("#found .problem")).to_be_visible()
    assert page.locator("#found img, #found script, form script").count() == 0


def test_rows_build_the_question(ask: Callable[..., Page], served: Workplace) -> None:
    page = ask()
    row = page.locator("#builder-rows li").first
    row.get_by_label("What").select_option("activity")
    row.get_by_label("How").select_option("is_not")
    row.get_by_label("Value").select_option("dormant")
    expect(page.locator("#q")).to_have_value("activity <> 'dormant'")
    page.get_by_role("button", name="Add a row").click()
    row = page.locator("#builder-rows li").nth(1)
    row.get_by_label("What").select_option("last_inbound")
    row.get_by_label("Value").fill("3")
    row.get_by_label("Unit").select_option("w")
    expect(page.locator("#q")).to_have_value("activity <> 'dormant' and age(last_inbound) <= 3w")
    page.get_by_label("Customers for whom").select_option("or")
    expect(page.locator("#q")).to_have_value("activity <> 'dormant' or age(last_inbound) <= 3w")
    row.get_by_label("Remove the row").click()
    expect(page.locator("#q")).to_have_value("activity <> 'dormant'")
    expect(page.locator("h2#count")).to_be_visible()


def test_facts_are_asked_in_the_background_and_given_up(
    ask: Callable[..., Page], served: Workplace
) -> None:
    page = ask()
    runs = served.desk.ask._runs
    with runs._one_at_a_time:
        page.locator("#q").fill("paid_orders >= 1")
        expect(page.locator("#found")).to_contain_text("Asking everybody’s facts")
        page.locator("#q").fill("inbound_7d >= 1")
        page.wait_for_timeout(1_500)
        waiting = [one for one in runs._asked if not one.run._stopped and one.known is None]
        assert [one.facts for one in waiting] == [frozenset({"inbound_7d"})]
    expect(page.locator("h2#count")).to_be_visible()
    expect(page.locator(".found-head")).to_contain_text("as of ")


def test_many_are_labelled_and_it_is_taken_back(
    ask: Callable[..., Page], served: Workplace
) -> None:
    before = labelled(served, "value", "high")
    page = ask("not follow_up = 'red'")
    many = counted(page)
    page.locator(".deeds summary", has_text="Add a label").click()
    form = page.locator(".deeds details[open] form")
    form.get_by_label("Label").select_option("value:high")
    form.get_by_label("Why").fill("Trade fair <b>Bologna</b>")
    form.get_by_role("button", name=f"Label {many} customers").click()
    page.wait_for_selector("body[data-ready]")
    done = page.locator(".operations > li").first
    expect(done).to_contain_text(f"{many} customers: label “High value” added")
    expect(done).to_contain_text("Trade fair <b>Bologna</b>")
    expect(done.locator("progress")).to_have_attribute("value", "0")
    served.work(1)
    expect(done.locator("progress")).to_have_attribute("value", str(2_000 // many))
    served.work()
    expect(done).to_contain_text("done")
    assert labelled(served, "value", "high") >= many
    done.get_by_role("button", name="Take it back").click()
    page.wait_for_selector("body[data-ready]")
    served.times.now += 1_000
    served.work()
    expect(page.locator(".operations > li").first).to_contain_text("taken back by Alice")
    assert labelled(served, "value", "high") == before


def test_a_rep_may_do_nothing_to_others_customers(ask: Callable[..., Page]) -> None:
    page = ask("not follow_up = 'red'", "Bob")
    expect(page.locator("h2#count")).to_be_visible()
    assert page.locator(".deeds").count() == 0


def test_a_segment_is_kept_and_forgotten(ask: Callable[..., Page]) -> None:
    page = ask("activity = 'high'")
    page.get_by_label("Name of the segment").fill("Busy <i>ones</i>")
    page.get_by_role("button", name="Keep this segment").click()
    page.wait_for_selector("body[data-ready]")
    kept = page.locator(".saved a")
    expect(kept).to_have_text("Busy <i>ones</i>")
    expect(kept).to_have_attribute("aria-current", "true")
    page.locator(".saved button").click()
    page.wait_for_selector("body[data-ready]")
    expect(page.locator(".saved")).to_have_count(0)
    expect(page.locator("#q")).to_have_value("activity = 'high'")


def test_customers_come_out_as_a_file(ask: Callable[..., Page]) -> None:
    page = ask("activity = 'high'")
    many = counted(page)
    with page.expect_download() as download:
        page.get_by_role("link", name="CSV", exact=True).click()
    lines = Path(download.value.path()).read_bytes().decode()
    assert download.value.suggested_filename == "warmlist-2026-03-03.csv"
    assert lines.startswith("\ufeffcustomer,name,handle")
    assert lines.count("\r\n") == many + 1
    page.reload()
    expect(page.locator(".operations > li").first).to_contain_text(f"{many} customers: exported")


def test_views_of_the_queue_are_kept(open_page: Open, served: Workplace) -> None:
    page = open_page("Alice")
    page.locator("#filters input[value=orange]").check(force=True)
    page.locator("#filters select[name=owner]").select_option("-")
    page.locator("#views summary").click()
    page.locator("#keep-view input[name=name]").fill("Nobody’s orange")
    page.get_by_label("for everybody").check()
    page.get_by_role("button", name="Keep these filters").click()
    page.wait_for_url("**/?colour=orange&owner=-")
    page.goto(served.address)
    page.locator("#views summary").click()
    page.get_by_role("link", name="Nobody’s orange").click()
    page.wait_for_selector("body[data-ready]")
    assert page.locator("#filters input[value=orange]").is_checked()
    assert page.locator("#filters select[name=owner]").input_value() == "-"
    page.locator("#views summary").click()
    page.get_by_role("button", name="Forget Nobody’s orange").click()
    page.wait_for_selector("body[data-ready]")
    expect(page.locator("#views li")).to_have_count(0)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_no_state_violates_wcag(
    ask: Callable[..., Page], scheme: str, size: dict[str, Any]
) -> None:
    page = ask("activity = 'high'", color_scheme=scheme, bypass_csp=True, **size)
    expect(page.locator("h2#count")).to_be_visible()
    page.locator(".deeds summary").first.click()
    no_violation(page)
    page.locator("#q").fill("folow_up = 'red'")
    expect(page.locator("#found .problem")).to_be_visible()
    page.locator("#q").press_sequentially(" act")
    expect(page.locator("#completions")).to_be_visible()
    no_violation(page)
    page.keyboard.press("Escape")
    if not page.locator("#builder[open]").count():
        page.locator("#builder summary").click()
    page.locator("#builder-rows").get_by_label("What").select_option("last_inbound")
    no_violation(page)
