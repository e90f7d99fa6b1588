"""Views of the queue: its filters, kept by name for oneself or for everybody."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Path, Request
from fastapi.responses import RedirectResponse, Response

from warmlist.errors import NotFound
from warmlist.followup.segment_desk import SegmentDesk
from warmlist.web.context import context
from warmlist.web.fields import Text
from warmlist.web.pages.parts import view_address
from warmlist.web.pages.queue import chosen_filters
from warmlist.web.session import Acting

router = APIRouter()

Short = Annotated[Text, Form(max_length=200)]


@router.post("/views")
def keep(
    request: Request,
    who: Acting,
    name: Short,
    colour: Short = "",
    label: Short = "",
    owner: Short = "",
    shared: Annotated[bool, Form()] = False,
) -> Response:
    """Keep what the queue is filtered by, and show it so."""
    filters = chosen_filters(colour, label, owner)
    now = context(request).now()
    _desk(request).keep_view(who.viewer, name, filters, now, shared=shared)
    return RedirectResponse(view_address(filters), 303)


@router.post("/views/{view_id}/forget")
def forget(
    request: Request, who: Acting, view_id: Annotated[int, Path(ge=1, le=2**63 - 1)]
) -> Response:
    _desk(request).forget_view(who.viewer, view_id)
    return RedirectResponse("/", 303)


def _desk(request: Request) -> SegmentDesk:
    desk = context(request).segments
    if desk is None:
        raise NotFound("views are not kept here")
    return desk
