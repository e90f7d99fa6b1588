"""A workspace on the test server, and browsers that complain about whatever they should not see."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from end_to_end.serving import PASSWORD, Served, Workspace, serving
from support import databases
from warmlist.store.database import Store
from web.conftest import built  # noqa: F401 - the pages need their styles and scripts

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page


@dataclass(frozen=True)
class Shop:
    """A served workspace, and its database."""

    workspace: Workspace
    served: Served
    store: Store


Open = Callable[..., "Page"]


@pytest.fixture(scope="module")
def shop(
    built: None,  # noqa: F811
    database_server: str,
    database_template: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Shop]:
    """A workspace with a `serve`, shared by the tests of a module."""
    with databases.fresh(database_server, database_template) as store:
        workspace = Workspace(tmp_path_factory.mktemp("shop"), store.dsn)
        with serving(workspace) as served:
            yield Shop(workspace, served, store)


@pytest.fixture
def workspace(store: Store, tmp_path: Path) -> Workspace:
    """A workspace of this test's own, on a database of the test server."""
    return Workspace(tmp_path, store.dsn)


@pytest.fixture
def served(built: None, workspace: Workspace) -> Iterator[Served]:  # noqa: F811
    with serving(workspace) as served:
        yield served


@pytest.fixture
def now_s() -> int:
    """This second: what platforms stamp messages with."""
    return int(time.time())


@pytest.fixture
def open_page(browser: Browser, served: Served) -> Iterator[Open]:
    """Open a page of `served`, signed in as its owner: `open_page("/")`.

    At the end the test fails if a page ran into an error, broke its security policy, opened a dialog
    of JavaScript or asked another host for anything.
    """
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def watch(page: Page) -> None:
        def asked(request: Any) -> None:
            if not request.url.startswith((served.address, "blob:", "data:")):
                complaints.append(f"asked another host: {request.url}")

        def said(line: Any) -> None:
            away = "net::ERR" in line.text or "status of" in line.text  # of a server that is down
            if line.type == "error" and not away:
                complaints.append(f"console: {line.text}")

        def asks(dialog: Any) -> None:
            complaints.append(f"dialog: {dialog.message}")
            dialog.dismiss()

        page.on("request", asked)
        page.on("console", said)
        page.on("dialog", asks)
        page.on("pageerror", lambda error: complaints.append(f"page error: {error}"))

    def open_(path: str = "/") -> Page:
        context = browser.new_context(viewport={"width": 1440, "height": 900})
        contexts.append(context)
        context.expose_function("complain", lambda said: complaints.append(str(said)))
        context.add_init_script(
            "document.addEventListener('securitypolicyviolation', "
            "e => complain(`policy: ${e.violatedDirective} ${e.blockedURI}`))"
        )
        context.on("page", watch)
        page = context.new_page()
        page.goto(served.address + path)
        page.get_by_label("Name").fill("owner")
        page.locator("[name=password]").fill(PASSWORD)
        page.locator("button.primary").click()
        page.wait_for_selector("#live[data-state=on]")
        return page

    yield open_
    for context in contexts:
        context.close()
    assert not complaints
