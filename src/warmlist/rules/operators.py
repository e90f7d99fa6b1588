"""The words of rule expressions, a row each: SQL, plain meaning and the moment time alone flips it."""

from __future__ import annotations

import operator
from collections.abc import Callable
from dataclasses import dataclass

from warmlist.events.model import SEQ_BITS

#: Factor between milliseconds and positions.
SHIFT = 1 << SEQ_BITS


@dataclass(frozen=True, slots=True)
class Comparison:
    """A comparison of two known values. A comparison with an unknown value does not match."""

    symbol: str
    meaning: Callable[[int, int], bool]


COMPARISONS = {
    symbol: Comparison(symbol, meaning)
    for symbol, meaning in (
        ("<=", operator.le),
        ("<", operator.lt),
        (">=", operator.ge),
        (">", operator.gt),
        ("=", operator.eq),
        ("<>", operator.ne),
    )
}


@dataclass(frozen=True, slots=True)
class AgeTest:
    """How `age(moment) <symbol> duration` is asked.

    Ages are whole milliseconds between the moment and as_of. `sql` compares positions, so that no
    division is needed. `flips_after`: the answer changes for good `duration + flips_after` ms after
    the moment.
    """

    symbol: str
    sql: str
    meaning: Callable[[int, int], bool]
    flips_after: int


AGES = {
    test.symbol: test
    for test in (
        AgeTest("<=", "{fact} >= (as_of - {ms}) * 1048576", operator.le, 1),
        AgeTest("<", "{fact} >= (as_of - {ms} + 1) * 1048576", operator.lt, 0),
        AgeTest(">=", "{fact} < (as_of - {ms} + 1) * 1048576", operator.ge, 0),
        AgeTest(">", "{fact} < (as_of - {ms}) * 1048576", operator.gt, 1),
    )
}
