"""What the guard must know of a customer, from labels, the preference line and the facts that are kept."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from warmlist.errors import BadInput
from warmlist.followup.bringing import Tastes
from warmlist.followup.guards import EVENING, Limits, State
from warmlist.followup.standing import Standing
from warmlist.understanding.preferences.model import EVERY_DAY, Preferences, Window
from warmlist.understanding.preferences.note import parse_note

#: (dimension, label, shade, rule)
Held = Sequence[tuple[str, str, str | None, str]]

WORK_DAYS = (1, 2, 3, 4, 5)
#: Hours that labels of contact_time stand for, where the customer named none (PRF-1).
HOURS: Mapping[str, Window] = {
    "nine_to_six": Window(EVERY_DAY, 9 * 60, 18 * 60),
    "night_active": Window(EVERY_DAY, 20 * 60, 23 * 60),
    "weekdays_only": Window(WORK_DAYS, 9 * 60, 18 * 60),
}
_CAP = re.compile(r"^max_(\d{1,3})_per_(week|month)$")
_GOLDEN = re.compile(r"^golden_(\d\d)$")


@dataclass(frozen=True, slots=True)
class ByDimension:
    """The labels of one customer, by dimension."""

    of: Mapping[str, frozenset[str]]

    @classmethod
    def held(cls, held: Held) -> ByDimension:
        found: dict[str, set[str]] = {}
        for dimension, label, _, _ in held:
            found.setdefault(dimension, set()).add(label)
        return cls({dimension: frozenset(labels) for dimension, labels in found.items()})

    def __getitem__(self, dimension: str) -> frozenset[str]:
        return self.of.get(dimension, frozenset())


def preferences_of(body: Mapping[str, Any] | None) -> Preferences:
    """What a preference event says: its note line, and over it its fields. Nonsense says nothing."""
    if not body:
        return Preferences()
    note = str(body.get("note") or "")
    told = _line(note).as_json() if note else {}
    try:
        return Preferences.from_json({**told, **{k: v for k, v in body.items() if v is not None}})
    except BadInput:
        return Preferences.from_json(told)


@lru_cache(maxsize=4_096)
def _line(note: str) -> Preferences:
    try:
        return parse_note(note).preferences
    except BadInput:
        return Preferences()


def windows(labels: ByDimension, told: Preferences) -> tuple[Window, ...]:
    """When the customer wants contact: the hours that were named, else those of the labels."""
    times = labels["contact_time"]
    if told.windows:
        return told.windows
    found = [HOURS[label] for label in sorted(times & HOURS.keys())]
    if "weekdays_only" in times:  # of the other hours only those of working days
        other = [w for w in found if w != HOURS["weekdays_only"]]
        found = [Window(WORK_DAYS, w.start, w.end) for w in other] or found
    return tuple(found)


def golden_hours(labels: ByDimension) -> tuple[int, ...]:
    """Hours in which the customer answers fastest (PRF-6)."""
    found = (_GOLDEN.match(label) for label in labels["contact_time"])
    return tuple(sorted(int(match[1]) for match in found if match))


def caps(labels: ByDimension, told: Preferences) -> tuple[int | None, int | None]:
    """(contacts a week, a month) that the customer agreed to; None = nothing said."""
    found: dict[str, int] = {}
    for label in labels["contact_frequency"]:
        if match := _CAP.match(label):
            found[match[2]] = min(int(match[1]), found.get(match[2], 1_000))
    return found.get("week", told.max_per_week), found.get("month", told.max_per_month)


def state_of(
    standing: Standing,
    labels: ByDimension,
    told: Preferences,
    zone: ZoneInfo,
    touches: tuple[int, ...] = (),
    promotions: tuple[int, ...] = (),
    worst: tuple[Window, ...] = (),
) -> State:
    """The guard's view of a customer who stands so.

    touches, promotions: moments (ms) of our contacts in the last 30 days, ascending. worst: the hours
    in which the customer is least active.
    """
    week, month = caps(labels, told)
    facts = standing.facts
    times = labels["contact_time"]
    wished = windows(labels, told)
    return State(
        zone=zone,
        opted_out=standing.stopped,
        passive="passive" in times or told.passive,
        grey="grey" in labels["follow_up"],
        windows=wished,
        avoid=told.avoid,
        worst=worst,
        night="night_active" in times and _reach_evening(wished),
        max_per_week=week,
        max_per_month=month,
        touches=touches,
        promotions=promotions,
        high_spender="high" in labels["spend_tier"],
        interests=labels["interest"],
        categories=_categories(labels["product"]),
        format=next(iter(labels["contact_format"]), told.channel_format),
        restricted="shipping_restricted" in labels["region"],
        last_inbound=facts.get("last_inbound"),
        wrote_at=standing.wrote_at,
    )


def _reach_evening(wished: Iterable[Window]) -> bool:
    """Whether hours that were named leave any of the evening's; of none named, all is left."""
    ends = [(w.start, w.end if w.end > w.start else w.end + 1440) for w in wished]
    return not ends or any(start < EVENING.end and end > EVENING.start for start, end in ends)


def tastes_of(standing: Standing, labels: ByDimension, limits: Limits, lately: int = 0) -> Tastes:
    """What suits the customer: interests, and whether another promotion would be one too many.

    lately: promotions of the last 7 days.
    """
    high = "high" in labels["spend_tier"]
    promotions = standing.facts.get("promotions_30d") or 0
    few = lately >= limits.promotions_a_week or (high and promotions >= limits.vip_promotions)
    return Tastes(
        interests=labels["interest"],
        few=few or "promising_reader" in labels["engagement"],
        high=high or "high" in labels["value"],
        labels=frozenset((d, label.casefold()) for d, some in labels.of.items() for label in some),
    )


def _categories(products: Iterable[str]) -> frozenset[str]:
    begins = "interest:"
    return frozenset(p.removeprefix(begins) for p in products if p.startswith(begins))
