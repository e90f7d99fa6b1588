"""The columnar mirror: settled events as Parquet, kept together by handle, rebuildable at any time.

Layout of the folder: `manifest.json` names the parts that count and the transaction before which all
is settled; `part-N/type=.../rows.parquet` hold the rows, no text of messages among them. A part is
written whole before the manifest names it, so that a crash leaves the mirror as it was.
"""

from __future__ import annotations

import fcntl
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

import duckdb
import orjson
import pyarrow as pa

from warmlist.engines.part import Part
from warmlist.engines.relations import SCHEMAS, Fetcher
from warmlist.store.closing import Closing
from warmlist.store.sql import queries

SQL = queries("engines/mirror.sql")
#: Another number makes older mirrors be built anew.
FORMAT = 4
#: More parts than this are made one, out of PostgreSQL.
PARTS = 12
COLUMNS = tuple(f.name for f in SCHEMAS["events"])


@dataclass
class Manifest:
    """What the mirror holds: all transactions before `xid` of one database."""

    format: int = FORMAT
    database: str = ""
    xid: int = 0
    parts: list[str] = field(default_factory=list)
    outdated: dict[str, list[int]] = field(default_factory=dict)  # part -> stale messages before it
    sizes: dict[str, int] = field(default_factory=dict)  # part -> bytes of its files


@dataclass(frozen=True, slots=True)
class Contents:
    """What counts at one moment: parts of the mirror, and the tail that is not in it yet.

    parts: (name, messages of which a later part or the tail holds readings and tags anew). superseded:
    (event_id, gone_at) of events that count only up to a moment.
    """

    parts: list[tuple[str, list[int]]]
    tail: pa.Table
    handles: pa.Table
    superseded: pa.Table


