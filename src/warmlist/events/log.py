"""The append-only log: whatever arrives, however often and in whatever order, is kept once."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import orjson
import psycopg
from psycopg.types.json import Jsonb, set_json_dumps

from warmlist.events import corrections, customers, tags, twins
from warmlist.events.columns import Money, columns
from warmlist.events.model import Event
from warmlist.events.tags import Tag
from warmlist.store.sql import queries

SQL = queries("events/log.sql")
BATCH = 5_000

TYPES = (
    "int4", "uuid", "uuid", "int8", "text", "text", "text", "int8", "int8", "int8", "bool",
    "text", "text", "text", "bool", "text", "int8", "int8", "int4", "text", "text", "text",
    "text", "int8", "int8", "jsonb",
)  # fmt: skip

set_json_dumps(lambda value: orjson.dumps(value))


class Read(NamedTuple):
    """What a message says: one bit a signal, where each was found, and words about the customer."""

    bits: int
    found: list[dict[str, Any]]
    tags: tuple[Tag, ...] = ()


#: Reads the text of an inbound message; wired to the understanding by `app`.
Reader = Callable[[str], Read]
#: A preference note line -> the fields that it stands for.
NoteReader = Callable[[str], Mapping[str, Any]]
#: A handle -> what it tells by itself, such as a number's country.
HandleReader = Callable[[str], Sequence[Tag]]
#: A category as a shop writes it -> its key.
CategoryReader = Callable[[str], str]


def _nothing(_: str) -> Mapping[str, Any]:
    return {}


def _no_tags(_: str) -> Sequence[Tag]:
    return ()


@dataclass
class Appended:
    """What a batch did to the log."""

    new: int = 0  # rows that were not there before, revisions included
    repeated: int = 0  # events that were in the log already, to the letter
    conflicts: int = 0  # same identity, other content: kept beside, the better revision counts
    unrated: int = 0  # money in a currency without a rate: kept, left out of sums
    customer_ids: set[int] = field(default_factory=set)

    def add(self, other: Appended) -> None:
        self.new += other.new
        self.repeated += other.repeated
        self.conflicts += other.conflicts
        self.unrated += other.unrated
        self.customer_ids |= other.customer_ids


@dataclass(frozen=True)
class EventLog:
    """The log with its reader. `append` writes in the caller's transaction and never commits."""

    read: Reader
    version: str  # of what reads, kept with every signal
    note: NoteReader = _nothing
    handle: HandleReader = _no_tags
    category: CategoryReader = str

    def append(self, conn: psycopg.Connection, events: Sequence[Event], *, now_ms: int) -> Appended:
        """Add what is new, with its signals and the marks that its customers need new labels.

        now_ms: epoch ms, the moment of arrival. Raises BadInput when an amount or time is no such
        thing; then nothing of the batch was written, provided the caller rolls back.
        """
        total = Appended()
        for first in range(0, len(events), BATCH):
            total.add(self._append(conn, events[first : first + BATCH], now_ms))
        return total

    def _append(self, conn: psycopg.Connection, events: Sequence[Event], now_ms: int) -> Appended:
        known = customers.resolve(conn, events, now_ms)
        money = load_money(conn)
        rows = [columns(e, known.handle_id(e.handle), money, Jsonb(dict(e.fields))) for e in events]
        idents = [e.ident for e in events]
        digests = [e.digest for e in events]
        new = _insert(
            conn, [(i, None, d, *r) for i, d, r in zip(idents, digests, rows, strict=True)]
        )
        taken: dict[int, int] = {}  # place in the batch -> event id
        for place, ident in enumerate(idents):
            if ident in new:
                taken[place] = new.pop(ident)
        result = Appended(repeated=len(events) - len(taken))
        changed = self._keep_changed(conn, events, idents, digests, rows, taken)
        result.conflicts, result.new = changed, len(taken)
        result.repeated -= changed
        touched: dict[int, int | None] = {}
        for place in taken:
            _touch(touched, known.customer_id(events[place].handle), events[place])
        touched.update(dict.fromkeys(known.joined))
        for place, row in enumerate(rows):
            if place in taken and events[place].type == "order" and row[13] is None:
                result.unrated += 1
        fresh = [(taken[p], events[p], rows[p]) for p in sorted(taken)]
        corrections.apply(conn, fresh, self.read, self.version)
        tags.keep(conn, fresh, known.fresh, self.note, self.handle, self.category)
        twins.link(conn, fresh)
        _undo(conn, [e for _, e, _ in fresh], touched)
        customers.mark_dirty(conn, touched)
        result.customer_ids = set(touched)
        return result

    def _keep_changed(
        self,
        conn: psycopg.Connection,
        events: Sequence[Event],
        idents: Sequence[bytes],
        digests: Sequence[int],
        rows: Sequence[tuple[Any, ...]],
        taken: dict[int, int],
    ) -> int:
        """Keep events whose identity is known but whose content differs; the better one counts."""
        left = [p for p in range(len(events)) if p not in taken]
        if not left:
            return 0
        stored = {
            i.bytes: d
            for i, d in conn.execute(SQL.digests, {"idents": [_uuid(idents[p]) for p in left]})
        }
        changed = [p for p in left if stored[idents[p]] != digests[p]]
        if not changed:
            return 0
        revised = {p: _revised(idents[p], digests[p]) for p in changed}
        new = _insert(conn, [(revised[p], idents[p], digests[p], *rows[p]) for p in changed])
        kept = 0
        for place in changed:
            if revised[place] in new:
                taken[place] = new.pop(revised[place])
                kept += 1
        _choose_revisions(conn, {idents[p] for p in changed})
        return kept


