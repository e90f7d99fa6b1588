"""Day first or month first: decided over the whole file, then by how it is written, else asked."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from itertools import pairwise

from warmlist.errors import BadInput

#: Where each order has its year, month and day.
ORDERS: Mapping[str, tuple[int, int, int]] = {
    "dmy": (2, 1, 0),
    "mdy": (2, 0, 1),
    "ymd": (0, 1, 2),
}
Triple = tuple[int, int, int]
Reading = Callable[[Triple, str], date | None]
Days = Mapping[str, Sequence[date | None]]

#: WhatsApp began in 2009; a Buddhist year is 543 more, and 2009 was 2552.
_FIRST_YEAR, _BUDDHIST = 2009, 543


@dataclass(frozen=True, slots=True)
class Decision:
    """The order of a file's dates, and why; `sure` is False where it was judged by style only."""

    order: str
    because: str
    sure: bool = True


@lru_cache(maxsize=8192)
def day_of(triple: Triple, order: str) -> date | None:
    """Three numbers as written -> the day; None where they are no day of a chat export.

    Years of two digits are of this century, Buddhist years become common ones.
    """
    year_at, month_at, day_at = ORDERS[order]
    year = triple[year_at]
    if year < 100:
        year += 2000 if year < 52 else 2500
    if year >= _FIRST_YEAR + _BUDDHIST - 100:
        year -= _BUDDHIST
    if not _FIRST_YEAR <= year < _FIRST_YEAR + 100:
        return None
    try:
        return date(year, triple[month_at], triple[day_at])
    except ValueError:
        return None


def order_day(triple: Triple, order: str) -> date | None:
    """Three numbers as written -> a day from 1970 on, as order files have it."""
    year_at, month_at, day_at = ORDERS[order]
    year = triple[year_at]
    if year < 100:
        year += 2000 if year < 70 else 1900
    try:
        return date(year, triple[month_at], triple[day_at]) if year >= 1970 else None
    except ValueError:
        return None


def decide(
    triples: Sequence[Triple],
    *,
    latest: date,
    stated: str | None = None,
    hint: str | None = None,
    read: Reading = day_of,
) -> Decision:
    """The order of all dates of one file, given in the order of the file.

    latest: no date is later. stated: what the user said (`--date-order`). hint: what the file's
    style suggests. read: what three numbers mean in a given order. BadInput when nothing tells, or
    when nothing fits.
    """
    if stated is not None:
        if stated not in ORDERS:
            raise BadInput(f"--date-order {stated}: it is one of {', '.join(ORDERS)}")
        return Decision(stated, "it was stated")
    days = {order: [read(triple, order) for triple in triples] for order in ORDERS}
    possible = _possible(triples, days, latest, hint)
    if not possible:
        raise BadInput(
            "the dates are of no known calendar or order",
            hint="state their order with --date-order dmy, mdy or ymd if they are of our calendar",
        )
    if len(possible) == 1 or len({tuple(days[order]) for order in possible}) == 1:
        return Decision(possible[0], "no other order gives days that exist")
    return _by_course(triples, {order: days[order] for order in possible}) or _by_hint(
        possible, hint
    )


def _possible(triples: Sequence[Triple], days: Days, latest: date, hint: str | None) -> list[str]:
    """The orders that give the most days that exist: one odd line must not decide.

    A year of two digits stands first only where the style says so: 15/03/24 is no day of 2015.
    """
    good = {
        order: len({day for day in known if day is not None and day <= latest})
        for order, known in days.items()
    }
    distinct = len(set(triples))
    short_years = all(first < 100 for first, _, _ in triples)
    if short_years and hint != "ymd" and 2 * max(good["dmy"], good["mdy"]) > distinct:
        del good["ymd"]
    most = max(good.values())
    return [order for order, count in good.items() if count == most and 2 * most > distinct]


def _by_course(triples: Sequence[Triple], days: Days) -> Decision | None:
    """A file runs one way in time; days change more often than months."""
    turns = {order: _turns(known) for order, known in days.items()}
    steadiest = min(turns, key=lambda order: turns[order])
    others = [turns[order] for order in days if order != steadiest]
    if min(others) > 2 * turns[steadiest]:
        return Decision(steadiest, "in any other order the file would run to and fro in time")
    level = [order for order in days if turns[order] <= 2 * turns[steadiest]]
    calm = [order for order in level if _days_change_most(triples, order)]
    if len(calm) == 1:
        return Decision(calm[0], "the number that changes most often is the day")
    return None


def _turns(days: Sequence[date | None]) -> int:
    """How often the file goes against its own direction, be that upwards or downwards."""
    known = [day for day in days if day is not None]
    falls = sum(later < earlier for earlier, later in pairwise(known))
    rises = sum(later > earlier for earlier, later in pairwise(known))
    return min(falls, rises)


def _days_change_most(triples: Sequence[Triple], order: str) -> bool:
    year_at, month_at, day_at = ORDERS[order]
    seen = list(dict.fromkeys(triples))
    years, months, days = (
        sum(one[place] != next_[place] for one, next_ in pairwise(seen))
        for place in (year_at, month_at, day_at)
    )
    return days >= 3 and days > 2 * months and years <= months + 1


def _by_hint(possible: list[str], hint: str | None) -> Decision:
    if hint in possible:
        return Decision(
            str(hint), "the file is written as phones with that order write", sure=False
        )
    raise BadInput(
        "the dates can be read with the day or the month first, and nothing in the file tells",
        hint=f"add --date-order {' or --date-order '.join(possible)}",
    )
