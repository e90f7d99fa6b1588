"""Brings a population into an empty, migrated database: by COPY, as if it had arrived live."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from typing import Any

import duckdb
import orjson
import psycopg
import pyarrow as pa
import pyarrow.csv as pc

from bench.population import Population, handle
from bench.words import INBOUND, OUTBOUND
from warmlist.app import event_log
from warmlist.understanding.reader import default_reader

Connection = psycopg.Connection[tuple[Any, ...]]
BATCH = 100_000
#: Built again behind the rows, which is faster than keeping them up to date.
TABLES = ("events", "signals", "handles")

EVENTS = """
SELECT event AS id, md5(type || 'bench' || number) AS ident, (hash(type, number) >> 1)::BIGINT AS digest,
  ['message', 'receipt', 'order', 'profile'][type + 1] AS type, 'bench' AS source,
  ['m', 'm', 'o', 'p'][type + 1] || number AS external_id, e.customer AS handle_id,
  ts * 1048576 AS pos, ts AS known_at, FALSE AS backfill,
  ['out', 'in'][inbound + 1] AS direction, CASE WHEN type = 0 THEN 'text' END AS kind,
  NULL AS purpose, personal = 1 AS personal,
  CASE type WHEN 1 THEN 'read' WHEN 2 THEN ['returned', 'paid'][paid + 1] END AS status,
  CASE type WHEN 2 THEN number + 1000000000000 WHEN 3 THEN NULL ELSE number END AS key,
  CASE WHEN paid = 0 THEN -cents ELSE cents END AS value,
  NULL AS number, NULL AS sku, NULL AS category, NULL AS dimension, NULL AS label, NULL AS moment_at,
  CASE type
    WHEN 0 THEN CASE WHEN inbound = 1 THEN $heard[words + 1] ELSE $told[words + 1] END
    WHEN 1 THEN '{"message":"m' || number || '","status":"read"}'
    WHEN 2 THEN '{"amount":"' || cents // 100 || '.' || lpad((cents % 100)::VARCHAR, 2, '0')
      || '","currency":"USD","status":"' || ['returned', 'paid'][paid + 1] || '"}'
    ELSE '{"name":"' || c.name || '","country":"' || c.country || '"'
      || CASE WHEN c.owner IS NULL THEN '' ELSE ',"owner":"' || c.owner || '"' END || '}'
  END AS body
FROM log AS e JOIN customers AS c ON c.customer = e.customer
"""
SIGNALS = """
SELECT event AS event_id, $version AS version, customer AS handle_id, ts * 1048576 AS pos, ts AS known_at,
  NULL AS gone_at, $bits[words + 1] AS bits, $found[words + 1] AS found
FROM log WHERE inbound = 1 AND $bits[words + 1] <> 0
"""


def load(conn: Connection, shop: Population) -> None:
    """Fill the tables in one transaction, which the caller commits; nothing is marked or labelled."""
    conn.execute("SET session_replication_role = replica")  # no foreign key is asked row by row
    conn.execute("TRUNCATE customers, handles, events, signals, superseded CASCADE")
    made_again = _drop_indexes(conn)
    numbers = shop.customers["customer"].to_pylist()
    joined = shop.customers["joined_at"]
    _copy(conn, "customers", [pa.table({"id": numbers, "created_at": joined})])
    handles = {"id": numbers, "handle": [handle(n) for n in numbers], "customer_id": numbers}
    _copy(conn, "handles", [pa.table(handles)])
    with duckdb.connect() as db:
        db.register("log", shop.events)
        db.register("customers", shop.customers)
        _copy(conn, "events", _found(db, EVENTS, {"heard": _bodies("in"), "told": _bodies("out")}))
        _copy(conn, "signals", _found(db, SIGNALS, _readings()))
    for statement in made_again:
        conn.execute(statement)
    for name in ("customers", "handles", "events"):
        conn.execute(f"SELECT setval(pg_get_serial_sequence('{name}', 'id'), max(id)) FROM {name}")
    conn.execute("SET session_replication_role = origin")


def _bodies(direction: str) -> list[str]:
    texts = [text for _, text in INBOUND] if direction == "in" else OUTBOUND
    return [
        orjson.dumps({"direction": direction, "kind": "text", "text": text}).decode()
        for text in texts
    ]


def _readings() -> dict[str, Any]:
    """What the reader in force finds in each text that customers write."""
    reader = default_reader()
    read = event_log(reader).read
    found = [read(text) for _, text in INBOUND]
    return {
        "version": reader.version,
        "bits": [reading.bits for reading in found],
        "found": [orjson.dumps(reading.found).decode() for reading in found],
    }


def _found(
    db: duckdb.DuckDBPyConnection, sql: str, values: dict[str, Any]
) -> Iterator[pa.RecordBatch]:
    return iter(db.sql(sql, params=values).to_arrow_reader(BATCH))


def _copy(conn: Connection, table: str, batches: Any) -> None:
    names: Sequence[str] | None = None
    options = pc.WriteOptions(include_header=False)
    with conn.cursor() as cursor:
        for batch in batches:
            if names is None:
                names = batch.schema.names
            text = io.BytesIO()
            pc.write_csv(batch, text, options)
            with cursor.copy(f"COPY {table} ({', '.join(names)}) FROM STDIN (FORMAT csv)") as copy:
                copy.write(text.getbuffer())


def _drop_indexes(conn: Connection) -> list[str]:
    """Drop the indexes of TABLES, primary keys apart; returns what makes them again."""
    unique = conn.execute(
        "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint "
        "WHERE contype = 'u' AND conrelid = ANY(%s::regclass[])",
        (list(TABLES),),
    ).fetchall()
    made_again = [f"ALTER TABLE {t} ADD CONSTRAINT {c} {d}" for t, c, d in unique]
    for table_, constraint, _ in unique:
        conn.execute(f"ALTER TABLE {table_} DROP CONSTRAINT {constraint}")
    plain = conn.execute(
        "SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index "
        "WHERE indrelid = ANY(%s::regclass[]) AND NOT indisprimary",
        (list(TABLES),),
    ).fetchall()
    for index, definition in plain:
        conn.execute(f"DROP INDEX {index}")
        made_again.append(definition)
    return made_again
