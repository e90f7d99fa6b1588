"""The store: one PostgreSQL, embedded or given, and its numbered migrations."""

from __future__ import annotations

import asyncio
import hashlib
import re
from dataclasses import dataclass, field
from importlib import resources
from typing import Any

import psycopg
import structlog
from psycopg_pool import AsyncConnectionPool

from warmlist.errors import BadSettings, Refused, StoreUnavailable
from warmlist.settings import Settings
from warmlist.store.closing import Closing
from warmlist.store.embedded import Embedded

log = structlog.get_logger(__name__)

OLDEST_POSTGRES = 15
#: Everybody who migrates takes this advisory lock first; the number has no other meaning.
_MIGRATION_LOCK = 7_241_893_305
_MIGRATION_FILE = re.compile(r"(\d{4})_[a-z0-9_]+\.sql")
_CREATE_MIGRATIONS = """
CREATE TABLE IF NOT EXISTS migrations (     -- what was done to this database, in order
  number int PRIMARY KEY,
  name text NOT NULL,                       -- of the file
  checksum text NOT NULL                    -- SHA-256 of the file, so that a changed one is noticed
)
"""


@dataclass(frozen=True, slots=True)
class Store(Closing):
    """How to reach the database. `dsn` is a libpq URI for psycopg and ADBC; it holds a password."""

    dsn: str = field(repr=False)
    embedded: Embedded | None = field(default=None, repr=False)

    def connect(self) -> psycopg.Connection[tuple[Any, ...]]:
        """A new connection, in a transaction from its first statement. Raises StoreUnavailable."""
        try:
            return psycopg.connect(self.dsn, **_SESSION)
        except (psycopg.OperationalError, psycopg.ProgrammingError):
            if self.embedded is None:
                raise _unreachable(self.dsn) from None
        self.embedded.ensure_running()
        try:
            return psycopg.connect(self.dsn, **_SESSION)
        except psycopg.OperationalError:
            raise _unreachable(self.dsn) from None

    def async_pool(
        self, *, min_size: int = 1, max_size: int = 10
    ) -> AsyncConnectionPool[psycopg.AsyncConnection[tuple[Any, ...]]]:
        """A pool for asyncio, not yet open: `async with store.async_pool() as pool`."""
        return AsyncConnectionPool(
            self._address_of_a_running_server,
            kwargs=_SESSION,
            min_size=min_size,
            max_size=max_size,
            check=AsyncConnectionPool.check_connection,
            open=False,
        )

    async def _address_of_a_running_server(self) -> str:
        if self.embedded is not None:
            await asyncio.to_thread(self.embedded.start_unless_running)
        return self.dsn

    def close(self) -> None:
        """Leave the embedded server; it stops when nobody else uses it."""
        if self.embedded is not None:
            self.embedded.close()


_SESSION: dict[str, Any] = {
    "autocommit": False,
    "application_name": "warmlist",
    "options": "-c timezone=UTC -c client_encoding=UTF8",
    "connect_timeout": 10,
}


def open_store(settings: Settings, *, serving: bool = False) -> Store:
    """The store of these settings; starts the embedded PostgreSQL when no database is given.

    serving: `serve` claims the embedded database for itself (other commands may still use it);
    Busy when another `serve` has it. The caller closes the store, or uses it in `with`.
    """
    if settings.database_url is None:
        embedded = Embedded(settings.home, serving=serving)
        return Store(embedded.dsn(), embedded)
    store = Store(settings.database_url.get_secret_value())
    with store.connect() as conn:
        _check_server(conn)
    return store


def migrate(store: Store) -> list[str]:
    """Bring the database to the newest schema; returns the names of the migrations just applied.

    Each migration is one transaction together with its entry in `migrations`. Starters wait for
    each other. Refused when an applied migration was changed, or is unknown to this version.
    """
    applied: list[str] = []
    with store.connect() as conn:
        conn.autocommit = True
        conn.execute("SELECT pg_advisory_lock(%s)", (_MIGRATION_LOCK,))
        conn.execute(_CREATE_MIGRATIONS)
        done = {
            number: (name, checksum)
            for number, name, checksum in conn.execute(
                "SELECT number, name, checksum FROM migrations"
            )
        }
        known = migrations()
        _check_applied(done, known)
        for migration in known:
            if migration.number not in done:
                _apply(conn, migration)
                applied.append(migration.name)
    return applied


@dataclass(frozen=True, slots=True)
class Migration:
    """One numbered SQL file."""

    number: int
    name: str
    sql: str

    @property
    def checksum(self) -> str:
        return hashlib.sha256(self.sql.encode()).hexdigest()


def migrations() -> list[Migration]:
    """All migrations of this version, in order."""
    folder = resources.files("warmlist") / "store" / "migrations"
    found = [
        Migration(int(match[1]), file.name, file.read_text("utf-8"))
        for file in folder.iterdir()
        if (match := _MIGRATION_FILE.fullmatch(file.name))
    ]
    return sorted(found, key=lambda migration: migration.number)


def _apply(conn: psycopg.Connection[tuple[Any, ...]], migration: Migration) -> None:
    with conn.transaction():
        conn.execute(migration.sql)
        conn.execute(
            "INSERT INTO migrations (number, name, checksum) VALUES (%s, %s, %s)",
            (migration.number, migration.name, migration.checksum),
        )
    log.info("migrated the database", migration=migration.name)


def _check_applied(done: dict[int, tuple[str, str]], known: list[Migration]) -> None:
    ours = {migration.number: migration for migration in known}
    for number, (name, checksum) in sorted(done.items()):
        if number not in ours:
            raise Refused(
                f"the database has migration {name}, which this version of Warmlist does not know",
                hint="a newer version wrote it: install that one",
            )
        if ours[number].checksum != checksum:
            raise Refused(
                f"migration {name} was changed after it was applied to this database",
                hint="restore the file, and write the change as a new migration",
            )


def _check_server(conn: psycopg.Connection[tuple[Any, ...]]) -> None:
    version = conn.info.server_version
    if version < OLDEST_POSTGRES * 10_000:
        raise BadSettings(
            f"WARMLIST_DATABASE_URL: the server is PostgreSQL {version // 10_000}",
            hint=f"Warmlist needs {OLDEST_POSTGRES} or newer",
        )
    encoding = conn.info.parameter_status("server_encoding")
    if encoding != "UTF8":
        raise BadSettings(
            f"WARMLIST_DATABASE_URL: the database is encoded in {encoding}",
            hint="create it with: createdb --encoding=UTF8 --template=template0 NAME",
        )


def _unreachable(dsn: str) -> StoreUnavailable:
    """Without the reason of libpq's message: it can repeat the password's neighbours in the URI."""
    try:
        told = psycopg.conninfo.conninfo_to_dict(dsn)
    except psycopg.ProgrammingError:
        return StoreUnavailable(
            "the database address cannot be read",
            hint="write WARMLIST_DATABASE_URL as postgresql://user:password@host:5432/name",
        )
    where = f"{told.get('host', 'localhost')}, database {told.get('dbname', 'of the same name')}"
    return StoreUnavailable(
        f"PostgreSQL at {where} cannot be reached",
        hint="check that it runs and that WARMLIST_DATABASE_URL is right",
    )
