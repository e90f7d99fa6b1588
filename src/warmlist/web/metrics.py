"""Numbers for Prometheus: requests by route, and open live streams. No personal data."""

from __future__ import annotations

import time

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from starlette.types import ASGIApp, Message, Receive, Scope, Send

REGISTRY = CollectorRegistry()
REQUESTS = Histogram(
    "warmlist_http_request_seconds",
    "Time until an answer was complete (streams: until its headers)",
    ["method", "route", "status"],
    registry=REGISTRY,
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5),
)
STREAMS = Gauge("warmlist_live_streams", "Browsers that follow the queue live", registry=REGISTRY)
REFETCHES = Counter(
    "warmlist_live_refetches", "Times a browser was told to fetch the list again", registry=REGISTRY
)


def exposition() -> bytes:
    """Everything counted, in Prometheus's text format."""
    return generate_latest(REGISTRY)


class RequestMetrics:
    """Pure ASGI: measures by route template, never by path, which names customers."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        began = time.perf_counter()
        observed = False

        def observe(status: int) -> None:
            nonlocal observed
            observed = True
            route = getattr(scope.get("route"), "path", "other")
            REQUESTS.labels(scope["method"], route, status).observe(time.perf_counter() - began)

        status = 500

        async def watch(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                if (
                    dict(message["headers"])
                    .get(b"content-type", b"")
                    .startswith(b"text/event-stream")
                ):
                    observe(status)
            await send(message)

        try:
            await self.app(scope, receive, watch)
        finally:
            if not observed:
                observe(status)
