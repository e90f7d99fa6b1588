"""What protects the pages: response headers, and a secret that forms must bring back."""

from __future__ import annotations

import hmac
import secrets

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_POLICY = (
    "default-src 'none'; script-src 'nonce-{nonce}'; style-src 'self'; img-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_ALWAYS = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "x-frame-options": "DENY",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
}


class SecurityHeaders:
    """Pure ASGI: a nonce for every request, and the headers on every answer.

    The policy has no 'unsafe-' word and names no other host: whatever a customer writes, a page
    runs only the one script that the server put there.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        nonce = secrets.token_urlsafe(16)
        scope.setdefault("state", {})["nonce"] = nonce

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _ALWAYS.items():
                    headers.setdefault(name, value)
                if headers.get("content-type", "").startswith("text/html"):
                    headers.setdefault("content-security-policy", _POLICY.format(nonce=nonce))
                    headers.setdefault("cache-control", "no-store")
            await send(message)

        await self.app(scope, receive, send_with_headers)


def masked(secret: str) -> str:
    """The CSRF secret, different in every page, so that compression cannot leak it by length."""
    raw = bytes.fromhex(secret)
    pad = secrets.token_bytes(len(raw))
    return (pad + bytes(a ^ b for a, b in zip(pad, raw, strict=True))).hex()


def matches(secret: str, sent: str | None) -> bool:
    """Whether `sent` is a masked form of `secret` (constant time)."""
    try:
        both = bytes.fromhex(sent or "")
        raw = bytes.fromhex(secret)
    except ValueError:
        return False
    if len(both) != 2 * len(raw) or not raw:
        return False
    pad, mixed = both[: len(raw)], both[len(raw) :]
    return hmac.compare_digest(bytes(a ^ b for a, b in zip(pad, mixed, strict=True)), raw)
