"""Words about a customer that an event carries beside its columns: tags, which become open labels.

A tag names a dimension and a label of it ('country', 'IT'). Where the same dimension is told by
several, what the customer stated beats what the team noted, and that beats what was worked out; what a
number or address tells by itself counts least.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

import psycopg

from warmlist.clock import to_ms
from warmlist.events.model import Event
from warmlist.store.sql import queries

SQL = queries("events/log.sql")

STATED, NOTED, INFERRED = 3, 2, 1
#: In plans, what a handle tells by itself counts less than anything that an event tells.
BY_HANDLE = 0
#: Rank -> how the label says where it comes from.
ORIGINS: Mapping[int, str] = {
    STATED: "stated", NOTED: "noted", INFERRED: "inferred", BY_HANDLE: "inferred",
}  # fmt: skip
HANDLE_ID, POS = 3, 4  # places in the columns of an event
#: Longest label, in characters; a longer one is cut, as an index holds it.
LONGEST = 150


class Tag(NamedTuple):
    """One word about a customer.

    kind: add, remove (this label), or clear (all earlier ones of this dimension and rank; label None).
    until: epoch ms at which it runs out, None = without end. signal: the signal of the message on
    which the tag rests; it goes where a person rejects that.
    """

    dimension: str
    label: str | None
    rank: int = INFERRED
    kind: str = "add"
    until: int | None = None
    signal: str | None = None


class Row(NamedTuple):
    """A tag as it is kept; times are epoch ms, `event` None = the handle itself tells it."""

    event: int | None
    handle: int
    pos: int
    known: int
    gone: int | None
    tag: Tag


#: Fields of a profile that are labels by themselves.
_PROFILE = ("country", "language", "time_zone", "industry")
#: What the turns of a customer's life are told as; `until` is then the day of each, not an end.
LIFE_POINT = "life_point"
#: The first and the last year of such days.
LIFE_YEARS = (1970, 2200)


def keep(
    conn: psycopg.Connection,
    fresh: Sequence[tuple[int, Event, tuple[Any, ...]]],
    handles: Mapping[str, int],
    note: Callable[[str], Mapping[str, Any]],
    told_by: Callable[[str], Iterable[Tag]],
    category: Callable[[str], str],
) -> None:
    """Write the tags of new events, messages apart, and of handles heard of for the first time.

    fresh: (event id, event, its columns, the handle's id and pos at their places). handles: new ones
    with their ids. note: reads a note line. told_by: what a handle tells by itself. category: the key
    of a category as a shop writes it.
    """
    rows = [
        Row(event_id, columns[HANDLE_ID], columns[POS], event.known_at, None, tag)
        for event_id, event, columns in fresh
        for tag in tags_of(event, note, category)
    ]
    rows += [
        Row(None, handle_id, 0, 0, None, tag)
        for handle, handle_id in handles.items()
        for tag in told_by(handle)
    ]
    write(conn, rows)


def write(conn: psycopg.Connection, rows: Sequence[Row]) -> None:
    """Add these rows to the table of tags."""
    if not rows:
        return
    values = {
        "event": [r.event for r in rows], "handle": [r.handle for r in rows],
        "pos": [r.pos for r in rows], "known": [r.known for r in rows], "gone": [r.gone for r in rows],
        "kind": [r.tag.kind for r in rows], "rank": [r.tag.rank for r in rows],
        "dimension": [r.tag.dimension for r in rows], "label": [r.tag.label for r in rows],
        "until": [r.tag.until for r in rows],
    }  # fmt: skip
    conn.execute(SQL.add_tags, values)


def tags_of(
    event: Event, note: Callable[[str], Mapping[str, Any]], category: Callable[[str], str]
) -> list[Tag]:
    """The tags of an event that is no message, each at most once, in a fixed order."""
    fields = event.fields
    match event.type:
        case "profile":
            told = [Tag(name, str(fields[name]), NOTED) for name in _PROFILE if fields.get(name)]
            return once([*told, *_life(fields, NOTED)])
        case "order":
            return once(
                Tag("product", f"interest:{category(str(line['category']))}")
                for line in fields.get("lines") or ()
                if isinstance(line, Mapping) and line.get("category")
            )
        case "preference":
            if fields.get("note"):
                read = {k: v for k, v in note(str(fields["note"])).items() if v not in (None, [])}
                fields = {**read, **fields, "whole": True}
            return once(preference_tags(fields, _rank(fields)))
    return []


def preference_tags(fields: Mapping[str, Any], rank: int) -> list[Tag]:
    """What the fields of a preference (see the contract's `note parse`) are as labels.

    A field that is there replaces what the same rank said of its dimension before; of a whole note
    (`whole`), so does one that is not.
    """
    times, form = _times(fields), fields.get("channel_format")
    week, month = fields.get("max_per_week"), fields.get("max_per_month")
    caps = [f"max_{week}_per_week"] if week is not None else []
    caps += [f"max_{month}_per_month"] if month is not None else []
    told = {
        "contact_time": (times, any(fields.get(k) is not None for k in ("windows", "avoid", "passive"))),
        "contact_format": ([form] if form else [], form is not None),
        "contact_frequency": (caps, bool(caps)),
    }  # fmt: skip
    tags = []
    for dimension, (labels, said) in told.items():
        if said or fields.get("whole"):
            tags.append(Tag(dimension, None, rank, "clear"))
            tags += [Tag(dimension, label, rank) for label in labels]
    if fields.get("life_points") is not None or fields.get("whole"):
        tags += [Tag(LIFE_POINT, None, rank, "clear"), *_life(fields, rank)]
    return tags


def _life(fields: Mapping[str, Any], rank: int) -> list[Tag]:
    """The turns of life that a profile or a preference names, each at the beginning of its day in UTC."""
    points = [p for p in fields.get("life_points") or () if isinstance(p, Mapping)]
    found = []
    for point in points:
        with contextlib.suppress(ValueError, KeyError):  # the doors have checked what counts
            day = datetime.fromisoformat(str(point["on"])).replace(tzinfo=UTC)
            found.append(Tag(LIFE_POINT, str(point["stage"]), rank, until=to_ms(day)))
    return found


def once(tags: Iterable[Tag]) -> list[Tag]:
    """The same tags with labels cut to their limit, none twice."""
    cut = (tag._replace(label=tag.label and tag.label[:LONGEST]) for tag in tags)
    return list(dict.fromkeys(cut))


def _rank(fields: Mapping[str, Any]) -> int:
    return STATED if fields.get("origin") == "stated" else NOTED


_WORK_DAYS = [1, 2, 3, 4, 5]


def _times(fields: Mapping[str, Any]) -> list[str]:
    """Labels of contact_time for the hours that are wished or refused (PRF-1, PRF-4)."""
    windows = [w for w in fields.get("windows") or () if isinstance(w, Mapping)]
    found = []
    if windows and all(_within(w, "09:00", "18:00") for w in windows):
        found.append("nine_to_six")
    if any(_within(w, "18:00", "24:00") for w in windows):
        found.append("night_active")
    if fields.get("avoid"):
        found.append("do_not_disturb")
    if windows and all(set(w.get("days") or ()) <= set(_WORK_DAYS) for w in windows):
        found.append("weekdays_only")
    if fields.get("passive"):
        found.append("passive")
    return found


def _within(window: Mapping[str, Any], first: str, last: str) -> bool:
    start, end = str(window.get("from")), str(window.get("to"))
    return first <= start and start < (end := "24:00" if end == "00:00" else end) <= last
