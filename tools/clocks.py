"""Writes src/warmlist/facts/clocks.txt: when clocks change, from the tz database that is pinned.

python tools/clocks.py           write it
python tools/clocks.py --check   say whether it is up to date
"""

from __future__ import annotations

import sys
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from importlib import resources
from pathlib import Path
from zoneinfo import ZoneInfo

TARGET = Path(__file__).parents[1] / "src/warmlist/facts/clocks.txt"
#: Plans know the clocks of these years; before and after, the nearest offset holds.
FIRST, LAST = 2024, 2033
#: Shorter than any stretch for which clocks were changed in these years.
STEP = timedelta(days=15)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def zone(name: str) -> ZoneInfo:
    """A zone of the pinned package, whatever the machine has."""
    with (resources.files("tzdata.zoneinfo") / name).open("rb") as file:
        return ZoneInfo.from_file(file, key=name)


def changes(of: ZoneInfo) -> tuple[tuple[int, int], ...]:
    """(from, offset) in seconds, the first from 0 on."""
    at, end = datetime(FIRST, 1, 1, tzinfo=UTC), datetime(LAST, 1, 1, tzinfo=UTC)
    found = [(0, _offset(of, at))]
    while at < end:
        later = at + STEP
        if _offset(of, later) != found[-1][1]:
            low, high = _seconds(at), _seconds(later)
            while high - low > 1:
                middle = (low + high) // 2
                same = _offset(of, _EPOCH + timedelta(seconds=middle)) == found[-1][1]
                low, high = (middle, high) if same else (low, middle)
            found.append((high, _offset(of, _EPOCH + timedelta(seconds=high))))
        at = later
    return tuple(found)


def _offset(of: ZoneInfo, at: datetime) -> int:
    offset = at.astimezone(of).utcoffset()
    assert offset is not None
    return int(offset.total_seconds())


def _seconds(at: datetime) -> int:
    return int((at - _EPOCH).total_seconds())


def text() -> str:
    """A line for each way of changing clocks: its changes, then its zones."""
    names = (resources.files("tzdata") / "zones").read_text("utf-8").split()
    alike: dict[tuple[tuple[int, int], ...], list[str]] = defaultdict(list)
    for name in sorted(names):
        if name == "UTC" or ("/" in name and not name.startswith("Etc/")):
            alike[changes(zone(name))].append(name)
    lines = [
        " ".join(f"{start}:{offset}" for start, offset in rules) + " | " + " ".join(zones)
        for rules, zones in sorted(alike.items(), key=lambda item: item[1])
    ]
    head = (
        "# Written by tools/clocks.py from the tz database: from second:offset in seconds | zones"
    )
    return "\n".join([head, *lines]) + "\n"


def main() -> int:
    found = text()
    if "--check" in sys.argv:
        current = TARGET.read_text("utf-8") if TARGET.is_file() else ""
        if current != found:
            print(f"{TARGET.name} is not what the tz database says; run python tools/clocks.py")
        return int(current != found)
    TARGET.write_text(found, "utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
