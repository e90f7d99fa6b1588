"""What the doors of a real `serve` do with what they should not take, and without their database."""

from __future__ import annotations

import json
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from end_to_end import records, whatsapp
from end_to_end.conftest import Shop
from end_to_end.serving import (
    VERIFY_TOKEN,
    Workspace,
    answers,
    serving,
    signature,
    start,
)
from support import processes
from warmlist.store.database import Store
from warmlist.store.embedded import Embedded

pytestmark = pytest.mark.store

GIULIA = "393331234567"
WORDS = "How much is the green tent?"


def asked(id: str, phone: str = GIULIA, text: str = WORDS) -> dict[str, object]:
    return whatsapp.inbound(phone, "Giulia Rossi", whatsapp.said(phone, id, int(time.time()), text))


def kept(store: Store) -> int:
    with store.connect() as conn:
        return records.number(conn, "SELECT count(*) FROM deliveries")


def state_of_newest(store: Store) -> str:
    """What became of the newest delivery, once the worker has seen it."""

    def state() -> str:
        with store.connect() as conn:
            return str(
                records.rows(conn, "SELECT state FROM deliveries ORDER BY id DESC LIMIT 1")[0][0]
            )

    assert processes.eventually(lambda: state() != "waiting")
    return state()


@pytest.fixture
def nothing_kept(shop: Shop) -> Iterator[None]:
    before = kept(shop.store)
    yield
    time.sleep(0.3)
    assert kept(shop.store) == before


@pytest.mark.usefixtures("nothing_kept")
def test_what_the_platform_did_not_sign_is_refused(shop: Shop) -> None:
    body = json.dumps(asked("wamid.1")).encode()
    right = signature(body)
    for given in (
        "", "sha256=", "sha256=" + "0" * 64, right.removeprefix("sha256="), right[:-1], right + "0",
        "sha1=" + right[7:], signature(body, "another secret"), signature(body + b" "), "sha256=\xe9",
    ):  # fmt: skip
        headers = {"X-Hub-Signature-256": given.encode("latin-1")}
        answer = httpx.post(
            f"{shop.served.address}/webhooks/whatsapp", content=body, headers=headers
        )
        assert answer.status_code == 401, given
    unsigned = httpx.post(f"{shop.served.address}/webhooks/whatsapp", content=body)
    assert unsigned.status_code == 401
    assert GIULIA not in unsigned.text


@pytest.mark.usefixtures("nothing_kept")
def test_what_is_too_large_is_refused_however_it_is_sent(shop: Shop) -> None:
    body = b"{" + b" " * (4 * 1024 * 1024) + b"}"
    assert shop.served.post(body).status_code == 413

    def chunks() -> Iterator[bytes]:
        for start_at in range(0, len(body), 65_536):
            yield body[start_at : start_at + 65_536]

    headers = {"X-Hub-Signature-256": signature(body)}
    url = f"{shop.served.address}/webhooks/whatsapp"
    assert httpx.post(url, content=chunks(), headers=headers, timeout=30).status_code == 413


@pytest.mark.parametrize(
    "body",
    [
        b"", b"null", b"[]", b"not json", b"{}", b'{"object":"page","entry":[]}', b"\xff\xfe\x00",
        b"[" * 100_000, b'{"object":"whatsapp_business_account","entry":[{"id":1,"changes":[7]}]}',
    ],
)  # fmt: skip
def test_what_cannot_be_understood_is_kept_and_harms_nobody(shop: Shop, body: bytes) -> None:
    assert shop.served.post(body).status_code == 200
    assert state_of_newest(shop.store) == "failed"
    assert shop.served.post(asked(f"wamid.after.{len(body)}")).status_code == 200
    assert state_of_newest(shop.store) == "done"


def test_the_handshake(shop: Shop) -> None:
    url = f"{shop.served.address}/webhooks/whatsapp"
    ask = {"hub.mode": "subscribe", "hub.verify_token": VERIFY_TOKEN, "hub.challenge": "1158201444"}
    right = httpx.get(url, params=ask)
    assert (right.status_code, right.text) == (200, "1158201444")
    assert httpx.get(url, params=ask | {"hub.verify_token": "guess"}).status_code == 403


def test_the_log_names_nobody(shop: Shop) -> None:
    """Last in this module: everything above has been logged by now."""
    assert shop.served.post(asked("wamid.last", text="\x00" + WORDS)).status_code == 200
    state_of_newest(shop.store)
    said = shop.served.said
    assert "a delivery was refused" in said, "there is a log at all"
    for personal in (GIULIA, "Giulia", WORDS, "green tent"):
        assert personal not in said
    assert "Traceback" not in said


def test_without_its_database_it_asks_to_come_again_and_goes_on_after(
    home: Path, tmp_path: Path
) -> None:
    postgres = Embedded(home)
    workspace = Workspace(tmp_path, postgres.dsn())
    with serving(workspace) as served:
        assert served.post(asked("wamid.1")).status_code == 200
        postgres.close()
        assert processes.eventually(lambda: processes.server(home / "postgres") is None)
        refused = served.post(asked("wamid.2"))
        assert refused.status_code == 503
        assert int(refused.headers["Retry-After"]) > 0
        assert not answers(served.address)
        assert httpx.get(f"{served.address}/healthz").status_code == 200
        time.sleep(1.5)  # the worker meets the closed door as well
        postgres = Embedded(home)
        try:
            assert processes.eventually(lambda: answers(served.address))
            assert processes.eventually(lambda: served.post(asked("wamid.2")).status_code == 200)
            store = Store(postgres.dsn())
            labelled = "SELECT count(*) FROM assignments WHERE label = 'red' AND until_at IS NULL"
            assert processes.eventually(lambda: _one(store, labelled) == 1, 40)
            messages = "SELECT count(*) FROM events WHERE type = 'message'"
            assert processes.eventually(lambda: _one(store, messages) == 2, 40)
            assert served.process.poll() is None
        finally:
            assert served.stop() == 0
            postgres.close()
    assert "Traceback" not in served.said, served.said
    assert GIULIA not in served.said


def _one(store: Store, query: str) -> int:
    with store.connect() as conn:
        return records.number(conn, query)


def test_a_second_serve_on_the_same_folder_says_so(home: Path, built: None) -> None:
    workspace = Workspace(home)
    with serving(workspace) as served:
        second = workspace.run("serve", "--port", "0")
        assert second.returncode == 1
        assert second.stdout == ""
        (line,) = second.stderr.splitlines()
        assert f"process {served.process.pid}" in line
        assert "WARMLIST_HOME" in line
        assert workspace.lines("label") == [], "other commands may use it meanwhile"
        assert served.stop() == 0
    again = start(workspace)
    assert again.stop() == 0, "and its place is free again"


def test_a_taken_port_is_said_in_one_line(shop: Shop) -> None:
    port = str(shop.served.port)
    done = shop.workspace.run("serve", "--port", port)
    assert done.returncode == 1
    (line,) = [line for line in done.stderr.splitlines() if line]
    assert port in line
    assert answers(shop.served.address)


def test_stopped_by_hand_it_ends_without_a_word(workspace: Workspace, built: None) -> None:
    served = start(workspace)
    served.process.send_signal(signal.SIGINT)
    assert served.process.wait(60) == 0
    assert "Traceback" not in served.said
    assert "Aborted" not in served.said
