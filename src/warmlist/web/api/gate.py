"""What every request passes before anything reads it: token, size, and then its whole body.

Pure ASGI. A request without a live token costs one indexed look-up and no body. The whole body is
read here, within the limit of its path, so that too large ones get the same kind of answer as every
other error.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from warmlist.errors import WarmlistError
from warmlist.web.api.problems import Trouble, of_error
from warmlist.web.api.tokens import Holder

#: The only path that needs no token.
OPEN = "/openapi.json"
_LONGEST_TOKEN = 200
_DIGITS = 12  # of a length that is worth reading as a number
_CHALLENGE = 'Bearer realm="warmlist"'


class Gate:
    """Checks, then hands on: `scope["state"]["holder"]` is who asks, the body arrives at once."""

    def __init__(
        self,
        app: ASGIApp,
        holder: Callable[[str], Holder | None],
        limits: Mapping[str, int],
        limit: int,
    ) -> None:
        """holder: who holds a token; it may block. limits: bytes by path; limit: elsewhere."""
        self._app, self._holder = app, holder
        self._limits, self._limit = limits, limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        try:
            path = str(scope["path"]).removeprefix(str(scope.get("root_path", "")))
            if path != OPEN:
                scope.setdefault("state", {})["holder"] = await self._who(Headers(scope=scope))
            body = await _body(scope, receive, self._limits.get(path, self._limit))
        except Trouble as trouble:
            await trouble.answer()(scope, receive, _unstored(send))
            return
        except WarmlistError as error:
            await of_error(error)(scope, receive, _unstored(send))
            return
        if body is not None:
            await self._app(scope, _once(body, receive), _unstored(send))

    async def _who(self, headers: Headers) -> Holder:
        scheme, _, token = headers.get("authorization", "").partition(" ")
        token = token.strip()
        if scheme.lower() != "bearer" or not token:
            raise Trouble(
                401,
                "this address needs a bearer token",
                hint="make one with warmlist token create; send it as Authorization: Bearer ...",
                headers={"WWW-Authenticate": _CHALLENGE},
            )
        known = len(token) <= _LONGEST_TOKEN and token.isascii()
        holder = await run_in_threadpool(self._holder, token) if known else None
        if holder is None:
            raise Trouble(
                401,
                "the token is unknown or revoked",
                hint="make one with warmlist token create",
                headers={"WWW-Authenticate": f'{_CHALLENGE}, error="invalid_token"'},
            )
        return holder


async def _body(scope: Scope, receive: Receive, limit: int) -> bytes | None:
    """The whole body; None when the caller went away."""
    told = Headers(scope=scope).get("content-length", "")
    if told.isdecimal() and (len(told) > _DIGITS or int(told) > limit):
        raise _too_large(limit)
    parts: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        part = message.get("body", b"")
        size += len(part)
        if size > limit:
            raise _too_large(limit)
        parts.append(part)
        if not message.get("more_body", False):
            return b"".join(parts)


def _too_large(limit: int) -> Trouble:
    return Trouble(413, f"the body is larger than {limit} bytes", hint="send it in several parts")


def _once(body: bytes, receive: Receive) -> Receive:
    """The body that was read, then whatever the connection says next."""
    left = [body]

    async def replay() -> Message:
        if left:
            return {"type": "http.request", "body": left.pop(), "more_body": False}
        return await receive()

    return replay


def _unstored(send: Send) -> Send:
    """Answers are about people: no cache may keep them."""

    async def send_unstored(message: Message) -> None:
        if message["type"] == "http.response.start":
            MutableHeaders(scope=message).setdefault("Cache-Control", "no-store")
        await send(message)

    return send_unstored
