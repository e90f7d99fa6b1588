"""Users and sessions in PostgreSQL, and the listener behind the live pages."""

from __future__ import annotations

import asyncio

import pytest

from warmlist.errors import StoreUnavailable
from warmlist.store.database import Store
from warmlist.web.accounts import StoreAccounts
from warmlist.web.live import EVERYBODY, Notice, listen

pytestmark = pytest.mark.store

NOW = 1_772_530_200_000


@pytest.fixture
def accounts(store: Store) -> StoreAccounts:
    with store.connect() as conn:
        conn.execute(
            "INSERT INTO users (name, password_hash, role, language, minutes_a_day, created_at)"
            " VALUES ('Alice', 'hash', 'lead', 'zh_Hans', 90, %s)",
            (NOW,),
        )
    return StoreAccounts(store.connect)


def test_an_account_and_its_session(accounts: StoreAccounts) -> None:
    account = accounts.account("Alice")
    assert account
    viewer = account.viewer
    assert (viewer.name, viewer.role, viewer.language) == ("Alice", "lead", "zh_Hans")
    assert viewer.minutes_a_day == 90
    assert account.password_hash == "hash"
    assert accounts.account("alice'--") is None
    accounts.open_session(b"token", viewer.user_id, "secret", NOW, NOW + 1000)
    session = accounts.session(b"token", NOW + 999)
    assert session
    assert (session.viewer, session.csrf) == (viewer, "secret")
    assert accounts.session(b"token", NOW + 1000) is None
    assert accounts.session(b"other", NOW) is None
    accounts.close_session(b"token")
    assert accounts.session(b"token", NOW) is None


def test_a_new_session_clears_those_that_expired(accounts: StoreAccounts, store: Store) -> None:
    account = accounts.account("Alice")
    assert account
    accounts.open_session(b"old", account.viewer.user_id, "s", NOW, NOW + 10)
    accounts.open_session(b"new", account.viewer.user_id, "s", NOW + 11, NOW + 20)
    with store.connect() as conn:
        rows = conn.execute("SELECT token_hash FROM sessions").fetchall()
    assert rows == [(b"new",)]


def test_language_and_hash_can_change(accounts: StoreAccounts) -> None:
    account = accounts.account("Alice")
    assert account
    accounts.set_language(account.viewer.user_id, "en")
    accounts.set_password_hash(account.viewer.user_id, "newer")
    changed = accounts.account("Alice")
    assert changed
    assert (changed.viewer.language, changed.password_hash) == ("en", "newer")
    accounts.ping()


def test_a_dead_database_is_said(store: Store) -> None:
    broken = Store(store.dsn.replace("dbname=", "dbname=no_"), None)
    if broken.dsn == store.dsn:
        broken = Store("postgresql://nobody@127.0.0.1:1/none")
    with pytest.raises(StoreUnavailable):
        StoreAccounts(broken.connect).ping()


def test_the_listener_hears_and_comes_back_after_a_cut(store: Store) -> None:
    async def notify(sql: str) -> None:
        def run() -> None:
            with store.connect() as conn:
                conn.execute(sql)

        await asyncio.to_thread(run)

    async def play() -> list[Notice]:
        heard: asyncio.Queue[Notice] = asyncio.Queue()

        async def collect() -> None:
            async for notice in listen(store.dsn):
                heard.put_nowait(notice)

        listening = asyncio.create_task(collect())
        notices = []
        for _ in range(100):
            await notify("""SELECT pg_notify('labels', '{"customers":[4,2],"as_of":1}')""")
            await asyncio.sleep(0.02)
            if not heard.empty():
                break
        notices.append(await asyncio.wait_for(heard.get(), 5))
        await notify(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND query LIKE 'LISTEN%'"
        )
        while (notice := await asyncio.wait_for(heard.get(), 10)) != EVERYBODY:
            assert notice == Notice(frozenset([2, 4]))
        notices.append(notice)
        await notify("""SELECT pg_notify('labels', '{"customers":[5],"as_of":1}')""")
        notices.append(await asyncio.wait_for(heard.get(), 5))
        listening.cancel()
        return notices

    assert asyncio.run(play()) == [Notice(frozenset([2, 4])), EVERYBODY, Notice(frozenset([5]))]
