"""One part of the mirror under construction: a Parquet file for each type of event."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from warmlist.engines.relations import SCHEMAS
from warmlist.store.closing import Closing

#: The columns of every file; the type is the folder's name.
SCHEMA = pa.schema([field for field in SCHEMAS["events"] if field.name != "type"])
#: Rows of a row group: as many as DuckDB's own have.
GROUP = 122_880


class Part(Closing):
    """Takes rows in the order of their handles; `close` writes the last of them.

    Encoding goes on in a thread while the next rows come out of PostgreSQL. At most two row groups
    of a type are held.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._held: dict[str, list[pa.Table]] = {}
        self._files: dict[str, pq.ParquetWriter] = {}
        self._encoder = ThreadPoolExecutor(1)
        self._last: Future[None] | None = None
        self.rows = 0

    def add(self, rows: pa.Table, kind: str | None) -> None:
        """Add rows of one type, or with `kind` None of those that their column `type` names."""
        self.rows += rows.num_rows
        if kind is not None:
            self._hold(kind, rows)
            return
        for name in rows["type"].unique().to_pylist():
            self._hold(name, rows.filter(pc.equal(rows["type"], name)))

    def close(self) -> None:
        try:
            for kind in list(self._held):
                self._flush(kind)
            if self._last is not None:
                self._last.result()
        finally:
            self._encoder.shutdown()
            for file in self._files.values():
                file.close()

    def _hold(self, kind: str, rows: pa.Table) -> None:
        held = self._held.setdefault(kind, [])
        held.append(_complete(rows))
        if sum(table.num_rows for table in held) >= GROUP:
            self._flush(kind)

    def _flush(self, kind: str) -> None:
        table = pa.concat_tables(self._held.pop(kind))
        if self._last is not None:
            self._last.result()
        self._last = self._encoder.submit(self._encode, kind, table)

    def _encode(self, kind: str, table: pa.Table) -> None:
        file = self._files.get(kind)
        if file is None:
            folder = self._folder / f"type={kind}"
            folder.mkdir(parents=True)
            file = pq.ParquetWriter(str(folder / "rows.parquet"), SCHEMA, compression="snappy")
            self._files[kind] = file
        file.write_table(table, row_group_size=GROUP)


def _complete(rows: pa.Table) -> pa.Table:
    """All columns of the schema; those that a type of event lacks are null."""
    there = set(rows.column_names)
    return pa.table(
        [
            rows[f.name].cast(f.type) if f.name in there else pa.nulls(rows.num_rows, f.type)
            for f in SCHEMA
        ],
        schema=SCHEMA,
    )
