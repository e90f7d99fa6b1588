"""Today's queue: who belongs into it, in which order, and what fits into the day."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

import psycopg

from warmlist.errors import BadInput
from warmlist.followup.cases import how
from warmlist.followup.customer import Connection
from warmlist.followup.figures import Day
from warmlist.followup.habits import load_habits
from warmlist.followup.people import held_labels
from warmlist.followup.rows import RowBuilder, labels_of, standings_of
from warmlist.followup.standing import YELLOW, Standing, from_row
from warmlist.followup.totals import Totals
from warmlist.followup.views import (
    COLOURS,
    NextFollowUp,
    QueueChanges,
    QueueFilters,
    QueuePage,
    QueueRow,
    Viewer,
)
from warmlist.labels.timeline import Answer
from warmlist.store.sql import queries

_SQL = queries("followup/queue.sql")

PAGE = 50
NO_FILTERS = QueueFilters()


@dataclass(frozen=True, slots=True)
class Progress:
    """How the viewer's day goes; see `_progress`."""

    due_today: int
    done_today: int
    minutes_used: int
    minutes_total: int
    beyond_key: tuple[int, ...] | None
    beyond: int


def queue_page(
    conn: Connection,
    builder: RowBuilder,
    viewer: Viewer,
    filters: QueueFilters,
    as_of: int,
    totals: Totals,
    cursor: str | None = None,
    size: int = PAGE,
) -> QueuePage:
    """A page of the viewer's queue as it stands at `as_of` (epoch ms), from `standings`.

    totals: see `count`. cursor: `next_cursor` of an earlier page; BadInput for any other text.
    """
    found = _page(conn, builder, viewer, filters, as_of, cursor, size + 1)
    rows = _rows(conn, builder, [s for _, s in found[:size]], as_of, viewer.language)
    progress = _progress(conn, builder, viewer, as_of, totals)
    beyond = progress.beyond_key
    return QueuePage(
        rows=rows,
        due_today=progress.due_today,
        done_today=progress.done_today,
        minutes_used=progress.minutes_used,
        minutes_total=progress.minutes_total,
        beyond_from=next((n for n, r in enumerate(rows) if beyond and r.sort_key >= beyond), None),
        as_of=as_of,
        next_cursor=_cursor(*found[size - 1]) if len(found) > size else None,
        counts=totals.shown,
        beyond=progress.beyond,
    )


def queue_changes(
    conn: Connection,
    builder: RowBuilder,
    viewer: Viewer,
    customer_ids: Sequence[int],
    as_of: int,
    totals: Totals,
) -> QueueChanges:
    """Where these customers now stand in the viewer's unfiltered queue, whose totals are given."""
    values = _values(builder, viewer, NO_FILTERS, as_of)
    wanted = list(dict.fromkeys(customer_ids))
    found = _standings(conn, values | {"customers": wanted})
    rows = _rows(conn, builder, found, as_of, viewer.language)
    there = {row.customer_id for row in rows}
    progress = _progress(conn, builder, viewer, as_of, totals)
    return QueueChanges(
        rows=rows,
        gone=tuple(one for one in wanted if one not in there),
        due_today=progress.due_today,
        done_today=progress.done_today,
        minutes_used=progress.minutes_used,
        minutes_total=progress.minutes_total,
        beyond_key=progress.beyond_key,
        counts=totals.shown,
        as_of=as_of,
        beyond=progress.beyond,
    )


def rows_from_answers(
    conn: Connection,
    builder: RowBuilder,
    viewer: Viewer,
    filters: QueueFilters,
    answers: Iterable[Sequence[Answer]],
    as_of: int,
) -> Iterator[QueueRow]:
    """The queue of a past moment, from the plan's answers as of then instead of from `standings`.

    answers: in batches, whatever their order; of each only what is due is kept.
    """
    day = Day.at(as_of, ZoneInfo(builder.zone))
    due: list[tuple[tuple[int, ...], Standing]] = []
    labels: dict[int, Sequence[tuple[str, str, str | None, str]]] = {}
    for batch in answers:
        held = labels_of(batch)
        found = [
            standing
            for standing in standings_of(conn, builder.plan, batch, as_of)
            if standing.due_today(as_of, day, builder.figures)
            and _passes(standing, held[standing.customer_id], viewer, filters)
        ]
        opens = builder.opens(conn, found, held, as_of)
        for standing in found:
            if opens[standing.customer_id] < day.ends:
                due.append(((opens[standing.customer_id], *standing.sort_key), standing))
                labels[standing.customer_id] = held[standing.customer_id]
    due.sort(key=lambda one: one[0])
    for first in range(0, len(due), PAGE):
        page = [standing for _, standing in due[first : first + PAGE]]
        yield from builder.rows(conn, page, labels, as_of, viewer.language)


def batches(conn: Connection, size: int) -> Iterator[list[int]]:
    """The ids of all customers, in order."""
    last = 0
    while True:
        rows = conn.execute(_SQL.next_customers, {"last": last, "count": size}).fetchall()
        if not rows:
            return
        yield [customer_id for (customer_id,) in rows]
        last = rows[-1][0]


