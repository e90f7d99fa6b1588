"""A served shop and signed-in browsers for the tests of the pages."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
import uvicorn
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from warmlist.web.app import UVICORN_OPTIONS, create_app
from web.people import NOW
from web.shop import Bell, Book, Shop

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

ROOT = Path(__file__).parents[2]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Browser tests last: Playwright's loop, once started, forbids `asyncio.run` in its thread."""
    items.sort(key=lambda item: item.get_closest_marker("browser") is not None)


@dataclass
class Served:
    """A shop behind a real server."""

    address: str
    shop: Shop
    book: Book
    bell: Bell
    times: SimpleNamespace = field(default_factory=lambda: SimpleNamespace(now=NOW))


@pytest.fixture(scope="session")
def built() -> None:
    """The styles and scripts, built when they are missing or older than their sources."""
    manifest = ROOT / "src/warmlist/web/manifest.json"
    sources = [*(ROOT / "web").glob("[s]*/*"), ROOT / "web/package-lock.json"]
    newest = max(file.stat().st_mtime for file in sources)
    catalogues = all(
        po.with_suffix(".mo").exists()
        and po.with_suffix(".mo").stat().st_mtime >= po.stat().st_mtime
        for po in (ROOT / "src/warmlist/web/locale").rglob("*.po")
    )
    if catalogues and manifest.exists() and manifest.stat().st_mtime >= newest:
        return
    import importlib.util

    spec = importlib.util.spec_from_file_location("assets", ROOT / "tools/assets.py")
    assert spec
    assert spec.loader
    assets = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(assets)
    assets.build(ROOT)
    assets.compile_catalogues(ROOT)


@pytest.fixture
def served(built: None) -> Iterator[Served]:
    """A fresh shop at an address of its own; its clock stands still at NOW."""
    shop, book, bell = Shop(), Book(), Bell()
    times = SimpleNamespace(now=NOW)
    app = create_app(
        shop,
        SimpleNamespace(time_zone="Europe/Rome"),
        accounts=book,
        notices=bell.notices,
        now=lambda: times.now,
        inbox_routes=[Route("/webhooks/x", lambda _: PlainTextResponse("kept"), methods=["POST"])],
    )
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning", **UVICORN_OPTIONS))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield Served(f"http://127.0.0.1:{listener.getsockname()[1]}", shop, book, bell, times)
    server.should_exit = True
    thread.join(10)
    listener.close()


DESKTOP: dict[str, Any] = {"viewport": {"width": 1440, "height": 900}}
PHONE: dict[str, Any] = {
    "viewport": {"width": 390, "height": 844},
    "device_scale_factor": 2,
    "is_mobile": True,
    "has_touch": True,
}

Open = Callable[..., "Page"]


@pytest.fixture
def open_page(browser: Browser, served: Served) -> Iterator[Open]:
    """Open the shop signed in: `open_page("Alice", path, **context)`.

    The page's clock stands at NOW like the server's. At the end the test fails if any page logged
    an error or asked another host for anything.
    """
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def watch(page: Page) -> None:
        def asked(request: Any) -> None:
            if not request.url.startswith((served.address, "blob:", "data:")):
                complaints.append(f"asked another host: {request.url}")

        page.on("request", asked)
        page.on("pageerror", lambda error: complaints.append(f"page error: {error}"))
        page.on(
            "console",
            lambda line: (
                line.type == "error"
                and "status of" not in line.text
                and "net::ERR" not in line.text
                and complaints.append(f"console: {line.text}")
            ),
        )

    def open_(who: str | None = "Alice", path: str = "/", /, **options: Any) -> Page:
        context = browser.new_context(**{**DESKTOP, "timezone_id": "Europe/Rome", **options})
        contexts.append(context)
        context.on("page", watch)
        page = context.new_page()
        page.clock.install(time=NOW / 1000)
        page.goto(served.address + path)
        if who:
            page.get_by_label("Name").or_(page.get_by_label("名字")).fill(who)
            page.locator("[name=password]").fill(Book.PASSWORD)
            page.locator("button.primary").click()
            page.wait_for_selector("body[data-ready]")
        return page

    yield open_
    for context in contexts:
        context.close()
    assert not complaints
