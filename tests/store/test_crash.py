"""Killed at the worst moment: the server, its keeper, its owner, a migration."""

import asyncio
import contextlib
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from support import processes
from warmlist.settings import Settings
from warmlist.store.database import Store, open_store

pytestmark = pytest.mark.crash

COUNT = """
    import sys
    from pathlib import Path
    from warmlist.settings import Settings
    from warmlist.store.database import open_store
    store = open_store(Settings(home=Path(sys.argv[1])))
    with store.connect() as conn:
        conn.execute("CREATE TABLE IF NOT EXISTS numbers (n int)")
        conn.commit()
        for n in range(100_000):
            conn.execute("INSERT INTO numbers VALUES (%s)", (n,))
            conn.commit()
            print(n, flush=True)
"""

MIGRATE_SLOWLY = """
    import sys, time
    from warmlist.settings import Settings
    from warmlist.store import database
    slow = database.Migration(1, "0001_slow.sql", "CREATE TABLE half (n int); SELECT pg_sleep(60)")
    database.migrations = lambda: [slow]
    database.migrate(database.open_store(Settings(database_url=sys.argv[1])))
"""


@contextlib.contextmanager
def opened(home: Path) -> Iterator[Store]:
    with open_store(Settings(home=home)) as store:
        yield store


def numbers(store: Store) -> int:
    with store.connect() as conn:
        row = conn.execute("SELECT count(*) FROM numbers").fetchone()
    return row[0] if row else 0


def counted(process: processes.Process, enough: int) -> int:
    """Let the process commit this many rows; returns the last number that it saw committed."""
    assert processes.hears(process, str(enough))
    return enough


def test_nothing_committed_is_lost_when_postgresql_is_killed(home: Path) -> None:
    with opened(home) as store:
        base = store.embedded.base
        with processes.running(COUNT, home) as writer:
            last = counted(writer, 200)
            before = processes.server(base)
            processes.kill(before)
            assert numbers(store) > last, "connect waits until it runs again"
        assert processes.server(base) != before
        assert "started again" in (base / "server.log").read_text()


def test_a_killed_session_harms_no_other(home: Path) -> None:
    with opened(home) as store:
        with store.connect() as victim:
            row = victim.execute("SELECT pg_backend_pid()").fetchone()
            processes.kill(row[0])
            with pytest.raises(psycopg.OperationalError):
                victim.execute("SELECT 1")
        with store.connect() as conn:
            assert conn.execute("SELECT 1").fetchone() == (1,)


def test_the_server_does_not_outlive_a_killed_owner(home: Path) -> None:
    with processes.running(COUNT, home) as owner:
        last = counted(owner, 200)
        base = home / "postgres"
        assert processes.server(base)
        owner.kill()
        assert processes.eventually(lambda: processes.server(base) is None)
        assert processes.eventually(lambda: processes.keeper_of(base) is None)
    with opened(home) as store:
        assert numbers(store) > last


def test_the_server_does_not_outlive_a_killed_keeper(home: Path) -> None:
    with opened(home) as store:
        base = store.embedded.base
        before = processes.server(base)
        processes.kill(processes.keeper_of(base))
        assert processes.eventually(lambda: processes.server(base) != before)
        with store.connect() as conn:
            assert conn.execute("SELECT 1").fetchone() == (1,)
        assert processes.server(base) not in (None, before)
    assert processes.server(base) is None


async def _survives(store: Store, base: Path) -> tuple[object, ...] | None:
    async with store.async_pool(max_size=2) as pool:
        async with pool.connection() as conn:
            await conn.execute("SELECT 1")
        processes.kill(processes.keeper_of(base))
        assert processes.eventually(lambda: processes.server(base) is None)
        async with pool.connection(timeout=30) as conn:
            return await (await conn.execute("SELECT 2")).fetchone()


def test_a_pool_outlives_a_killed_keeper(home: Path) -> None:
    with opened(home) as store:
        assert asyncio.run(_survives(store, store.embedded.base)) == (2,)


def test_everything_killed_at_once(home: Path) -> None:
    with processes.running(COUNT, home) as owner:
        last = counted(owner, 500)
        base = home / "postgres"
        server = processes.server(base)
        processes.kill(processes.keeper_of(base))
        processes.kill(server)
        owner.kill()
    with opened(home) as store:
        assert numbers(store) > last


def test_a_server_that_was_left_over_is_replaced(home: Path) -> None:
    """As on a system that does not tell the server of its keeper's death."""
    with opened(home) as store:
        base = store.embedded.base
        server = processes.server(base)
        os.kill(server, signal.SIGSTOP)  # it cannot follow the order to stop
        processes.kill(processes.keeper_of(base))
    os.kill(server, signal.SIGCONT)
    with opened(home) as store:
        assert processes.server(base) not in (None, server)


def test_the_number_of_a_server_that_is_gone_may_be_another_process(home: Path) -> None:
    with opened(home) as store:
        base = store.embedded.base
    with processes.running("import sys; sys.stdin.read()") as innocent:
        (base / "data/postmaster.pid").write_text(f"{innocent.pid}\n{base}/data\n")
        with opened(home) as store, store.connect() as conn:
            assert conn.execute("SELECT 1").fetchone() == (1,)
        assert innocent.poll() is None


def test_a_migration_killed_in_the_middle_leaves_nothing(empty_store: Store) -> None:
    with psycopg.connect(empty_store.dsn, autocommit=True) as watcher:
        sleeping = "SELECT 1 FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND datname = "
        with processes.running(MIGRATE_SLOWLY, empty_store.dsn) as migrating:
            assert processes.eventually(
                lambda: watcher.execute(sleeping + "current_database()").fetchone()
            )
            migrating.kill()
        watcher.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
            " WHERE wait_event = 'PgSleep' AND datname = current_database()"
        )
        assert watcher.execute("SELECT to_regclass('half')").fetchone() == (None,)
        assert watcher.execute("SELECT count(*) FROM migrations").fetchone() == (0,)
