"""Backup and restore of the whole database, with the pg_dump that comes with Warmlist."""

from __future__ import annotations

import contextlib
import gzip
import itertools
import os
import re
import shutil
import subprocess
import zlib
from pathlib import Path
from typing import IO

from psycopg.conninfo import conninfo_to_dict, make_conninfo

from warmlist.errors import BadInput, Busy, Refused, StoreUnavailable, WarmlistError
from warmlist.store import binaries
from warmlist.store.database import Store, migrate, migrations

#: How long a restore waits for those who still use the tables, milliseconds.
_LOCK_TIMEOUT = 10_000
#: Errors are told as their five-character code: no language, and no rows of customers.
_BEGIN = f"""\\set ON_ERROR_STOP on
\\set VERBOSITY sqlstate
SET lock_timeout = {_LOCK_TIMEOUT};
BEGIN;
DROP SCHEMA public CASCADE;
CREATE SCHEMA public AUTHORIZATION pg_database_owner;
"""
#: Where the list of migrations begins, which says what version of Warmlist wrote a backup.
_MIGRATIONS = b"COPY public.migrations (number, name, checksum) FROM stdin;"
_LAST_WORDS = b"-- PostgreSQL database dump complete"
#: Rows of another cluster may name transactions that are still to come here; the mirror, which takes
#: settled ones only, would leave them out for as long.
_SETTLE = b"""
UPDATE public.events SET tx = DEFAULT WHERE tx > pg_current_xact_id();
UPDATE public.signals SET tx = DEFAULT WHERE tx > pg_current_xact_id();
"""

#: pg_dump begins with settings of the session; older servers refuse this one.
_UNKNOWN_BEFORE_17 = b"SET transaction_timeout ="
_HEAD_LINES = 20


def backup(store: Store, target: Path) -> int:
    """Write everything to one new file (SQL, gzip), mode 0600; returns its size in bytes.

    It may run while others write: it is the state of one moment. An interrupted backup leaves no
    file of that name. Raises BadInput when the file exists, StoreUnavailable when pg_dump fails.
    """
    if target.exists():
        raise BadInput(f"{target} exists", hint="name a new file; a backup never replaces another")
    partial = target.with_name(f".{target.name}.partial")
    try:
        with open(partial, "wb", opener=_private) as file:
            dumped = _run(store, "pg_dump", "--compress=gzip", *_PLAIN, stdout=file)
            os.fsync(file.fileno())
        if dumped.returncode != 0:
            raise _failed("the backup", dumped.stderr)
        partial.rename(target)
    except OSError as error:
        raise BadInput(f"{target} cannot be written: {error.strerror}") from None
    finally:
        partial.unlink(missing_ok=True)
    return target.stat().st_size


def restore(store: Store, source: Path) -> list[str]:
    """Replace everything in the database by what a backup holds, in one transaction.

    Then migrate; returns the migrations that the backup did not have yet. Open the store with
    `serving=True`, so that no `serve` works on it meanwhile. Raises BadInput for a file that is no
    whole backup, Refused for one of a newer Warmlist; then nothing was changed.
    """
    _check(source)
    address, environment = _without_password(store.dsn)
    with subprocess.Popen(
        [_program("psql"), "--no-psqlrc", "--quiet", f"--dbname={address}"],
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    ) as psql:
        _pour(source, psql)
        said = psql.stderr.read() if psql.stderr else b""
    if psql.returncode != 0:
        raise _refused(said)
    return migrate(store)


def _pour(source: Path, psql: subprocess.Popen[bytes]) -> None:
    """Send the script; without its last line, COMMIT, nothing of it stays."""
    assert psql.stdin is not None
    try:
        with gzip.open(source) as script:
            psql.stdin.write(_BEGIN.encode())
            for line in itertools.islice(script, _HEAD_LINES):
                if not line.startswith(_UNKNOWN_BEFORE_17):
                    psql.stdin.write(line)
            shutil.copyfileobj(script, psql.stdin, 1 << 20)
            psql.stdin.write(_SETTLE)
            psql.stdin.write(b"\nCOMMIT;\n")
        psql.stdin.close()
    except BrokenPipeError:  # psql stopped at an error and says it itself
        with contextlib.suppress(BrokenPipeError):
            psql.stdin.close()


def _check(source: Path) -> None:
    """Read the whole backup, its checksum included, before anything is touched."""
    applied: list[str] = []
    listing, end = False, b""
    try:
        with gzip.open(source) as script:
            for line in script:
                if listing:
                    listing = line != b"\\.\n"
                    applied += [line.decode().split("\t")[1]] if listing else []
                elif line.startswith(_MIGRATIONS):
                    listing = True
                elif line.startswith(b"--"):
                    end = line.rstrip() if len(line) > 3 else end
    except OSError as error:
        raise BadInput(f"{source} cannot be read: {error.strerror or 'no backup'}") from None
    except (EOFError, zlib.error):
        raise BadInput(f"{source} is not whole; nothing was changed", hint="take another") from None
    if end != _LAST_WORDS or not applied:
        raise BadInput(f"{source} is not a whole backup of Warmlist; nothing was changed")
    known = {migration.name for migration in migrations()}
    unknown = [name for name in applied if name not in known]
    if unknown:
        raise Refused(
            f"{source} was written by a newer Warmlist (it has migration {unknown[0]})",
            hint="restore it with that version",
        )


_PLAIN = ("--no-owner", "--no-privileges")


def _run(
    store: Store, program: str, *arguments: str, stdout: IO[bytes]
) -> subprocess.CompletedProcess[bytes]:
    address, environment = _without_password(store.dsn)
    return subprocess.run(
        [_program(program), *arguments, f"--dbname={address}"],
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=stdout,
        stderr=subprocess.PIPE,
        check=False,
    )


def _program(name: str) -> Path:
    return binaries.folder() / name


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _without_password(dsn: str) -> tuple[str, dict[str, str]]:
    """An address that may be seen in the list of processes, and the environment for the rest."""
    told = conninfo_to_dict(dsn)
    secret = told.pop("password", None)
    kept = {name: value for name, value in os.environ.items() if not name.startswith("WARMLIST_")}
    if secret is not None:
        kept["PGPASSWORD"] = str(secret)
    return make_conninfo("", **told), kept


def _refused(said: bytes) -> WarmlistError:
    """Why psql stopped, by PostgreSQL's code."""
    found = re.search(rb"(?:ERROR|FATAL): +([0-9A-Z]{5})", said)
    code = found[1].decode() if found else "unknown"
    if code == "55P03":
        return Busy("others use the tables; nothing was changed", hint="stop serve and workers")
    if code == "42501":
        return Refused(
            "this database user may not replace the schema `public`; nothing was changed",
            hint="use the owner of the database in WARMLIST_DATABASE_URL",
        )
    return StoreUnavailable(
        f"the restore failed with PostgreSQL's error {code}; nothing was changed"
    )


def _failed(what: str, said: bytes) -> WarmlistError:
    """The first error of PostgreSQL's program."""
    lines = said.decode("utf-8", "replace").splitlines()
    reason = next((line for line in lines if "error:" in line), "no reason given")
    return StoreUnavailable(f"{what} failed: {reason}")
