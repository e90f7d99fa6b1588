"""What a customer wishes about contact: plain data, and the JSON shape it has at the doors."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from warmlist.errors import BadInput

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
)


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


@dataclass(frozen=True, slots=True)
class Preferences:
    """What is said of contact with one customer; what is not said is None or empty.

    name: one line without blanks at its ends. channel_format: one of FORMATS. windows: contact in
    these; avoid: and not in these. max_per_week, max_per_month: 0..100. passive: the customer will
    write when there is need.
    """

    name: str | None = None
    channel_format: str | None = None
    windows: tuple[Window, ...] = ()
    avoid: tuple[Window, ...] = ()
    max_per_week: int | None = None
    max_per_month: int | None = None
    passive: bool = False

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

    def as_json(self) -> dict[str, Any]:
        """All fields, as `warmlist note parse` writes them and an event of type preference takes."""
        return {
            "name": self.name,
            "channel_format": self.channel_format,
            "windows": [window.as_json() for window in self.windows],
            "avoid": [window.as_json() for window in self.avoid],
            "max_per_week": self.max_per_week,
            "max_per_month": self.max_per_month,
            "passive": self.passive,
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
        )


def clock(minutes: int) -> str:
    """'08:30'; midnight at the end of a day is '24:00'."""
    return f"{minutes // 60:02}:{minutes % 60:02}"


def minutes(text: str, field: str) -> int:
    """Minutes after midnight of 'HH:MM'."""
    if not _CLOCK.fullmatch(text):
        raise BadInput(f"{field}: {text!r} is no time; write HH:MM, 00:00 to 24:00")
    return int(text[:2]) * 60 + int(text[3:])


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
