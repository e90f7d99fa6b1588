"""Local clock times, as files without an offset write them -> instants."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from warmlist.clock import DAY
from warmlist.errors import BadInput
from warmlist.intake.model.values import zones

#: Said of a time that the clock skipped, or showed twice, when it was changed.
SKIPPED = "a local time that the clocks skipped when they were put forward; read an hour later"
TWICE = "a local time that came twice when the clocks were put back; the first is taken"
_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - naive on purpose: a local wall time


@dataclass(frozen=True, slots=True)
class LocalTime:
    """Wall times of one zone -> epoch milliseconds."""

    zone: ZoneInfo

    def instant(self, wall: datetime) -> tuple[int, str | None]:
        """A naive wall time -> epoch ms, and what is doubtful about it.

        A wall time that came twice is the first of the two; one that was skipped is read with the
        offset from before the change.
        """
        first = self.zone.utcoffset(wall)
        second = self.zone.utcoffset(wall.replace(fold=1))
        if first is None or second is None:  # zoneinfo always knows; the type does not
            raise BadInput(f"the time zone {self.zone.key} has no offset")
        delta = wall - _EPOCH - first
        ms = delta.days * DAY + delta.seconds * 1_000 + delta.microseconds // 1_000
        if first == second:
            return ms, None
        return ms, TWICE if first > second else SKIPPED


def local_time(name: str) -> LocalTime:
    """The clock of an IANA zone; BadInput for an unknown one."""
    if name not in zones():
        raise BadInput(
            f"--time-zone {name}: no such time zone", hint="write an IANA name, as Europe/Rome"
        )
    return LocalTime(ZoneInfo(name))
