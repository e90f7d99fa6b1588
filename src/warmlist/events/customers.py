"""Which handles are one customer: found or created as events arrive, joined and separated by hand."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import psycopg

from warmlist.errors import NotFound
from warmlist.events.model import Event
from warmlist.store.sql import queries

SQL = queries("events/log.sql")


@dataclass
class Known:
    """Handles of a batch: handle -> (handle id, customer id), and customers joined on the way.

    fresh: handles heard of for the first time -> handle id.
    """

    handles: dict[str, tuple[int, int]]
    joined: set[int] = field(default_factory=set)
    fresh: dict[str, int] = field(default_factory=dict)

    def handle_id(self, handle: str) -> int:
        return self.handles[handle][0]

    def customer_id(self, handle: str) -> int:
        return self.handles[handle][1]


def resolve(conn: psycopg.Connection, events: Sequence[Event], now_ms: int) -> Known:
    """Handle and customer for every handle that the events name; new ones are created.

    Handles that one event links are one customer. Where they were two until now, they are merged
    (recorded, can be undone), unless a person has separated just these two before.
    """
    groups = _groups(events)
    named = sorted(groups)
    known = _look_up(conn, named)
    if len(known.handles) == len(named) and _settled(known, groups):
        return known
    conn.execute(SQL.lock_identity)
    known = _look_up(conn, named)
    by_group: dict[str, list[str]] = {}
    for handle in named:
        by_group.setdefault(groups[handle], []).append(handle)
    unknown_groups = []
    for root, members in by_group.items():
        customers = sorted({known.customer_id(h) for h in members if h in known.handles})
        if not customers:
            unknown_groups.append(root)
        elif len(customers) > 1:
            _join_all(conn, customers, members, known, now_ms)
    fresh = _create_customers(conn, len(unknown_groups), now_ms)
    owner = dict(zip(unknown_groups, fresh, strict=True))
    missing = [h for h in named if h not in known.handles]
    if missing:
        targets = [
            owner.get(groups[h]) or _customer_of(by_group[groups[h]], known) for h in missing
        ]
        rows = conn.execute(SQL.new_handles, {"handles": missing, "customers": targets}).fetchall()
        known.handles.update({h: (i, c) for h, i, c in rows})
        known.fresh.update({h: i for h, i, _ in rows})
    return known


def merge(
    conn: psycopg.Connection, kept: int, gone: int, *, reason: str, by: str, now_ms: int
) -> int:
    """Make two customers one: `kept` takes over the handles of `gone`. Returns the merge's id."""
    moved = [r[0] for r in conn.execute(SQL.move_handles, {"kept": kept, "gone": gone})]
    if not moved:
        raise NotFound(f"customer {gone} has nothing to merge; it may have been merged already")
    row = conn.execute(
        SQL.record_merge,
        {"kept": kept, "gone": gone, "handles": moved, "reason": reason, "by": by, "at": now_ms},
    ).fetchone()
    assert row is not None
    mark_dirty(conn, {kept: None, gone: None})
    return int(row[0])


def undo_merge(conn: psycopg.Connection, merge_id: int, *, now_ms: int) -> tuple[int, int]:
    """Separate two merged customers again; returns (kept, gone)."""
    row = conn.execute(SQL.merge_to_undo, {"id": merge_id}).fetchone()
    if row is None:
        raise NotFound(f"merge {merge_id} does not exist or was undone already")
    kept, gone, handles = row
    conn.execute(SQL.move_back, {"kept": kept, "gone": gone, "handles": handles})
    conn.execute(SQL.record_undo, {"id": merge_id, "at": now_ms})
    mark_dirty(conn, {kept: None, gone: None})
    return kept, gone


def mark_dirty(conn: psycopg.Connection, customers: Mapping[int, int | None]) -> None:
    """Ask for new labels: customer id -> when the earliest news became known, ms.

    None: the past changed too, since imported events count as known when they happened.
    """
    if customers:
        ids = sorted(customers)
        conn.execute(SQL.mark_dirty, {"customers": ids, "from": [customers[i] for i in ids]})
        conn.execute(SQL.wake)


def _groups(events: Iterable[Event]) -> dict[str, str]:
    """handle -> the handle that stands for its group: handles of one event are one group."""
    parent: dict[str, str] = {}

    def root(handle: str) -> str:
        parent.setdefault(handle, handle)
        while parent[handle] != handle:
            parent[handle] = parent[parent[handle]]
            handle = parent[handle]
        return handle

    for event in events:
        first = root(event.handle)
        for other in linked(event):
            second = root(other)
            if first != second:
                first, second = sorted((first, second))
                parent[second] = first
    return {handle: root(handle) for handle in list(parent)}


def linked(event: Event) -> tuple[str, ...]:
    """The other handles that the event says belong to the same customer."""
    new = event.fields.get("new_handle") if event.type == "identity" else None
    return (*event.links, new) if isinstance(new, str) and new else event.links


def _settled(known: Known, groups: Mapping[str, str]) -> bool:
    """Do all handles of each group already belong to one customer?"""
    seen: dict[str, int] = {}
    return all(
        seen.setdefault(root, known.customer_id(handle)) == known.customer_id(handle)
        for handle, root in groups.items()
    )


def _look_up(conn: psycopg.Connection, handles: list[str]) -> Known:
    rows = conn.execute(SQL.known_handles, {"handles": handles}).fetchall()
    return Known({h: (i, c) for h, i, c in rows})


def _customer_of(members: Iterable[str], known: Known) -> int:
    return min(known.customer_id(h) for h in members if h in known.handles)


def _create_customers(conn: psycopg.Connection, count: int, now_ms: int) -> list[int]:
    if not count:
        return []
    rows = conn.execute(SQL.new_customers, {"now": now_ms, "count": count}).fetchall()
    return [r[0] for r in rows]


def _join_all(
    conn: psycopg.Connection, customers: list[int], members: list[str], known: Known, now_ms: int
) -> None:
    kept, *others = customers
    undone = conn.execute(SQL.undone_merges, {"customers": customers}).fetchall()
    apart = {frozenset(pair) for pair in undone}
    for gone in others:
        if frozenset((kept, gone)) in apart:
            continue
        merge(conn, kept, gone, reason="linked by a delivery", by="warmlist", now_ms=now_ms)
        known.joined |= {kept, gone}
        for handle in members:
            if handle in known.handles and known.customer_id(handle) == gone:
                known.handles[handle] = (known.handle_id(handle), kept)
