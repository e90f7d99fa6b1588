"""The private PostgreSQL that runs when no WARMLIST_DATABASE_URL is set.

It listens on a socket only, in a folder of mode 0700, and asks for a password that lies beside it.
Whoever uses it holds a shared lock; `keeper` starts it for the first and stops it after the last.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Any
from urllib.parse import quote

import psycopg
import structlog
from psycopg import sql

from warmlist.errors import Busy, StoreUnavailable
from warmlist.store import cluster, keeper
from warmlist.store.binaries import MAJOR
from warmlist.store.place import find

log = structlog.get_logger(__name__)

DATABASE = "warmlist"

#: For a machine of 2 cores that holds 100,000 customers, beside DuckDB. Durability is the default:
#: fsync, full_page_writes and synchronous_commit stay on. The log gets no statements and no values
#: of rows, since those are personal data.
OPTIONS = {
    "listen_addresses": "",
    "max_connections": "100",
    "effective_cache_size": "1GB",
    "work_mem": "16MB",
    "maintenance_work_mem": "128MB",
    "max_wal_size": "2GB",
    "wal_compression": "pglz",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "random_page_cost": "1.1",
    "jit": "off",
    # Parallel workers need /dev/shm, which is small in containers; DuckDB does the heavy reading.
    "max_parallel_workers_per_gather": "0",
    "max_parallel_maintenance_workers": "0",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_min_messages": "log",
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "log_checkpoints": "off",
    "log_autovacuum_min_duration": "-1",
}
_LARGEST_LOG = 5_000_000
#: PostgreSQL's own memory for pages, in MB: an eighth of the machine's, within these.
_LEAST_BUFFERS, _MOST_BUFFERS = 128, 2_048


class Embedded:
    """One process's use of an embedded server; the server runs at least until `close`."""

    def __init__(
        self, home: Path, *, serving: bool = False, options: Mapping[str, str] | None = None
    ) -> None:
        """Join the server of this home folder, starting it when nobody has.

        serving: claim the one place of `serve`; Busy when another process holds it. options:
        configuration that replaces `OPTIONS` if this call starts the server. Waits without limit
        for a server that recovers. Raises StoreUnavailable when it does not start.
        """
        self._options = {**OPTIONS, "shared_buffers": f"{_buffers()}MB", **(options or {})}
        self._place = find(home)
        self._process = os.getpid()
        self._serving = self._claim_serve() if serving else None
        self._users = self._place.file("users.lock").open("a+")
        try:
            fcntl.flock(self._users, fcntl.LOCK_SH)  # waits for a server that is being stopped
            self.start_unless_running()
            self._wait_until_ready()
            with psycopg.connect(self.dsn("postgres"), autocommit=True) as conn:
                create_database(conn)
        except BaseException:
            self.close()
            raise

    @property
    def base(self) -> Path:
        """The folder of the database, its log and its locks."""
        return self._place.base

    def dsn(self, database: str = DATABASE) -> str:
        """A libpq URI, password included, for psycopg and ADBC alike."""
        folder = os.fsencode(self._socket_folder() or self.base)
        return address(folder, cluster.password(self._place), database)

    def start_unless_running(self) -> None:
        """Start the server if it has no keeper, as after the keeper was killed; does not wait."""
        with self._place.file("start.lock").open("a+") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            if self._is_kept():
                return
            data = self._place.data
            keeper.stop_left_over(data)
            self._place.finish_upgrade()
            if not data.exists():
                cluster.initialise(self._place, data)
            self._check_version()
            self._start_keeper()

    def ensure_running(self) -> None:
        """Return when the server answers; starts it again when its keeper was killed."""
        self.start_unless_running()
        self._wait_until_ready()

    def close(self) -> None:
        """Leave the server; returns after it has stopped when nobody else uses it."""
        if self._process != os.getpid():
            return  # a fork: the server is its parent's
        if self._serving is not None:
            self._serving.close()
        if self._users.closed:
            return
        fcntl.flock(self._users, fcntl.LOCK_UN)
        until = time.monotonic() + 20 * keeper.LOOK_EVERY
        while self._is_kept() and time.monotonic() < until:
            if not keeper.try_lock(self._users, fcntl.LOCK_SH):
                fcntl.flock(self._users, fcntl.LOCK_SH)  # it is being stopped: wait for the end
                break
            fcntl.flock(self._users, fcntl.LOCK_UN)
            time.sleep(keeper.LOOK_EVERY)
        self._users.close()

    def _claim_serve(self) -> IO[str]:
        file = self._place.file("serve.lock").open("r+")
        if not keeper.try_lock(file, fcntl.LOCK_EX):
            holder = file.read().strip()
            file.close()
            raise Busy(
                f"another `warmlist serve` (process {holder or 'unknown'}) uses {self.base.parent}",
                hint="stop it, or give this one another folder with WARMLIST_HOME",
            )
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        return file

    def _is_kept(self) -> bool:
        with self._place.file("keeper.lock").open("a+") as file:
            return not keeper.try_lock(file, fcntl.LOCK_SH)

    def _check_version(self) -> None:
        found = (self._place.data / "PG_VERSION").read_text().strip()
        if found != str(MAJOR):
            raise StoreUnavailable(
                f"the data in {self._place.data} is of PostgreSQL {found}, "
                f"this Warmlist brings PostgreSQL {MAJOR}",
                hint="run: warmlist upgrade",
            )

    def _start_keeper(self) -> None:
        server_log = self._place.file("server.log")
        if server_log.stat().st_size > _LARGEST_LOG:
            server_log.rename(server_log.with_suffix(".log.1"))
            self._place.file("server.log")
        socket = self._place.socket_folder()
        plan = keeper.Plan(
            base=str(self.base),
            data=str(self._place.data),
            socket=str(socket),
            program=str(self._place.programs() / "postgres"),
            options=(
                ("unix_socket_directories", quoted(socket)),
                ("unix_socket_permissions", "0700"),
                *self._options.items(),
            ),
            uid=self._place.uid,
            gid=self._place.gid,
        )
        subprocess.run(
            [sys.executable, "-P", "-m", keeper.__name__, plan.to_json()],
            cwd="/",
            env=_keeper_environment(),
            stdin=subprocess.DEVNULL,
            check=True,
        )

    def _socket_folder(self) -> str | None:
        """What the running server wrote down itself (line 5 of its file); None before it did."""
        try:
            lines = os.fsdecode((self._place.data / "postmaster.pid").read_bytes()).split("\n")
        except OSError:
            return None
        return lines[4] if len(lines) > 5 and lines[4] else None

    def _wait_until_ready(self) -> None:
        began = told = time.monotonic()
        while not self._answers():
            if not self._is_kept():
                raise StoreUnavailable(
                    f"the embedded PostgreSQL did not start: {self._last_words()}",
                    hint=f"its log is {self.base / 'server.log'}",
                )
            now = time.monotonic()
            if now - told > (2 if told == began else 15):
                log.warning(
                    "PostgreSQL is recovering what it had not yet written; waiting",
                    seconds=round(now - began),
                )
                told = now
            time.sleep(0.02)

    def _answers(self) -> bool:
        if self._socket_folder() is None:
            return False
        try:
            psycopg.connect(self.dsn("postgres")).close()
        except psycopg.OperationalError as error:
            if "authentication failed" in str(error):
                raise StoreUnavailable(
                    f"PostgreSQL does not accept the password in {self.base / 'password'}",
                    hint="put the file back that belongs to this data folder",
                ) from None
            return "too many clients" in str(error)
        return True

    def _last_words(self) -> str:
        lines = (self.base / "server.log").read_text("utf-8", "replace").splitlines()
        fatal = [line for line in lines[-30:] if "FATAL" in line or "PANIC" in line]
        return (fatal or lines or ["it wrote nothing"])[-1]


