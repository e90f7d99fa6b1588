"""What other currencies are worth: set by a person, applied to what is in the log already."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import psycopg
from babel.numbers import is_currency

from warmlist.errors import BadInput
from warmlist.events.columns import movement
from warmlist.events.customers import mark_dirty
from warmlist.events.log import load_money
from warmlist.store.sql import queries

SQL = queries("events/rates.sql")
BATCH = 5_000


def set_rate(
    conn: psycopg.Connection[Any], currency: str, rate: Decimal, first_day: date, now_ms: int
) -> int:
    """One unit of `currency` is worth `rate` units of the workspace currency from a day on.

    Money in that currency is valued anew, at the rate of its day, and the customers concerned get new
    labels. Returns how many events were valued. In the caller's transaction.
    """
    if not is_currency(currency):
        raise BadInput(f"{currency!r} is no currency; write an ISO 4217 code such as EUR")
    if not rate.is_finite() or rate <= 0:
        raise BadInput(f"a rate is more than nothing, not {rate}")
    conn.execute(SQL.put, {"currency": currency, "day": first_day, "rate": rate})
    money = load_money(conn)
    if currency == money.currency:
        raise BadInput(f"{currency} is the workspace currency; it needs no rate")
    rows = conn.execute(SQL.money_in, {"currency": currency}).fetchall()
    for first in range(0, len(rows), BATCH):
        _revalue(conn, rows[first : first + BATCH], money)
    conn.execute(SQL.revalued, {"now": str(now_ms)})
    mark_dirty(conn, {customer: None for _, _, _, _, _, customer in rows})
    return len(rows)


def _revalue(conn: psycopg.Connection[Any], rows: Sequence[Any], money: Any) -> None:
    values = []
    for _, kind, status, at, body, _ in rows:
        if kind == "order":
            values.append(movement(status, body.get("amount", 0), body.get("currency"), at, money))
        else:
            values.append(money.value(body.get("price", 0), body.get("currency"), at))
    conn.execute(SQL.revalue, {"ids": [r[0] for r in rows], "values": values})
