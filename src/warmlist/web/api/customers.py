"""GET /customers and GET /customers/{customer}: who they are, and what holds of them now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from pydantic import Field, StringConstraints

from warmlist.followup.customer import Connection, Customer
from warmlist.followup.people import Person, load_people
from warmlist.followup.views import Viewer
from warmlist.labels import explain
from warmlist.store.sql import queries
from warmlist.web.api import who
from warmlist.web.api.context import Caller, Here
from warmlist.web.api.fields import (
    PAGE,
    Cursor,
    Instant,
    Limit,
    Short,
    Spoken,
    Text,
    Told,
    instant,
    number_cursor,
)
from warmlist.web.api.label_views import LabelHeld, held

router = APIRouter(tags=["customers"])
_SQL = queries("web/api/customers.sql")

LabelKey = Annotated[Text, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,63}:.{1,200}$")]
LabelFilter = Annotated[
    LabelKey | None, Query(description="dimension:label, such as follow_up:red")
]
OwnerFilter = Annotated[Short | None, Query(description="owner's name; empty: nobody's")]


class LabelNow(Told):
    """A label that holds."""

    dimension: str
    label: str
    shade: str | None
    since: Instant | None


class CustomerRow(Told):
    """A customer in a list."""

    id: int
    name: str
    handle: str
    owner: str | None
    labels: list[LabelNow]


class CustomerList(Told):
    """A page of customers."""

    items: list[CustomerRow]
    next_cursor: str | None


class FactValue(Told):
    """What a fact's value is, as of the moment asked."""

    value: int | float | str | None = Field(
        description="moment: epoch ms; money: minor units of `currency`; null: unknown"
    )
    unit: Literal["moment", "number", "money"]


class CustomerDetail(Told):
    """All that holds of a customer now."""

    id: int
    name: str
    handles: list[str]
    owner: str | None
    country: str | None = Field(description="ISO 3166 alpha-2")
    language: str | None = Field(description="BCP 47")
    time_zone: str = Field(description="IANA")
    time_zone_from: Literal["profile", "phone", "workspace"]
    attributes: dict[str, str] = Field(description="everything that profile events said")
    labels: list[LabelHeld]
    facts: dict[str, FactValue]
    currency: str = Field(description="ISO 4217, of money facts")
    as_of: Instant


@router.get("/customers")
def list_customers(
    here: Here,
    caller: Caller,
    label: LabelFilter = None,
    owner: OwnerFilter = None,
    handle: Annotated[Short | None, Query(description="any spelling of a handle")] = None,
    cursor: Cursor = None,
    limit: Limit = PAGE,
) -> CustomerList:
    """Customers, the longest known first.

    A page never shows a customer of an earlier page again, whoever comes meanwhile. A page may be
    shorter than `limit` although more follow: only `next_cursor` says whether it was the last one.
    """
    viewer = caller.viewer
    dimension, _, key = (label or "").partition(":")
    with here.snapshot() as conn:
        only = None if handle is None else who.find(conn, handle)
        if handle is not None and only is None:
            return CustomerList(items=[], next_cursor=None)
        values = {
            "after": number_cursor(cursor), "everyone": viewer.sees_everyone,
            "viewer": viewer.name, "owner": owner, "only": only, "dimension": dimension,
            "label": key, "count": limit + 1,
        }  # fmt: skip
        query = _SQL.page.format(labelled=_SQL.labelled if label else "true")
        ids = [row[0] for row in conn.execute(query, values)]
        items = _rows(conn, viewer, ids[:limit], here.as_of())
    return CustomerList(items=items, next_cursor=str(ids[limit - 1]) if len(ids) > limit else None)


@router.get("/customers/{customer}")
def get_customer(
    customer: who.Named, here: Here, caller: Caller, language: Spoken = "en"
) -> CustomerDetail:
    """Who this is, which labels hold and why, and the facts behind them, now.

    A handle with a slash in it can only be found through `GET /customers?handle=`.
    """
    now_ms = here.as_of()
    with here.snapshot() as conn:
        known = who.load(conn, caller.viewer, customer, now_ms)
        handle = next(iter(known.handles.values()))
        reasons = explain.explain(
            conn, here.app.plan.pack, here.app.currency, known.customer_id, None, now_ms, language
        )
    return _detail(
        known, here.app.time_zone, here.app.currency, now_ms,
        [held(reason, handle) for reason in reasons],
        fact_values(here.app.plan.pack.facts, here.facts.at(known.customer_id, now_ms)),
    )  # fmt: skip


def fact_values(known: Mapping[str, Any], values: Mapping[str, Any]) -> dict[str, FactValue]:
    """Facts with what they are measured in, in alphabetical order."""
    return {name: FactValue(value=values[name], unit=known[name].unit) for name in sorted(values)}


def _detail(
    known: Customer,
    workspace_zone: str,
    currency: str,
    now_ms: int,
    labels: list[LabelHeld],
    facts: dict[str, FactValue],
) -> CustomerDetail:
    zone, zone_from = known.zone(workspace_zone)
    return CustomerDetail(
        id=known.customer_id,
        name=known.name,
        handles=list(known.handles.values()),
        owner=known.owner,
        country=known.country,
        language=known.profile.get("language"),
        time_zone=zone,
        time_zone_from=zone_from,
        attributes=dict(known.profile),
        labels=labels,
        facts=facts,
        currency=currency,
        as_of=instant(now_ms),
    )


def _rows(conn: Connection, viewer: Viewer, ids: Sequence[int], now_ms: int) -> list[CustomerRow]:
    """Whoever changed hands a moment ago, before labels followed, is left out by the owner known."""
    people = load_people(conn, ids, now_ms, messages=False)
    labels: dict[int, list[LabelNow]] = {}
    for customer, dimension, label, shade, since in conn.execute(
        _SQL.labels, {"customers": list(ids)}
    ):
        since_told = None if since is None else instant(since)
        labels.setdefault(customer, []).append(
            LabelNow(dimension=dimension, label=label, shade=shade, since=since_told)
        )
    return [
        _row(people[one], labels.get(one, []))
        for one in ids
        if one in people and viewer.sees(people[one].customer.owner)
    ]


def _row(person: Person, labels: list[LabelNow]) -> CustomerRow:
    customer = person.customer
    return CustomerRow(
        id=customer.customer_id,
        name=customer.name,
        handle=person.handle,
        owner=customer.owner,
        labels=labels,
    )