def load_money(conn: psycopg.Connection) -> Money:
    """The workspace's currency (USD until it is set) and rates."""
    row = conn.execute(SQL.workspace_currency).fetchone()
    rates: dict[str, list[tuple[Any, Any]]] = {}
    for currency, day, rate in conn.execute(SQL.rates):
        rates.setdefault(currency, []).append((day, rate))
    return Money(row[0] if row else "USD", rates)


def _touch(touched: dict[int, int | None], customer_id: int, event: Event) -> None:
    """Remember since when there is news of a customer; None once the past changed."""
    earliest = touched.get(customer_id, event.known_at)
    if event.backfill or earliest is None:
        touched[customer_id] = None
    else:
        touched[customer_id] = min(earliest, event.known_at)


def _uuid(ident: bytes) -> uuid.UUID:
    return uuid.UUID(bytes=ident)


def _revised(ident: bytes, digest: int) -> bytes:
    return hashlib.blake2b(ident + digest.to_bytes(8, "big", signed=True), digest_size=16).digest()


def _insert(conn: psycopg.Connection, rows: Iterable[tuple[Any, ...]]) -> dict[bytes, int]:
    """Copy rows in; returns ident -> event id for those that were new."""
    conn.execute(SQL.incoming)
    with conn.cursor() as cur:
        with cur.copy(SQL.copy_incoming) as copy:
            copy.set_types(TYPES)
            for n, (ident, revises, digest, *rest) in enumerate(rows):
                copy.write_row((n, _uuid(ident), revises and _uuid(revises), digest, *rest))
        taken = cur.execute(SQL.take_incoming).fetchall()
        cur.execute(SQL.clear_incoming)
    return {ident.bytes: event_id for event_id, ident in taken}


def _choose_revisions(conn: psycopg.Connection, idents: set[bytes]) -> None:
    """Of several contents of one identity, the latest (then the greater digest) counts.

    A worse one counts only until a better one was known, whatever came in first.
    """
    families: dict[bytes, list[tuple[int, int, int, int]]] = {}
    rows = conn.execute(SQL.revisions, {"idents": [_uuid(i) for i in idents]})
    for base, event_id, occurred_at, digest, known_at in rows:
        families.setdefault(base.bytes, []).append((occurred_at, digest, event_id, known_at))
    gone: dict[int, int] = {}
    best = []
    for family in families.values():
        family.sort()
        best.append(family[-1][2])
        for place, (_, _, event_id, known_at) in enumerate(family[:-1]):
            gone[event_id] = min(max(known_at, better[3]) for better in family[place + 1 :])
    conn.execute(SQL.reinstate, {"events": best})
    conn.execute(
        SQL.supersede,
        {"events": list(gone), "gone": list(gone.values()), "reason": "revision"},
    )


def _undo(
    conn: psycopg.Connection, events: Sequence[Event], touched: dict[int, int | None]
) -> None:
    """A follow-up marked by mistake counts no more from the moment of the undo."""
    undone = {
        int(e.fields["of"]): e.known_at
        for e in events
        if e.type == "follow_up" and e.fields.get("action") == "undo" and e.fields.get("of")
    }
    if not undone:
        return
    rows = conn.execute(SQL.undoable, {"events": list(undone)}).fetchall()
    gone = {event_id: max(undone[event_id], known_at) for event_id, known_at, _ in rows}
    for event_id, _, customer_id in rows:
        touched.setdefault(customer_id, gone[event_id])
    conn.execute(
        SQL.supersede, {"events": list(gone), "gone": list(gone.values()), "reason": "undo"}
    )
