"""What the reader learnt from corrections, and what leads decide about it."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from warmlist.followup.learnt import LearningDesk
from warmlist.web.context import context
from warmlist.web.pages.customer import Id
from warmlist.web.pages.parts import whole_page
from warmlist.web.session import Acting, Who

router = APIRouter()

ADDRESS = "/learning"


@router.get(ADDRESS)
def learning_page(request: Request, who: Who) -> Response:
    """The whole page."""
    now = context(request).now()
    return whole_page(
        request,
        who,
        "learning.html",
        back=ADDRESS,
        now=now,
        learnt=_desk(request).page(who.viewer, now),
    )


@router.post("/learning/patterns/{pattern}")
def decide(
    request: Request,
    who: Acting,
    pattern: Id,
    decision: Annotated[Literal["accept", "reject"], Form()],
) -> Response:
    _desk(request).decide(who.viewer, pattern, decision == "accept", context(request).now())
    return RedirectResponse(f"{ADDRESS}#patterns", 303)


@router.post("/learning/read-again")
def read_again(request: Request, who: Acting) -> Response:
    _desk(request).read_again(who.viewer, context(request).now())
    return RedirectResponse(f"{ADDRESS}#history", 303)


def _desk(request: Request) -> LearningDesk:
    desk = context(request).learning
    assert desk is not None  # else the pages are not served
    return desk
