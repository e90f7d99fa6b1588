"""Which customer an address or a request names, as far as the caller may see them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from fastapi import Path

from warmlist.errors import BadInput, NotFound
from warmlist.followup.customer import Connection, Customer, load_customer
from warmlist.followup.people import load_people
from warmlist.followup.views import Viewer
from warmlist.intake.identity import canonical
from warmlist.store.sql import queries
from warmlist.web.api.fields import Short

_SQL = queries("web/api/customers.sql")

Named = Annotated[
    Short,
    Path(
        description="a customer's id, or a handle such as +393331234567 (write + as %2B)",
        examples=["1", "+393331234567"],
    ),
]


def load(conn: Connection, viewer: Viewer, named: str, as_of: int) -> Customer:
    """The customer of an id or a handle, as known before as_of (epoch ms).

    NotFound both for nobody and for somebody whom the viewer may not see, in the same words.
    """
    customer_id = find(conn, named)
    try:
        if customer_id is not None:
            return load_customer(conn, viewer, customer_id, as_of)
    except NotFound:
        pass
    raise unknown() from None


def find(conn: Connection, named: str) -> int | None:
    """The id that is meant, whoever asks; None where nobody has the handle."""
    if _is_id(named):
        return int(named)
    handle = _canonical(named)
    row = conn.execute(_SQL.by_handle, {"handle": handle}).fetchone() if handle else None
    return int(row[0]) if row else None


def find_many(
    conn: Connection, viewer: Viewer, named: Sequence[str], as_of: int
) -> list[tuple[int, str] | None]:
    """For each the id and a handle; None for nobody and for whom the viewer may not see."""
    handles = [None if _is_id(one) else _canonical(one) for one in named]
    known: dict[str, int] = dict(
        conn.execute(_SQL.by_handles, {"handles": sorted({h for h in handles if h})}).fetchall()
    )
    ids = [
        int(one) if _is_id(one) else known.get(handle or "")
        for one, handle in zip(named, handles, strict=True)
    ]
    wanted = sorted({one for one in ids if one is not None})
    people = load_people(conn, wanted, as_of, messages=False)
    return [
        (one, people[one].handle)
        if one is not None and one in people and viewer.sees(people[one].customer.owner)
        else None
        for one in ids
    ]


def unknown() -> NotFound:
    return NotFound("there is no such customer", hint="GET /api/v1/customers lists them")


def _is_id(named: str) -> bool:
    return named.isascii() and named.isdecimal() and len(named) < 19


def _canonical(named: str) -> str | None:
    """The one spelling of a handle; None for what can be nobody's."""
    try:
        return canonical(named)
    except BadInput:
        return None
