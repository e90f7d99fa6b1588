"""What a review consists of: figures, each with the period before, its bounds and its people."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import urlencode

from warmlist.clock import DAY

Period = Literal["weekly", "monthly", "quarterly"]
Unit = Literal["percent", "customers", "reds", "orders", "minutes", "labels"]

#: good, bad: against what is expected; few: too little to say; "": nothing is expected.
Verdict = Literal["good", "bad", "few", ""]

#: How long a period is, in ms.
LENGTHS: Mapping[Period, int] = {"weekly": 7 * DAY, "monthly": 30 * DAY, "quarterly": 90 * DAY}


def people(kind: str, **values: str | int | None) -> str:
    """Which customers are behind a figure, as the query of an address; see `people.py`."""
    told = {"of": kind} | {key: str(value) for key, value in values.items() if value is not None}
    return urlencode(told)


@dataclass(frozen=True, slots=True)
class Figure:
    """One number of a review.

    owner: whose customers; None = the whole team's. `value` is told in `unit`; None = withheld, and
    `note` says why. `previous`: the same figure one period before. `interval`: 95 %, of
    the early warning 80 %. `expected`: bounds of the pack, in the same unit.
    `count` of `of`: what a share was made from. `people`: who is behind it (`people`), None where
    nobody is named.
    """

    section: str
    name: str
    unit: Unit
    value: float | None
    owner: str | None = None
    dimension: str | None = None
    label: str | None = None
    detail: str | None = None  # the label moved from, a rule, a cause, a fortnight
    count: int | None = None
    of: int | None = None
    previous: float | None = None
    interval: tuple[float, float] | None = None
    expected: tuple[float, float] | None = None
    verdict: Verdict = ""
    people: str | None = None
    note: str | None = None

    @property
    def change(self) -> float | None:
        """How far the figure moved since the period before, in its unit."""
        if self.value is None or self.previous is None:
            return None
        return self.value - self.previous


@dataclass(frozen=True, slots=True)
class Alert:
    """A condition that held when it was last looked at. Times are epoch ms."""

    kind: str
    owner: str | None  # None = the whole team's
    since: int
    until: int | None
    figure: float
    bound: float
    says: str
    do: str
    people: str | None


@dataclass(frozen=True, slots=True)
class Rep:
    """Somebody who owns customers; minutes a day that the queue plans against."""

    name: str
    minutes: int


@dataclass(frozen=True, slots=True)
class Series:
    """Shares over time, for the chart: label -> percent at each moment. Moments are epoch ms."""

    dimension: str
    moments: tuple[int, ...]
    shares: Mapping[str, tuple[float, ...]]


@dataclass(frozen=True, slots=True)
class Review:
    """One review as of a moment (epoch ms), for one owner or (None) for the whole team and each."""

    period: Period
    as_of: int
    before: int  # the moment of the period before
    owner: str | None
    figures: tuple[Figure, ...]
    alerts: tuple[Alert, ...]
    series: tuple[Series, ...] = ()
    replaying: int = 0  # customers whose imported past is not replayed yet
    notes: tuple[str, ...] = field(default=())

    def of(self, section: str, owner: str | None = None) -> tuple[Figure, ...]:
        """The figures of a section for one owner, in order."""
        return tuple(f for f in self.figures if f.section == section and f.owner == owner)


def percent(count: int, of: int) -> float | None:
    """A share in percent; None of nothing."""
    return 100 * count / of if of else None


def in_percent(interval: tuple[float, float] | None) -> tuple[float, float] | None:
    """Shares 0..1 as percent."""
    return (100 * interval[0], 100 * interval[1]) if interval else None
