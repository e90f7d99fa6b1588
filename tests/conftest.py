"""Fixtures that every part uses: a database of its own for a test, a browser, the shared data."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg
import pytest

from support import browsers, databases
from warmlist.store.database import Store

if TYPE_CHECKING:
    from playwright.sync_api import Browser


@pytest.fixture(scope="session")
def database_server() -> Iterator[str]:
    """Address of the test server: embedded, or WARMLIST_TEST_DATABASE_URL."""
    with databases.server() as address:
        yield address


@pytest.fixture(scope="session")
def database_template(database_server: str) -> str:
    """Name of a migrated database on the test server that tests clone."""
    return databases.template(database_server)


@pytest.fixture
def store(database_server: str, database_template: str) -> Iterator[Store]:
    """A store with the newest schema and no rows, for this test alone."""
    with databases.fresh(database_server, database_template) as store:
        yield store


@pytest.fixture
def empty_store(database_server: str) -> Iterator[Store]:
    """A store without any schema, for this test alone."""
    with databases.fresh(database_server) as store:
        yield store


@pytest.fixture
def conn(store: Store) -> Iterator[psycopg.Connection[tuple[Any, ...]]]:
    """A connection to the `store` of this test; what it has not committed is rolled back."""
    with store.connect() as conn:
        yield conn
        conn.rollback()


@pytest.fixture
def home() -> Iterator[Path]:
    """A folder for an embedded database of this test's own.

    Its path is short, and the user that runs PostgreSQL for root can enter it; pytest's `tmp_path`
    is neither.
    """
    with databases.reachable_folder() as folder:
        yield folder


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of other people's data, which lies beside the checkout and not in it."""
    folder = Path(__file__).parents[1] / "../shared/data"
    if not folder.is_dir():
        pytest.skip("this test needs the data folder ../shared/data beside the checkout")
    return folder.resolve()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A headless Chromium that asks nothing of any other host."""
    program = browsers.find()
    if program is None:
        pytest.fail(browsers.ADVICE)
    from playwright.sync_api import sync_playwright  # slow to import, and seldom needed

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=browsers.FLAGS)
        yield browser
        browser.close()
