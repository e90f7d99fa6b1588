"""A rate set later values what is in the log already, at the rate of its day."""

from datetime import date
from decimal import Decimal

import psycopg
import pytest

from warmlist.clock import parse_instant
from warmlist.errors import BadInput
from warmlist.events.log import EventLog, Read
from warmlist.events.model import Event
from warmlist.events.rates import set_rate

pytestmark = pytest.mark.store
LOG = EventLog(lambda _: Read(0, []), "test")


def order(n: int, day: str, amount: str, currency: str, status: str = "paid") -> Event:
    at = parse_instant(f"{day}T12:00:00Z")
    fields = {"status": status, "amount": amount, "currency": currency}
    return Event("order", f"o{n}", "shop", "+15550100", at, at, 0, True, fields)


def values(conn: psycopg.Connection) -> list[int | None]:
    return [r[0] for r in conn.execute("SELECT value FROM events ORDER BY pos, status")]


def test_money_is_valued_at_the_rate_of_its_day(conn: psycopg.Connection) -> None:
    orders = [
        order(1, "2026-01-10", "10.00", "EUR"),
        order(2, "2026-02-10", "10.00", "EUR"),
        order(3, "2026-02-11", "10.00", "EUR", "returned"),
        order(4, "2026-02-12", "7.50", "USD"),
        order(5, "2026-02-13", "1", "CHF"),
    ]
    appended = LOG.append(conn, orders, now_ms=orders[-1].known_at)
    assert appended.unrated == 4
    assert values(conn) == [None, None, None, 750, None]
    set_rate(conn, "EUR", Decimal("1.10"), date(2026, 1, 1), 1)
    assert set_rate(conn, "EUR", Decimal("1.205"), date(2026, 2, 1), 2) == 3
    assert values(conn) == [1100, 1205, -1205, 750, None]


@pytest.mark.parametrize(
    ("currency", "rate", "told"),
    [("XQQ", "1", "no currency"), ("EUR", "0", "more than nothing"), ("USD", "2", "workspace currency"),
     ("EUR", "NaN", "more than nothing")],
)  # fmt: skip
def test_no_rate_is_refused(conn: psycopg.Connection, currency: str, rate: str, told: str) -> None:
    with pytest.raises(BadInput, match=told):
        set_rate(conn, currency, Decimal(rate), date(2026, 1, 1), 1)
