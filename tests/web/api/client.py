"""Calls an ASGI application in process, from any number of threads, on one event loop."""

from __future__ import annotations

import httpx
from anyio.from_thread import BlockingPortal
from starlette.types import ASGIApp


class InProcess(httpx.BaseTransport):
    """httpx's transport: the application runs on the portal's loop, as it does in a server."""

    def __init__(self, app: ASGIApp, portal: BlockingPortal) -> None:
        self._transport = httpx.ASGITransport(app, raise_app_exceptions=True)
        self._portal = portal

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        return self._portal.call(self._answer, request)

    async def _answer(self, request: httpx.Request) -> httpx.Response:
        whole = httpx.Request(
            request.method, request.url, headers=request.headers, content=request.read()
        )
        answer = await self._transport.handle_async_request(whole)
        body = await answer.aread()
        return httpx.Response(answer.status_code, headers=answer.headers, content=body)
