"""What many customers last wished, and our contacts with them of late, in two queries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from warmlist.clock import DAY
from warmlist.followup.customer import Connection
from warmlist.followup.wishes import preferences_of
from warmlist.store.sql import queries
from warmlist.understanding.preferences.model import Preferences

_SQL = queries("followup/queue.sql")

#: How far back the guard looks for contacts.
LOOK_BACK = 30 * DAY


@dataclass(frozen=True, slots=True)
class Lately:
    """touches, promotions: moments in ms, ascending; messages of one talk are one touch."""

    told: Preferences
    touches: tuple[int, ...]
    promotions: tuple[int, ...]


def load_lately(
    conn: Connection, customer_ids: Sequence[int], as_of: int, gap: int
) -> Mapping[int, Lately]:
    """As known before `as_of` (epoch ms). gap: contacts less than so many ms apart are one."""
    at = {"customers": list(customer_ids), "as_of": as_of, "since": as_of - LOOK_BACK}
    told = {c: preferences_of(body) for c, body in conn.execute(_SQL.preferences, at)}
    touches: dict[int, list[int]] = {}
    promotions: dict[int, list[int]] = {}
    before: dict[int, int] = {}
    for customer_id, moment, promotion, personal in conn.execute(_SQL.contacts, at):
        if promotion:
            promotions.setdefault(customer_id, []).append(moment)
        if personal:
            if moment - before.get(customer_id, -gap) >= gap:
                touches.setdefault(customer_id, []).append(moment)
            before[customer_id] = moment
    return {
        customer_id: Lately(
            told.get(customer_id, Preferences()),
            tuple(touches.get(customer_id, ())),
            tuple(promotions.get(customer_id, ())),
        )
        for customer_id in customer_ids
    }
