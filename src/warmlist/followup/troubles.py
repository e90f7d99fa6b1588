"""What rules and data of a workspace do not fit together, each with the customers concerned."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import psycopg

from warmlist.followup.wishes import preferences_of
from warmlist.rules.model import Pack
from warmlist.store.sql import queries

SQL = queries("followup/troubles.sql")
#: Customers that are named for each.
SOME = 5

Kind = Literal["idle_rule", "no_rate", "no_region", "no_hour"]
#: What each means, and what to do.
WORDS: Mapping[Kind, tuple[str, str]] = {
    "idle_rule": (
        "rule {what} can never hold; these have its label from before",
        "change it, or take it out",
    ),
    "no_rate": (
        "orders in {what} have no rate and are left out of sums",
        "run: warmlist rate {what} <what one unit is worth>",
    ),
    "no_region": (
        "the table of regions has no row for {what}, so nothing is known of its best hours",
        "run: warmlist insights regions, once there are orders from there",
    ),
    "no_hour": (
        "the hours that are wished for are all refused as well",
        "ask again when to write, and note it",
    ),
}


@dataclass(frozen=True, slots=True)
class Trouble:
    """One thing that does not fit. what: a rule's id, a currency, a country; '' where nothing is named.

    some: ids of the first customers concerned.
    """

    kind: Kind
    what: str
    customers: int
    some: tuple[int, ...]

    @property
    def says(self) -> str:
        return WORDS[self.kind][0].replace("{what}", self.what)

    @property
    def do(self) -> str:
        return WORDS[self.kind][1].replace("{what}", self.what)


def troubles(
    conn: psycopg.Connection[Any], pack: Pack, countries: Collection[str]
) -> list[Trouble]:
    """Everything that is wrong now, rules first.

    countries: of which something is known before there are data of the workspace's own.
    """
    found = [*_idle_rules(conn, pack), *_rates(conn), *_hours(conn)]
    return [*found, *_regions(conn, countries)]


def _idle_rules(conn: psycopg.Connection[Any], pack: Pack) -> Iterator[Trouble]:
    """Rules that can never hold, told even where nobody has their label."""
    values = {"rules": list(pack.idle), "some": SOME}
    held = {rule: (n, some) for rule, n, some in conn.execute(SQL.by_rule, values)}
    for rule in pack.idle:
        n, some = held.get(rule, (0, []))
        yield Trouble("idle_rule", rule, n, tuple(some))


def _rates(conn: psycopg.Connection[Any]) -> Iterator[Trouble]:
    for currency, n, some in conn.execute(SQL.unrated, {"some": SOME}):
        yield Trouble("no_rate", currency or "?", n, tuple(some))


def _regions(conn: psycopg.Connection[Any], countries: Collection[str]) -> Iterator[Trouble]:
    values = {"known": sorted(countries), "some": SOME}
    for country, n, some in conn.execute(SQL.without_row, values):
        yield Trouble("no_region", country, n, tuple(some))


def _hours(conn: psycopg.Connection[Any]) -> Iterator[Trouble]:
    found = [
        customer
        for customer, body in conn.execute(SQL.wishes)
        if preferences_of(body).leaves_no_hour
    ]
    if found:
        yield Trouble("no_hour", "", len(found), tuple(found[:SOME]))
