"""The plan gives the same rows in PostgreSQL as the plain oracle says."""

from __future__ import annotations

from typing import Any

import psycopg
import pyarrow as pa
import pytest
from hypothesis import given, settings

from people import Lives, lives
from support.asking import assert_same, by_oracle, of_wide, plan, relations
from warmlist.engines.relations import SCHEMAS, spine
from warmlist.plan.dialects import in_dialect

pytestmark = [pytest.mark.store, pytest.mark.agreement]
TYPES = {"int64": "bigint", "int32": "int", "string": "text", "bool": "boolean"}


@pytest.fixture
def relations_in(conn: psycopg.Connection[tuple[Any, ...]]) -> psycopg.Connection[tuple[Any, ...]]:
    """A connection with the plan's relations as temporary tables."""
    for name in ("spine", "handles", "events"):
        columns = ", ".join(f"{f.name} {TYPES[str(f.type)]}" for f in SCHEMAS[name])
        conn.execute(f"CREATE TEMP TABLE {name} ({columns})")
    return conn


@settings(max_examples=60)
@given(life=lives())
def test_postgresql_says_what_the_oracle_says(
    relations_in: psycopg.Connection[tuple[Any, ...]], life: Lives
) -> None:
    rows, who = life.rows(), [life.customers[h] for h in life.handles]
    moments = [(c, t) for c in sorted(set(who)) for t in life.moments]
    given_rows = relations(rows, who)
    fill(relations_in, "spine", spine(moments))
    fill(relations_in, "handles", given_rows.handles)
    fill(relations_in, "events", given_rows.events)
    found, opened = (rows_of(relations_in, sql) for sql in (plan().sql, plan().open_sql or ""))
    assert_same(by_oracle(rows, who, moments), of_wide(found, opened))
    assert all(
        type(r[n]) in (int, type(None)) for r in found for n in ("recheck_at", "worth", "rank")
    )


def rows_of(conn: psycopg.Connection[tuple[Any, ...]], sql: str) -> list[dict[str, Any]]:
    cursor = conn.execute(in_dialect(sql, "postgres"))
    names = [column.name for column in cursor.description or ()]
    return [dict(zip(names, row, strict=True)) for row in cursor]


def fill(conn: psycopg.Connection[tuple[Any, ...]], name: str, content: pa.Table) -> None:
    conn.execute(f"TRUNCATE {name}")
    with conn.cursor() as cursor, cursor.copy(f"COPY {name} FROM STDIN") as copy:
        for row in content.to_pylist():
            copy.write_row(tuple(row.values()))


def test_an_engine_without_plans_is_refused() -> None:
    with pytest.raises(ValueError, match="no plans for 'mysql'; there are duckdb, postgres"):
        in_dialect(plan().sql, "mysql")
