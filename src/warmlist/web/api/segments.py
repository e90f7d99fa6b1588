"""/segments: questions about customers, answered, listed, kept by name."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query
from pydantic import Field, StringConstraints
from starlette.responses import Response

from warmlist.errors import BadInput
from warmlist.followup.customer import Connection
from warmlist.followup.segments import LONGEST_NAME, Found, SavedSegment, SegmentRow
from warmlist.labels.segment_text import LONGEST, Segment
from warmlist.web.api.context import Api, Caller, Here, speaking
from warmlist.web.api.fields import (
    PAGE,
    Asked,
    Cursor,
    Instant,
    LabelTold,
    Limit,
    Spoken,
    Text,
    Told,
    bad_cursor,
    instant,
    labels_told,
)
from warmlist.web.api.idempotency import Writes
from warmlist.web.api.requests import json_only

router = APIRouter(tags=["segments"])

Expression = Annotated[Text, StringConstraints(max_length=LONGEST)]
Id = Annotated[int, Path(ge=1, le=2**63 - 1)]
#: Which segment a question is about: one of these two.
ByText = Annotated[
    Expression | None, Query(description="such as follow_up = 'orange' and spend_365d > 500 USD")
]
ById = Annotated[int | None, Query(ge=1, le=2**63 - 1, description="a kept one, by id")]


class SegmentTold(Told):
    """A segment that is kept."""

    id: int
    name: str
    expression: str
    by: str = Field(description="who wrote it last")
    changed_at: Instant


class SegmentList(Told):
    """Every segment, by name."""

    items: list[SegmentTold]


class SegmentAsked(Asked):
    """A segment to keep."""

    name: Annotated[Text, StringConstraints(min_length=1, max_length=LONGEST_NAME, pattern=r"\S")]
    expression: Expression


class SegmentForgotten(Told):
    """It is kept no longer."""

    id: int


class CustomerFound(Told):
    """A customer of a segment."""

    id: int
    name: str
    handle: str
    owner: str | None
    colour: str | None
    labels: list[LabelTold] = Field(description="all but the follow-up colour")


class SegmentFound(Told):
    """Who is in a segment."""

    count: int = Field(description="customers of it that the token may see")
    as_of: Instant = Field(description="the moment that facts are of; labels are those of now")
    items: list[CustomerFound]
    next_cursor: str | None


@router.get("/segments")
def list_segments(here: Here) -> SegmentList:
    """Every segment that is kept, by name; all of the team share them."""
    return SegmentList(items=[_told(saved) for saved in here.app.segments.ask.saved()])


@router.post("/segments", response_model=SegmentTold)
def keep_segment(
    asked: SegmentAsked,
    here: Here,
    caller: Caller,
    writes: Writes,
    _form: Annotated[str, Depends(json_only)],
) -> Response:
    """Keep a segment by name; the older one of that name is replaced.

    The expression is checked first. Another person's segment is replaced by a lead only.
    """
    now_ms = here.now()

    def work(conn: Connection) -> SegmentTold:
        ask = here.app.segments.ask
        return _told(ask.save(conn, caller.viewer, asked.name, asked.expression, now_ms))

    return writes(work, now_ms)


@router.delete("/segments/{segment}")
def forget_segment(segment: Id, here: Here, caller: Caller) -> SegmentForgotten:
    """Keep a segment no longer: one's own, or anybody's for a lead."""
    return SegmentForgotten(id=here.app.segments.forget(caller.viewer, segment).id)


@router.get("/segments/found")
def find_segment(
    here: Here,
    caller: Caller,
    expression: ByText = None,
    segment: ById = None,
    cursor: Cursor = None,
    limit: Limit = PAGE,
    language: Spoken = "en",
) -> SegmentFound:
    """Who is in a segment, counted and listed, the longest known first.

    Labels alone are answered at once. Facts are asked for everybody, which takes about a second for
    100,000 customers; the answer is told again for a minute.
    """
    viewer = speaking(caller.viewer, language)
    ask = here.app.segments.ask
    found = find(here, expression, segment)
    if cursor is not None and not (cursor.isascii() and cursor.isdecimal() and len(cursor) < 19):
        raise bad_cursor()
    page = ask.page(viewer, found, here.as_of(), cursor, limit)
    return SegmentFound(
        count=ask.count(viewer, found),
        as_of=instant(found.as_of),
        items=[_row(row) for row in page.rows],
        next_cursor=page.next_cursor,
    )


def asked_segment(here: Api, expression: str | None, segment: int | None) -> Segment:
    """The segment that a request names, by text or by id. Raises BadInput, NotFound."""
    if (expression is None) == (segment is None):
        raise BadInput("name the segment by expression or by segment, one of the two")
    ask = here.app.segments.ask
    return ask.read(ask.load(segment).expression if segment else expression or "", here.now())


def find(here: Api, expression: str | None, segment: int | None) -> Found:
    """The same, ready to be counted."""
    asked = asked_segment(here, expression, segment)
    return here.app.segments.ask.find(asked, here.as_of())


def _told(saved: SavedSegment) -> SegmentTold:
    return SegmentTold(
        id=saved.id, name=saved.name, expression=saved.expression, by=saved.by,
        changed_at=instant(saved.changed_at),
    )  # fmt: skip


def _row(row: SegmentRow) -> CustomerFound:
    return CustomerFound(
        id=row.customer_id,
        name=row.name,
        handle=row.handle,
        owner=row.owner,
        colour=row.colour,
        labels=labels_told(row.chips),
    )
