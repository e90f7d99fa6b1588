"""The plan on engines that speak Spark Connect: exactly the rows of DuckDB and the plain oracle."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from agreement.test_crowd import crowd
from people import Lives, lives
from support.asking import Answers, assert_same, by_oracle, everybody, of_wide, plan, relations
from warmlist.clock import DAY
from warmlist.engines.mirror import Manifest
from warmlist.engines.relations import spine
from warmlist.engines.spark import Spark
from warmlist.engines.storage import Storage
from warmlist.plan.dialects import at_moment
from warmlist.plan.steps import spark_steps

pytestmark = [pytest.mark.property, pytest.mark.agreement]


@pytest.fixture
def on_sail(sail: str, tmp_path: Path) -> Iterator[Spark]:
    with session(sail, tmp_path) as spark:
        yield spark


@contextmanager
def session(remote: str, folder: Path) -> Iterator[Spark]:
    with Storage(folder, Manifest()) as storage, Spark(remote, storage) as spark:
        yield spark


def shown(spark: Spark, life: Lives, asked: Sequence[tuple[int, int]]) -> None:
    """Show a life and what is asked about it as the plan's relations."""
    rows = relations(life.rows(), owners(life))
    spark.put("spine", spine(asked))
    spark.put("handles", rows.handles)
    spark.put("events", rows.events)


def owners(life: Lives) -> list[int]:
    return [life.customers[h] for h in life.handles]


def pairs(life: Lives) -> list[tuple[int, int]]:
    return [(c, t) for c in sorted(set(owners(life))) for t in life.moments]


def by_spark(spark: Spark, life: Lives, asked: Sequence[tuple[int, int]]) -> Answers:
    """What both statements of the plan say on a cluster, of what is shown there."""
    shown(spark, life, asked)
    return of_wide(*(rows_of(spark, sql) for sql in (plan().sql, plan().open_sql or "")))


def rows_of(spark: Spark, sql: str) -> list[dict[str, Any]]:
    spark.run(spark_steps(sql, "answer"))
    return spark.rows("SELECT * FROM answer").to_pylist()


@settings(max_examples=3, deadline=None, suppress_health_check=list(HealthCheck))
@given(life=lives())
def test_sail_says_of_generated_lives_what_the_oracle_says(on_sail: Spark, life: Lives) -> None:
    told = by_oracle(life.rows(), owners(life), pairs(life))
    assert_same(told, by_spark(on_sail, life, pairs(life)))


def test_sail_says_of_a_crowd_now_and_in_the_past_what_the_others_say(on_sail: Spark) -> None:
    life = past(crowd(random.Random(11), 60))
    found = by_spark(on_sail, life, pairs(life))
    assert_same(everybody(pairs(life), relations(life.rows(), owners(life))), found)
    some = pairs(life)[::7]
    told = by_oracle(life.rows(), owners(life), some)
    assert_same(told, {key: found[key] for key in some})


def test_sail_says_the_same_where_the_moment_stands_in_the_plan(on_sail: Spark) -> None:
    life = crowd(random.Random(12), 60)
    asked = [(customer, max(life.moments)) for customer in sorted(set(owners(life)))]
    shown(on_sail, life, asked)
    found = [
        rows_of(on_sail, at_moment(sql, max(life.moments)))
        for sql in (plan().sql, plan().open_sql or "")
    ]
    assert_same(everybody(asked, relations(life.rows(), owners(life))), of_wide(*found))


@pytest.mark.timeout(900)
@pytest.mark.xdist_group("spark")
def test_apache_spark_says_of_a_crowd_now_and_in_the_past_what_duckdb_says(
    apache_spark: str, tmp_path: Path
) -> None:
    life = past(crowd(random.Random(13), 60))
    with session(apache_spark, tmp_path) as spark:
        found = by_spark(spark, life, pairs(life))
    assert_same(everybody(pairs(life), relations(life.rows(), owners(life))), found)


def past(life: Lives) -> Lives:
    """Asked about at its end and long before it."""
    end = max(life.moments)
    return replace(life, moments=(end - 200 * DAY, end - 40 * DAY, end - 3 * DAY, end))
