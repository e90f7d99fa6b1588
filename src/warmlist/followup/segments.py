"""Segments of the customers: how many, who, and which are kept by name."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from warmlist.errors import BadInput, Busy, NotFound, Refused
from warmlist.events.log import load_money
from warmlist.events.model import hash64
from warmlist.followup.customer import Connection
from warmlist.followup.look import PackLook
from warmlist.followup.people import held_labels, load_people
from warmlist.followup.views import Chip, LastMessage, Viewer
from warmlist.labels.segment_facts import Known, Run, matching
from warmlist.labels.segment_runs import Asked, Runs
from warmlist.labels.segment_sql import SQL, condition
from warmlist.labels.segment_text import BadSegment, Segment, read_segment, vocabulary
from warmlist.rules.expressions import Vocabulary
from warmlist.rules.model import Pack
from warmlist.store.sql import queries

_SQL = queries("followup/segments.sql")

PAGE = 50
LONGEST_NAME = 80
#: How long somebody waits who asks once, in seconds.
LONGEST_WAIT = 60.0
#: Found customers of a segment by facts that are kept for its next page.
_KEPT = 8


@dataclass(frozen=True, slots=True)
class Found:
    """A segment as of a moment. `ids`: who; None where labels alone say so, at any time."""

    segment: Segment
    as_of: int
    ids: tuple[int, ...] | None


@dataclass(frozen=True, slots=True)
class Counting:
    """The facts of everybody are being asked: so many customers of so many yet."""

    done: int
    total: int


@dataclass(frozen=True, slots=True)
class SegmentRow:
    """One customer of a segment."""

    customer_id: int
    name: str
    handle: str
    owner: str | None
    colour: str | None  # the follow-up colour
    shade: str | None
    chips: tuple[Chip, ...]  # without the colour itself
    last_message: LastMessage | None
    simulated: bool


@dataclass(frozen=True, slots=True)
class SegmentPage:
    """Customers of a segment, the longest known first."""

    rows: tuple[SegmentRow, ...]
    next_cursor: str | None


@dataclass(frozen=True, slots=True)
class SavedSegment:
    """A segment that is kept by name."""

    id: int
    name: str
    expression: str
    by: str
    changed_at: int


class Segments:
    """Asks about segments. Every method may be called from several threads."""

    def __init__(
        self,
        transaction: Callable[[], AbstractContextManager[Connection]],
        dsn: Callable[[], str],
        pack: Pack,
        look: PackLook,
        mirror_folder: Path,
    ) -> None:
        """transaction: a connection that commits when left without an error."""
        self._transaction, self._dsn, self._pack, self.look = transaction, dsn, pack, look
        self.words: Vocabulary = vocabulary(pack)
        self._runs = Runs(lambda facts, as_of: Run(dsn(), pack, mirror_folder, facts, as_of))
        self._found: dict[tuple[str, int], tuple[int, ...]] = {}
        self._lock = threading.Lock()

    def close(self) -> None:
        """End what is under way."""
        self._runs.stop()

    # Asking

    def read(self, text: str, now_ms: int) -> Segment:
        """The segment of a text. Raises BadSegment with place and nearest name."""
        with self._transaction() as conn:
            return self._read(conn, text, now_ms)

    def _read(self, conn: Connection, text: str, now_ms: int) -> Segment:
        return read_segment(text, self.words, load_money(conn).at(now_ms))

    def look_for(
        self, segment: Segment, now_ms: int, who: str, wait_s: float = 0.0
    ) -> Found | Counting:
        """The segment, ready to be counted and listed, or how far the question is.

        Facts are asked in the background and waited for so long here; an answer of the last minute
        is told again. who: names the asker, whose earlier question about other facts is given up.
        Raises Busy when that happened to this question, or too many wait.
        """
        if not segment.facts:
            return Found(segment, now_ms, None)
        asked = self._runs.ask(segment.facts, who, now_ms)
        asked.ended.wait(wait_s)
        known = asked.told()
        return (
            Counting(asked.done, asked.total) if known is None else self._matching(segment, known)
        )

    def find(self, segment: Segment, now_ms: int, wait_s: float = LONGEST_WAIT) -> Found:
        """The segment, once it is ready. Raises Busy when that takes too long."""
        found = self.look_for(segment, now_ms, str(uuid.uuid4()), wait_s)
        if isinstance(found, Counting):
            raise Busy("the facts of everybody are still being asked", hint="try it in a moment")
        return found

    def _matching(self, segment: Segment, known: Known) -> Found:
        """Labels are those that hold when it is asked first, so that pages fit together."""
        key = (segment.text, known.as_of)
        with self._lock:
            ids = self._found.get(key)
        if ids is None:
            ids = tuple(matching(self._dsn(), known, segment.node))
            with self._lock:
                self._found[key] = ids
                while len(self._found) > _KEPT:
                    del self._found[next(iter(self._found))]
        return Found(segment, known.as_of, ids)

    def count(self, viewer: Viewer, found: Found, *, own: bool = False) -> int:
        """How many customers of it the viewer may see; own: only those that are the viewer's."""
        where, values = self.where(viewer, found, own=own)
        with self._transaction() as conn:
            row = conn.execute(SQL.count.format(where=where), values, prepare=False).fetchone()
        assert row is not None
        return int(row[0])

    def ids(
        self,
        conn: Connection,
        viewer: Viewer,
        found: Found,
        *,
        own: bool = False,
        size: int = 5_000,
    ) -> Iterator[list[int]]:
        """The ids of the customers that `count` counts, in order, a batch at a time."""
        where, values = self.where(viewer, found, own=own)
        query, after = SQL.page.format(where=where), 0
        while True:
            at = {**values, "after": after, "count": size}
            batch = [row[0] for row in conn.execute(query, at, prepare=False)]
            if batch:
                yield batch
            if len(batch) < size:
                return
            after = batch[-1]

    def page(
        self, viewer: Viewer, found: Found, now_ms: int, cursor: str | None = None, size: int = PAGE
    ) -> SegmentPage:
        """Customers behind a `next_cursor` of an earlier page; BadInput for any other text."""
        where, values = self.where(viewer, found)
        values |= {"after": _place(cursor), "count": size + 1}
        with self._transaction() as conn:
            query = SQL.page.format(where=where)
            ids = [row[0] for row in conn.execute(query, values, prepare=False)]
            rows = self._rows(conn, viewer, ids[:size], now_ms)
        return SegmentPage(rows, str(ids[size - 1]) if len(ids) > size else None)

    def where(
        self, viewer: Viewer, found: Found, *, own: bool = False
    ) -> tuple[str, dict[str, Any]]:
        """The condition on `standings s` that a customer of it passes whom the viewer may see."""
        values: dict[str, Any] = {"viewer": viewer.name}
        parts = [SQL.not_merged]
        if not viewer.sees_everyone:
            parts.append(SQL.own if own else SQL.visible)
        if found.ids is None:
            parts.append(condition(found.segment.node, values))
        else:
            parts.append(SQL.among)
            values["found"] = list(found.ids)
        return "\n  AND ".join(parts), values

    def _rows(
        self, conn: Connection, viewer: Viewer, ids: Sequence[int], now_ms: int
    ) -> tuple[SegmentRow, ...]:
        people, labels = load_people(conn, ids, now_ms), held_labels(conn, ids)
        rows = []
        for one in ids:
            person = people.get(one)
            if person is None or not viewer.sees(person.customer.owner):
                continue
            held = [self.look.chip(*label, viewer.language) for label in labels.get(one, ())]
            colour = next((chip for chip in held if chip.dimension == "follow_up"), None)
            rows.append(
                SegmentRow(
                    one, person.customer.name, person.handle, person.customer.owner,
                    colour.label if colour else None, colour.shade if colour else None,
                    self.look.in_order(chip for chip in held if chip is not colour),
                    person.last_message, person.simulated,
                )
            )  # fmt: skip
        return tuple(rows)

    def labels_in_use(self, most: int = 500) -> Mapping[str, list[str]]:
        """Labels that customers have, of the dimensions whose labels no pack lists."""
        names = {"dimensions": [rule.dimension for rule in self._pack.open_rules], "most": most}
        found: dict[str, list[str]] = {}
        with self._transaction() as conn:
            for dimension, label in conn.execute(_SQL.labels_in_use, names):
                found.setdefault(dimension, []).append(label)
        return found

    # Keeping

    def saved(self) -> tuple[SavedSegment, ...]:
        """Every segment that is kept, by name."""
        with self._transaction() as conn:
            return tuple(SavedSegment(*row) for row in conn.execute(_SQL.all))

    def load(self, segment_id: int) -> SavedSegment:
        """One of them. Raises NotFound."""
        with self._transaction() as conn:
            return load(conn, segment_id)

    def save(
        self, conn: Connection, viewer: Viewer, name: str, text: str, now_ms: int
    ) -> SavedSegment:
        """Keep a segment by name, in the caller's transaction; the name's old one is replaced.

        Refused where the old one is another person's and the viewer does not lead.
        """
        name = checked_name(name)
        self._read(conn, text, now_ms)
        conn.execute(_SQL.lock_name, {"lock": hash64("segment", name)})
        old = conn.execute(_SQL.named, {"name": name}).fetchone()
        if old is not None:
            _must_be_own(viewer, SavedSegment(*old))
        values = {"name": name, "expression": text.strip(), "by": viewer.name, "now": now_ms}
        row = conn.execute(_SQL.put, values).fetchone()
        assert row is not None
        return SavedSegment(*row)

    def forget(self, conn: Connection, viewer: Viewer, segment_id: int) -> SavedSegment:
        """Keep it no longer. Raises NotFound, Refused where it is another person's."""
        saved = load(conn, segment_id)
        _must_be_own(viewer, saved)
        conn.execute(_SQL.drop, {"id": segment_id})
        return saved


