"""The web application, put together from its parts; it picks nothing itself."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, Response
from starlette.exceptions import HTTPException
from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import PlainTextResponse
from starlette.routing import BaseRoute, Mount

from warmlist import clock
from warmlist.errors import (
    BadInput,
    Busy,
    NotFound,
    Refused,
    StoreUnavailable,
    WarmlistError,
)
from warmlist.followup.learnt import LearningDesk
from warmlist.followup.rules_desk import RulesDesk
from warmlist.followup.segment_desk import SegmentDesk
from warmlist.followup.views import Viewer
from warmlist.insights.reviews.desk import ReviewDesk
from warmlist.web import assets, i18n, session
from warmlist.web.context import Context
from warmlist.web.desk import Accounts, Desk
from warmlist.web.limits import Failures
from warmlist.web.live import Hub, Notice
from warmlist.web.metrics import RequestMetrics
from warmlist.web.pages import (
    customer,
    deeds,
    health,
    learning,
    palette,
    queue,
    rules,
    segments,
    team,
    views,
)
from warmlist.web.render import Renderer, changes_json
from warmlist.web.security import SecurityHeaders

#: How uvicorn must be run: live streams never end by themselves, so a stop must not wait for them.
UVICORN_OPTIONS: dict[str, Any] = {
    "timeout_graceful_shutdown": 1,
    "timeout_keep_alive": 30,
    "server_header": False,
    "date_header": True,
}

#: No form of ours is longer; the machines' doors have limits of their own.
LONGEST_FORM = 64 * 1024

_STATUSES: tuple[tuple[type[WarmlistError], int], ...] = (
    (NotFound, 404),
    (Refused, 403),
    (BadInput, 400),
    (StoreUnavailable, 503),
    (Busy, 503),
)


class PageSettings(Protocol):
    """What the pages read from the settings."""

    @property
    def time_zone(self) -> str: ...


def create_app(
    desk: Desk,
    settings: PageSettings,
    *,
    accounts: Accounts,
    notices: Callable[[], AsyncIterator[Notice]],
    segments_desk: SegmentDesk | None = None,
    learning_desk: LearningDesk | None = None,
    rules_desk: RulesDesk | None = None,
    now: Callable[[], int] = clock.now_ms,
    reviews: ReviewDesk | None = None,
    inbox_routes: Sequence[BaseRoute] = (),
    extra_routes: Sequence[BaseRoute] = (),
) -> FastAPI:
    """The pages, with the webhook doors (`inbox_routes`) before and more (`extra_routes`) after.

    `reviews` is behind the Team page; without it there is none.
    `notices` starts the live listener (`live.listen`). Webhooks pass no session work: signing in is
    a parameter of the page functions, not a middleware.
    """
    zone = ZoneInfo(settings.time_zone)
    renderer = Renderer(zone, assets.manifest())

    def render(viewer: Viewer, customers: frozenset[int]) -> bytes:
        moment = now()
        changes = desk.changes(viewer, sorted(customers), moment)
        return changes_json(renderer, viewer, changes, customers, moment)

    hub = Hub(render, now)

    @contextlib.asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        running = asyncio.create_task(hub.run(notices()))
        yield
        running.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await running

    app = FastAPI(
        title="Warmlist",
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        lifespan=lifespan,
    )
    app.state.context = Context(
        desk=desk,
        accounts=accounts,
        renderer=renderer,
        hub=hub,
        now=now,
        zone=zone,
        name_failures=Failures(limit=5),
        address_failures=Failures(limit=30),
        reviews=reviews,
        segments=segments_desk,
        learning=learning_desk,
        rules=rules_desk,
    )
    app.router.routes.extend(inbox_routes)
    app.router.routes.append(Mount("/static", assets.Assets()))
    for module in (health, session, queue, customer, deeds, palette):
        app.include_router(module.router, max_body_size=LONGEST_FORM)
    if segments_desk is not None:
        for module in (segments, views):
            app.include_router(module.router, max_body_size=LONGEST_FORM)
    if reviews is not None:
        app.include_router(team.router, max_body_size=LONGEST_FORM)
    if learning_desk is not None:
        app.include_router(learning.router, max_body_size=LONGEST_FORM)
    if rules_desk is not None:
        app.include_router(rules.router, max_body_size=LONGEST_FORM)
    app.router.routes.extend(extra_routes)
    _handle_errors(app)
    app.add_middleware(GZipMiddleware, minimum_size=800)
    app.add_middleware(SecurityHeaders)
    app.add_middleware(RequestMetrics)
    return app


def _handle_errors(app: FastAPI) -> None:
    app.add_exception_handler(session.NotSignedIn, _not_signed_in)
    app.add_exception_handler(WarmlistError, _foreseen)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)


def _not_signed_in(request: Request, _: Exception) -> Response:
    return session.to_sign_in(request)


def _foreseen(request: Request, error: Exception) -> Response:
    status = next((code for kind, code in _STATUSES if isinstance(error, kind)), 500)
    return _told(request, status, str(error))


def _invalid(request: Request, error: Exception) -> Response:
    """Names the fields that were wrong, never their values: they may be personal."""
    assert isinstance(error, RequestValidationError)
    fields = sorted({str(problem["loc"][-1]) for problem in error.errors()})
    return _told(request, 400, f"not understood: {', '.join(fields)}")


def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    return _told(request, error.status_code, str(error.detail))


def _told(request: Request, status: int, reason: str) -> Response:
    """A page for people, plain text for scripts and machines."""
    accepts = request.headers.get("accept", "")
    if "text/html" not in accepts or "hx-request" in request.headers:
        return PlainTextResponse(reason, status)
    language = i18n.negotiated(request.headers.get("accept-language", ""))
    here: Context = request.app.state.context
    html = here.renderer.page("error.html", request, language, status=status, reason=reason)
    return HTMLResponse(html, status)
