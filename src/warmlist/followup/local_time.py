"""Windows of the week on a customer's own clock: are we in one, and when does one begin or end."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from warmlist.clock import from_ms, to_ms
from warmlist.understanding.preferences.model import Window

#: Windows repeat by the week; a day more, since one may begin in the evening before.
_DAYS = 9
#: How many days are looked at until something is found: most is, soon; clocks may skip one that is weekly.
_TRIES = (3, _DAYS, 2 * _DAYS)


def at_minute(day: date, minute: int, zone: ZoneInfo) -> int:
    """Epoch ms of a minute of a local day (1440 = its end); a time that clocks skip is the one behind."""
    midnight = datetime(day.year, day.month, day.day, tzinfo=zone)
    return to_ms(midnight + timedelta(minutes=minute))  # of an aware time this moves the hands


def spans(
    windows: Iterable[Window], at: int, zone: ZoneInfo, days: int = _DAYS
) -> list[tuple[int, int]]:
    """[begin, end) of the windows from the day before a moment on, joined where they touch."""
    today = from_ms(at).astimezone(zone).date()
    found = []
    for ahead in range(-1, days):
        day = today + timedelta(days=ahead)
        for window in windows:
            if day.isoweekday() in window.days:
                end = window.end if window.end > window.start else window.end + 1440
                begins, ends = at_minute(day, window.start, zone), at_minute(day, end, zone)
                if begins < ends:  # one that clocks skip is none that day
                    found.append((begins, ends))
    joined: list[tuple[int, int]] = []
    for begin, end in sorted(found):
        if joined and begin <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((begin, end))
    return joined


def within(windows: Iterable[Window], at: int, zone: ZoneInfo) -> bool:
    """Whether a moment lies in one of the windows."""
    return any(begin <= at < end for begin, end in spans(windows, at, zone, 1))


def next_in(windows: Iterable[Window], at: int, zone: ZoneInfo) -> int | None:
    """The first moment from `at` on that lies in a window; None where there are none."""
    windows = tuple(windows)
    for days in _TRIES:
        for begin, end in spans(windows, at, zone, days):
            if end > at:
                return max(begin, at)
    return None


def edges(windows: Iterable[Window], at: int, zone: ZoneInfo) -> list[int]:
    """The moments behind `at`, for a week, at which one of the windows begins or ends."""
    each = (span for window in windows for span in spans((window,), at, zone))
    return [edge for span in each for edge in span if edge > at]


def next_outside(windows: Iterable[Window], at: int, zone: ZoneInfo) -> int | None:
    """The first moment from `at` on that lies in none; None where they leave no gap for a week."""
    windows, today = tuple(windows), from_ms(at).astimezone(zone).date()
    for days in _TRIES:
        around = (s for s in spans(windows, at, zone, days) if s[0] <= at < s[1])
        inside = next(around, None)
        if inside is None:
            return at
        if inside[1] < at_minute(today + timedelta(days=days - 1), 0, zone):
            return inside[1]
    return None


def last_in_a_row(
    moments: Sequence[int], windows: tuple[Window, ...], before: int, zone: ZoneInfo
) -> int:
    """How many of the newest moments before one lay in the windows without another between them."""
    count = 0
    for moment in reversed([m for m in moments if m < before]):
        if not within(windows, moment, zone):
            break
        count += 1
    return count