def create_database(conn: psycopg.Connection[tuple[Any, ...]]) -> None:
    """Create Warmlist's own database unless it exists. conn: autocommit."""
    found = conn.execute("SELECT 1 FROM pg_database WHERE datname = %s", (DATABASE,))
    if found.fetchone() is None:
        with contextlib.suppress(psycopg.errors.DuplicateDatabase, psycopg.errors.UniqueViolation):
            conn.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(DATABASE)))


def address(folder: bytes, password: str, database: str) -> str:
    """A libpq URI for a socket folder; any byte may be in its path."""
    login = f"{cluster.USER}:{quote(password, safe='')}"
    name, host = quote(database, safe=""), quote(folder, safe="")
    return f"postgresql://{login}@/{name}?host={host}&port=5432"


def quoted(folder: Path) -> str:
    """As an entry of PostgreSQL's lists of names, where comma and space would part it."""
    return '"' + str(folder).replace('"', '""') + '"'


def _keeper_environment() -> dict[str, str]:
    """The keeper outlives its starter's secrets: it gets what Python needs, no settings."""
    kept = {name: value for name, value in os.environ.items() if name.startswith("PYTHON")}
    return {**keeper.clean_environment(), **kept, "PYTHONUTF8": "1"}


def _buffers() -> int:
    """How many MB PostgreSQL keeps pages in; a container's limit counts as the machine's memory."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    with contextlib.suppress(OSError, ValueError):  # "max" where there is no limit
        memory = min(memory, int(Path("/sys/fs/cgroup/memory.max").read_text()))
    return max(_LEAST_BUFFERS, min(_MOST_BUFFERS, memory // 8 // 2**20))
