"""DuckDB in process: a plan is prepared once over Arrow sources whose content is swapped."""

from __future__ import annotations

from typing import Any

import duckdb
import pyarrow as pa

from warmlist.engines.relations import SCHEMAS, Rows, table
from warmlist.store.closing import Closing


class _Source:
    """An Arrow table that can be exchanged: DuckDB asks for a new stream at every execution.

    Registering a table anew makes DuckDB plan the query again, which costs three times as much; that
    it asks again is not documented, so the benchmark watches over it.
    """

    def __init__(self, content: pa.Table) -> None:
        self.content = content

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        return self.content.__arrow_c_stream__(requested_schema)

    def __arrow_c_schema__(self) -> object:
        return self.content.schema.__arrow_c_schema__()


class InProcess(Closing):
    """Runs plans over the rows of few customers. Not for several threads at once."""

    def __init__(self, threads: int = 1) -> None:
        self._db = duckdb.connect(config={"threads": threads, "memory_limit": "384MB"})
        self._empty = {name: table(name) for name in SCHEMAS}
        self._sources = {name: _Source(empty) for name, empty in self._empty.items()}
        for name, source in self._sources.items():
            self._db.register(name, source)
        self._prepared: dict[str, str] = {}

    def run(
        self, sql: str, spine: pa.Table, rows: Rows, wanted: pa.Table | None = None
    ) -> list[dict[str, Any]]:
        """Run a plan for a spine; one dict a row, columns as the plan names them."""
        name = self._prepared.get(sql)
        if name is None:
            name = f"plan_{len(self._prepared)}"
            self._db.execute(f"PREPARE {name} AS {sql}")
            self._prepared[sql] = name
        content = {
            "spine": spine,
            "handles": rows.handles,
            "events": rows.events,
            "wanted": wanted if wanted is not None else self._empty["wanted"],
        }
        for relation, arrow in content.items():
            self._sources[relation].content = arrow
        try:
            cursor = self._db.execute(f"EXECUTE {name}")
            names = [column[0] for column in cursor.description or ()]
            found = cursor.fetchall()
        finally:
            for relation, source in self._sources.items():
                source.content = self._empty[relation]
        return [dict(zip(names, row, strict=True)) for row in found]

    def close(self) -> None:
        self._db.close()
