"""The same plan in the words of another engine, or about one moment."""

from __future__ import annotations

from functools import cache, lru_cache

import sqlglot
from sqlglot import exp
from sqlglot.errors import ErrorLevel, SqlglotError

#: Engines whose answers are tested to equal DuckDB's, row for row.
DIALECTS = ("duckdb", "postgres", "spark")
#: Steps that PostgreSQL must compute once: it puts a step's expressions wherever they are named, and
#: those of all playbooks within those of all playbooks fill the memory.
ONCE = ("timed", "chosen")


@cache
def in_dialect(sql: str, dialect: str) -> str:
    """A plan's SQL, which is DuckDB's, for another engine.

    Plans hold integers, text and truth only, and no function that engines understand differently, so
    that no words need repair. What cannot be said in that dialect raises ValueError instead of
    passing silently.
    """
    if dialect == "duckdb":
        return sql
    if dialect not in DIALECTS:
        raise ValueError(f"no plans for {dialect!r}; there are {', '.join(DIALECTS)}")
    tree = sqlglot.parse_one(sql, read="duckdb")
    if dialect == "postgres":
        for step in tree.find_all(exp.CTE):
            if step.alias in ONCE:
                step.set("materialized", True)
    return spelled(tree, dialect)


def spelled(tree: exp.Expr, dialect: str) -> str:
    """A statement of a plan in another dialect; ValueError where it cannot be said."""
    try:
        return tree.sql(dialect=dialect, pretty=True, unsupported_level=ErrorLevel.RAISE)
    except SqlglotError as error:
        raise ValueError(f"the plan cannot be said in {dialect}: {error}") from error


@lru_cache(maxsize=4)
def at_moment(sql: str, as_of: int) -> str:
    """A plan's SQL with the moment (ms) as a figure wherever it reads the column `as_of`."""
    tree = sqlglot.parse_one(sql, read="duckdb")
    for column in list(tree.find_all(exp.Column)):
        if column.name == "as_of":
            figure = exp.cast(exp.Literal.number(as_of), "BIGINT")
            listed = isinstance(column.parent, exp.Select) and column.arg_key == "expressions"
            column.replace(exp.alias_(figure, "as_of") if listed else figure)
    return tree.sql(dialect="duckdb", pretty=True)
