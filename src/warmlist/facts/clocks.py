"""When the customers' clocks change and months end, as rows that a plan can hold.

Local time is arithmetic over these: a plan knows no time zones and needs no function of dates.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from importlib import resources
from itertools import pairwise

from warmlist.clock import HOUR, to_ms

#: The end of all time, for the last offset of a zone.
NEVER = 1 << 62
#: Months that plans know.
FIRST_YEAR, LAST_YEAR = 2024, 2033
#: A working day's end, in ms after midnight: until then it is the month's last day.
DAY_ENDS = 18 * HOUR
DAY_BEGINS = 9 * HOUR


@cache
def rules() -> tuple[tuple[tuple[tuple[int, int], ...], tuple[str, ...]], ...]:
    """((from_ms, offset_ms), ...), zones: each way of changing clocks, with who follows it."""
    found = []
    for line in (resources.files("warmlist.facts") / "clocks.txt").read_text("utf-8").splitlines():
        if line.startswith("#"):
            continue
        changes, _, zones = line.partition(" | ")
        pairs = (change.split(":") for change in changes.split())
        turns = tuple((int(start) * 1_000, int(offset) * 1_000) for start, offset in pairs)
        found.append((turns, tuple(zones.split())))
    return tuple(found)


def _values(columns: str, rows: Iterable[str]) -> str:
    return f"SELECT * FROM (VALUES {', '.join(rows)}) AS t ({columns})"


@cache
def zones_sql() -> str:
    """(zone, rules): which zone follows which rules."""
    rows = (f"('{zone}', {n})" for n, (_, zones) in enumerate(rules()) for zone in zones)
    return _values("zone, rules", rows)


@cache
def offsets_sql() -> str:
    """(rules, from_ms, until_ms, offset_ms, next_ms): local time is UTC plus the offset.

    next_ms: the offset behind until_ms. No clock changes twice within a month.
    """
    rows = []
    for n, (turns, _) in enumerate(rules()):
        ends = [*(start for start, _ in turns[1:]), NEVER]
        behinds = [offset for _, offset in (*turns[1:], turns[-1])]
        rows += [
            f"({n}, {start}, {end}, {offset}, {behind})"
            for (start, offset), end, behind in zip(turns, ends, behinds, strict=True)
        ]
    return _values("rules, from_ms, until_ms, offset_ms, next_ms", rows)


@cache
def months_sql() -> str:
    """(behind_ms, until_ms, begins_ms): the working day that ends a month, in local ms.

    It is the current or next one from behind the end of the day before it (in this list) until its end.
    """
    firsts = [
        datetime(year, month, 1, tzinfo=UTC)
        for year in range(FIRST_YEAR, LAST_YEAR)
        for month in range(1, 13)
    ]
    days = [to_ms(first - timedelta(days=1)) for first in firsts]
    rows = (
        f"({before + DAY_ENDS}, {day + DAY_ENDS}, {day + DAY_BEGINS})"
        for before, day in pairwise(days)
    )
    return _values("behind_ms, until_ms, begins_ms", rows)


def utc() -> int:
    """The rules that UTC follows."""
    return next(n for n, (_, zones) in enumerate(rules()) if "UTC" in zones)


@dataclass(frozen=True, slots=True)
class Relation:
    """Rows that are the same for everybody; `sql` makes them."""

    says: str
    sql: Callable[[], str]


#: What a stream may read by name, in braces.
RELATIONS: Mapping[str, Relation] = {
    "zones": Relation("time zones, by the rules that their clocks follow", zones_sql),
    "offsets": Relation("when clocks change", offsets_sql),
    "months": Relation("the last working hours of each month", months_sql),
}
