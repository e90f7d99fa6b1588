"""The answers of the Ctrl-K palette: customers by name or handle."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, Response

from warmlist.web.context import context
from warmlist.web.fields import Text
from warmlist.web.session import Who

router = APIRouter()


@router.get("/search")
def search(request: Request, who: Who, q: Annotated[Text, Query(max_length=200)] = "") -> Response:
    """Options for the palette's list; nothing for nothing."""
    here = context(request)
    text = q.strip()
    found = here.desk.search(who.viewer, text, here.now()) if text else ()
    return HTMLResponse(here.renderer.part("parts/found.html", who.viewer.language, found=found))
