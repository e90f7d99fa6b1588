"""Making a new data folder for an embedded server."""

from __future__ import annotations

import os
import secrets
import shutil
import subprocess
from pathlib import Path

import structlog

from warmlist.errors import StoreUnavailable
from warmlist.store import binaries
from warmlist.store.keeper import clean_environment
from warmlist.store.place import Place

log = structlog.get_logger(__name__)

USER = "warmlist"
#: PostgreSQL 17 brought an own provider that sorts by code point, as C does, and still knows that
#: É is the capital of é; before that C is what sorts alike everywhere.
_BUILTIN_SINCE = 17
_LOCALE = ("--locale=C", "--encoding=UTF8", "--text-search-config=simple")
_BUILTIN_LOCALE = ("--locale-provider=builtin", "--builtin-locale=C.UTF-8")


def password(place: Place) -> str:
    """The password of the only user, made when absent; the file is our own, mode 0600."""
    file = place.file("password")
    if not (kept := file.read_text("utf-8").strip()):
        kept = secrets.token_urlsafe(32)
        file.write_text(kept + "\n", "utf-8")
    return kept


def initialise(place: Place, target: Path, major: int = binaries.MAJOR) -> None:
    """Make a data folder. It takes its name at the end, so an interrupted one leaves nothing.

    Raises StoreUnavailable with initdb's reason, such as a full disk.
    """
    fresh = target.with_name("data.new")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(mode=0o700)
    place.give(fresh)
    handed = place.file("password.handed")
    handed.write_text(password(place) + "\n", "utf-8")
    place.give(handed)
    log.info("making a new database", folder=os.fspath(target))
    try:
        done = run(
            place,
            place.programs(major) / "initdb",
            f"--pgdata={fresh}",
            f"--username={USER}",
            f"--pwfile={handed}",
            "--auth=scram-sha-256",
            *_LOCALE,
            *(_BUILTIN_LOCALE if major >= _BUILTIN_SINCE else ()),
        )
    finally:
        handed.unlink()
    if done.returncode != 0:
        reason = " ".join(done.stderr.decode("utf-8", "replace").split("\n")[-4:]).strip()
        raise StoreUnavailable(f"a new database could not be made in {place.base}: {reason}")
    fresh.rename(target)


def run(place: Place, *command: str | Path) -> subprocess.CompletedProcess[bytes]:
    """Run one of PostgreSQL's programs as the server's user."""
    return subprocess.run(
        command,
        cwd="/",
        env=clean_environment(),
        user=place.uid,
        group=place.gid,
        extra_groups=None if place.uid is None else [],
        capture_output=True,
        check=False,
    )
