"""For machines: is the process alive, can it work, and its numbers."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import PlainTextResponse, Response
from prometheus_client import CONTENT_TYPE_LATEST

from warmlist.errors import StoreUnavailable
from warmlist.web import metrics
from warmlist.web.context import context

router = APIRouter()


@router.get("/healthz")
async def alive() -> Response:
    return PlainTextResponse("ok\n")


@router.get("/readyz")
def ready(request: Request) -> Response:
    try:
        context(request).accounts.ping()
    except StoreUnavailable as error:
        return PlainTextResponse(f"{error}\n", 503)
    return PlainTextResponse("ok\n")


@router.get("/metrics")
def numbers() -> Response:
    return Response(metrics.exposition(), media_type=CONTENT_TYPE_LATEST)
