"""POST /labels: one label set or removed by hand on up to 1,000 customers."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends
from pydantic import Field, StringConstraints
from starlette.responses import Response

from warmlist.clock import LATEST_MS
from warmlist.errors import BadInput
from warmlist.events.model import Event
from warmlist.followup.actions import LONGEST_NOTE, SOURCE
from warmlist.followup.customer import Connection
from warmlist.followup.look import PackLook
from warmlist.store.sql import queries
from warmlist.web.api import who
from warmlist.web.api.context import Api, Caller, Here
from warmlist.web.api.fields import Asked, Moment, Short, Text, Told
from warmlist.web.api.idempotency import Writes
from warmlist.web.api.problems import Place
from warmlist.web.api.requests import json_only
from warmlist.web.api.tokens import Holder

router = APIRouter(tags=["labels"])
_SQL = queries("web/api/customers.sql")

MOST = 1_000


class LabelAct(Asked):
    """One label on many customers."""

    action: Literal["add", "remove"]
    dimension: Short
    label: Short
    customers: Annotated[list[Short], Field(min_length=1, max_length=MOST)] = Field(
        description="ids or handles"
    )
    reason: Annotated[Text, StringConstraints(max_length=LONGEST_NOTE)] = ""
    until: Moment | None = Field(default=None, description="when an added label ends by itself")


class LabelsSet(Told):
    """What became of the customers."""

    changed: int = Field(description="customers for whom it was written down")
    problems: list[Place] = Field(description="the others, by place in the request")


@router.post("/labels", response_model=LabelsSet)
def set_labels(
    asked: LabelAct,
    here: Here,
    caller: Caller,
    writes: Writes,
    _form: Annotated[str, Depends(json_only)],
) -> Response:
    """Set or remove a label by hand, in the name of the token.

    Customers for whom it makes no sense are listed in `problems`, the others are done, all in one
    transaction; when there was none the answer is 422. Labels follow within a moment. A label set
    by hand wins over rules until it is removed or ends.
    """
    now_ms = here.now()
    _check(here.app.desk.rows.look, asked, now_ms)
    return writes(lambda conn: _write(here, conn, caller, asked, now_ms), now_ms)


def _check(look: PackLook, asked: LabelAct, now_ms: int) -> None:
    if asked.action == "add" and not look.has(asked.dimension, asked.label):
        raise BadInput(
            "the pack in force has no such label", hint="GET /api/v1/packs lists its labels"
        )
    if asked.until is not None and asked.action == "remove":
        raise BadInput("until is for labels that are added")
    if asked.until is not None and not now_ms < asked.until <= LATEST_MS:
        raise BadInput("until must lie in the future")


def _write(here: Api, conn: Connection, caller: Holder, asked: LabelAct, now_ms: int) -> LabelsSet:
    found = who.find_many(conn, caller.viewer, asked.customers, now_ms + 1)
    refused = _refused(here.app.desk.rows.look, conn, asked, [one[0] for one in found if one])
    problems: list[Place] = []
    wanted: dict[int, str] = {}
    for place, one in enumerate(found):
        reason = "there is no such customer" if one is None else refused.get(one[0])
        if one is None or reason:
            problems.append(Place(place=f"body.customers.{place}", reason=reason or ""))
        else:
            wanted.setdefault(*one)
    if not wanted:
        raise BadInput(
            "nothing was written: " + problems[0].reason,
            hint="problems are told one by one when at least one customer is good",
        )
    events = [_event(handle, asked, caller.viewer.name, now_ms) for handle in wanted.values()]
    here.app.events.append(conn, events, now_ms=now_ms)
    return LabelsSet(changed=len(wanted), problems=problems)


def _refused(
    look: PackLook, conn: Connection, asked: LabelAct, ids: Sequence[int]
) -> dict[int, str]:
    """Customers from whom the label cannot be removed, with the reason."""
    if asked.action == "add":
        return {}
    values = {"customers": list(ids), "dimension": asked.dimension, "label": asked.label}
    origins: dict[int, str] = dict(conn.execute(_SQL.held, values).fetchall())
    return {
        one: "has no such label"
        if one not in origins
        else "has the label by a rule; set another one of its dimension instead"
        for one in ids
        if one not in origins or not look.removable(asked.dimension, origins[one])
    }


def _event(handle: str, asked: LabelAct, by: str, now_ms: int) -> Event:
    fields: dict[str, Any] = {
        "action": asked.action, "dimension": asked.dimension, "label": asked.label,
        "reason": asked.reason.strip(), "by": by,
    }  # fmt: skip
    if asked.until is not None:
        fields["until"] = asked.until
    return Event(
        type="label",
        id=str(uuid.uuid4()),
        source=SOURCE,
        handle=handle,
        occurred_at=now_ms,
        known_at=now_ms,
        fields=fields,
    )
