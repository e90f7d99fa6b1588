"""The past of imported customers, replayed when there is time.

An import is labelled at once as of now; since when each label holds, and what held before, takes a
walk over every moment at which something became known. What the team saw live is never rewritten:
the walk only fills in beginnings that are missing and adds rows, marked as history, that ended before
anything was recorded.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import psycopg

from warmlist.clock import DAY
from warmlist.labels.ask import Customers
from warmlist.labels.assign import Labeller
from warmlist.labels.changes import Held, changes
from warmlist.labels.timeline import Answer, walk
from warmlist.store.sql import queries

SQL = queries("labels/history.sql")
#: How far back label history of imported events goes.
REACH = 400 * DAY
#: Customers a transaction. Each waits for the recheck moment before, one question after another;
#: many at once share these rounds.
BATCH = 64
#: Moments a question: a busy customer has thousands, and what is more urgent comes in between.
SLICE = 1_000

Between = Callable[[], None]


def _nothing() -> None:
    """Nobody waits."""


def replay_some(
    conn: psycopg.Connection, labeller: Labeller, now_ms: int, between: Between = _nothing
) -> bool:
    """Replay some customers' past in one transaction; says whether there were any.

    between: called before each question, for what must not wait until all are answered; it may use
    the labeller, and a connection of its own.
    """
    ids = [r[0] for r in conn.execute(SQL.claim, {"limit": BATCH})]
    if ids:
        replay(conn, labeller, ids, now_ms, between)
    conn.commit()
    return bool(ids)


def replay(
    conn: psycopg.Connection,
    labeller: Labeller,
    ids: Sequence[int],
    now_ms: int,
    between: Between = _nothing,
) -> dict[int, list[Held]]:
    """Write the history of these customers (locked by the caller); returns it, oldest first."""
    customers = labeller.fetch(ids)
    timelines = timeline(labeller, customers, ids, now_ms, between)
    recorded: dict[int, list[Any]] = {c: [] for c in ids}
    for row in conn.execute(SQL.recorded, {"customers": list(ids)}):
        recorded[row[1]].append(row)
    conn.execute(SQL.forget, {"customers": list(ids)})
    begins: dict[int, int] = {}
    past: list[Held] = []
    for c in ids:
        first = min((_first(r) for r in recorded[c]), default=now_ms)
        past += [h for h in timelines[c] if h.until is not None and h.until <= first]
        begins |= _beginnings(recorded[c], timelines[c])
    if begins:
        conn.execute(SQL.begin, {"ids": list(begins), "since": list(begins.values())})
    labeller.write(conn, customers, past, {}, origin="history")
    return timelines


def timeline(
    labeller: Labeller,
    customers: Customers,
    ids: Sequence[int],
    now_ms: int,
    between: Between = _nothing,
) -> dict[int, list[Held]]:
    """Every label of these customers with its beginning and end, from 400 days ago to now.

    `since` is None where the label held already at the beginning of that time.
    """
    start = now_ms - REACH
    points = {
        c: {start} | {k + 1 for k in customers.known_moments(c) if start <= k < now_ms} for c in ids
    }

    def ask(moments: Sequence[tuple[int, int]]) -> list[Answer]:
        answers = []
        for first in range(0, len(moments), SLICE):
            between()
            answers += labeller.asker.ask(customers, moments[first : first + SLICE])
        return answers

    answers = walk(ask, points, now_ms)
    found = {}
    for c in ids:
        known = {k + 1 for k in customers.known_moments(c)}
        held = changes(c, [], answers[c], known, past_changed=False).opened
        found[c] = [h.without_beginning() if _begins(h) == start else h for h in held]
    return found


def _begins(held: Held) -> int:
    """The first moment that was asked at and that it held at."""
    return held.earlier[0].answer.as_of if held.earlier else held.answer.as_of


def _first(row: Sequence[Any]) -> int:
    """When a recorded row was first seen: its beginning, else the moment of its evidence."""
    since, evidence_at = row[6], row[8]
    return int(since if since is not None else evidence_at if evidence_at is not None else 0)


def _beginnings(recorded: Sequence[Sequence[Any]], held: Sequence[Held]) -> dict[int, int]:
    """Row id -> when it began, for rows found by a fill that the replay knows the beginning of."""
    begins = {}
    for row in recorded:
        row_id, _, dimension, label, shade, manual, since, until, seen_at = row
        if since is not None:
            continue
        at = seen_at if seen_at is not None else until
        for h in held:
            same = (h.chosen.dimension, h.chosen.label, h.chosen.shade) == (dimension, label, shade)
            covers = h.since is not None and (
                at is None or (h.since <= at and (h.until is None or at < h.until))
            )
            if same and covers and (h.chosen.rule == "manual") == manual:
                begins[row_id] = h.since
    return {i: s for i, s in begins.items() if s is not None}
