"""The figures of the pack that the queue works with, and the team's day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from warmlist.clock import MINUTE, from_ms, to_ms
from warmlist.rules.model import Pack


@dataclass(frozen=True, slots=True)
class Figures:
    """Durations in ms, but for `touch_cap` (contacts a week)."""

    touch_cap: int
    answer_within: int
    call_takes: int
    message_takes: int
    skip_lasts: int

    @classmethod
    def of(cls, pack: Pack) -> Figures:
        """Raises BadPack when the pack lacks one."""
        return cls(**pack.figures(cls.__slots__, "the queue"))

    def minutes(self, how: str) -> int:
        """How long a contact is expected to take, in whole minutes, at least one."""
        return max(1, (self.call_takes if how == "call" else self.message_takes) // MINUTE)


@dataclass(frozen=True, slots=True)
class Day:
    """The team's calendar day around a moment: [begins, ends), epoch ms."""

    begins: int
    ends: int

    @classmethod
    def at(cls, as_of: int, zone: ZoneInfo) -> Day:
        """A day of a clock change has 23 or 25 hours."""
        today = from_ms(as_of).astimezone(zone).date()
        first, last = (
            to_ms(datetime(day.year, day.month, day.day, tzinfo=zone))
            for day in (today, today + timedelta(days=1))
        )
        return cls(first, last)
