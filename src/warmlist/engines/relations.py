"""The relations that plans read, and how the rows of a few customers come out of PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import adbc_driver_postgresql.dbapi as adbc
import pyarrow as pa

from warmlist.errors import StoreUnavailable
from warmlist.store.closing import Closing
from warmlist.store.sql import queries

SQL = queries("engines/relations.sql")
# Arrow's own pools keep what they once used; a server that runs for weeks gives it back instead.
pa.set_memory_pool(pa.system_memory_pool())

#: Columns and types of every relation, as every engine sees them.
SCHEMAS: Mapping[str, pa.Schema] = {
    "spine": pa.schema(
        [("asked", pa.int64()), ("customer_id", pa.int64()), ("as_of", pa.int64())]
    ),
    "handles": pa.schema([("handle_id", pa.int64()), ("customer_id", pa.int64())]),
    "events": pa.schema(
        [
            ("event_id", pa.int64()), ("handle_id", pa.int64()), ("type", pa.string()),
            ("pos", pa.int64()), ("known_at", pa.int64()), ("gone_at", pa.int64()),
            ("direction", pa.string()), ("kind", pa.string()), ("purpose", pa.string()),
            ("personal", pa.bool_()), ("status", pa.string()), ("key", pa.int64()),
            ("value", pa.int64()), ("number", pa.int32()), ("sku", pa.string()),
            ("category", pa.string()), ("dimension", pa.string()), ("label", pa.string()),
            ("moment_at", pa.int64()), ("bits", pa.int64()),
        ]
    ),
    "wanted": pa.schema([("asked", pa.int64()), ("rule", pa.string())]),
}  # fmt: skip


def table(name: str, columns: Mapping[str, list[Any]] | None = None) -> pa.Table:
    """A relation from plain lists (None = empty), in the types of its schema."""
    schema = SCHEMAS[name]
    return pa.table(
        {f.name: pa.array((columns or {}).get(f.name, []), f.type) for f in schema}, schema=schema
    )


def spine(moments: Sequence[tuple[int, int]]) -> pa.Table:
    """What is asked: a row for each pair (customer, as_of in ms), numbered in the given order."""
    return table(
        "spine",
        {
            "asked": list(range(len(moments))),
            "customer_id": [m[0] for m in moments],
            "as_of": [m[1] for m in moments],
        },
    )


@dataclass(frozen=True, slots=True)
class Rows:
    """Everything a plan reads about some customers, but for the spine."""

    handles: pa.Table
    events: pa.Table


class Fetcher(Closing):
    """Reads customers' rows by index, as Arrow. One connection, one thread at a time."""

    def __init__(self, dsn: str) -> None:
        self._streaming: Any = None
        try:
            self._connection = adbc.connect(dsn, autocommit=True)
        except adbc.Error as error:
            raise StoreUnavailable("PostgreSQL does not answer") from error

    def rows(self, customers: Iterable[int]) -> Rows:
        """The rows of these customers. Raises StoreUnavailable when the connection broke."""
        ids = ", ".join(str(int(c)) for c in customers) or "NULL"
        return Rows(
            self.query(SQL.handles.format(customers=ids), "handles"),
            self.query(SQL.events.format(customers=ids), "events"),
        )

    def query(self, sql: str, schema: str | None = None) -> pa.Table:
        """Any SELECT as Arrow; with `schema`, cast to that relation's types."""
        try:
            with self._connection.cursor() as cursor:
                cursor.execute(sql)
                found = cursor.fetch_arrow_table()
        except adbc.Error as error:
            raise StoreUnavailable("PostgreSQL broke off while rows were read") from error
        return found.cast(SCHEMAS[schema]) if schema else found

    def stream(self, sql: str) -> pa.RecordBatchReader:
        """Any SELECT as a stream of batches, for results larger than memory."""
        self._end_stream()
        self._streaming = self._connection.cursor()
        try:
            self._streaming.execute(sql)
            return self._streaming.fetch_record_batch()
        except adbc.Error as error:
            raise StoreUnavailable("PostgreSQL broke off while rows were read") from error

    def close(self) -> None:
        self._end_stream()
        self._connection.close()

    def _end_stream(self) -> None:
        if self._streaming is not None:
            self._streaming.close()
            self._streaming = None
