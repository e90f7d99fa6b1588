"""A plan is cut so that no query of it grows large, however many steps read one another."""

from __future__ import annotations

import pytest
import sqlglot
from sqlglot import exp

from support.asking import plan
from warmlist.plan.steps import DEEP, spark_steps

pytestmark = pytest.mark.unit


def test_what_several_read_and_rests_on_much_is_kept() -> None:
    parts = ["WITH s0 AS (SELECT 1 AS x)"]
    parts += [f"s{n} AS (SELECT a.x FROM s{n - 1} AS a, s{n - 1} AS b)" for n in range(1, 30)]
    steps = spark_steps(", ".join(parts) + " SELECT x FROM s29", "answer")
    assert [s.name for s in steps] == [*(f"s{n}" for n in range(30)), "answer"]
    assert steps[-1].kept
    kept = [s.name for s in steps if s.kept]
    assert 3 < len(kept) < 12
    assert max(sizes(steps).values()) <= 2 * DEEP + 1


@pytest.mark.parametrize("statement", ["sql", "open_sql"])
def test_the_packs_own_plan_is_cut(statement: str) -> None:
    steps = spark_steps(getattr(plan(), statement), "answer")
    assert sum(s.kept for s in steps) < 12
    assert max(sizes(steps).values()) < 150  # instead of thousands


def test_a_statement_of_one_query_is_one_step() -> None:
    (step,) = spark_steps("SELECT customer_id FROM handles", "answer")
    assert (step.name, step.kept) == ("answer", True)


def sizes(steps) -> dict[str, int]:
    """How many queries each kept query becomes, once its steps stand where their names are."""
    size, result = {}, {}
    for step in steps:
        tables = sqlglot.parse_one(step.sql, read="spark").find_all(exp.Table)
        size[step.name] = 1 + sum(size.get(t.name, 0) for t in tables)
        if step.kept:
            result[step.name], size[step.name] = size[step.name], 1
    return result
