"""Signing in and out, and who asks: the cookie, the session behind it, the CSRF secret.

Only the SHA-256 of a cookie's token is stored. Page functions name what they need as a parameter:
`Who` is anybody signed in, `Acting` also proved that the request came from our own page.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from functools import cache
from threading import BoundedSemaphore
from typing import Annotated
from urllib.parse import quote, urlsplit

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from fastapi import APIRouter, Depends, Form, Header, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from warmlist.clock import DAY, MINUTE
from warmlist.errors import Refused
from warmlist.followup.views import Viewer
from warmlist.web import i18n, security
from warmlist.web.context import Context, context
from warmlist.web.desk import Account, Session
from warmlist.web.fields import Text

COOKIE = "warmlist_session"
SESSION_MS = 30 * DAY
_LONGEST_PASSWORD = 1_000  # argon2 reads all of it: a megabyte would cost us, not the sender

_hasher = PasswordHasher()
#: argon2 takes 64 MiB a password: strangers may not make us take them all at once.
_hashing = BoundedSemaphore(2)
router = APIRouter()


class NotSignedIn(Exception):
    """The request has no valid session."""


@dataclass(frozen=True, slots=True)
class Signed:
    """A signed-in request."""

    session: Session
    token_hash: bytes

    @property
    def viewer(self) -> Viewer:
        return self.session.viewer


def token_hash(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "surrogateescape")).digest()


def signed_in(request: Request) -> Signed:
    found = find_session(request)
    if found is None:
        raise NotSignedIn
    return found


def find_session(request: Request) -> Signed | None:
    token = request.cookies.get(COOKIE)
    if not token:
        return None
    here = context(request)
    hashed = token_hash(token)
    session = here.accounts.session(hashed, here.now())
    return Signed(session, hashed) if session else None


Who = Annotated[Signed, Depends(signed_in)]


def acting(
    who: Who,
    csrf: Annotated[str | None, Form()] = None,
    x_csrf_token: Annotated[str | None, Header()] = None,
) -> Signed:
    if not security.matches(who.session.csrf, x_csrf_token or csrf):
        raise Refused("this form is too old or was not ours", hint="reload the page and try again")
    return who


Acting = Annotated[Signed, Depends(acting)]


@router.get("/sign-in")
def sign_in_page(request: Request, next: str = "/") -> Response:
    if find_session(request):
        return RedirectResponse(local_path(next), 303)
    return _form(request, next)


@router.post("/sign-in")
def sign_in(
    request: Request,
    name: Annotated[Text, Form(max_length=200)],
    password: Annotated[str, Form(max_length=_LONGEST_PASSWORD)],
    next: Annotated[str, Form(max_length=2_000)] = "/",
) -> Response:
    if not _from_here(request):
        raise Refused("a sign-in must come from our own page", hint="open the sign-in page")
    here, name = context(request), name.strip()
    address = request.client.host if request.client else "unknown"
    with _hashing:
        now = here.now()
        if minutes := _minutes_to_wait(here, name, address, now):
            return _form(request, next, name=name, wait_minutes=minutes)
        account = here.accounts.account(name)
        if not _password_fits(account, password) or account is None:
            here.name_failures.add(name.casefold(), now)
            here.address_failures.add(address, now)
            return _form(request, next, name=name, wrong=True)
        _refresh_hash(here, account, password)
    here.name_failures.forget(name.casefold())
    return _open(request, account, local_path(next), now)


@router.post("/sign-out")
def sign_out(request: Request, who: Acting) -> Response:
    here = context(request)
    here.accounts.close_session(who.token_hash)
    here.hub.disconnect(who.token_hash)
    response = RedirectResponse("/sign-in", 303)
    response.delete_cookie(COOKIE, path="/")
    return response


@router.post("/language")
def set_language(
    request: Request, who: Acting, language: Annotated[str, Form()], back: Annotated[str, Form()]
) -> Response:
    context(request).accounts.set_language(who.viewer.user_id, i18n.known(language))
    return RedirectResponse(local_path(back), 303)


def to_sign_in(request: Request) -> Response:
    """Where a request without a session goes: a page redirects, a script gets 401 and decides."""
    if request.method == "GET" and "hx-request" not in request.headers:
        asked = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        if "text/html" in request.headers.get("accept", ""):
            return RedirectResponse(f"/sign-in?next={quote(asked)}", 303)
    return Response("sign in first", 401, media_type="text/plain")


def local_path(wanted: str) -> str:
    """A path of ours, never another host: '//evil' and 'https://evil' become '/'."""
    parts = urlsplit(wanted)
    safe = wanted.startswith("/") and not wanted.startswith(("//", "/\\"))
    harmless = not any(ord(c) < 0x21 for c in wanted)
    return wanted if safe and harmless and not parts.netloc and not parts.scheme else "/"


def _minutes_to_wait(here: Context, name: str, address: str, now: int) -> int:
    """After too many failures of this name or from this address; 0: none."""
    waits = (
        here.name_failures.wait_until(name.casefold(), now),
        here.address_failures.wait_until(address, now),
    )
    until = max((at for at in waits if at is not None), default=now)
    return -(-(until - now) // MINUTE)


def _from_here(request: Request) -> bool:
    """Browsers tell where a form comes from; other clients send nothing and hold no cookie."""
    site = request.headers.get("sec-fetch-site")
    return site in (None, "same-origin", "none")


def _form(
    request: Request,
    back: str,
    *,
    name: str = "",
    wrong: bool = False,
    wait_minutes: int | None = None,
) -> HTMLResponse:
    here = context(request)
    status = 429 if wait_minutes else 401 if wrong else 200
    language = i18n.negotiated(request.headers.get("accept-language", ""))
    html = here.renderer.page(
        "sign_in.html",
        request,
        language,
        back=local_path(back),
        name=name,
        wrong=wrong,
        wait_minutes=wait_minutes,
    )
    return HTMLResponse(html, status)


@cache
def _hash_of_nobody() -> str:
    return _hasher.hash(secrets.token_hex())


def _password_fits(account: Account | None, password: str) -> bool:
    """Takes as long for a name that does not exist as for one that does."""
    try:
        _hasher.verify(account.password_hash if account else _hash_of_nobody(), password)
    except (VerificationError, InvalidHashError):
        return False
    return account is not None


def _refresh_hash(here: Context, account: Account, password: str) -> None:
    if _hasher.check_needs_rehash(account.password_hash):
        here.accounts.set_password_hash(account.viewer.user_id, _hasher.hash(password))


def _open(request: Request, account: Account, back: str, now: int) -> Response:
    token = secrets.token_urlsafe(32)
    context(request).accounts.open_session(
        token_hash(token), account.viewer.user_id, secrets.token_hex(32), now, now + SESSION_MS
    )
    response = RedirectResponse(back, 303)
    response.set_cookie(
        COOKIE,
        token,
        max_age=SESSION_MS // 1_000,
        httponly=True,
        samesite="lax",
        secure=request.url.scheme == "https",
        path="/",
    )
    return response
