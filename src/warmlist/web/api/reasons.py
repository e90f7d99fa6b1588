"""What is below one customer: labels, history, reasons, and facts as of a moment."""

from __future__ import annotations

import re
from typing import Any

from fastapi import APIRouter
from pydantic import Field

from warmlist.clock import rfc3339
from warmlist.followup.customer import Connection
from warmlist.labels import explain
from warmlist.labels.explain import Why
from warmlist.store.sql import queries
from warmlist.web.api import who
from warmlist.web.api.context import Api, Caller, Here
from warmlist.web.api.customers import FactValue, fact_values
from warmlist.web.api.fields import (
    PAGE,
    AsOf,
    Cursor,
    Instant,
    Limit,
    Spoken,
    Told,
    bad_cursor,
    instant,
)
from warmlist.web.api.label_views import History, HistoryEntry, LabelList, Reasons, held, told
from warmlist.web.api.tokens import Holder

router = APIRouter(prefix="/customers/{customer}", tags=["customers"])
_SQL = queries("web/api/customers.sql")
_CURSOR = re.compile(r"(-1|\d{1,18})\.(\d{1,18})", re.ASCII)


class FactsAsOf(Told):
    """Facts of a customer as of a moment."""

    facts: dict[str, FactValue]
    currency: str = Field(description="ISO 4217, of money facts")
    as_of: Instant


@router.get("/labels")
def get_labels(
    customer: who.Named, here: Here, caller: Caller, as_of: AsOf = None, language: Spoken = "en"
) -> LabelList:
    """The labels that were recorded as holding at a moment: what the team saw then."""
    handle, found, at = _recorded(here, caller, customer, as_of, language)
    return LabelList(items=[held(reason, handle) for reason in found], as_of=instant(at))


@router.get("/why")
def get_reasons(
    customer: who.Named, here: Here, caller: Caller, as_of: AsOf = None, language: Spoken = "en"
) -> Reasons:
    """Why: the recorded rule, facts and events behind every label, since when and until when."""
    handle, found, at = _recorded(here, caller, customer, as_of, language)
    return Reasons(items=[told(reason, handle) for reason in found], as_of=instant(at))


@router.get("/history")
def get_history(
    customer: who.Named, here: Here, caller: Caller, cursor: Cursor = None, limit: Limit = PAGE
) -> History:
    """Every label that holds or held, newest first; those without a known beginning come last."""
    place = _place(cursor)
    with here.snapshot() as conn:
        known = who.load(conn, caller.viewer, customer, here.as_of())
        rows = _history(conn, known.customer_id, place, limit + 1)
    more = len(rows) > limit
    last = rows[limit - 1] if more else None
    return History(
        items=[_entry(row) for row in rows[:limit]],
        next_cursor=f"{-1 if last[4] is None else last[4]}.{last[0]}" if last else None,
    )


@router.get("/facts")
def get_facts(customer: who.Named, here: Here, caller: Caller, as_of: AsOf = None) -> FactsAsOf:
    """The facts as of a moment, replayed with the pack in force from what was known before it."""
    now_ms = here.as_of()
    at = now_ms if as_of is None else as_of
    with here.snapshot() as conn:
        known = who.load(conn, caller.viewer, customer, now_ms)
    values = here.facts.at(known.customer_id, at)
    return FactsAsOf(
        facts=fact_values(here.app.plan.pack.facts, values),
        currency=here.app.currency,
        as_of=instant(at),
    )


def _recorded(
    here: Api, caller: Holder, named: str, as_of: int | None, language: str
) -> tuple[str, list[Why], int]:
    """The customer's first handle, the labels with their reasons, and the moment they are of."""
    now_ms = here.as_of()
    pack, currency = here.app.plan.pack, here.app.currency
    with here.snapshot() as conn:
        known = who.load(conn, caller.viewer, named, now_ms)
        found = explain.explain(conn, pack, currency, known.customer_id, as_of, now_ms, language)
    return next(iter(known.handles.values())), found, now_ms if as_of is None else as_of


def _place(cursor: str | None) -> tuple[int, int] | None:
    """(since, id) of the last entry of the page before; -1 stands for no known beginning."""
    if cursor is None:
        return None
    match = _CURSOR.fullmatch(cursor)
    if match is None:
        raise bad_cursor()
    return int(match[1]), int(match[2])


def _history(
    conn: Connection, customer_id: int, place: tuple[int, int] | None, count: int
) -> list[tuple[Any, ...]]:
    since, last_id = place or (None, None)
    values = {
        "customer": customer_id, "last_since": since, "last_id": last_id, "count": count,
    }  # fmt: skip
    return conn.execute(_SQL.history, values).fetchall()


def _entry(row: tuple[Any, ...]) -> HistoryEntry:
    _, dimension, label, shade, since, until, rule, pack, origin, cause, because = row
    return HistoryEntry(
        dimension=dimension,
        label=label,
        shade=shade,
        since=rfc3339(since),
        until=rfc3339(until),
        rule=rule,
        pack=pack,
        origin=origin,
        cause=cause,
        because=because,
    )