class Mirror(Closing):
    """The mirror of one database in one folder; one process at a time advances it."""

    def __init__(self, folder: Path, fetcher: Fetcher) -> None:
        self.folder, self._fetcher = folder, fetcher
        folder.mkdir(parents=True, exist_ok=True)
        self._reading: IO[str] | None = None  # held open: its lock keeps the parts we read
        self.manifest = self._read()

    def close(self) -> None:
        """Let others remove what we read."""
        if self._reading is not None:
            self._reading.close()
            self._reading = None

    def advance(self) -> int:
        """Take over what was settled since the last time; returns how many rows came.

        Waits while another process advances the same mirror.
        """
        with (self.folder / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            self.manifest = self._read()
            return self._advance()

    def _advance(self) -> int:
        horizon, database = self._horizon()
        if self.manifest.database != database or self.manifest.xid > horizon:
            self.manifest = Manifest(database=database)
        if horizon == self.manifest.xid:
            return 0
        if len(self.manifest.parts) >= PARTS:
            self.manifest = Manifest(database=database)
        name, settled = f"part-{horizon}", self._range(self.manifest.xid, horizon)
        shutil.rmtree(self.folder / name, ignore_errors=True)
        rows = self._write(name, settled)
        outdated = self._ids(SQL.outdated.format(range=settled)) if self.manifest.parts else []
        self.manifest.xid = horizon
        if rows:
            self.manifest.parts.append(name)
            self.manifest.outdated[name] = outdated
            self.manifest.sizes[name] = _size(self.folder / name)
        self._save()
        return rows

    def contents(self) -> Contents:
        """What an engine must read; its files stay until `close`."""
        if self._reading is None:
            self._reading = (self.folder / "reading").open("w")
            fcntl.flock(self._reading, fcntl.LOCK_SH)
            self.manifest = self._read()
        tail = self._fetcher.query(SQL.events.format(range=f"e.tx >= '{self.manifest.xid}'::xid8"))
        handles = self._fetcher.query(SQL.handles, "handles")
        superseded = self._fetcher.query(SQL.superseded)
        stale = self._ids(SQL.outdated.format(range=f"e.tx >= '{self.manifest.xid}'::xid8"))
        return Contents(self._staleness(stale), tail, handles, superseded)

    def open(self, db: duckdb.DuckDBPyConnection) -> None:
        """Create `all_events` and `handles` in a DuckDB: the mirror, what is not in it yet, who is who."""
        found = self.contents()
        db.register("tail", found.tail)
        db.register("handle_rows", found.handles)
        db.execute("CREATE OR REPLACE TEMP TABLE handles AS SELECT * FROM handle_rows")
        db.register("superseded", found.superseded)
        parts = [self._select(part, later) for part, later in found.parts]
        parts.append(f"SELECT {', '.join(_plain())} FROM tail")
        union = "\nUNION ALL\n".join(parts)
        if found.superseded.num_rows:
            columns = ", ".join(
                "LEAST(e.gone_at, g.gone_at) AS gone_at" if c == "gone_at" else f"e.{c}"
                for c in COLUMNS
            )
            union = (
                f"SELECT {columns} FROM ({union}) AS e "
                "LEFT JOIN superseded AS g ON g.event_id = e.event_id"
            )
        db.execute(f"CREATE OR REPLACE TEMP VIEW all_events AS {union}")

    def _staleness(self, tail: list[int]) -> list[tuple[str, list[int]]]:
        """For each part, the messages whose readings a later part or the tail holds anew."""
        result = []
        later = set(tail)
        for part in reversed(self.manifest.parts):
            result.append((part, sorted(later)))
            later |= set(self.manifest.outdated.get(part, ()))
        return result[::-1]

    def _select(self, part: str, stale: list[int]) -> str:
        files = f"{self.folder}/{part}/*/*.parquet".replace("'", "''")
        select = (
            f"SELECT {', '.join(_plain())} FROM read_parquet('{files}', hive_partitioning = true, "
            "hive_types = {'type': VARCHAR})"
        )
        if stale:
            select += (
                " WHERE NOT (type IN ('reading', 'tag') AND event_id IS NOT NULL "
                f"AND event_id IN ({', '.join(map(str, stale))}))"
            )
        return select

    def _write(self, name: str, settled: str) -> int:
        """Write one part; returns its rows."""
        with Part(self.folder / name) as part:
            for kind, sql in (
                ("message", SQL.messages), ("receipt", SQL.reads), ("reading", SQL.readings),
                ("tag", SQL.tags), (None, SQL.others),
            ):  # fmt: skip
                for batch in self._fetcher.stream(sql.format(range=settled)):
                    part.add(pa.Table.from_batches([batch]), kind)
        return part.rows

    def _horizon(self) -> tuple[int, str]:
        row = self._fetcher.query(SQL.horizon).to_pylist()[0].values()
        xmin, database, system, revalued = row
        return int(xmin), f"{system}/{database}/{revalued}"

    def _range(self, first: int, behind: int) -> str:
        return f"e.tx >= '{first}'::xid8 AND e.tx < '{behind}'::xid8"

    def _ids(self, sql: str) -> list[int]:
        return [int(i) for i in self._fetcher.query(sql)["event_id"].to_pylist()]

    def _read(self) -> Manifest:
        path = self.folder / "manifest.json"
        if not path.is_file():
            return Manifest()
        try:
            found = Manifest(**orjson.loads(path.read_bytes()))
        except (orjson.JSONDecodeError, TypeError):
            return Manifest()
        # After a power cut a file may be missing or short, though the manifest names its part.
        complete = all(_size(self.folder / p) == found.sizes.get(p) for p in found.parts)
        return found if found.format == FORMAT and complete else Manifest()

    def _save(self) -> None:
        path = self.folder / "manifest.json"
        draft = path.with_suffix(".new")
        draft.write_bytes(orjson.dumps(self.manifest.__dict__))
        draft.replace(path)
        self._clear()

    def _clear(self) -> None:
        """Remove parts that do not count, unless somebody may still read them."""
        with (self.folder / "reading").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                return
            for left in self.folder.glob("part-*"):
                if left.name not in self.manifest.parts:
                    shutil.rmtree(left, ignore_errors=True)


def _size(part: Path) -> int:
    return sum(file.stat().st_size for file in part.glob("*/*.parquet"))


def _plain() -> list[str]:
    """Every column of events, in the types of its schema."""
    types = {
        pa.int64(): "BIGINT",
        pa.int32(): "INTEGER",
        pa.string(): "VARCHAR",
        pa.bool_(): "BOOLEAN",
    }
    return [f"CAST({f.name} AS {types[f.type]}) AS {f.name}" for f in SCHEMAS["events"]]