def _passes(
    standing: Standing,
    labels: Sequence[tuple[str, str, str | None, str]],
    viewer: Viewer,
    filters: QueueFilters,
) -> bool:
    """The Python meaning of `visible`, `filtered` and `labelled` in queue.sql."""
    return (
        viewer.sees(standing.owner)
        and filters.colour in (None, standing.colour)
        and (filters.owner is None or filters.owner == (standing.owner or ""))
        and (not filters.label or filters.label in {f"{d}:{label}" for d, label, _, _ in labels})
    )


def row_of(
    conn: Connection, builder: RowBuilder, viewer: Viewer, customer_id: int, as_of: int
) -> QueueRow | None:
    """One customer's row; None when the customer is not in the viewer's queue."""
    values = _values(builder, viewer, NO_FILTERS, as_of) | {"customers": [customer_id]}
    found = _standings(conn, values)
    return next(iter(_rows(conn, builder, found, as_of, viewer.language)), None)


def upcoming(
    conn: Connection, builder: RowBuilder, viewer: Viewer, customer_id: int, as_of: int
) -> tuple[NextFollowUp, ...]:
    """The follow-up of a customer that comes next; none where it is due now or hidden."""
    row = conn.execute(_SQL.one, {"customer": customer_id}).fetchone()
    standing = from_row(row) if row else None
    if standing is None or not builder.knows(standing.playbook):
        return ()
    day = Day.at(as_of, ZoneInfo(builder.zone))
    if standing.hidden(as_of, builder.figures):
        return ()
    labels = held_labels(conn, [customer_id])
    begins = max(as_of, standing.opens_at)
    cases = builder.cases(conn, [standing], labels, begins, load_habits(conn, as_of))
    due = standing.due_today(as_of, day, builder.figures)
    if not cases or (due and cases[0].opens(begins, builder.limits) < day.ends):
        return ()
    found = builder.next_follow_up(cases[0], begins, as_of, viewer)
    return (found,) if found else ()


def _values(
    builder: RowBuilder, viewer: Viewer, filters: QueueFilters, as_of: int
) -> dict[str, Any]:
    day = Day.at(as_of, ZoneInfo(builder.zone))
    dimension, _, label = (filters.label or "").partition(":")
    return {
        "as_of": as_of,
        "day_begins": day.begins,
        "day_ends": day.ends,
        "answer_from": as_of - builder.figures.answer_within,
        "everyone": viewer.sees_everyone,
        "viewer": viewer.name,
        **_ranks(filters.colour),
        "owner": filters.owner,
        "dimension": dimension,
        "label": label,
    }


def _ranks(colour: str | None) -> dict[str, int | bool]:
    """Which ranks a colour has: half-open, and whether those without a colour belong to it."""
    if colour not in COLOURS:
        return {"rank_from": 0, "rank_to": 1_000, "uncoloured": True}
    first = COLOURS.index(colour) * 10
    uncoloured = colour == COLOURS[YELLOW]
    return {"rank_from": first, "rank_to": first + 10, "uncoloured": uncoloured}


def _where(filters: QueueFilters, opens: str = _SQL.opens_today, behind: str = "") -> str:
    """The conditions of a query, put together from the named ones of queue.sql."""
    parts = [_SQL.due, opens, _SQL.visible, _SQL.filtered]
    if filters.label:
        parts.append(_SQL.labelled)
    if behind:
        parts.append(behind)
    return "\n  AND ".join(parts)


def _page(
    conn: Connection,
    builder: RowBuilder,
    viewer: Viewer,
    filters: QueueFilters,
    as_of: int,
    cursor: str | None,
    count: int,
) -> list[tuple[int, Standing]]:
    """(from when it may be done, where the customer stands): what is open now, then what opens later."""
    values = _values(builder, viewer, filters, as_of)
    place = {} if cursor is None else _behind(cursor)
    opened = place.get("last_opens", 0)
    found: list[Sequence[Any]] = []
    if not opened:
        where = _where(filters, _SQL.open_now, _SQL.behind if place else "")
        query = _SQL.page.format(where=where)
        found += _run(conn, query, values | place | {"count": count}).fetchall()
    if len(found) < count:
        where = _where(filters, _SQL.opens_later, _SQL.behind_later if opened else "")
        query = _SQL.later_page.format(where=where)
        more = {"count": count - len(found)}
        found += _run(conn, query, values | place | more).fetchall()
    standings = ((opens, from_row(row)) for opens, *row in found)
    return [(opens, standing) for opens, standing in standings if standing is not None]


def _standings(conn: Connection, values: Mapping[str, Any]) -> list[Standing]:
    """Those of some customers who are in the queue."""
    found = (from_row(row) for row in _run(conn, _SQL.of.format(where=_where(NO_FILTERS)), values))
    return [standing for standing in found if standing is not None]


