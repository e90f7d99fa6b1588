"""What a workspace lays over the built-in pack, as it is kept; and the pack that is in force."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import psycopg
from psycopg.types.json import Jsonb

from warmlist.errors import BadInput, BadPack, Busy, NotFound
from warmlist.events.log import load_money
from warmlist.events.model import hash64
from warmlist.rules.layers import Layer, checked_paths
from warmlist.rules.model import Pack
from warmlist.rules.read import read_pack
from warmlist.store.sql import queries

SQL = queries("packs/workspace.sql")
#: How places in the workspace's files begin.
NAME = "workspace"
#: Of all files together, in characters; and of a note.
LARGEST, LONGEST_NOTE = 512 * 1024, 500
#: Under this key stands the stamp of the pack that everybody was labelled by.
LABELLED = "pack"
_LOCK = hash64("pack in force")

Connection = psycopg.Connection[Any]


class OtherRules(Busy):
    """Labels would be written by rules that are not in force any more."""


@dataclass(frozen=True, slots=True)
class Version:
    """What was laid over from `made_at` (epoch ms) on. Number 0: nothing, before the first."""

    number: int = 0
    made_at: int = 0
    by: str = ""
    note: str = ""
    files: Mapping[str, str] = field(default_factory=dict)

    @property
    def layer(self) -> Layer:
        return Layer(NAME, self.files)


@dataclass(frozen=True, slots=True)
class InForce:
    """A pack, and the version laid over it.

    `stamp` differs where any text of it or the currency does. `problem`: what is wrong with the
    version, which then is not laid over; None where it is.
    """

    pack: Pack
    version: Version
    stamp: str
    problem: str | None = None


def number(conn: Connection) -> int:
    """The newest version; 0 before the first."""
    row = conn.execute(SQL.number).fetchone()
    return int(row[0]) if row else 0


def load(conn: Connection, wanted: int) -> Version:
    """One version; 0 is nothing laid over. Raises NotFound."""
    if wanted == 0:
        return Version()
    row = conn.execute(SQL.load, {"number": wanted}).fetchone()
    if row is None:
        raise NotFound(f"there is no version w{wanted}", hint="see: warmlist pack versions")
    return Version(*row)


def versions(conn: Connection, most: int = 50) -> list[Version]:
    """The newest first, without their files."""
    return [Version(*row) for row in conn.execute(SQL.newest, {"most": most})]


def newest(conn: Connection) -> Version:
    """The version that is laid over now."""
    return load(conn, number(conn))


def hold(conn: Connection, pack: Pack) -> None:
    """Keep the rules as they are until the caller's transaction ends.

    Raises OtherRules where `pack` is not what is in force any more.
    """
    conn.execute(SQL.hold, {"lock": _LOCK})
    if number(conn) != pack.laid_over:  # asked behind the lock: a query answers as of its beginning
        raise OtherRules("the rules were changed meanwhile", hint="take up the newest ones")


def save(
    conn: Connection, files: Mapping[str, str], by: str, note: str, now_ms: int, base: int
) -> Version:
    """Lay these files over from now on, in the caller's transaction; they must have been checked.

    base: the version that they were made from. Raises Busy where it is not the newest any more.
    """
    checked_paths(files)
    if sum(map(len, files.values())) > LARGEST:
        raise BadInput(f"the files are longer than {LARGEST} characters together")
    if not note.strip() or len(note) > LONGEST_NOTE:
        raise BadInput(f"say in at most {LONGEST_NOTE} characters why the rules change")
    conn.execute(SQL.change, {"lock": _LOCK})
    made = Version(base + 1, now_ms, by, " ".join(note.split()), dict(files))
    if number(conn) != base:
        raise Busy("somebody changed the rules meanwhile", hint="look at them and try it again")
    values = {"number": made.number, "made_at": now_ms, "by": by, "note": made.note}
    conn.execute(SQL.save, values | {"files": Jsonb(made.files)})
    conn.execute(SQL.tell, {"number": made.number})
    return made


def in_force(conn: Connection, folder: Path, now_ms: int) -> InForce:
    """The pack in `folder` with the newest version laid over it, figures at the rates of now_ms.

    A version that does not fit (any more) is left out and told: nobody's labels stop for it.
    Raises BadPack where the pack in the folder itself is wrong.
    """
    version = newest(conn)
    try:
        return read_with(conn, folder, version, now_ms)
    except BadPack as error:
        bare = read_with(conn, folder, Version(), now_ms)
        pack = replace(bare.pack, laid_over=version.number)
        return InForce(pack, version, bare.stamp, error.message)


def read_with(conn: Connection, folder: Path, version: Version, now_ms: int) -> InForce:
    """The pack in `folder` with this version laid over it. Raises BadPack with the place."""
    layers = [version.layer] if version.files else []
    money = load_money(conn)
    try:
        pack = read_pack(folder, money.at(now_ms), layers)
    except RecursionError:
        raise BadPack(f"{NAME}: an expression is nested too deeply") from None
    if version.files:
        pack = replace(pack, version=f"{pack.version}+w{version.number}")
    pack = replace(pack, laid_over=version.number)
    texts = [p.read_text("utf-8") for p in sorted(folder.rglob("*.yaml"))]
    texts += [part for one in sorted(version.files.items()) for part in one]
    return InForce(pack, version, f"{pack.key} {hash64(''.join(texts), money.currency):x}")


def labelled_by(conn: Connection) -> str | None:
    """The stamp of the pack that everybody was labelled by; None before the first time."""
    row = conn.execute(SQL.setting, {"key": LABELLED}).fetchone()
    return None if row is None else str(row[0])


def note_labelled(conn: Connection, stamp: str) -> None:
    """Everybody is labelled by the pack of this stamp, in the caller's transaction."""
    conn.execute(SQL.put_setting, {"key": LABELLED, "value": stamp})
