"""The doors that platforms post to: check, keep, answer; nothing else.

GET  /webhooks/<door>   the platform asks whether this address is ours
POST /webhooks/<door>   a delivery

200 it is on disk (whatever it says: what cannot be understood is kept and reported)
401 it is not signed by the platform; 403 the question was not the platform's
413 it is larger than any platform sends
503 the door has no secret to check with, or the database took nothing; it should come again
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import structlog
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from warmlist import clock
from warmlist.connectors.base import Receiver, receivers
from warmlist.errors import BadSettings, Busy, Refused, StoreUnavailable
from warmlist.intake.inbox import Inbox
from warmlist.settings import Settings

log = structlog.get_logger(__name__)

#: WhatsApp posts up to 3 MB; nobody posts more.
LARGEST = 4 * 1024 * 1024
_DIGITS = 12  # of a length that is worth reading as a number
_PLAIN = {"X-Content-Type-Options": "nosniff", "Cache-Control": "no-store"}
_AGAIN = {"Retry-After": "5"}


def routes(
    inbox: Inbox,
    settings: Settings,
    *,
    wake: Callable[[], None] = lambda: None,
    now: Callable[[], int] = clock.now_ms,
    known: Mapping[str, Receiver] | None = None,
) -> list[Route]:
    """One route for each connector that receives.

    wake: called after a delivery was kept, so that the worker starts at once. now: the clock,
    epoch ms. known: the connectors by door; those installed, by default.
    """
    doors = receivers() if known is None else known
    return [
        Route(
            f"/webhooks/{name}",
            _Door(name, receiver, inbox, settings, wake, now).answer,
            methods=["GET", "POST"],
            name=f"webhook:{name}",
        )
        for name, receiver in sorted(doors.items())
    ]


class _Door:
    """The address of one connector."""

    def __init__(
        self,
        name: str,
        receiver: Receiver,
        inbox: Inbox,
        settings: Settings,
        wake: Callable[[], None],
        now: Callable[[], int],
    ) -> None:
        self._name, self._receiver = name, receiver
        self._inbox, self._settings = inbox, settings
        self._wake, self._now = wake, now

    async def answer(self, request: Request) -> Response:
        """Route a request; errors become the answers listed above."""
        try:
            if request.method == "POST":
                return await self._deliver(request)
            return self._handshake(request)
        except BadSettings as error:
            log.error("a door is closed", door=self._name, reason=str(error))
            return PlainTextResponse("this door is closed", 503)
        except (Busy, StoreUnavailable) as error:
            log.warning("a delivery was not kept", door=self._name, reason=error.message)
            return PlainTextResponse("come again", 503, headers=_AGAIN)
        except ClientDisconnect:
            return Response(status_code=400)

    def _handshake(self, request: Request) -> Response:
        try:
            challenge = self._receiver.handshake(request.query_params, self._settings)
        except Refused as error:
            log.warning("a handshake was refused", door=self._name, reason=str(error))
            return PlainTextResponse("refused", 403)
        log.info("a handshake was answered", door=self._name)
        return PlainTextResponse(challenge, headers=_PLAIN)

    async def _deliver(self, request: Request) -> Response:
        received_at = self._now()
        body = await _read(request)
        if body is None:
            log.warning("a delivery was too large", door=self._name, most=LARGEST)
            return PlainTextResponse("too large", 413)
        try:
            self._receiver.verify(request.headers, body, self._settings)
        except Refused as error:
            log.warning("a delivery was refused", door=self._name, reason=str(error))
            return PlainTextResponse("refused", 401)
        await self._inbox.keep(self._name, body, received_at)
        self._wake()
        return Response(status_code=200)


async def _read(request: Request) -> bytes | None:
    """The body, or None once it turns out to be larger than LARGEST."""
    told = request.headers.get("content-length", "")
    if told.isdecimal() and (len(told) > _DIGITS or int(told) > LARGEST):
        return None
    parts: list[bytes] = []
    size = 0
    async for part in request.stream():
        size += len(part)
        if size > LARGEST:
            return None
        parts.append(part)
    return b"".join(parts)
