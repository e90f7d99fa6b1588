"""GET /exports: everybody in a segment as a file."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from starlette.responses import StreamingResponse

from warmlist.followup.exports import FORMATS
from warmlist.web.api.context import Caller, Here
from warmlist.web.api.segments import ById, ByText, asked_segment

router = APIRouter(tags=["exports"])

_FILES: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "the file",
        "content": {
            "text/csv": {"schema": {"type": "string"}},
            "application/x-ndjson": {"schema": {"type": "string"}},
        },
    }
}


@router.get("/exports", response_class=StreamingResponse, responses=_FILES)
def export_customers(
    here: Here,
    caller: Caller,
    expression: ByText = None,
    segment: ById = None,
    format: Annotated[Literal["csv", "ndjson"], Query()] = "csv",
) -> StreamingResponse:
    """Everybody in a segment whom the token may see: name, handles, owner, and every label.

    CSV is that of RFC 4180 in UTF-8 with a column a dimension; a cell that a spreadsheet would take
    for a formula begins with an apostrophe. Who took out which segment is noted among operations.
    """
    asked = asked_segment(here, expression, segment)
    lines = here.app.segments.export(caller.viewer, asked, format, here.as_of())
    return StreamingResponse(
        (line.encode("utf-8", "replace") for line in lines), media_type=FORMATS[format]
    )
