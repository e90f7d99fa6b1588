"""The team's day and the customer's night, by clocks that are changed twice a year."""

from __future__ import annotations

from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest

from warmlist.app import built_in_pack
from warmlist.clock import DAY, HOUR, parse_instant, rfc3339
from warmlist.errors import BadPack
from warmlist.followup.figures import Day, Figures
from warmlist.followup.guards import Limits, Parcel, State, decide
from warmlist.rules.read import read_pack

pytestmark = pytest.mark.unit

PACK = read_pack(built_in_pack())
LIMITS = Limits.of(PACK)


def next_open(as_of: int, zone: ZoneInfo, limits: Limits) -> int | None:
    """When the quiet hours of somebody who wished nothing end; None when it is not quiet."""
    return decide(State(zone), Parcel(approved=True), as_of, limits).until


@pytest.mark.parametrize(
    ("zone", "as_of", "hours"),
    [
        ("Europe/Rome", "2026-03-03T10:00:00+01:00", 24),
        ("Europe/Rome", "2026-03-29T12:00:00+02:00", 23),
        ("Europe/Rome", "2026-10-25T12:00:00+01:00", 25),
        ("Asia/Kolkata", "2026-03-03T00:00:00+05:30", 24),
        ("Asia/Beirut", "2026-03-29T12:00:00+03:00", 23),  # midnight itself does not exist
        ("UTC", "2026-03-03T23:59:59.999Z", 24),
    ],
)
def test_a_day_is_from_midnight_to_midnight(zone: str, as_of: str, hours: int) -> None:
    moment = parse_instant(as_of)
    day = Day.at(moment, ZoneInfo(zone))
    assert day.ends - day.begins == hours * HOUR
    assert day.begins <= moment < day.ends
    assert Day.at(day.begins - 1, ZoneInfo(zone)).ends == day.begins


@pytest.mark.parametrize(
    ("as_of", "opens"),
    [
        ("2026-03-03T21:59:59.999+01:00", None),
        ("2026-03-03T22:00:00+01:00", "2026-03-04T07:00:00.000Z"),
        ("2026-03-04T07:59:59.999+01:00", "2026-03-04T07:00:00.000Z"),
        ("2026-03-04T08:00:00+01:00", None),
        ("2026-03-28T23:00:00+01:00", "2026-03-29T06:00:00.000Z"),
        ("2026-10-25T02:30:00+02:00", "2026-10-25T07:00:00.000Z"),
        ("2026-10-25T02:30:00+01:00", "2026-10-25T07:00:00.000Z"),
    ],
)
def test_quiet_hours_end_at_eight(as_of: str, opens: str | None) -> None:
    found = next_open(parse_instant(as_of), ZoneInfo("Europe/Rome"), LIMITS)
    assert (rfc3339(found) if found else None) == opens


def test_quiet_hours_within_a_day_and_none_at_all() -> None:
    rome, noon = ZoneInfo("Europe/Rome"), parse_instant("2026-03-03T12:00:00+01:00")
    siesta = replace(LIMITS, quiet_from=12 * HOUR, quiet_until=15 * HOUR)
    assert next_open(noon, rome, siesta) == noon + 3 * HOUR
    assert next_open(noon + 3 * HOUR, rome, siesta) is None
    assert next_open(noon + DAY // 2, rome, siesta) is None
    assert next_open(noon, rome, replace(LIMITS, quiet_from=0, quiet_until=0)) is None


def test_a_pack_without_a_figure_is_refused_by_name() -> None:
    fewer = {name: value for name, value in PACK.thresholds.items() if name != "touch_cap"}
    with pytest.raises(BadPack, match="touch_cap"):
        Figures.of(replace(PACK, thresholds=fewer))
