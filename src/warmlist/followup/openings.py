"""When the guard lets follow-ups through, kept beside where customers stand.

Asking the guard about a whole queue for every page would take seconds. So for each customer whose
follow-up has begun, the next stretch in which the guard says no is worked out and kept; the queue then
knows at any moment who may be contacted, by an index. What is kept is forgotten whenever a customer
stands anew (see `0008_openings.sql`), and asked again when the stretch is over, at the latest after a day.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import psycopg

from warmlist.clock import DAY
from warmlist.followup.habits import load_habits
from warmlist.followup.people import held_labels
from warmlist.followup.rows import RowBuilder
from warmlist.followup.standing import from_row
from warmlist.store.sql import queries

SQL = queries("followup/openings.sql")

#: Customers of one transaction.
BATCH = 64


def work(
    conn: psycopg.Connection[Any], builder: RowBuilder, now_ms: int, limit: int = BATCH
) -> int:
    """Ask the guard about those who are due to be asked about, in the caller's transaction; how many."""
    rows = conn.execute(SQL.claim, {"now": now_ms, "limit": limit})
    claimed = [customer_id for (customer_id,) in rows]
    settle(conn, builder, claimed, now_ms)
    return len(claimed)


def settle(
    conn: psycopg.Connection[Any], builder: RowBuilder, customer_ids: Sequence[int], as_of: int
) -> None:
    """Keep from when and until when the guard says no to what these customers are due, from `as_of` on.

    Who is due nothing is not asked about again before there is news.
    """
    if not customer_ids:
        return
    wanted = {"customers": list(customer_ids)}
    found = (from_row(row) for row in conn.execute(SQL.standings, wanted))
    due = [s for s in found if s is not None and builder.knows(s.playbook)]
    labels = held_labels(conn, [s.customer_id for s in due])
    cases = builder.cases(conn, due, labels, as_of, load_habits(conn, as_of))
    shut = {case.standing.customer_id: case.next_shut(as_of, builder.limits) for case in cases}
    ends = {c: s.ends for c, s in shut.items() if s is not None}
    again = {c: min(ends.get(c) or as_of + DAY, as_of + DAY) for c in shut}
    conn.execute(
        SQL.settle,
        {
            "customers": list(customer_ids),
            "begins": [s.begins if (s := shut.get(c)) else None for c in customer_ids],
            "ends": [ends.get(c) for c in customer_ids],
            "again": [again.get(c) for c in customer_ids],
        },
    )


def forget(conn: psycopg.Connection[Any]) -> None:
    """Other rules are in force: ask anew about everybody, in the caller's transaction."""
    conn.execute(SQL.forget)
