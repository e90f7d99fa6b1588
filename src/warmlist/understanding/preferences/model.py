"""What a customer wishes about contact: plain data, and the JSON shape it has at the doors."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from warmlist.errors import BadInput
from warmlist.events.tags import LIFE_YEARS

FORMATS = ("text", "voice", "image", "video")
EVERY_DAY = (1, 2, 3, 4, 5, 6, 7)
#: What the doors accept as a cap.
MOST = 100
_CLOCK = re.compile(r"(?:[01]\d|2[0-3]):[0-5]\d|24:00")
_FIELDS = (
    "name",
    "channel_format",
    "windows",
    "avoid",
    "max_per_week",
    "max_per_month",
    "passive",
    "life_points",
)
#: Turns of a life that note lines have words for; profiles may name others.
STAGES = ("pregnancy", "birth", "wedding", "move")
_STAGE = re.compile(r"[a-z][a-z0-9_]{0,39}")


@dataclass(frozen=True, slots=True, order=True)
class Window:
    """Hours of the week in the customer's local time.

    days: 1 Monday .. 7 Sunday, ascending, at least one. start, end: minutes after midnight,
    0..1439 and 1..1440; an end at or before the start lies on the next day.
    """

    days: tuple[int, ...]
    start: int
    end: int

    def __post_init__(self) -> None:
        if not self.days or tuple(sorted(set(self.days) & set(EVERY_DAY))) != self.days:
            raise BadInput(f"days {list(self.days)} are not 1 (Monday) to 7, ascending")
        if not (0 <= self.start < 1440 and 0 < self.end <= 1440) or self.start == self.end:
            raise BadInput(f"{self.start} to {self.end} are no two minutes of a day")

    @property
    def whole_day(self) -> bool:
        return (self.start, self.end) == (0, 1440)

    def as_json(self) -> dict[str, Any]:
        return {"days": list(self.days), "from": clock(self.start), "to": clock(self.end)}


@dataclass(frozen=True, slots=True, order=True)
class LifePoint:
    """A turn in a customer's life and the day on which it came or comes. stage: one of STAGES, or a key."""

    on: date
    stage: str

    def __post_init__(self) -> None:
        if not _STAGE.fullmatch(self.stage):
            raise BadInput(
                f"life_points: {self.stage!r} is no key; write birth, or first_school_day"
            )
        first, last = LIFE_YEARS
        if not first <= self.on.year <= last:
            raise BadInput(f"life_points: {self.on} lies outside the years {first} to {last}")

    def as_json(self) -> dict[str, str]:
        return {"stage": self.stage, "on": self.on.isoformat()}


@dataclass(frozen=True, slots=True)
class Preferences:
    """What is said of contact with one customer; what is not said is None or empty.

    name: one line without blanks at its ends. channel_format: one of FORMATS. windows: contact in
    these; avoid: and not in these. max_per_week, max_per_month: 0..100. passive: the customer will
    write when there is need. life_points: what else is good to know, with its days.
    """

    name: str | None = None
    channel_format: str | None = None
    windows: tuple[Window, ...] = ()
    avoid: tuple[Window, ...] = ()
    max_per_week: int | None = None
    max_per_month: int | None = None
    passive: bool = False
    life_points: tuple[LifePoint, ...] = ()

    def __post_init__(self) -> None:
        name = self.name
        if name is not None and (not name or " ".join(name.split()) != name or not _shown(name)):
            raise BadInput("a name is one line, without blanks at its ends or two in a row")
        if self.channel_format not in (None, *FORMATS):
            raise BadInput(f"channel_format {self.channel_format!r} is not {', '.join(FORMATS)}")
        for field in ("max_per_week", "max_per_month"):
            cap = getattr(self, field)
            if cap is not None and not 0 <= cap <= MOST:
                raise BadInput(f"{field} {cap} is not 0 to {MOST}")

    def __bool__(self) -> bool:
        return self != Preferences()

    @property
    def leaves_no_hour(self) -> bool:
        """Whether all hours that are wished for are refused as well."""
        refused = _minutes_of(self.avoid)
        return len(refused) > 0 and not (_minutes_of(self.windows) or _WEEK) - refused

    def as_json(self) -> dict[str, Any]:
        """All fields, as `warmlist note parse` writes them and an event of type preference takes.

        life_points: only where there are any.
        """
        life = [point.as_json() for point in self.life_points]
        return {
            "name": self.name,
            "channel_format": self.channel_format,
            "windows": [window.as_json() for window in self.windows],
            "avoid": [window.as_json() for window in self.avoid],
            "max_per_week": self.max_per_week,
            "max_per_month": self.max_per_month,
            "passive": self.passive,
            **({"life_points": life} if life else {}),
        }

    @classmethod
    def from_json(cls, given: Mapping[str, Any]) -> Preferences:
        """The same back; other keys are ignored. Raises BadInput, naming the field."""
        said = {key: given[key] for key in _FIELDS if given.get(key) is not None}
        return cls(
            name=_of(said, "name", str),
            channel_format=_of(said, "channel_format", str),
            windows=_windows(said, "windows"),
            avoid=_windows(said, "avoid"),
            max_per_week=_of(said, "max_per_week", int),
            max_per_month=_of(said, "max_per_month", int),
            passive=bool(_of(said, "passive", bool)),
            life_points=life_points(said.get("life_points")),
        )


