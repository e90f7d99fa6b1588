"""Bringing an embedded database to the major version of PostgreSQL that Warmlist brings now."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from warmlist.errors import Busy, StoreUnavailable
from warmlist.store import binaries, cluster, embedded, keeper
from warmlist.store.database import Store
from warmlist.store.place import Place, find
from warmlist.store.transfer import backup, restore


def upgrade(home: Path) -> tuple[int, int]:
    """Upgrade the embedded database of this home folder; returns (major before, major now).

    The old data stay beside the new as `data.old-<major>`. Killed at any moment, either the old or
    the whole new data are in place at the next start. Raises Busy while somebody uses the database,
    StoreUnavailable when the programs of its version are not installed.
    """
    place = find(home)
    with place.file("users.lock").open("a+") as users:
        if not keeper.try_lock(users, fcntl.LOCK_EX):
            raise Busy(f"somebody uses {place.base}", hint="stop serve and other commands first")
        place.finish_upgrade()
        before = _version(place)
        if before != binaries.MAJOR:
            _upgrade(place, before)
    return before, binaries.MAJOR


def _upgrade(place: Place, before: int) -> None:
    keeper.stop_left_over(place.data)
    dump = place.base / "upgrade.dump"
    dump.unlink(missing_ok=True)
    with _running(place, place.data, before) as address:
        backup(Store(address), dump)
    working = place.base / "data.working"
    for unfinished in (working, place.upgraded):
        shutil.rmtree(unfinished, ignore_errors=True)
    cluster.initialise(place, working)
    with _running(place, working, binaries.MAJOR) as address:
        restore(Store(address), dump)
    working.rename(place.upgraded)
    place.data.rename(place.base / f"data.old-{before}")
    place.upgraded.rename(place.data)
    dump.unlink()


def _version(place: Place) -> int:
    try:
        return int((place.data / "PG_VERSION").read_text())
    except (OSError, ValueError):
        raise StoreUnavailable(f"there is no embedded database in {place.base}") from None


@contextmanager
def _running(place: Place, data: Path, major: int) -> Iterator[str]:
    """A server for us alone on this data folder; yields the address of Warmlist's database."""
    socket = place.socket_folder()
    with place.file("server.log").open("ab") as log:
        server = subprocess.Popen(
            [
                *(place.programs(major) / "postgres", "-D", data),
                *("-c", f"unix_socket_directories={embedded.quoted(socket)}"),
                *("-c", "unix_socket_permissions=0700", "-c", "listen_addresses="),
            ],
            cwd="/",
            env=keeper.clean_environment(),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            user=place.uid,
            group=place.gid,
            extra_groups=None if place.uid is None else [],
        )
    try:
        yield _database(place, socket, server)
    finally:
        server.send_signal(keeper.FAST)
        server.wait()


def _database(place: Place, socket: Path, server: subprocess.Popen[bytes]) -> str:
    """Wait for the server, and see that Warmlist's database exists."""
    password = cluster.password(place)
    folder = os.fsencode(socket)
    while True:
        try:
            conn = psycopg.connect(embedded.address(folder, password, "postgres"), autocommit=True)
            break
        except psycopg.OperationalError:
            if server.poll() is not None:
                raise StoreUnavailable(
                    "PostgreSQL did not start", hint=f"its log is {place.base / 'server.log'}"
                ) from None
            time.sleep(0.05)
    with conn:
        embedded.create_database(conn)
    return embedded.address(folder, password, embedded.DATABASE)
