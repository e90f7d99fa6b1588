"""A plan cut into queries, for engines that compute a step anew wherever its name is read."""

from __future__ import annotations

from functools import lru_cache

import sqlglot
from sqlglot import exp

from warmlist.engines.spark import Step
from warmlist.plan.dialects import spelled

#: A step is kept when several read it and it rests on more than so many steps that are not kept.
#: Reading the log a few times over costs less than writing rows of events.
DEEP = 20


def queries_of(sql: str, name: str) -> list[tuple[str, exp.Expr]]:
    """A plan's statement as queries by name, in order; the last one, `name`, is its end."""
    tree = sqlglot.parse_one(sql, read="duckdb")
    chain = tree.args.get("with_")
    if chain is not None:
        chain.pop()
    return [(cte.alias, cte.this) for cte in (chain.expressions if chain else ())] + [(name, tree)]


@lru_cache(maxsize=8)
def spark_steps(sql: str, name: str) -> tuple[Step, ...]:
    """The steps of a plan's statement, which is DuckDB's, for Spark; the last one is `name`, kept.

    Raises ValueError for what cannot be said in Spark's dialect.
    """
    queries = queries_of(sql, name)
    names = {step for step, _ in queries[:-1]}
    reads = {
        step: [t.name for t in query.find_all(exp.Table) if t.name in names]
        for step, query in queries
    }
    readers = [read for found in reads.values() for read in found]
    depth: dict[str, int] = {}
    steps = []
    for step, query in queries:
        deep = 1 + sum(depth[read] for read in reads[step])
        kept = step == name or (deep > DEEP and readers.count(step) > 1)
        depth[step] = 1 if kept else deep
        steps.append(Step(step, spelled(query, "spark"), kept))
    return tuple(steps)
