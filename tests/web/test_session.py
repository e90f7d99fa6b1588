"""Who may see and do what: Alice leads, Bob is a rep, Charlie has no account."""

from __future__ import annotations

import re
from collections.abc import Iterator

import httpx
import pytest

from warmlist.clock import DAY, MINUTE
from warmlist.followup.views import Done
from warmlist.web.session import COOKIE
from web.conftest import Served
from web.people import NOW
from web.shop import Book

pytestmark = pytest.mark.unit


class Door:
    """Clients of the served shop, without a browser."""

    def __init__(self, served: Served) -> None:
        self.shop, self.book, self.times = served.shop, served.book, served.times
        self._address = served.address
        self._open: list[httpx.Client] = []

    def client(self, name: str | None = None, **headers: str) -> httpx.Client:
        client = httpx.Client(base_url=self._address, headers={"accept": "text/html", **headers})
        self._open.append(client)
        if name:
            assert self.sign_in(client, name).status_code == 303
        return client

    def sign_in(
        self, client: httpx.Client, name: str, password: str = Book.PASSWORD, **more: str
    ) -> httpx.Response:
        return client.post("/sign-in", data={"name": name, "password": password, **more})

    def close(self) -> None:
        for client in self._open:
            client.close()


@pytest.fixture
def door(served: Served) -> Iterator[Door]:
    door = Door(served)
    yield door
    door.close()


def csrf(client: httpx.Client) -> str:
    found = re.search(r'data-csrf="([0-9a-f]+)"', client.get("/").text)
    assert found
    return found[1]


JSON = {"accept": "application/json"}


def test_nobody_sees_anything_without_signing_in(door: Door) -> None:
    charlie = door.client()
    assert charlie.get("/?colour=red").headers["location"] == "/sign-in?next=/%3Fcolour%3Dred"
    for path in ("/queue", "/c/1", "/live", "/search?q=a", "/c/1/thread?before=9"):
        answer = charlie.get(path, headers={"hx-request": "true"})
        assert answer.status_code == 401
        assert "Giulia" not in answer.text
    assert charlie.post("/c/1/done").status_code == 401
    assert door.shop.deeds == []


def test_signing_in_sets_a_cookie_that_scripts_cannot_read(door: Door) -> None:
    client = door.client()
    answer = door.sign_in(client, "Alice", next="/c/1")
    cookie = answer.headers["set-cookie"]
    assert answer.headers["location"] == "/c/1"
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert "Secure" not in cookie
    token = client.cookies[COOKIE]
    assert all(token.encode() not in key for key in door.book.sessions)
    secure = door.sign_in(door.client(**{"x-forwarded-proto": "https"}), "Alice")
    assert "Secure" in secure.headers["set-cookie"]


@pytest.mark.parametrize(
    "wanted", ["https://evil.test/", "//evil.test", "/\\evil.test", "javascript:alert(1)", "/\n/x"]
)
def test_signing_in_leads_to_no_other_host(door: Door, wanted: str) -> None:
    assert door.sign_in(door.client(), "Alice", next=wanted).headers["location"] == "/"


def test_wrong_passwords_and_unknown_names_look_the_same(door: Door) -> None:
    client = door.client()
    wrong = door.sign_in(client, "Alice", "no")
    unknown = door.sign_in(client, "Charlie", "no")
    assert (wrong.status_code, unknown.status_code) == (401, 401)
    strip = re.compile(r'nonce="[^"]+"|value="(Alice|Charlie)"')
    assert strip.sub("", wrong.text) == strip.sub("", unknown.text)
    assert COOKIE not in client.cookies


def test_guessing_is_slowed_down_by_name(door: Door) -> None:
    client = door.client()
    for _ in range(5):
        assert door.sign_in(client, "Alice", "no").status_code == 401
    refused = door.sign_in(client, "alice")
    assert refused.status_code == 429
    assert "Wait 15 minutes" in refused.text
    assert door.sign_in(client, "Bob").status_code == 303
    door.times.now += 15 * MINUTE
    assert door.sign_in(client, "Alice").status_code == 303


def test_guessing_is_slowed_down_by_address(door: Door) -> None:
    client = door.client()
    for n in range(30):
        door.sign_in(client, f"name {n}", "no")
    assert door.sign_in(client, "Bob").status_code == 429


def test_a_sign_in_from_another_site_is_refused(door: Door) -> None:
    answer = door.client().post(
        "/sign-in",
        data={"name": "Alice", "password": Book.PASSWORD},
        headers={"sec-fetch-site": "cross-site"},
    )
    assert answer.status_code == 403


def test_deeds_need_the_pages_own_secret(door: Door) -> None:
    alice, bob = door.client("Alice"), door.client("Bob")
    assert alice.post("/c/1/done", headers=JSON).status_code == 403
    stolen = {**JSON, "x-csrf-token": csrf(bob)}
    assert alice.post("/c/1/done", headers=stolen).status_code == 403
    assert alice.post("/c/1/done", headers={**JSON, "x-csrf-token": "00" * 64}).status_code == 403
    assert alice.post("/sign-out").status_code == 403
    assert door.shop.deeds == []
    assert alice.post("/c/1/done", headers={**JSON, "x-csrf-token": csrf(alice)}).status_code == 200
    assert door.shop.deeds == [("Alice", 1, Done())]


