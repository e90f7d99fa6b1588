"""Who many customers are and what they last wrote, in three queries however many they are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, cast

from warmlist.followup.customer import Connection, Customer
from warmlist.followup.views import LastMessage
from warmlist.store.sql import queries

_SQL = queries("followup/queue.sql")

SIMULATED = "simulated"
_CUT = 300  # code points of a message in the list


@dataclass(frozen=True, slots=True)
class Person:
    """A customer as a row of a list needs it. `handle` is the first one, phone numbers before."""

    customer: Customer
    last_message: LastMessage | None
    simulated: bool

    @property
    def handle(self) -> str:
        return next(iter(self.customer.handles.values()))


def load_people(
    conn: Connection, customer_ids: Sequence[int], as_of: int, *, messages: bool = True
) -> dict[int, Person]:
    """Who these customers are, as known before `as_of` (epoch ms); merged ones are left out."""
    at = {"customers": list(customer_ids), "as_of": as_of, "cut": _CUT}
    handles: dict[int, dict[int, str]] = {}
    for customer_id, handle_id, handle in conn.execute(_SQL.handles, at):
        handles.setdefault(customer_id, {})[handle_id] = handle
    profiles: dict[int, dict[str, str]] = {}
    simulated: set[int] = set()
    for customer_id, body, source in conn.execute(_SQL.profiles, at):
        told = {key: str(value) for key, value in body.items() if value is not None}
        profiles.setdefault(customer_id, {}).update(told)
        if source == SIMULATED:
            simulated.add(customer_id)
    newest: dict[int, LastMessage] = {}
    for customer_id, when, direction, source, *texts in (
        conn.execute(_SQL.last_messages, at) if messages else ()
    ):
        newest[customer_id] = LastMessage(_text(*texts), when, _direction(direction))
        if source == SIMULATED:
            simulated.add(customer_id)
    return {
        customer_id: Person(
            Customer(customer_id, found, profiles.get(customer_id, {})),
            newest.get(customer_id),
            customer_id in simulated,
        )
        for customer_id, found in handles.items()
    }


def _text(text: str, action: str | None, corrected: str | None) -> str:
    """What the message says now: revoked ones say nothing."""
    if action == "revoke":
        return ""
    return corrected if action == "edit" and corrected is not None else text


def _direction(found: str | None) -> Literal["in", "out"]:
    return cast(Literal["in", "out"], found or "in")


def held_labels(
    conn: Connection, customer_ids: Iterable[int]
) -> Mapping[int, list[tuple[str, str, str | None, str]]]:
    """What holds now: customer -> (dimension, label, shade, rule)."""
    found: dict[int, list[tuple[str, str, str | None, str]]] = {}
    rows: Iterable[Any] = conn.execute(_SQL.labels, {"customers": list(customer_ids)})
    for customer_id, *label in rows:
        found.setdefault(customer_id, []).append(tuple(label))
    return found
