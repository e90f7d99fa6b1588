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
    """One way to make a moment of several: unknown ones are passed over."""

    name: str
    says: str
    sql: str
    meaning: Callable[[Sequence[int | None]], int | None]


def _known(values: Sequence[int | None]) -> list[int]:
    return [v for v in values if v is not None]


COMBINES: dict[str, Combine] = {
    combine.name: combine
    for combine in (
        Combine("newest_of", "the newest of", "GREATEST", lambda v: max(_known(v), default=None)),
        Combine("oldest_of", "the oldest of", "LEAST", lambda v: min(_known(v), default=None)),
        Combine("first_known_of", "the first known of", "COALESCE",
                lambda v: next(iter(_known(v)), None)),
    )
}  # fmt: skip
