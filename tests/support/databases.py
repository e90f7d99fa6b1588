"""Fresh databases for tests: one server for the whole run, one database a test.

The server is the embedded one, shared by all workers of pytest-xdist, or the one that
WARMLIST_TEST_DATABASE_URL names (its user must be allowed to create databases).
"""

from __future__ import annotations

import hashlib
import os
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from warmlist.settings import Settings
from warmlist.store import database
from warmlist.store.database import Store
from warmlist.store.embedded import Embedded

#: What a test server may do and a real one must not: a crash of the machine ends the tests anyway.
FAST = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
_TEMPLATE_LOCK = 7_241_893_306


@contextmanager
def server() -> Iterator[str]:
    """The address of a database on the test server, from which further ones are created."""
    given = os.environ.get("WARMLIST_TEST_DATABASE_URL")
    if given:
        yield given
        return
    home = _shared_home()
    embedded = Embedded(home, options=FAST)
    try:
        yield embedded.dsn("postgres")
    finally:
        embedded.close()
        if not (embedded.base / "data" / "postmaster.pid").exists():
            shutil.rmtree(home, ignore_errors=True)


def _shared_home() -> Path:
    """One folder a test run: xdist tells its workers the same run id. Short, and not below a closed
    folder, since the server may run as another user."""
    run = os.environ.get("PYTEST_XDIST_TESTRUNUID") or secrets.token_hex(8)
    home = Path(tempfile.gettempdir()) / f"warmlist-tests-{run[:16]}"
    home.mkdir(mode=0o711, exist_ok=True)
    return home


@contextmanager
def reachable_folder() -> Iterator[Path]:
    """A new folder that every user can enter, removed afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="warmlist-test-"))
    folder.chmod(0o711)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def template(address: str) -> str:
    """The name of a migrated database to clone; made by the first who asks."""
    name = f"warmlist_template_{_fingerprint()}"
    with psycopg.connect(address, autocommit=True) as conn:
        conn.execute("SELECT pg_advisory_lock(%s)", (_TEMPLATE_LOCK,))
        if _exists(conn, name):
            return name
        making = f"{name}_making"
        _drop(conn, making)
        _create(conn, making, "template0")
        store = database.open_store(Settings(database_url=_named(address, making)))
        database.migrate(store)
        rename = sql.SQL("ALTER DATABASE {} RENAME TO {}")
        conn.execute(rename.format(sql.Identifier(making), sql.Identifier(name)))
    return name


@contextmanager
def fresh(address: str, source: str = "template0") -> Iterator[Store]:
    """A database of its own, cloned from `source`, dropped afterwards."""
    name = f"warmlist_test_{secrets.token_hex(8)}"
    with psycopg.connect(address, autocommit=True) as conn:
        _create(conn, name, source)
        try:
            with Store(_named(address, name)) as store:
                yield store
        finally:
            _drop(conn, name)


def _fingerprint() -> str:
    """Changes with the migrations, so that a server that stays never lends an old schema."""
    checksums = "".join(migration.checksum for migration in database.migrations())
    return hashlib.sha256(checksums.encode()).hexdigest()[:12]


def _named(address: str, name: str) -> str:
    """The same address with another database."""
    told = conninfo_to_dict(address)

    def part(key: str) -> str:
        return quote(str(told.get(key) or ""), safe="")

    login = f"{part('user')}:{part('password')}@" if told.get("password") else f"{part('user')}@"
    return f"postgresql://{login}/{name}?host={part('host')}&port={told.get('port') or 5432}"


def _exists(conn: psycopg.Connection, name: str) -> bool:
    found = conn.execute("SELECT 1 FROM pg_database WHERE datname = %s", (name,))
    return found.fetchone() is not None


def _create(conn: psycopg.Connection, name: str, source: str) -> None:
    """Copying files is three times faster here than writing a log of the copy."""
    command = sql.SQL("CREATE DATABASE {} TEMPLATE {} ENCODING 'UTF8' STRATEGY FILE_COPY")
    conn.execute(command.format(sql.Identifier(name), sql.Identifier(source)))


def _drop(conn: psycopg.Connection, name: str) -> None:
    conn.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
