"""Backup and restore of the whole database, with the pg_dump that comes with Warmlist."""

from __future__ import annotations

import os
import re
import subprocess
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
_APPLIED = re.compile(r"^(\d+)\t(\d{4}_[a-z0-9_]+\.sql)\t", re.MULTILINE)


def backup(store: Store, target: Path) -> int:
    """Write everything to one new file, mode 0600; returns its size in bytes.

    It may run while others write: it is the state of one moment. An interrupted backup leaves no
    file of that name. Raises BadInput when the file exists, StoreUnavailable when pg_dump fails.
    """
    if target.exists():
        raise BadInput(f"{target} exists", hint="name a new file; a backup never replaces another")
    partial = target.with_name(f".{target.name}.partial")
    try:
        with open(partial, "wb", opener=_private) as file:
            dumped = _run(store, "pg_dump", "--format=custom", *_PLAIN, stdout=file)
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
    reader = subprocess.Popen(
        [_program("pg_restore"), *_PLAIN, "--file=-", source],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    address, environment = _without_password(store.dsn)
    writer = subprocess.Popen(
        [_program("psql"), "--no-psqlrc", "--quiet", f"--dbname={address}"],
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
    with reader, writer:
        whole = _pour(reader, writer)
        said = writer.stderr.read() if writer.stderr else b""
    if not whole:
        raise BadInput(f"{source} is not whole; nothing was changed", hint="take another backup")
    if writer.returncode != 0:
        raise _refused(said)
    return migrate(store)


def _pour(reader: subprocess.Popen[bytes], writer: subprocess.Popen[bytes]) -> bool:
    """Send the script from one to the other; it is committed only when it came to its end."""
    assert reader.stdout is not None
    assert reader.stderr is not None
    assert writer.stdin is not None
    try:
        writer.stdin.write(_BEGIN.encode())
        while piece := reader.stdout.read(1 << 20):
            writer.stdin.write(piece)
        reader.stderr.read()
        whole = reader.wait() == 0
        writer.stdin.write(b"\n\\set ON_ERROR_STOP on\nCOMMIT;\n" if whole else b"\nROLLBACK;\n")
        writer.stdin.close()
    except BrokenPipeError:  # psql stopped at an error and says it itself
        reader.kill()
        return True
    return whole


def _check(source: Path) -> None:
    """Read the backup's list of migrations, before anything is touched."""
    if not source.is_file():
        raise BadInput(f"{source} is not a file")
    listed = subprocess.run(
        [_program("pg_restore"), "--data-only", "--table=migrations", "--file=-", source],
        capture_output=True,
        check=False,
    )
    applied = _APPLIED.findall(listed.stdout.decode("utf-8", "replace"))
    if listed.returncode != 0 or not applied:
        raise BadInput(f"{source} is not a backup of Warmlist, or not a whole one")
    known = {migration.number for migration in migrations()}
    unknown = [name for number, name in applied if int(number) not in known]
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