_WEEK = frozenset(range(7 * 1440))


def _minutes_of(windows: tuple[Window, ...]) -> frozenset[int]:
    """The minutes of a week, from Monday's midnight, that lie in one of the windows."""
    found: set[int] = set()
    for window in windows:
        length = (
            window.end - window.start
            if window.end > window.start
            else window.end + 1440 - window.start
        )
        for day in window.days:
            begin = (day - 1) * 1440 + window.start
            found.update(minute % len(_WEEK) for minute in range(begin, begin + length))
    return frozenset(found)


def clock(minutes: int) -> str:
    """'08:30'; midnight at the end of a day is '24:00'."""
    return f"{minutes // 60:02}:{minutes % 60:02}"


def minutes(text: str, field: str) -> int:
    """Minutes after midnight of 'HH:MM'."""
    if not _CLOCK.fullmatch(text):
        raise BadInput(f"{field}: {text!r} is no time; write HH:MM, 00:00 to 24:00")
    return int(text[:2]) * 60 + int(text[3:])


def life_points(given: Any) -> tuple[LifePoint, ...]:
    """Rows {"stage", "on": YYYY-MM-DD}; none for None. Raises BadInput, naming the row."""
    if given is None:
        return ()
    if not isinstance(given, list):
        raise BadInput(f"life_points: {given!r} is no list")
    return tuple(_life_point(one, f"life_points[{at}]") for at, one in enumerate(given))


def _life_point(one: Any, where: str) -> LifePoint:
    if not isinstance(one, Mapping) or not {"stage", "on"} <= one.keys():
        raise BadInput(f"{where} needs stage and on")
    try:
        return LifePoint(date.fromisoformat(str(one["on"])), str(one["stage"]))
    except ValueError:
        raise BadInput(f"{where}: {one['on']!r} is no day; write 2026-03-14") from None


def _shown(name: str) -> bool:
    return name.isprintable() or all(char.isprintable() or char in "\u200d\u200c" for char in name)


def _of(said: Mapping[str, Any], key: str, kind: type) -> Any:
    value: Any = said.get(key)
    if value is None:
        return None
    if not isinstance(value, kind) or (isinstance(value, bool) and kind is int):
        raise BadInput(f"{key}: {value!r} is no {kind.__name__}")
    return " ".join(str(value).split()) or None if key == "name" else value


def _windows(said: Mapping[str, Any], key: str) -> tuple[Window, ...]:
    found = _of(said, key, list) or []
    return tuple(_window(one, f"{key}[{at}]") for at, one in enumerate(found))


def _window(one: Any, where: str) -> Window:
    if not isinstance(one, Mapping) or not {"days", "from", "to"} <= one.keys():
        raise BadInput(f"{where} needs days, from and to")
    days, start, end = one["days"], one["from"], one["to"]
    if not isinstance(days, list) or not all(type(day) is int for day in days):
        raise BadInput(f"{where}.days: {days!r} is no list of days 1 to 7")
    if not isinstance(start, str) or not isinstance(end, str):
        raise BadInput(f"{where}: from and to are texts such as 09:00")
    begin, stop = minutes(start, f"{where}.from"), minutes(end, f"{where}.to")
    return Window(tuple(sorted(set(days))), begin % 1440, stop or 1440)