def test_the_secret_looks_different_in_every_page(door: Door) -> None:
    alice = door.client("Alice")
    first, second = csrf(alice), csrf(alice)
    assert first != second
    for token in (first, second):
        answer = alice.post(
            "/c/1/log", headers={**JSON, "x-csrf-token": token}, data={"how": "call"}
        )
        assert answer.status_code == 200


def test_a_rep_sees_own_and_nobodys_customers_only(door: Door) -> None:
    alice, bob = door.client("Alice"), door.client("Bob")
    assert "Jonas Weber" in alice.get("/").text
    page = bob.get("/").text
    assert "Giulia Rossi" in page
    assert "王先生" in page
    assert "Jonas Weber" not in page
    assert bob.get("/c/3").status_code == 404
    assert bob.get("/c/3").text.count("Jonas") == 0
    assert bob.get("/c/3").status_code == bob.get("/c/999").status_code
    assert "Jonas" not in bob.get("/search?q=Jonas").text
    secret = {**JSON, "x-csrf-token": csrf(bob)}
    assert bob.post("/c/3/done", headers=secret).status_code == 404
    assert door.shop.deeds == []


def test_signing_out_ends_the_session_on_the_server(door: Door) -> None:
    alice = door.client("Alice")
    token = alice.cookies[COOKIE]
    assert alice.post("/sign-out", data={"csrf": csrf(alice)}).headers["location"] == "/sign-in"
    again = door.client()
    again.cookies.set(COOKIE, token)
    assert again.get("/").status_code == 303


def test_a_session_ends_by_itself(door: Door) -> None:
    alice = door.client("Alice")
    door.times.now += 30 * DAY
    assert alice.get("/").status_code == 303


@pytest.mark.parametrize(
    ("path", "fields"),
    [
        ("/c/1/snooze", {"until": str(NOW - 1)}),
        ("/c/1/snooze", {"until": "tomorrow"}),
        ("/c/1/skip", {"reason": "  "}),
        ("/c/1/skip", {"reason": "a\x00b"}),
        ("/c/1/assign", {"owner": "Mallory"}),
        ("/c/1/log", {"how": "telepathy"}),
        ("/c/1/labels/add", {"label": "no colon"}),
        ("/c/1/labels/add", {"label": "a:b", "until": "١٢"}),
        ("/c/1/note", {"line": "x" * 501}),
        ("/c/99999999999999999999/done", {}),
    ],
)
def test_nonsense_is_refused_and_never_repeated(
    door: Door, path: str, fields: dict[str, str]
) -> None:
    alice = door.client("Alice")
    answer = alice.post(path, data=fields, headers={**JSON, "x-csrf-token": csrf(alice)})
    assert answer.status_code == 400
    assert "x" * 100 not in answer.text
    assert door.shop.deeds == []


def test_every_page_carries_a_strict_policy(door: Door) -> None:
    alice = door.client("Alice")
    answer = alice.get("/")
    policy = answer.headers["content-security-policy"]
    nonce = re.search(r"'nonce-([^']+)'", policy)
    assert nonce
    assert "unsafe" not in policy
    assert "http" not in policy
    scripts = re.findall(r"<script[^>]*>", answer.text)
    assert scripts
    assert all(f'nonce="{nonce[1]}"' in script for script in scripts)
    assert not re.search(r"\son\w+=|style=|javascript:", answer.text)
    assert answer.headers["cache-control"] == "no-store"
    assert alice.get("/").headers["content-security-policy"] != policy


def test_assets_are_compressed_and_kept_for_ever(door: Door) -> None:
    client = door.client()
    name = re.search(r"/static/app-\w+\.css", client.get("/sign-in").text)
    assert name
    answer = client.get(name[0], headers={"accept-encoding": "gzip, br"})
    assert answer.headers["content-encoding"] == "br"
    assert "immutable" in answer.headers["cache-control"]
    assert client.get(name[0], headers={"accept-encoding": "identity"}).status_code == 200
    for path in ("/static/../app.py", "/static/%2e%2e/app.py", "/static/manifest.json"):
        assert client.get(path).status_code == 404


def test_webhooks_pass_no_session_work(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    def forbidden(*_: object) -> None:
        raise AssertionError("a webhook asked for a session")

    monkeypatch.setattr(door.book, "session", forbidden)
    client = door.client()
    client.cookies.set(COOKIE, "anything")
    assert client.post("/webhooks/x").text == "kept"


def test_health_and_numbers_name_nobody(door: Door) -> None:
    alice = door.client("Alice")
    alice.get("/c/1")
    assert alice.get("/healthz").text == "ok\n"
    assert alice.get("/readyz").text == "ok\n"
    numbers = alice.get("/metrics").text
    assert 'route="/c/{customer_id}"' in numbers
    assert "/c/1" not in numbers


def test_a_body_that_is_no_form_is_not_read(door: Door) -> None:
    client = door.client()
    huge = client.post("/sign-in", content=b"name=" + b"x" * 100_000)
    assert huge.status_code == 413
    assert client.post("/webhooks/x", content=b"x" * 100_000).text == "kept"


def test_a_name_with_a_nul_is_no_name(door: Door) -> None:
    assert door.sign_in(door.client(), "Al\x00ice").status_code == 400
    assert door.client("Alice").get("/search?q=%00").status_code == 400
