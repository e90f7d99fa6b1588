"""When customers are active, as the jobs over the log found it: best and worst hours of their day.

What is known of the customer goes before what is known of the country, and that before everybody's.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import psycopg

from warmlist.followup.guards import State
from warmlist.followup.local_time import next_in, within
from warmlist.followup.views import Best, BestSource
from warmlist.followup.wishes import ByDimension, golden_hours
from warmlist.store.sql import queries
from warmlist.understanding.preferences.model import EVERY_DAY, Window

_SQL = queries("followup/habits.sql")

#: Part of the week -> its days, 1 Monday.
PARTS: Mapping[str, tuple[int, ...]] = {"weekday": (1, 2, 3, 4, 5), "weekend": (6, 7)}
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
#: Evenings last until midnight (WIN-3).
_EVENING = (20 * 60, 1440)
#: When dear goods are thought over, and when cheap ones are bought on impulse (WIN-4).
_CONSIDERED = (Window((7,), 9 * 60, 11 * 60),)
_IMPULSE = (Window(EVERY_DAY, 12 * 60, 14 * 60), Window(EVERY_DAY, 19 * 60, 21 * 60))
_DEAR, _CHEAP = {"high_price_band", "budget:high"}, {"budget:low"}
_OWN = re.compile(r"^(best|worst)_(weekday|weekend)_(\d\d)_(\d\d)$")


@dataclass(frozen=True, slots=True)
class Hours:
    """Windows by what they are: best and worst ones of one country, or of everybody."""

    best: tuple[Window, ...] = ()
    worst: tuple[Window, ...] = ()


@dataclass(frozen=True, slots=True)
class Habits:
    """Best and worst hours by country, '' = everybody."""

    of: Mapping[str, Hours] = field(default_factory=dict)

    def worst(self, labels: ByDimension, country: str | None) -> tuple[Window, ...]:
        """The hours in which the customer is least active: their own, else the country's, else all's."""
        own = own_windows(labels, "worst")
        told = {day for window in own for day in window.days}
        rest = next((h.worst for _, h in self._known(country) if h.worst), ())
        left = [(tuple(d for d in w.days if d not in told), w) for w in rest]
        return (*own, *(Window(days, w.start, w.end) for days, w in left if days))

    def best(self, labels: ByDimension, country: str | None, state: State, at: int) -> Best | None:
        """When the customer is best contacted, the next such hours from a moment on; None: unknown.

        Golden hours, then the customer's own active window, then hours for the goods that they look at,
        then the country's, then everybody's; only hours that the customer does not refuse.
        """
        sources: Iterator[tuple[BestSource, Iterable[Window]]] = iter(
            (
                ("golden", (Window(EVERY_DAY, h * 60, h * 60 + 60) for h in golden_hours(labels))),
                ("own", (*evenings(labels), *own_windows(labels, "best"))),
                ("considered", _CONSIDERED if labels["product"] & _DEAR else ()),
                ("impulse", _IMPULSE if labels["product"] & _CHEAP else ()),
                *((source, hours.best) for source, hours in self._known(country)),
            )
        )
        for source, windows in sources:
            begins = [(begin, w) for w in windows if (begin := _next(w, state, at)) is not None]
            if begins:
                begin, window = min(begins)
                return Best(begin, window.days, window.start, window.end, source)
        return None

    def _known(self, country: str | None) -> Iterator[tuple[BestSource, Hours]]:
        if country and country in self.of:
            yield "country", self.of[country]
        if "" in self.of:
            yield "everybody", self.of[""]


def load_habits(conn: psycopg.Connection[Any], as_of: int) -> Habits:
    """What the newest runs by a moment (epoch ms) say; nothing before the first."""
    row = conn.execute(_SQL.newest, {"as_of": as_of}).fetchone()
    windows, regions = row or (None, None)
    found: dict[str, Hours] = {}
    if regions is not None:
        for country, start in conn.execute(_SQL.starts, {"run": regions}):
            found[country] = _started(start)
    if windows is not None:
        for country, weekday, weekend in conn.execute(_SQL.windows, {"run": windows}):
            found[country] = _found({"weekday": weekday, "weekend": weekend})
    return Habits(found)


def own_windows(labels: ByDimension, kind: str) -> tuple[Window, ...]:
    """The customer's own best or worst windows, from labels such as `worst_weekend_13_17`."""
    found = (_OWN.match(label) for label in sorted(labels["active_window"]))
    return tuple(_window(PARTS[m[2]], (int(m[3]), int(m[4]))) for m in found if m and m[1] == kind)


def evenings(labels: ByDimension) -> tuple[Window, ...]:
    """The evenings on which the customer reads (WIN-3)."""
    named = (label.removesuffix("_evening") for label in labels["active_window"])
    days = tuple(sorted(_DAYS.index(day) + 1 for day in named if day in _DAYS))
    return (Window(days, *_EVENING),) if days else ()


def _next(window: Window, state: State, at: int) -> int | None:
    """When the window is next, if the customer does not refuse that moment."""
    begin = next_in((window,), at, state.zone)
    if begin is None or (state.windows and not within(state.windows, begin, state.zone)):
        return None
    return None if within(state.avoid, begin, state.zone) else begin


def _found(parts: Mapping[str, Any]) -> Hours:
    """What the job `windows` says of a country."""
    told = {part: hours for part, hours in parts.items() if hours}
    return Hours(
        tuple(_window(PARTS[part], hours["best"]) for part, hours in told.items()),
        tuple(_window(PARTS[part], hours["worst"]) for part, hours in told.items()),
    )


def _started(start: Mapping[str, Any]) -> Hours:
    """What there is to begin with: hours of any day, or of working days and weekends."""
    best: list[tuple[tuple[int, ...], Any]] = []
    if "best" in start:
        best.append((EVERY_DAY, start["best"]))
    best += [(PARTS[p], start[f"{p}_best"]) for p in PARTS if f"{p}_best" in start]
    worst = [(EVERY_DAY, start["worst"])] if "worst" in start else []
    return Hours(
        tuple(_window(days, hours) for days, hours in best),
        tuple(_window(days, hours) for days, hours in worst),
    )


def _window(days: tuple[int, ...], hours: Any) -> Window:
    begin, end = hours
    return Window(days, begin * 60, end * 60 or 1440)
