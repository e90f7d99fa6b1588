"""The door to the sample shop: its past as events, its team, its rates.

Everything is simulated and says so: each event has the source "simulated" and `simulated: true`
among its fields, and `WORKSPACE_FLAG` belongs into the workspace so that pages can show it.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from warmlist.demo.catalogue import TARIFFS
from warmlist.demo.lives import timeline
from warmlist.demo.people import TEAM, Member
from warmlist.demo.play import SOURCE
from warmlist.events.model import Event

__all__ = [
    "CUSTOMERS",
    "SOURCE",
    "TEAM",
    "WORKSPACE_FLAG",
    "Member",
    "history",
    "rates",
]

CUSTOMERS = 420
#: Key and value for the workspace table: this workspace holds invented people.
WORKSPACE_FLAG = ("simulated", True)


def history(seed: int, now_ms: int, customers: int = CUSTOMERS) -> Iterator[Event]:
    """About seven months of a shop up to `now_ms` (epoch ms), in time order, all backfilled.

    The same arguments give the same events to the byte; another `now_ms` moves the whole shop.
    """
    yield from timeline(seed, now_ms, customers).past


def rates() -> dict[str, Decimal]:
    """What one unit of each currency of the shop is worth in US dollars."""
    return {currency: tariff.rate for currency, tariff in TARIFFS.items()}
