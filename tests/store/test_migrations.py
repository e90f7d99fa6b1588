"""Migrations: in order, once, whole or not at all, and never changed afterwards."""

import threading

import psycopg
import pytest

from warmlist.errors import Refused, StoreUnavailable
from warmlist.settings import Settings
from warmlist.store import database
from warmlist.store.database import Migration, Store, migrate

pytestmark = pytest.mark.store

FIRST = Migration(1, "0001_first.sql", "CREATE TABLE first (n int)")
SECOND = Migration(
    2, "0002_second.sql", "CREATE TABLE second (n int); INSERT INTO first VALUES (1)"
)


@pytest.fixture
def known(monkeypatch: pytest.MonkeyPatch):
    """Sets the migrations that this version of Warmlist knows."""
    return lambda *migrations: monkeypatch.setattr(database, "migrations", lambda: list(migrations))


def tables(store: Store) -> set[str]:
    with store.connect() as conn:
        listed = conn.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        return {name for (name,) in listed}


def test_they_are_numbered_without_gaps() -> None:
    numbers = [migration.number for migration in database.migrations()]
    assert numbers == list(range(1, len(numbers) + 1))


def test_the_real_ones_apply_to_an_empty_database(empty_store: Store) -> None:
    assert migrate(empty_store) == [migration.name for migration in database.migrations()]
    assert {"events", "customers", "assignments"} <= tables(empty_store)


def test_they_are_applied_once_and_in_order(empty_store: Store, known) -> None:
    known(FIRST)
    assert migrate(empty_store) == ["0001_first.sql"]
    known(FIRST, SECOND)
    assert migrate(empty_store) == ["0002_second.sql"]
    assert migrate(empty_store) == []
    assert tables(empty_store) == {"migrations", "first", "second"}


def test_a_failing_one_leaves_nothing_and_keeps_those_before(empty_store: Store, known) -> None:
    known(FIRST, Migration(2, "0002_bad.sql", "CREATE TABLE half (n int); SELECT 1 / 0"))
    with pytest.raises(psycopg.errors.DivisionByZero):
        migrate(empty_store)
    assert tables(empty_store) == {"migrations", "first"}
    known(FIRST, SECOND)
    assert migrate(empty_store) == ["0002_second.sql"]


def test_a_changed_one_is_refused(empty_store: Store, known) -> None:
    known(FIRST)
    migrate(empty_store)
    known(Migration(1, "0001_first.sql", "CREATE TABLE first (n bigint)"), SECOND)
    with pytest.raises(Refused, match=r"0001_first\.sql was changed"):
        migrate(empty_store)
    assert "second" not in tables(empty_store)


def test_a_database_of_a_newer_version_is_refused(empty_store: Store, known) -> None:
    known(FIRST, SECOND)
    migrate(empty_store)
    known(FIRST)
    with pytest.raises(Refused, match=r"0002_second\.sql.*newer version"):
        migrate(empty_store)


def test_starters_wait_for_each_other(empty_store: Store, known) -> None:
    known(FIRST, Migration(2, "0002_slow.sql", "SELECT pg_sleep(0.3); CREATE TABLE slow (n int)"))
    applied: list[str] = []
    starters = [
        threading.Thread(target=lambda: applied.extend(migrate(empty_store))) for _ in range(4)
    ]
    for starter in starters:
        starter.start()
    for starter in starters:
        starter.join()
    assert applied == ["0001_first.sql", "0002_slow.sql"]


def test_a_given_database_is_used(store: Store) -> None:
    given = database.open_store(Settings(database_url=store.dsn))
    assert given.embedded is None
    assert "events" in tables(given)


def test_a_database_that_is_not_there_is_named_without_its_password() -> None:
    settings = Settings(database_url="postgresql://shop:geheim@127.0.0.1:1/warm")
    with pytest.raises(StoreUnavailable, match=r"127\.0\.0\.1.*warm") as failure:
        database.open_store(settings)
    assert "geheim" not in str(failure.value)


def test_an_address_that_is_none_is_not_repeated() -> None:
    with pytest.raises(StoreUnavailable, match="WARMLIST_DATABASE_URL") as failure:
        database.open_store(Settings(database_url="postgresql://shop:geheim@[/warm"))
    assert "geheim" not in str(failure.value)


async def _ask(store: Store) -> object:
    async with store.async_pool(max_size=2) as pool, pool.connection() as conn:
        cursor = await conn.execute("SELECT current_setting('TimeZone')")
        return await cursor.fetchone()


def test_the_pool_serves_asyncio(store: Store) -> None:
    import asyncio

    assert asyncio.run(_ask(store)) == ("UTC",)
