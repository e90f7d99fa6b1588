"""The doors: what is let in, what is answered, and that nothing else is kept."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
from pathlib import Path

import httpx
import pytest
from pydantic import SecretStr
from starlette.applications import Starlette
from structlog.testing import capture_logs

from warmlist.connectors.whatsapp import connector
from warmlist.errors import Busy, StoreUnavailable
from warmlist.intake.inbox import Inbox
from warmlist.settings import Settings
from warmlist.web.webhooks import LARGEST, routes

pytestmark = pytest.mark.unit

NOON = 1_772_366_400_000
SECRET = "s3cret"
DOOR = "/webhooks/whatsapp"
PAYLOAD = Path(__file__).parents[1] / "connectors/whatsapp/payloads/batch.json"


class Shelf:
    """An inbox that remembers, or refuses."""

    def __init__(self, error=None):
        self.kept, self.error = [], error

    async def keep(self, door, body, received_at):
        if self.error:
            raise self.error
        self.kept.append((door, body, received_at))
        return len(self.kept)


def settings(secret=SECRET, token="t0ken"):
    return Settings(whatsapp_app_secret=SecretStr(secret), whatsapp_verify_token=SecretStr(token))


def app(inbox, settings=None, woken=None):
    """The doors alone. woken: a list that grows whenever the worker is called."""
    calls = [] if woken is None else woken
    return Starlette(
        routes=routes(
            inbox,
            settings or _SETTINGS,
            wake=lambda: calls.append(True),
            now=lambda: NOON,
            known={"whatsapp": connector},
        )
    )


_SETTINGS = settings()


async def ask(app, method, path, **options):
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        return await client.request(method, path, **options)


def post(app, body, *, secret=SECRET, headers=None):
    digest = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    headers = {"X-Hub-Signature-256": f"sha256={digest}"} if headers is None else headers
    return asyncio.run(ask(app, "POST", DOOR, content=body, headers=headers))


def test_a_signed_delivery_is_kept_as_it_came_and_wakes_the_worker():
    shelf, woken = Shelf(), []

    answer = post(app(shelf, woken=woken), PAYLOAD.read_bytes())

    assert (answer.status_code, answer.content) == (200, b"")
    assert shelf.kept == [("whatsapp", PAYLOAD.read_bytes(), NOON)]
    assert woken == [True]


@pytest.mark.parametrize("body", [b"", b"hello", b"[]", b"{}", b"\x00\xff", b'{"object":"page"}'])
def test_whatever_is_signed_is_kept(body):
    shelf = Shelf()

    assert post(app(shelf), body).status_code == 200
    assert [kept for _, kept, _ in shelf.kept] == [body]


@pytest.mark.parametrize(
    "headers",
    [{}, {"X-Hub-Signature-256": "sha256=" + "0" * 64}, {"X-Hub-Signature": "sha1=0"}],
    ids=["none", "wrong", "old"],
)
def test_what_is_not_signed_is_not_kept(headers):
    shelf, woken = Shelf(), []

    with capture_logs() as logs:
        answer = post(app(shelf, woken=woken), PAYLOAD.read_bytes(), headers=headers)

    assert answer.status_code == 401
    assert (shelf.kept, woken) == ([], [])
    assert "393331234567" not in str(logs)


def test_without_a_secret_the_door_is_closed_and_the_log_says_why():
    shelf = Shelf()

    with capture_logs() as logs:
        answer = post(app(shelf, settings(secret="")), b"{}", secret="")

    assert answer.status_code == 503
    assert shelf.kept == []
    assert [(line["log_level"], line["door"]) for line in logs] == [("error", "whatsapp")]
    assert "WARMLIST_WHATSAPP_APP_SECRET" in logs[0]["reason"]


def test_the_largest_payload_is_taken_and_a_larger_one_is_not():
    shelf = Shelf()

    assert post(app(shelf), b"x" * LARGEST).status_code == 200
    assert post(app(shelf), b"x" * (LARGEST + 1)).status_code == 413
    assert post(app(shelf), b"x", headers={"Content-Length": "9" * 5_000}).status_code == 413
    assert len(shelf.kept) == 1


def test_a_body_that_hides_its_length_is_not_read_to_its_end():
    shelf, sent = Shelf(), []

    async def endless():
        while True:
            sent.append(1)
            yield b"x" * 65_536

    answer = asyncio.run(_stream(app(shelf), endless()))

    assert answer == 413
    assert len(sent) <= LARGEST // 65_536 + 2
    assert shelf.kept == []


async def _stream(app, parts):
    """Post a body part by part, as a server hands it in, and give the status of the answer."""
    statuses = []

    async def receive():
        return {"type": "http.request", "body": await anext(parts), "more_body": True}

    async def send(message):
        statuses.append(message.get("status"))

    scope = {"type": "http", "method": "POST", "path": DOOR, "headers": [], "query_string": b""}
    await app({**scope, "root_path": "", "scheme": "http", "server": ("test", 80)}, receive, send)
    return statuses[0]


@pytest.mark.parametrize("error", [Busy("full"), StoreUnavailable("down")])
def test_what_could_not_be_kept_has_to_come_again(error):
    woken = []

    answer = post(app(Shelf(error), woken=woken), b"{}")

    assert answer.status_code == 503
    assert answer.headers["retry-after"] == "5"
    assert woken == []


def handshake(app, **changes):
    query = {"hub.mode": "subscribe", "hub.challenge": "1158", "hub.verify_token": "t0ken"}
    return asyncio.run(ask(app, "GET", DOOR, params={**query, **changes}))


def test_the_handshake_is_answered_with_the_challenge_as_plain_text():
    answer = handshake(app(Shelf()), **{"hub.challenge": "<b>1</b>"})

    assert (answer.status_code, answer.text) == (200, "<b>1</b>")
    assert answer.headers["content-type"].startswith("text/plain")
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_a_handshake_with_another_token_is_refused():
    assert handshake(app(Shelf()), **{"hub.verify_token": "guess"}).status_code == 403


def test_a_handshake_without_a_token_of_ours_is_not_answered():
    assert (
        handshake(app(Shelf(), settings(token="")), **{"hub.verify_token": ""}).status_code == 503
    )


def test_other_methods_and_doors_do_not_exist():
    assert asyncio.run(ask(app(Shelf()), "PUT", DOOR)).status_code == 405
    assert asyncio.run(ask(app(Shelf()), "POST", "/webhooks/fax")).status_code == 404


@pytest.mark.store
def test_from_bytes_to_disk(store, conn):
    async def run():
        async with store.async_pool() as pool, Inbox(pool) as inbox:
            body = PAYLOAD.read_bytes()
            digest = hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
            headers = {"X-Hub-Signature-256": f"sha256={digest}"}
            asked = (ask(app(inbox), "POST", DOOR, content=body, headers=headers) for _ in range(5))
            return await asyncio.gather(*asked)

    assert {answer.status_code for answer in asyncio.run(run())} == {200}
    rows = conn.execute("SELECT door, received_at, body FROM deliveries").fetchall()
    assert rows == [("whatsapp", NOON, PAYLOAD.read_bytes())] * 5
