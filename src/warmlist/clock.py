"""The one file that asks the machine what time it is; everywhere else time is an argument."""

import time
from datetime import UTC, datetime

from warmlist.errors import BadInput

#: 2262-04-11, the last instant that a position (milliseconds shifted by 20 bits) can hold.
LATEST_MS = (1 << 43) - 1

SECOND = 1_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR


def now_ms() -> int:
    """This machine's clock, in epoch milliseconds UTC."""
    return time.time_ns() // 1_000_000


def tick() -> float:
    """Seconds on a clock that only goes forward, for measuring how long something took."""
    return time.perf_counter()


def parse_instant(text: str, *, where: str = "time") -> int:
    """RFC 3339 text with an offset -> epoch milliseconds; a time without an offset is refused."""
    try:
        moment = datetime.fromisoformat(text.strip())
    except (ValueError, AttributeError):
        raise BadInput(
            f"{where}: {text!r} is not a time; write it as 2026-03-01T09:30:00+01:00"
        ) from None
    return to_ms(moment, where=where)


def to_ms(moment: datetime, *, where: str = "time") -> int:
    """An aware datetime -> epoch milliseconds; a naive one is refused."""
    if moment.tzinfo is None:
        raise BadInput(f"{where}: {moment} has no offset; add one, such as Z or +01:00")
    # Not astimezone: near the years 1 and 9999 it leaves what Python can tell.
    delta = moment - datetime(1970, 1, 1, tzinfo=UTC)
    ms = delta.days * DAY + delta.seconds * SECOND + delta.microseconds // 1_000
    if not 0 <= ms <= LATEST_MS:
        raise BadInput(f"{where}: {moment} lies outside the years 1970 to 2248")
    return ms


def from_ms(ms: int) -> datetime:
    """Epoch milliseconds -> aware datetime in UTC."""
    return datetime.fromtimestamp(ms // 1_000, tz=UTC).replace(microsecond=ms % 1_000 * 1_000)


def rfc3339(ms: int | None) -> str | None:
    """Epoch milliseconds -> '2026-03-01T08:30:00.000Z' (None stays None)."""
    if ms is None:
        return None
    return from_ms(ms).strftime("%Y-%m-%dT%H:%M:%S.") + f"{ms % 1_000:03d}Z"
