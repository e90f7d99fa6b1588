"""The columnar mirror: settled events as Parquet, kept together by handle, rebuildable at any time.

Layout of the folder: `manifest.json` names the parts that count and the transaction before which all
is settled; `part-N/reach=.../type=.../*.parquet` hold the rows, no text of messages among them. A part is
written whole before the manifest names it, so that a crash leaves the mirror as it was.
"""

from __future__ import annotations

import fcntl
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

import duckdb
import orjson
import pyarrow as pa

from warmlist.engines.relations import SCHEMAS, Fetcher
from warmlist.store.closing import Closing
from warmlist.store.sql import queries

SQL = queries("engines/mirror.sql")
#: Another number makes older mirrors be built anew.
FORMAT = 2
#: A large part holds about so many ranges of handles, each of at least so many handles.
RANGES, SMALLEST_RANGE = 12, 4_096
#: How every part is written: a folder for each range of handles and type.
WRITTEN = (
    "FORMAT parquet, PARTITION_BY (reach, type), COMPRESSION zstd, ROW_GROUP_SIZE 122880, "
    "OVERWRITE_OR_IGNORE true"
)
#: More parts than this are merged into one.
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


class Mirror(Closing):
    """The mirror of one database in one folder; one process at a time advances it."""

    def __init__(self, folder: Path, fetcher: Fetcher, memory: str = "512MB") -> None:
        self._folder, self._fetcher, self._memory = folder, fetcher, memory
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
        with (self._folder / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            self.manifest = self._read()
            return self._advance()

    def _advance(self) -> int:
        horizon, database = self._horizon()
        if self.manifest.database != database or self.manifest.xid > horizon:
            self.manifest = Manifest(database=database)
        if horizon == self.manifest.xid:
            return 0
        name = f"part-{horizon}"
        shutil.rmtree(self._folder / name, ignore_errors=True)
        rows = self._write(name, self._range(self.manifest.xid, horizon))
        outdated = (
            self._ids(SQL.outdated.format(range=self._range(self.manifest.xid, horizon, "s")))
            if self.manifest.parts
            else []
        )
        self.manifest.xid = horizon
        if rows:
            self.manifest.parts.append(name)
            self.manifest.outdated[name] = outdated
        if len(self.manifest.parts) > PARTS:
            self._merge()
        self._save()
        return rows

    def open(self, db: duckdb.DuckDBPyConnection) -> None:
        """Create `all_events` and `handles` in a DuckDB: the mirror, what is not in it yet, who is who."""
        if self._reading is None:
            self._reading = (self._folder / "reading").open("w")
            fcntl.flock(self._reading, fcntl.LOCK_SH)
            self.manifest = self._read()
        tail = self._fetcher.query(SQL.events.format(range=f"e.tx >= '{self.manifest.xid}'::xid8"))
        handles = self._fetcher.query(SQL.handles, "handles")
        superseded = self._fetcher.query(SQL.superseded)
        stale = self._ids(SQL.outdated.format(range=f"s.tx >= '{self.manifest.xid}'::xid8"))
        db.register("tail", tail)
        db.register("handle_rows", handles)
        db.execute("CREATE OR REPLACE TEMP TABLE handles AS SELECT * FROM handle_rows")
        db.register("superseded", superseded)
        parts = [self._select(part, later) for part, later in self._staleness(stale)]
        parts.append(f"SELECT {', '.join(_plain())} FROM tail")
        union = "\nUNION ALL\n".join(parts)
        if superseded.num_rows:
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
        files = f"{self._folder}/{part}/*/*/*.parquet".replace("'", "''")
        select = (
            f"SELECT {', '.join(_plain())} FROM read_parquet('{files}', hive_partitioning = true, "
            "hive_types = {'type': VARCHAR, 'reach': BIGINT})"
        )
        if stale:
            select += (
                f" WHERE NOT (type = 'reading' AND event_id IN ({', '.join(map(str, stale))}))"
            )
        return select

    def _write(self, name: str, rows_of: str) -> int:
        """Write one part; returns its rows."""
        width = (
            self._range_width()
        )  # asked before the stream: one connection does one thing at a time
        reader = self._fetcher.stream(SQL.events.format(range=rows_of))
        with duckdb.connect(config=self._config()) as db:
            db.register("incoming", reader)
            if not self.manifest.parts:
                rows = f"SELECT {', '.join(_plain())} FROM incoming"
                return self._copy_by_range(db, name, rows, width)
            db.execute(f"CREATE TEMP TABLE part AS SELECT {', '.join(_plain())} FROM incoming")
            return self._copy_sorted(db, name)

    def _copy_sorted(self, db: duckdb.DuckDBPyConnection, name: str) -> int:
        """A small part: sorted by handle."""
        count = int(db.execute("SELECT count(*) FROM part").fetchall()[0][0])
        if count:
            (self._folder / name).mkdir()
            db.execute(
                "COPY (SELECT *, 0 AS reach FROM part ORDER BY type, handle_id, pos, event_id) TO "
                f"{self._quoted(name)} ({WRITTEN})"
            )
        return count

    def _copy_by_range(
        self, db: duckdb.DuckDBPyConnection, name: str, rows: str, width: int
    ) -> int:
        """A large part: as it streams in, put apart by ranges of handles; sorting it would spill."""
        (self._folder / name).mkdir()
        done = db.execute(
            f"COPY (SELECT *, CAST(FLOOR(handle_id / {width}) AS BIGINT) AS reach FROM ({rows})) TO "
            f"{self._quoted(name)} ({WRITTEN})"
        ).fetchall()
        return int(done[0][0])

    def _merge(self) -> None:
        """One part out of all, without asking PostgreSQL."""
        name = f"part-{self.manifest.xid}-merged"
        shutil.rmtree(self._folder / name, ignore_errors=True)
        union = "\nUNION ALL\n".join(self._select(p, s) for p, s in self._staleness([]))
        with duckdb.connect(config=self._config()) as db:
            self._copy_by_range(db, name, union, self._range_width())
        self.manifest.parts, self.manifest.outdated = [name], {}

    def _range_width(self) -> int:
        """How many handles a range of a large part covers."""
        last = int(self._fetcher.query(SQL.last_handle)["id"][0].as_py())
        return max(SMALLEST_RANGE, last // RANGES)

    def _quoted(self, part: str) -> str:
        return "'" + str(self._folder / part).replace("'", "''") + "'"

    def _config(self) -> dict[str, Any]:
        spill = self._folder / "spill"
        return {"memory_limit": self._memory, "temp_directory": str(spill), "threads": 2}

    def _horizon(self) -> tuple[int, str]:
        row = self._fetcher.query(SQL.horizon).to_pylist()[0].values()
        xmin, database, system, revalued = row
        return int(xmin), f"{system}/{database}/{revalued}"

    def _range(self, first: int, behind: int, table: str = "e") -> str:
        return f"{table}.tx >= '{first}'::xid8 AND {table}.tx < '{behind}'::xid8"

    def _ids(self, sql: str) -> list[int]:
        return [int(i) for i in self._fetcher.query(sql)["event_id"].to_pylist()]

    def _read(self) -> Manifest:
        path = self._folder / "manifest.json"
        if not path.is_file():
            return Manifest()
        try:
            found = Manifest(**orjson.loads(path.read_bytes()))
        except (orjson.JSONDecodeError, TypeError):
            return Manifest()
        complete = all((self._folder / part).is_dir() for part in found.parts)
        return found if found.format == FORMAT and complete else Manifest()

    def _save(self) -> None:
        path = self._folder / "manifest.json"
        draft = path.with_suffix(".new")
        draft.write_bytes(orjson.dumps(self.manifest.__dict__))
        draft.replace(path)
        self._clear()

    def _clear(self) -> None:
        """Remove parts that do not count, unless somebody may still read them."""
        with (self._folder / "reading").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                return
            for left in self._folder.glob("part-*"):
                if left.name not in self.manifest.parts:
                    shutil.rmtree(left, ignore_errors=True)


def _plain() -> list[str]:
    """Every column of events, in the types of its schema."""
    types = {
        pa.int64(): "BIGINT",
        pa.int32(): "INTEGER",
        pa.string(): "VARCHAR",
        pa.bool_(): "BOOLEAN",
    }
    return [f"CAST({f.name} AS {types[f.type]}) AS {f.name}" for f in SCHEMAS["events"]]
