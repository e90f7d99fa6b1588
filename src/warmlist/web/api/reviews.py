"""GET /reviews: how labels and team stand, as JSON or as a table; and who is behind a figure."""

from __future__ import annotations

from typing import Annotated, Literal

from anyio import to_thread
from fastapi import APIRouter, Query, Request, Response
from pydantic import Field

from warmlist.insights.reviews import lines
from warmlist.insights.reviews.model import Review
from warmlist.insights.reviews.people import MOST_VALUES
from warmlist.web.api.context import Api, Caller, Here
from warmlist.web.api.customers import OwnerFilter
from warmlist.web.api.fields import AsOf, Cursor, Instant, Short, Told, instant, number_cursor
from warmlist.web.api.tokens import Holder
from warmlist.web.review_csv import csv_answer

router = APIRouter(tags=["reviews"])

Period = Literal["weekly", "monthly", "quarterly"]


class FigureTold(Told):
    """One number of a review."""

    section: str
    name: str
    owner: str | None = Field(description="whose customers; null = the whole team's")
    dimension: str | None
    label: str | None
    detail: str | None = Field(description="the label moved from, a rule, a moment in epoch ms")
    value: float | None = Field(description="null = withheld; note says why")
    unit: Literal["percent", "customers", "reds", "orders", "minutes", "labels"]
    previous: float | None = Field(description="one period before")
    change: float | None
    low: float | None = Field(description="interval, 95 %; of the early warning 80 %")
    high: float | None
    expected_low: float | None
    expected_high: float | None
    count: int | None
    of: int | None
    verdict: Literal["good", "bad", "few"] | None
    note: str | None
    people: str | None = Field(description="query of /reviews/people; null where nobody is named")


class AlertTold(Told):
    """A condition that held at the moment asked for."""

    kind: str
    owner: str | None = Field(description="whose customers; null = the whole team's")
    since: Instant
    until: Instant | None
    figure: float
    bound: float
    says: str
    do: str
    people: str | None


class ReviewTold(Told):
    """A review as of a moment, from what was recorded."""

    period: Period
    as_of: Instant
    owner: str | None
    replaying: int = Field(description="customers whose imported past is not replayed yet")
    alerts: list[AlertTold]
    figures: list[FigureTold]


class PersonTold(Told):
    """A customer behind a figure."""

    customer: int
    handle: str
    name: str


class PeopleTold(Told):
    """A page of the customers behind a figure, in order of id."""

    items: list[PersonTold]
    next_cursor: str | None


@router.get("/reviews/people")
async def get_review_people(
    request: Request,
    here: Here,
    caller: Caller,
    of: Annotated[Short, Query(description="take the whole query from a figure's `people`")],
    dimension: Annotated[Short | None, Query()] = None,
    label: Annotated[Short | None, Query()] = None,
    was: Annotated[Short | None, Query()] = None,
    now: Annotated[Short | None, Query()] = None,
    rule: Annotated[Short | None, Query()] = None,
    owner: OwnerFilter = None,
    at: Annotated[Short | None, Query(description="epoch ms")] = None,
    since: Annotated[Short | None, Query(description="epoch ms")] = None,
    until: Annotated[Short | None, Query(description="epoch ms")] = None,
    cursor: Cursor = None,
) -> PeopleTold:
    """Who is behind a figure of a review, as far as the caller may see them."""
    del of, dimension, label, was, now, rule, owner, at, since, until
    asked = {key: value for key, value in request.query_params.items() if key in MOST_VALUES}
    after = number_cursor(cursor)
    found = await to_thread.run_sync(
        lambda: here.app.reviews.behind(caller.viewer, asked, here.as_of(), after),
        limiter=here.replays,
    )
    return PeopleTold(
        items=[
            PersonTold(customer=p.customer.customer_id, handle=p.handle, name=p.customer.name)
            for p in found.persons
        ],
        next_cursor=None if found.after is None else str(found.after),
    )


@router.get("/reviews/{period}")
async def get_review(
    here: Here, caller: Caller, period: Period, as_of: AsOf = None, owner: OwnerFilter = None
) -> ReviewTold:
    """A weekly, monthly or quarterly review: the team's and each rep's figures; a rep gets own ones.

    With `as_of` the review of a past moment; today's queue and the age of labels are only told of
    the present.
    """
    told = await _review(here, caller, period, as_of, owner)
    return ReviewTold(
        period=told.period,
        as_of=instant(told.as_of),
        owner=told.owner,
        replaying=told.replaying,
        alerts=[AlertTold(**lines.alert_line(alert)) for alert in told.alerts],
        figures=[FigureTold(**lines.figure_line(figure)) for figure in told.figures],
    )


@router.get(
    "/reviews/{period}/export",
    response_class=Response,
    responses={200: {"content": {"text/csv": {"schema": {"type": "string"}}}}},
)
async def export_review(
    here: Here, caller: Caller, period: Period, as_of: AsOf = None, owner: OwnerFilter = None
) -> Response:
    """The figures of a review as CSV."""
    told = await _review(here, caller, period, as_of, owner)
    return csv_answer(told)


async def _review(
    here: Api, caller: Holder, period: Period, as_of: int | None, owner: str | None
) -> Review:
    moment = here.as_of() if as_of is None else as_of
    return await to_thread.run_sync(
        lambda: here.app.reviews.review(
            caller.viewer, period, moment, owner=owner, live=as_of is None
        ),
        limiter=here.replays,
    )
