"""A review as a file to save: for the page's button and the API alike."""

from __future__ import annotations

from fastapi import Response

from warmlist.clock import from_ms
from warmlist.insights.reviews.lines import table
from warmlist.insights.reviews.model import Review


def csv_answer(told: Review) -> Response:
    """The figures as CSV; nothing keeps it, since it is about people."""
    name = f"warmlist-{told.period}-{from_ms(told.as_of):%Y-%m-%d}.csv"
    return Response(
        table(told.figures),
        media_type="text/csv; charset=utf-8",
        headers={
            "content-disposition": f'attachment; filename="{name}"',
            "cache-control": "no-store",
        },
    )
