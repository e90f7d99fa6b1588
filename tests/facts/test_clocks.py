"""Local time by arithmetic is local time by the tz database; the file says what the pinned one says."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime, timedelta
from importlib import resources
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import duckdb
import pytest

from warmlist.clock import DAY, HOUR, parse_instant, to_ms
from warmlist.facts import clocks

pytestmark = pytest.mark.unit
ROOT = Path(__file__).parents[2]


def test_the_file_is_what_the_pinned_database_says() -> None:
    done = subprocess.run(
        [sys.executable, ROOT / "tools/clocks.py", "--check"], capture_output=True, text=True, check=False
    )  # fmt: skip
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(
    "zone", ["Europe/Rome", "America/New_York", "Asia/Kathmandu", "Africa/Casablanca", "UTC",
             "Australia/Lord_Howe", "America/Sao_Paulo"],
)  # fmt: skip
def test_offsets_are_those_of_the_zone_to_the_second(zone: str) -> None:
    rules = next(n for n, (_, zones) in enumerate(clocks.rules()) if zone in zones)
    turns = clocks.rules()[rules][0]
    moments = {turn + jitter for turn, _ in turns[1:] for jitter in (-1_000, 0, 1_000)}
    moments |= {parse_instant("2026-01-01T00:00:00Z") + n * 11 * DAY for n in range(200)}
    found = dict(
        duckdb.execute(
            f"SELECT m, offset_ms FROM ({clocks.offsets_sql()}) o JOIN (SELECT UNNEST(?) AS m) "
            "ON from_ms <= m AND until_ms > m WHERE rules = ?",
            [sorted(moments), rules],
        ).fetchall()
    )
    with (resources.files("tzdata.zoneinfo") / zone).open("rb") as file:
        pinned = ZoneInfo.from_file(file)
    for moment in moments:
        local = datetime.fromtimestamp(moment / 1_000, pinned).utcoffset()
        assert timedelta(milliseconds=found[moment]) == local, (zone, moment)


def test_no_clock_changes_twice_within_a_month() -> None:
    for turns, _ in clocks.rules():
        assert all(b - a > 31 * DAY for (a, _), (b, _) in pairwise(turns))


def test_each_month_ends_once_and_the_next_begins_behind_it() -> None:
    rows = duckdb.execute(clocks.months_sql()).fetchall()
    february = to_ms(datetime(2028, 2, 29, tzinfo=UTC))
    assert (february + 18 * HOUR, february + 9 * HOUR) in {
        (until, begins) for _, until, begins in rows
    }
    assert all(a[1] == b[0] for a, b in pairwise(rows))
