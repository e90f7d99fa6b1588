"""One customer: the page, the part beside the queue, and one message in full."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import HTMLResponse, Response

from warmlist.followup.views import QueueFilters
from warmlist.web.context import context
from warmlist.web.pages.parts import desk_page, detail
from warmlist.web.session import Who

router = APIRouter()

LARGEST_ID = 2**63 - 1
Id = Annotated[int, Path(ge=1, le=LARGEST_ID)]


@router.get("/c/{customer_id}")
def customer_page(request: Request, who: Who, customer_id: Id) -> Response:
    """The part alone for the split view, the whole page with the queue beside it otherwise."""
    here, now = context(request), context(request).now()
    seq = here.hub.seq
    customer = here.desk.customer(who.viewer, customer_id, now)
    if "hx-request" in request.headers:
        response = HTMLResponse(detail(here, who, customer))
    else:
        page = here.desk.queue(who.viewer, QueueFilters(), now)
        response = desk_page(request, who, page, customer, seq=seq, view="detail")
    response.headers["vary"] = "hx-request"
    return response


@router.get("/c/{customer_id}/thread")
def older_messages(
    request: Request,
    who: Who,
    customer_id: Id,
    before: Annotated[int, Query(ge=1, le=LARGEST_ID)],
) -> Response:
    """Messages older than one that is already shown."""
    here, now = context(request), context(request).now()
    customer = here.desk.customer(who.viewer, customer_id, now, before)
    return HTMLResponse(
        here.renderer.part("parts/thread.html", who.viewer.language, c=customer, now=now)
    )


@router.get("/c/{customer_id}/message/{event_id}")
def whole_message(request: Request, who: Who, customer_id: Id, event_id: Id) -> Response:
    """A long message, all of it."""
    here, now = context(request), context(request).now()
    message = here.desk.message(who.viewer, customer_id, event_id, now)
    return HTMLResponse(
        here.renderer.part("parts/message_text.html", who.viewer.language, m=message, whole=True)
    )
