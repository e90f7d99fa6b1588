"""Puts the API up under /api/v1, as an application of its own with its own kind of errors."""

from __future__ import annotations

import re
from collections.abc import Callable

from fastapi import Depends, FastAPI
from starlette.routing import Mount

from warmlist import clock
from warmlist.app import App
from warmlist.web.api import (
    customers,
    events,
    exports,
    follow_ups,
    labelling,
    operations,
    pack_workspace,
    packs,
    problems,
    queue,
    reasons,
    reviews,
    segments,
    tokens,
)
from warmlist.web.api.context import Api
from warmlist.web.api.facts import FactReader
from warmlist.web.api.gate import OPEN, Gate
from warmlist.web.api.openapi import describe
from warmlist.web.api.requests import known_query, query_names
from warmlist.web.api.tokens import Holder

PATH = "/api/v1"
LARGEST = 1024 * 1024
ROUTERS = (
    events.router,
    customers.router,
    reasons.router,
    labelling.router,
    queue.router,
    follow_ups.router,
    packs.router,
    pack_workspace.router,
    reviews.router,
    segments.router,
    operations.router,
    exports.router,
)
_LIMITS = {"/events": events.LARGEST, "/packs/check": packs.LARGEST}


def create_api(app: App, now: Callable[[], int] = clock.now_ms) -> FastAPI:
    """The API over an opened workspace. now: the clock, epoch ms."""
    here = Api(app, now, FactReader(app))

    def holder(token: str) -> Holder | None:
        with here.transaction() as conn:
            return tokens.holder(conn, token)

    api = FastAPI(
        title="Warmlist",
        version="1",
        docs_url=None,
        redoc_url=None,
        openapi_url=OPEN,
        redirect_slashes=False,
        generate_unique_id_function=lambda route: route.name,
    )
    api.state.api = here
    for router in ROUTERS:
        api.include_router(router, dependencies=[Depends(known_query)])
    problems.handle(api)
    api.add_middleware(Gate, holder=holder, limits=_LIMITS, limit=LARGEST)
    describe(api)
    api.state.queries = query_names(api)
    return api


def routes(app: App) -> list[Mount]:
    """What the web application mounts."""
    return [mounted(create_api(app))]


def mounted(api: FastAPI) -> Mount:
    """The route to it: everything below the path, line feeds too, so that each error is its own."""
    route = Mount(PATH, api, name="api")
    route.path_regex = re.compile(route.path_regex.pattern, re.DOTALL)
    return route
