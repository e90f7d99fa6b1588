"""How a fact is taken from the rows of a stream: each way's SQL and plain meaning, side by side."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Take:
    """One way to make a value of rows.

    `sql`: an aggregate over `{value}`, which is NULL in rows that do not count.
    `meaning`: the same over the list of counting values, in plain Python.
    `empty`: the value where no row counts.
    """

    name: str
    says: str
    sql: str
    meaning: Callable[[Sequence[int]], int | None]
    moment: bool


TAKES: dict[str, Take] = {
    take.name: take
    for take in (
        Take("latest", "the latest of", "MAX({value})", lambda v: max(v, default=None), True),
        Take("earliest", "the earliest of", "MIN({value})", lambda v: min(v, default=None), True),
        Take("count", "how many", "COUNT({value})", len, False),
        Take("sum", "the total of", "CAST(COALESCE(SUM({value}), 0) AS BIGINT)", sum, False),
    )
}


@dataclass(frozen=True, slots=True)
class Combine:
    """One way to make a fact of others.

    `sql`: over the facts by place (`{0}`, `{1}`) or all of them (`{all}`). `unit`: of the result.
    `takes`: the units of the facts, one by one; empty = any number of moments, of which unknown ones are
    passed over.
    """

    name: str
    says: str
    sql: str
    meaning: Callable[[Sequence[int | None]], int | None]
    unit: str = "moment"
    takes: tuple[str, ...] = ()


def _average(values: Sequence[int | None]) -> int | None:
    total, count = values
    return total // count if total is not None and count else None


def _known(values: Sequence[int | None]) -> list[int]:
    return [v for v in values if v is not None]


COMBINES: dict[str, Combine] = {
    combine.name: combine
    for combine in (
        Combine("newest_of", "the newest of", "GREATEST({all})", lambda v: max(_known(v), default=None)),
        Combine("oldest_of", "the oldest of", "LEAST({all})", lambda v: min(_known(v), default=None)),
        Combine("first_known_of", "the first known of", "COALESCE({all})",
                lambda v: next(iter(_known(v)), None)),
        # One division of two doubles: every engine rounds it alike.
        Combine("average", "the first for each of the second, rounded down, of",
                "CASE WHEN {1} > 0 THEN "
                "CAST(FLOOR(CAST({0} AS DOUBLE) / CAST({1} AS DOUBLE)) AS BIGINT) END",
                _average, unit="money", takes=("money", "number")),
    )
}  # fmt: skip
