"""Where an embedded database lies, and as whom its server runs."""

from __future__ import annotations

import contextlib
import hashlib
import os
import pwd
import stat
import sys
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path

import structlog

from warmlist.errors import BadSettings
from warmlist.store import binaries

log = structlog.get_logger(__name__)

#: Where the system keeps programs' data; used only by root, when `home` is closed to the server.
SYSTEM_STATE = Path("/var/lib/warmlist")
#: Users to run the server as when Warmlist is root, best first.
_UNPRIVILEGED = ("warmlist", "postgres", "nobody")
_SOCKET_NAME = "/.s.PGSQL.5432"
#: Longest path of a Unix socket in bytes (sun_path without its closing zero).
_LONGEST_SOCKET = 103 if sys.platform == "darwin" else 107


@dataclass(frozen=True, slots=True)
class Place:
    """The folder of one embedded database.

    `base` holds our locks, password and log, readable by us alone; the server's user owns only the
    folders `data` and `socket` in it, both of mode 0700.
    """

    base: Path
    uid: int | None = None  # user to run the server as; None = this process's
    gid: int | None = None

    @property
    def data(self) -> Path:
        return self.base / "data"

    @property
    def upgraded(self) -> Path:
        """A data folder that `upgrade` has finished and is about to put in the old one's place."""
        return self.base / "data.upgraded"

    def finish_upgrade(self) -> None:
        """Take the last step of an upgrade that was interrupted after the old data made room."""
        if not self.data.exists() and self.upgraded.exists():
            self.upgraded.rename(self.data)

    def file(self, name: str) -> Path:
        """A file of ours in `base`, made when absent, mode 0600."""
        path = self.base / name
        if not path.exists():
            owner = self.base.stat()
            made = os.open(path, os.O_CREAT | os.O_WRONLY | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
            if owner.st_uid != os.geteuid():
                os.fchown(made, owner.st_uid, owner.st_gid)
            os.close(made)
        return path

    def give(self, path: Path) -> None:
        """Make the server's user the owner of something that we made."""
        if self.uid is not None and self.gid is not None:
            os.chown(path, self.uid, self.gid)

    def programs(self, major: int = binaries.MAJOR) -> Path:
        """The folder of PostgreSQL's programs, one that the server's user can reach."""
        if self.uid is None or self.gid is None:
            return binaries.folder(major)
        return binaries.reachable_folder(self.uid, self.gid, SYSTEM_STATE, major)

    def socket_folder(self) -> Path:
        """A folder of mode 0700 for the socket.

        When our path is too long, or has a comma, which parts hosts in an address, it is a short
        one elsewhere, which stays the same as long as nobody removes it.
        """
        own = self.base / "socket"
        length = len(os.fsencode(own)) + len(_SOCKET_NAME)
        if length <= _LONGEST_SOCKET and "," not in str(own):
            if not own.exists():
                own.mkdir(mode=0o700)
                self.give(own)
            return own
        noted = self.file("socket.location")
        short = Path(noted.read_text("utf-8").strip() or own)
        if not self._is_ours(short):
            short = Path(tempfile.mkdtemp(prefix="warmlist-", dir=_short_temp()))
            self.give(short)
            noted.write_text(f"{short}\n", "utf-8")
        return short

    def _is_ours(self, folder: Path) -> bool:
        """In a folder where everybody may write, a name proves nothing."""
        try:
            found = folder.lstat()
        except OSError:
            return False
        owner = os.geteuid() if self.uid is None else self.uid
        return found.st_mode == stat.S_IFDIR | 0o700 and found.st_uid == owner


def find(home: Path) -> Place:
    """The place of the embedded database of this home folder; makes the folders.

    home: any path, made when absent; an existing folder keeps its rights. Raises BadSettings when
    it cannot be used.
    """
    home = Path(os.path.abspath(home))
    try:
        if os.geteuid() != 0:
            home.mkdir(mode=0o700, parents=True, exist_ok=True)
            return _ours(home / "postgres")
        home.mkdir(mode=0o711, parents=True, exist_ok=True)
        return _place_for_root(home)
    except OSError as error:
        raise BadSettings(
            f"the folder {error.filename or home} cannot be used: {error.strerror}",
            hint="choose another with WARMLIST_HOME",
        ) from None


def _ours(base: Path) -> Place:
    base.mkdir(mode=0o700, exist_ok=True)
    owner = base.stat().st_uid
    if owner != os.geteuid():
        raise BadSettings(
            f"the embedded database in {base} belongs to user {_name(owner)}",
            hint=f"run Warmlist as {_name(owner)}, or choose another folder with WARMLIST_HOME",
        )
    return Place(base)


def _place_for_root(home: Path) -> Place:
    """PostgreSQL refuses to run as root: an unprivileged user runs it, on a folder of its own."""
    noted = home / "postgres.location"
    base = Path(noted.read_text("utf-8").strip()) if noted.exists() else home / "postgres"
    uid, gid = _owner_of_data(base) or _unprivileged_user()
    place = Place(base, uid, gid)
    made = not base.exists()
    base.mkdir(mode=0o711, exist_ok=True)
    if binaries.can_enter(base, uid, gid):
        return place
    if not made:
        raise BadSettings(
            f"user {_name(uid)}, who runs PostgreSQL, cannot enter {base}",
            hint="a folder above it was closed; open it again, or move the folder",
        )
    base.rmdir()
    return _elsewhere(home, noted, place)


def _elsewhere(home: Path, noted: Path, place: Place) -> Place:
    """The system's state folder, for a home that the server's user cannot enter."""
    base = _system_folder(home)
    base.mkdir(mode=0o711, exist_ok=True)
    noted.write_text(f"{base}\n", "utf-8")
    log.warning(
        "the folder is closed to the user that runs PostgreSQL; its data lies elsewhere",
        folder=str(home),
        user=_name(place.uid or 0),
        data=str(base),
    )
    return replace(place, base=base)


def _owner_of_data(base: Path) -> tuple[int, int] | None:
    """(uid, gid) of who ran this database before; None for a new one."""
    try:
        owner = (base / "data").stat()
    except FileNotFoundError:
        return None
    return (owner.st_uid, owner.st_gid) if owner.st_uid else None


def _system_folder(home: Path) -> Path:
    SYSTEM_STATE.mkdir(mode=0o711, parents=True, exist_ok=True)
    mark = hashlib.sha256(os.fsencode(home)).hexdigest()[:8]
    return SYSTEM_STATE / f"{home.name or 'home'}-{mark}"


def _unprivileged_user() -> tuple[int, int]:
    for name in _UNPRIVILEGED:
        with contextlib.suppress(KeyError):
            user = pwd.getpwnam(name)
            return user.pw_uid, user.pw_gid
    raise BadSettings(
        "PostgreSQL refuses to run as root, and there is no other user to run it as",
        hint="add a user named warmlist (useradd --system warmlist), "
        "run Warmlist as another user, or set WARMLIST_DATABASE_URL",
    )


def _name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)


def _short_temp() -> str:
    usual = tempfile.gettempdir()
    return usual if len(os.fsencode(usual)) < 60 else "/tmp"  # noqa: S108
