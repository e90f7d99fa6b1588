"""Everything that the page of one customer shows, read from the log and the label history."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any, Literal, Protocol

import psycopg
from babel.numbers import get_currency_precision

from warmlist.clock import DAY
from warmlist.connectors import places
from warmlist.errors import NotFound
from warmlist.followup.views import (
    Chip,
    CustomerPage,
    HistoryEntry,
    LabelView,
    Mark,
    Message,
    NextFollowUp,
    OrderView,
    QueueRow,
    Snoozed,
    Viewer,
    Word,
)
from warmlist.labels.explain import SQL as EXPLAIN
from warmlist.labels.explain import by_hand
from warmlist.store.sql import queries

_SQL = queries("followup/customer.sql")

MESSAGES = 60
CUT = 2_000  # code points of a message that are shown at first
YEAR = 365 * DAY
_HISTORY = 200
_ORDERS = 20

Connection = psycopg.Connection[tuple[Any, ...]]


class Look(Protocol):
    """How the pack in force shows its labels."""

    def chip(
        self, dimension: str, label: str, shade: str | None, rule: str, language: str
    ) -> Chip: ...

    def removable(self, dimension: str, origin: str) -> bool:
        """Whether a person may take such a label away."""
        ...

    def told(
        self,
        dimension: str,
        rule: str,
        facts: Mapping[str, Any],
        stored: str,
        as_of: int,
        language: str,
    ) -> tuple[str, dict[str, Any]]:
        """Why a label holds, and its facts by what they are called."""
        ...


@dataclass(frozen=True, slots=True)
class Customer:
    """Who a customer is: the handles, and what the newest profile events say."""

    customer_id: int
    handles: Mapping[int, str]  # handle id -> handle, phone numbers first
    profile: Mapping[str, str]

    @property
    def ids(self) -> list[int]:
        return list(self.handles)

    @property
    def name(self) -> str:
        """The name, else the first handle as people write it."""
        return self.profile.get("name") or places.told(next(iter(self.handles.values())))

    @property
    def owner(self) -> str | None:
        return self.profile.get("owner") or None

    @property
    def country(self) -> str | None:
        """ISO 3166 alpha-2, from the profile, else from a phone number."""
        told = self.profile.get("country", "").upper()
        return told or _first(places.country_of_phone, self.handles.values())

    def zone(self, workspace_zone: str) -> tuple[str, Literal["profile", "phone", "workspace"]]:
        """IANA time zone, and how it is known."""
        told = self.profile.get("time_zone", "")
        if places.is_zone(told):
            return told, "profile"
        phone = _first(places.zone_of_phone, self.handles.values())
        if phone:
            return phone, "phone"
        country = self.profile.get("country")
        by_country = places.zone_of_country(country) if country else None
        return (by_country, "profile") if by_country else (workspace_zone, "workspace")


def _first(function: Any, handles: Any) -> str | None:
    return next((found for handle in handles if (found := function(handle))), None)


def load_customer(conn: Connection, viewer: Viewer, customer_id: int, as_of: int) -> Customer:
    """Who this is, as known before `as_of` (epoch ms).

    Raises NotFound both for nobody and for somebody whom the viewer may not see.
    """
    rows = conn.execute(_SQL.handles, {"customer_id": customer_id}).fetchall()
    handles: dict[int, str] = dict(rows)
    at = {"handles": list(handles), "as_of": as_of}
    profile: dict[str, str] = {}
    for (body,) in conn.execute(_SQL.profiles, at) if handles else ():
        profile |= {key: str(value) for key, value in body.items() if value is not None}
    customer = Customer(customer_id, handles, profile)
    if not handles or not viewer.sees(customer.owner):
        raise NotFound(f"customer {customer_id} is not known", hint="go back to the queue")
    return customer


def customer_page(
    conn: Connection,
    viewer: Viewer,
    customer_id: int,
    as_of: int,
    *,
    look: Look,
    currency: str,
    workspace_zone: str,
    row: QueueRow | None = None,
    upcoming: tuple[NextFollowUp, ...] = (),
    before: int | None = None,
) -> CustomerPage:
    """The whole page as of a moment (epoch ms), from what was known before it.

    before: event id; the thread then ends just before that message. Raises NotFound.
    """
    who = load_customer(conn, viewer, customer_id, as_of)
    zone, zone_from = who.zone(workspace_zone)
    at = {"handles": who.ids, "as_of": as_of, "since": as_of - YEAR}
    thread, earlier = _thread(conn, who, as_of, before)
    return CustomerPage(
        customer_id=customer_id,
        name=who.name,
        handles=tuple(who.handles.values()),
        owner=who.owner,
        country=who.country,
        time_zone=zone,
        time_zone_from=zone_from,
        language=who.profile.get("language"),
        simulated=bool(_value(conn, _SQL.simulated, at)),
        thread=thread,
        earlier=earlier,
        labels=_labels(conn, customer_id, as_of, look, viewer.language),
        history=_history(conn, customer_id, as_of, look, viewer.language),
        note=_value(conn, _SQL.note, at),
        heat=_heat(conn, at | {"zone": zone}),
        orders=_orders(conn, at),
        spend=_major(_value(conn, _SQL.spend, at), currency),
        currency=currency,
        as_of=as_of,
        row=row,
        upcoming=upcoming,
        snoozed=_snoozed(conn, at),
        profile=who.profile,
    )


def whole_message(
    conn: Connection, viewer: Viewer, customer_id: int, event_id: int, as_of: int
) -> Message:
    """One message of a customer with all of its text. Raises NotFound."""
    who = load_customer(conn, viewer, customer_id, as_of)
    values = _thread_values(who, as_of) | {"only": event_id, "cut": 2**30}
    found = conn.execute(_SQL.thread, values).fetchone()
    if found is None:
        raise NotFound(f"message {event_id} is not known", hint="reload the page")
    return _message(found)


def _thread_values(who: Customer, as_of: int) -> dict[str, Any]:
    return {
        "handles": who.ids,
        "as_of": as_of,
        "before": None,
        "only": None,
        "count": MESSAGES + 1,
        "cut": CUT,
    }


def _thread(
    conn: Connection, who: Customer, as_of: int, before: int | None
) -> tuple[tuple[Message, ...], bool]:
    """Messages, oldest first, and whether older ones exist."""
    rows = conn.execute(_SQL.thread, _thread_values(who, as_of) | {"before": before}).fetchall()
    return tuple(_message(row) for row in reversed(rows[:MESSAGES])), len(rows) > MESSAGES


def _message(row: Sequence[Any]) -> Message:
    event_id, at, direction, kind, text, length, agent, status, error, action, found, said = row
    signals = found or []
    return Message(
        event_id=event_id,
        at=at,
        direction=direction,
        kind=kind,
        text=text,
        length=length,
        agent=agent,
        status=status,
        error=error,
        marks=tuple(
            Mark(signal["span"][0], signal["span"][1], signal["name"], signal.get("because", ""))
            for signal in signals
            if signal.get("span")
        ),
        signals=tuple(signal["name"] for signal in signals),
        edited=action == "edit",
        revoked=action == "revoke",
        words=_words(signals, said or ()) if direction == "in" else (),
    )


def _words(
    signals: Sequence[Mapping[str, Any]], said: Sequence[Mapping[str, Any]]
) -> tuple[Word, ...]:
    """The signals that hold, then those that a person rejected; the last word of people counts."""
    withdrawn = {step.get("of") for step in said if step.get("action") == "withdraw"}
    judged = {
        str(step["name"]): step["action"] == "confirm"
        for step in said
        if step["id"] not in withdrawn and step.get("name") and step.get("action") != "withdraw"
    }
    words = {
        s["name"]: Word(
            s["name"], s.get("confidence", 1.0), s.get("because") or "", judged.get(s["name"])
        )
        for s in signals
    }
    rejected = (
        Word(name, 0.0, "", False)
        for name, right in judged.items()
        if not right and name not in words
    )
    return (*words.values(), *rejected)


def _labels(
    conn: Connection, customer_id: int, as_of: int, look: Look, language: str
) -> tuple[LabelView, ...]:
    rows = conn.execute(_SQL.labels, {"customer_id": customer_id, "as_of": as_of}).fetchall()
    acts = conn.execute(EXPLAIN.acts, {"customer": customer_id}).fetchall()
    return tuple(
        LabelView(
            chip=look.chip(dimension, label, shade, rule, language),
            because=by_hand(acts, dimension, label, language) if rule == "manual" else reason,
            since=since,
            until=until,
            origin=origin,
            facts=facts,
            events=tuple(evidence.get("events", ())),
            event_count=evidence.get("count", len(evidence.get("events", ()))),
            removable=look.removable(dimension, origin),
        )
        for dimension, label, shade, rule, because, since, until, origin, evidence in rows
        for reason, facts in [
            look.told(dimension, rule, evidence.get("facts", {}), because, as_of, language)
        ]
    )


def _history(
    conn: Connection, customer_id: int, as_of: int, look: Look, language: str
) -> tuple[HistoryEntry, ...]:
    values = {"customer_id": customer_id, "as_of": as_of, "count": _HISTORY}
    return tuple(
        HistoryEntry(
            look.chip(dimension, label, shade, rule, language),
            since,
            until,
            because,
            origin,
            cause,
            pack,
        )
        for dimension, label, shade, rule, because, since, until, origin, cause, pack in (
            conn.execute(_SQL.history, values)
        )
    )


def _heat(conn: Connection, at: Mapping[str, Any]) -> tuple[tuple[int, ...], ...]:
    counts = {(day, hour): n for day, hour, n in conn.execute(_SQL.heat, at)}
    return tuple(tuple(counts.get((day, hour), 0) for hour in range(24)) for day in range(1, 8))


def _orders(conn: Connection, at: Mapping[str, Any]) -> tuple[OrderView, ...]:
    """The newest orders, each with its latest stage and the lines and amount of any stage."""
    stages: dict[int, list[tuple[str, int, str, Mapping[str, Any]]]] = {}
    for key, order_id, moment, status, body in conn.execute(_SQL.orders, at):
        stages.setdefault(key, []).append((order_id, moment, status, body))
    return tuple(_order(found) for found in list(stages.values())[:_ORDERS])


def _order(stages: Sequence[tuple[str, int, str, Mapping[str, Any]]]) -> OrderView:
    order_id, _, status, _ = stages[0]
    paid = next((stage for stage in stages if stage[2] == "paid"), stages[-1])
    body = paid[3]
    lines = next((stage[3]["lines"] for stage in stages if stage[3].get("lines")), ())
    return OrderView(
        order_id=order_id,
        at=paid[1],
        status=status,
        amount=_decimal(body.get("amount")),
        currency=body.get("currency"),
        lines=tuple(_line(line) for line in lines),
    )


def _line(line: Mapping[str, Any]) -> str:
    name = str(line.get("name") or line.get("sku") or "?")
    quantity = line.get("quantity")
    return f"{quantity} × {name}" if quantity is not None else name


def _decimal(amount: object) -> Decimal | None:
    try:
        return None if amount is None else Decimal(str(amount))
    except InvalidOperation:
        return None


def _major(minor: int | Decimal, currency: str) -> Decimal:
    """Minor units -> amount of the currency."""
    return Decimal(minor).scaleb(-get_currency_precision(currency))


def _snoozed(conn: Connection, at: Mapping[str, Any]) -> Snoozed | None:
    found = conn.execute(_SQL.newest_follow_up, at).fetchone()
    if found is None or found[0] != "snooze" or found[1] is None or found[1] <= at["as_of"]:
        return None
    return Snoozed(until=found[1], by=found[2] or "", reason=found[3])


def _value(conn: Connection, query: str, values: Mapping[str, Any]) -> Any:
    found = conn.execute(query, values).fetchone()
    return found[0] if found else None
