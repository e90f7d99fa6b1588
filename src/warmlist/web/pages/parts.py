"""What the queue page and the customer page share: each shows the other beside itself."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from fastapi import Request
from fastapi.responses import HTMLResponse
from markupsafe import Markup

from warmlist.followup.views import CustomerPage, QueueFilters, QueuePage
from warmlist.web.context import Context, context
from warmlist.web.session import Signed


def whole_page(
    request: Request, who: Signed, template: str, *, now: int, **values: Any
) -> HTMLResponse:
    """A page for who is signed in, as of `now`."""
    html = context(request).renderer.page(
        template,
        request,
        who.viewer.language,
        viewer=who.viewer,
        csrf=who.session.csrf,
        now=now,
        **values,
    )
    return HTMLResponse(html)


def desk_page(
    request: Request,
    who: Signed,
    page: QueuePage,
    customer: CustomerPage | None,
    *,
    seq: int,
    filters: QueueFilters | None = None,
    view: str,
) -> HTMLResponse:
    """The split view: queue and one customer. `view` is what a phone shows: list or detail.

    seq: the number of the newest live notice before `page` was read.
    """
    here, viewer = context(request), who.viewer
    return whole_page(
        request,
        who,
        "desk.html",
        page=page,
        filters=filters or QueueFilters(),
        seq=seq,
        now=page.as_of,
        view=view,
        customer=customer,
        detail=detail(here, who, customer) if customer else "",
        owners=here.desk.owners(),
        labels=here.desk.label_choices(viewer),
        kept=here.segments.views(viewer) if here.segments else None,
        view_address=view_address,
    )


def detail(here: Context, who: Signed, customer: CustomerPage) -> Markup:
    """The part that stands beside the queue."""
    return Markup(  # noqa: S704 - our own template, autoescaped
        here.renderer.part(
            "parts/customer.html",
            who.viewer.language,
            c=customer,
            row=customer.row,
            now=customer.as_of,
            viewer=who.viewer,
            csrf=who.session.csrf,
        )
    )


def view_address(filters: QueueFilters) -> str:
    """The queue with these filters."""
    told = {"colour": filters.colour, "label": filters.label, "owner": filters.owner}
    asked = {name: value or "-" for name, value in told.items() if value is not None}
    return f"/?{urlencode(asked)}" if asked else "/"