def load(conn: Connection, segment_id: int) -> SavedSegment:
    """A kept segment. Raises NotFound."""
    row = conn.execute(_SQL.one, {"id": segment_id}).fetchone()
    if row is None:
        raise NotFound("there is no such segment", hint="reload the list")
    return SavedSegment(*row)


def checked_name(name: str) -> str:
    """A name of a segment or view, without blanks around it. Raises BadInput."""
    name = " ".join(name.replace("\0", "").split())
    if not name:
        raise BadInput("a name is missing", hint="write one")
    if len(name) > LONGEST_NAME:
        raise BadInput(f"a name has at most {LONGEST_NAME} characters", hint="write a shorter one")
    return name


def _must_be_own(viewer: Viewer, saved: SavedSegment) -> None:
    if saved.by != viewer.name and not viewer.sees_everyone:
        raise Refused(f"the segment {saved.name!r} is {saved.by}'s", hint="choose another name")


def _place(cursor: str | None) -> int:
    if cursor is None:
        return 0
    if not (cursor.isascii() and cursor.isdecimal() and len(cursor) < 19):
        raise BadInput("this is no place in the list", hint="load the list again")
    return int(cursor)


__all__ = [
    "Asked", "BadSegment", "Counting", "Found", "SavedSegment", "SegmentPage", "SegmentRow",
    "Segments", "checked_name", "load",
]  # fmt: skip
