"""The queue: the home page, its list alone, and the live stream that keeps it true."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response, StreamingResponse

from warmlist.errors import NotFound
from warmlist.followup.views import COLOURS, QueueFilters
from warmlist.web.context import Context, context
from warmlist.web.fields import Text
from warmlist.web.pages.parts import desk_page
from warmlist.web.session import Acting, Signed, Who

router = APIRouter()


def chosen_filters(
    colour: Annotated[Text, Query(max_length=20)] = "",
    label: Annotated[Text, Query(max_length=200)] = "",
    owner: Annotated[Text, Query(max_length=200)] = "",
) -> QueueFilters:
    """What the address says; an unknown colour means all. Owner '-' is nobody."""
    return QueueFilters(
        colour=colour if colour in COLOURS else None,
        label=label or None,
        owner={"": None, "-": ""}.get(owner, owner),
    )


Filters = Annotated[QueueFilters, Depends(chosen_filters)]


@router.get("/")
def home(request: Request, who: Who, filters: Filters) -> Response:
    """The whole queue page, the first customer opened beside it."""
    here, now = context(request), context(request).now()
    seq = here.hub.seq  # before anything is read
    page = here.desk.queue(who.viewer, filters, now)
    first = None
    if page.rows:
        try:
            first = here.desk.customer(who.viewer, page.rows[0].customer_id, now)
        except NotFound:  # merged or reassigned between the two reads
            first = None
    return desk_page(request, who, page, first, seq=seq, filters=filters, view="list")


@router.get("/queue")
def queue_part(
    request: Request,
    who: Who,
    filters: Filters,
    cursor: Annotated[Text | None, Query(max_length=500)] = None,
) -> Response:
    """The rows alone: for a change of filters, a refetch, or the next page."""
    here, now = context(request), context(request).now()
    page = here.desk.queue(who.viewer, filters, now, cursor)
    return HTMLResponse(
        here.renderer.part(
            "parts/queue_answer.html",
            who.viewer.language,
            page=page,
            now=now,
            viewer=who.viewer,
            more=cursor is not None,
            filters=filters,
        )
    )


@router.post("/minutes")
def set_minutes(
    request: Request, who: Acting, minutes: Annotated[int, Form(ge=0, le=24 * 60)]
) -> Response:
    """How many minutes a day the viewer has for the queue."""
    context(request).accounts.set_minutes(who.viewer.user_id, minutes)
    return RedirectResponse("/", 303)


@router.get("/live")
async def live(request: Request, who: Who) -> Response:
    """Changes of the queue as server-sent events."""
    here = context(request)
    stream = here.hub.stream(who.viewer, who.token_hash, _still_valid(here, who))
    return StreamingResponse(
        stream,
        media_type="text/event-stream",
        headers={"cache-control": "no-store", "x-accel-buffering": "no"},
    )


def _still_valid(here: Context, who: Signed) -> Callable[[], bool]:
    return lambda: here.accounts.session(who.token_hash, here.now()) is not None
