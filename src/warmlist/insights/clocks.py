"""What clocks show where customers live: offsets from UTC as a table, a row for each zone and day."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pyarrow as pa

from warmlist.clock import DAY, MINUTE

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
SCHEMA = pa.schema(
    [
        ("zone", pa.string()), ("day", pa.int64()), ("change_at", pa.int64()),
        ("before_ms", pa.int64()), ("after_ms", pa.int64()),
    ]
)  # fmt: skip


def offsets(zones: Iterable[str], first_ms: int, last_ms: int) -> pa.Table:
    """(zone, day, change_at, before_ms, after_ms) for every day in UTC between two moments.

    day: whole days since 1970. A moment of that day shows `moment + before_ms` as local time before
    `change_at`, and `moment + after_ms` from then on.
    """
    days = range(first_ms // DAY, last_ms // DAY + 1)
    rows = [row for zone in sorted(set(zones)) for row in _of_zone(zone, days)]
    columns = list(zip(*rows, strict=True)) if rows else [()] * len(SCHEMA)
    arrays = [pa.array(c, f.type) for c, f in zip(columns, SCHEMA, strict=True)]
    return pa.table(arrays, schema=SCHEMA)


def local(zone: str, moment: int) -> datetime:
    """What the clock of a zone shows at a moment (epoch ms)."""
    return (_EPOCH + timedelta(milliseconds=moment)).astimezone(ZoneInfo(zone))


def _of_zone(name: str, days: range) -> Iterator[tuple[str, int, int, int, int]]:
    zone = ZoneInfo(name)
    before = _offset(zone, days.start * DAY)
    for day in days:
        start = day * DAY
        after = _offset(zone, start + DAY)
        change = start if before == after else _change(zone, start, before)
        yield name, day, change, before, after
        before = after


def _change(zone: ZoneInfo, start: int, before: int) -> int:
    """The minute of a day at which the clocks are changed."""
    low, high = 0, DAY // MINUTE
    while high - low > 1:
        middle = (low + high) // 2
        if _offset(zone, start + middle * MINUTE) == before:
            low = middle
        else:
            high = middle
    return start + high * MINUTE


def _offset(zone: ZoneInfo, moment: int) -> int:
    shown = (_EPOCH + timedelta(milliseconds=moment)).astimezone(zone).utcoffset()
    return 0 if shown is None else shown // timedelta(milliseconds=1)