def _rows(
    conn: Connection,
    builder: RowBuilder,
    standings: Sequence[Standing],
    as_of: int,
    language: str,
) -> tuple[QueueRow, ...]:
    """Rows in order. What is kept of the guard may be a moment old: here it is asked itself."""
    known = [s for s in standings if builder.knows(s.playbook)]
    labels = held_labels(conn, [s.customer_id for s in known])
    ends = Day.at(as_of, ZoneInfo(builder.zone)).ends
    rows = builder.rows(conn, known, labels, as_of, language)
    return tuple(sorted((r for r in rows if r.opens < ends), key=lambda row: row.sort_key))


def count(
    conn: Connection, builder: RowBuilder, viewer: Viewer, filters: QueueFilters, as_of: int
) -> Totals:
    """The viewer's whole queue in numbers, and how many of each colour pass owner and label.

    Done: customers whom the viewer may see, who were contacted (a personal message, a logged
    contact, a follow-up marked done) or skipped since midnight of the team's day, and who are out
    of the queue, whoever did it.
    """
    values = _values(builder, viewer, filters, as_of)
    query = _SQL.labelled_counts if filters.label else _SQL.counts
    where = "\n  AND ".join((_SQL.due, _SQL.opens_today, _SQL.visible))
    rows = _run(conn, query.format(where=where), values).fetchall()
    shown = {COLOURS[place]: passing for place, _, passing in rows}
    today = f"{_SQL.due}\n  AND {_SQL.opens_today}"
    done = _SQL.done.format(visible=_SQL.visible, today=today)
    return Totals(
        waiting=sum(waiting for _, waiting, _ in rows),
        shown={colour: shown.get(colour, 0) for colour in COLOURS},
        done_today=_number(conn, done, values),
    )


def _progress(
    conn: Connection, builder: RowBuilder, viewer: Viewer, as_of: int, totals: Totals
) -> Progress:
    """How far the viewer's whole list of today is done, and what of the rest fits into the day.

    Due: the done, and those who wait. Minutes used: what the viewer's own contacts of today are
    expected to have taken, and what the waiting ones that fit will take.
    """
    values = _values(builder, viewer, NO_FILTERS, as_of)
    spent = sum(
        contacts * builder.figures.minutes(kind)
        for kind, contacts in _run(conn, _SQL.own_contacts, values)
    )
    used, beyond, fit = _fit(conn, builder, viewer.minutes_a_day, spent, values)
    done, left_out = totals.done_today, max(0, totals.waiting - fit) if beyond else 0
    return Progress(totals.waiting + done, done, used, viewer.minutes_a_day, beyond, left_out)


def _fit(
    conn: Connection, builder: RowBuilder, total: int, spent: int, values: Mapping[str, Any]
) -> tuple[int, tuple[int, ...] | None, int]:
    """(minutes used, key of the first row that does not fit or None, rows that fit), from the top."""
    shortest = min(builder.figures.minutes(kind) for kind in ("call", "text"))
    most = max(0, total - spent) // shortest + 1
    used, fit = spent, 0
    for opens, rank, due_by, worth, customer_id, playbook, stated in _head(conn, values, most):
        kind = how(builder.playbook(playbook), stated) if builder.knows(playbook) else "text"
        takes = builder.figures.minutes(kind)
        if used + takes > total:
            return used, (opens, rank, due_by, -worth, customer_id), fit
        used, fit = used + takes, fit + 1
    return used, None, fit


def _head(conn: Connection, values: Mapping[str, Any], most: int) -> Iterator[Sequence[Any]]:
    """The first rows of the whole queue: what is open now, then what opens later."""
    now = _SQL.first.format(where=_where(NO_FILTERS, _SQL.open_now))
    first = _run(conn, now, {**values, "count": most}).fetchall()
    yield from first
    if len(first) < most:
        later = _SQL.first_later.format(where=_where(NO_FILTERS, _SQL.opens_later))
        yield from _run(conn, later, {**values, "count": most - len(first)})


def _number(conn: Connection, query: str, values: Mapping[str, Any]) -> int:
    row = _run(conn, query, values).fetchone()
    assert row is not None
    return int(row[0])


def _run(conn: Connection, query: str, values: Mapping[str, Any]) -> psycopg.Cursor[Any]:
    """Planned anew each time: the plan that suits every viewer and filter suits none of them."""
    return conn.execute(query, values, prepare=False)


def _cursor(opens: int, last: Standing) -> str:
    return ".".join(str(part) for part in (opens, *last.sort_key))


def _behind(cursor: str) -> dict[str, int]:
    parts = cursor.split(".")
    try:
        opens, rank, due_by, worth, customer = (int(part) for part in parts)
    except ValueError:
        raise BadInput(
            f"{cursor[:40]!r} is no place in the queue", hint="load the queue again"
        ) from None
    if max(map(abs, (opens, rank, due_by, worth, customer))) >= 1 << 53 or rank >= 1 << 31:
        raise BadInput(f"{cursor[:40]!r} is no place in the queue", hint="load the queue again")
    return {
        "last_opens": opens,
        "last_rank": rank,
        "last_due_by": due_by,
        "last_worth": -worth,
        "last_customer": customer,
    }
