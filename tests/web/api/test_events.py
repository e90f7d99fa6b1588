"""POST /events: what is kept, what is told, and that nothing is kept twice."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from warmlist.web.api import tokens

from .conftest import HOUR, MARA, NOW, Desk, message, profile

pytestmark = pytest.mark.store

NDJSON = {"Content-Type": "application/x-ndjson"}


def lines(*found: Any) -> str:
    return "\n".join(x if isinstance(x, str) else json.dumps(x) for x in found)


def test_lines_are_kept_and_repeated_lines_change_nothing(desk: Desk) -> None:
    body = lines(message(MARA, "m1", "How much is it?"), profile(MARA, "p1", name="Mara"))
    api = desk.client()
    first = api.post("/events", content=body, headers=NDJSON)
    assert first.status_code == 200
    nothing = {"repeated": 0, "conflicts": 0, "problems": [], "more_problems": 0}
    assert first.json() == {"accepted": 2} | nothing
    again = api.post("/events", content=body, headers=NDJSON)
    assert again.json() == {"accepted": 0} | nothing | {"repeated": 2}
    assert desk.rows("SELECT count(*), min(source), bool_or(backfill) FROM events") == [
        (2, "api", False)
    ]


def test_an_array_and_one_object_are_read_too(desk: Desk) -> None:
    api = desk.client()
    assert api.post("/events", json=[message(MARA, "1", "a")]).json()["accepted"] == 1
    assert api.post("/events", json=message(MARA, "2", "b")).json()["accepted"] == 1
    pretty = json.dumps(message(MARA, "3", "c"), indent=2)
    answer = api.post("/events", content=pretty, headers={"Content-Type": "application/json"})
    assert answer.json()["accepted"] == 1


def test_good_lines_are_kept_and_bad_ones_told_by_number(desk: Desk) -> None:
    body = lines(
        message(MARA, "m1", "hello"),
        "{nonsense",
        "",
        message("333 1234567", "m2", "no country code"),
        message(MARA, "m3", "hi", colour="blue"),
    )
    answer = desk.client().post("/events", content=body, headers=NDJSON)
    assert answer.status_code == 200
    told = answer.json()
    assert told["accepted"] == 2
    assert [(p["line"], p["kept"]) for p in told["problems"]] == [(2, False), (4, False), (5, True)]
    assert "333 1234567" not in answer.text


def test_other_content_under_a_known_id_is_a_conflict(desk: Desk) -> None:
    api = desk.client()
    api.post("/events", json=message(MARA, "m1", "one"))
    told = api.post("/events", json=message(MARA, "m1", "two")).json()
    assert (told["accepted"], told["conflicts"], told["repeated"]) == (1, 1, 0)


def test_nothing_good_is_an_error_and_writes_nothing(desk: Desk) -> None:
    answer = desk.client().post("/events", content='{"type":"message"}\n{}', headers=NDJSON)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert [e["place"] for e in answer.json()["errors"]] == ["line 1", "line 2"]
    assert desk.rows("SELECT count(*) FROM events") == [(0,)]


def test_the_worker_is_woken_by_the_commit(desk: Desk) -> None:
    with desk.app.store.connect() as conn:
        conn.autocommit = True
        conn.execute("LISTEN work")
        desk.client().post("/events", json=message(MARA, "m1", "hello"))
        assert [n.channel for n in conn.notifies(timeout=5, stop_after=1)] == ["work"]
    assert desk.rows("SELECT from_at FROM dirty") == [(NOW,)]


def test_labels_follow(desk: Desk) -> None:
    api = desk.client()
    api.post("/events", json=message(MARA, "m1", "How much is it?"))
    desk.label()
    assert desk.rows("SELECT label FROM assignments WHERE dimension = 'follow_up'") == [("red",)]


def test_a_rep_may_not_write_about_others(desk: Desk) -> None:
    answer = desk.client("Bob").post("/events", json=message(MARA, "m1", "hello"))
    assert answer.status_code == 403
    assert desk.rows("SELECT count(*) FROM events") == [(0,)]


def test_the_same_key_writes_once_and_answers_alike(desk: Desk) -> None:
    api = desk.client(**{"Idempotency-Key": "import-7"})
    body = message(MARA, "m1", "hello")
    first = api.post("/events", json=body)
    second = api.post("/events", json=body)
    assert second.json() == first.json()
    assert second.json()["accepted"] == 1
    assert "idempotent-replayed" not in first.headers
    assert second.headers["idempotent-replayed"] == "true"
    other = api.post("/events", json=message(MARA, "m2", "hello"))
    assert other.status_code == 422
    assert "Idempotency-Key" in other.json()["detail"]
    assert desk.rows("SELECT count(*) FROM events") == [(1,)]


def test_a_key_belongs_to_its_token_and_lasts_a_day(desk: Desk) -> None:
    with desk.app.store.connect() as conn:
        desk.tokens["Other"] = tokens.create(conn, "Other", "admin", NOW)
    key = {"Idempotency-Key": "k"}
    assert desk.client(**key).post("/events", json=message(MARA, "1", "a")).status_code == 200
    other = desk.client("Other", **key)
    assert other.post("/events", json=message(MARA, "2", "b")).status_code == 200
    desk.clock.ms += 24 * HOUR
    assert desk.rows("SELECT count(*) FROM idempotency") == [(2,)]
    assert desk.client(**key).post("/events", json=message(MARA, "3", "c")).status_code == 200
    assert desk.rows("SELECT at FROM idempotency") == [(desk.clock.ms,)]


def test_an_error_is_not_kept_under_the_key(desk: Desk) -> None:
    api = desk.client(**{"Idempotency-Key": "k"})
    assert api.post("/events", json={}).status_code == 422
    assert desk.rows("SELECT count(*) FROM idempotency") == [(0,)]
    assert api.post("/events", json=message(MARA, "1", "a")).status_code == 200


def test_duplicates_at_the_same_time_write_once(desk: Desk) -> None:
    body = [message(MARA, f"m{n}", "hello") for n in range(200)]

    def post(_: int) -> Any:
        return desk.client(**{"Idempotency-Key": "k"}).post("/events", json=body)

    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(post, range(12)))
    assert {a.status_code for a in answers} <= {200, 409}
    good = [a for a in answers if a.status_code == 200]
    assert all(a.json() == good[0].json() for a in good)
    assert good[0].json()["accepted"] == 200
    assert sum("idempotent-replayed" not in a.headers for a in good) == 1
    assert all(a.headers["retry-after"] for a in answers if a.status_code == 409)
    assert desk.rows("SELECT count(*) FROM events") == [(200,)]


@pytest.mark.parametrize("key", ["", "a b", "x" * 201, "é"])
def test_a_key_must_be_plain(desk: Desk, key: str) -> None:
    headers = {"Idempotency-Key": key.encode("latin-1")}
    answer = desk.client().post("/events", json=message(MARA, "m", "x"), headers=headers)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["place"] == "header.Idempotency-Key"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\x00" * 1000,
        b"\xff\xfe" + "{}".encode("utf-16-le"),
        b'{"type":"message","id":"\xc3\x28"}',
        b"[" * 100_000,
        b'{"a":' * 50_000 + b"1" + b"}" * 50_000,
        b"[1,2,null,true,\"x\",[],{}]",
        b'{"type":"message","id":"1","customer":"+393331234567","at":"2026-03-03T09:00:00Z",'
        b'"direction":"in","text":' + b"1" * 10_000 + b"}",
    ],
)  # fmt: skip
def test_hostile_bodies_get_a_problem(desk: Desk, body: bytes) -> None:
    for form in (NDJSON, {"Content-Type": "application/json"}):
        answer = desk.client().post("/events", content=body, headers=form)
        assert answer.status_code == 422
        assert answer.headers["content-type"] == "application/problem+json"


def test_hostile_texts_are_kept(desk: Desk) -> None:
    texts = ["x" * 65_536, "a\x00b", "\ud800", "‮" * 50, "<script>alert(1)</script>", "😀" * 9_000]
    body = [message(MARA, str(n), text) for n, text in enumerate(texts)]
    answer = desk.client().post("/events", content=lines(*body), headers=NDJSON)
    assert answer.json()["accepted"] == len(texts)


def test_other_media_types_are_refused(desk: Desk) -> None:
    for form in ("text/csv", "", "application/x-www-form-urlencoded", "*/*"):
        answer = desk.client().post("/events", content="{}", headers={"Content-Type": form})
        assert answer.status_code == 415
        assert "application/x-ndjson" in answer.headers["accept"]


def test_too_much_is_refused(desk: Desk) -> None:
    api = desk.client()
    line = b'{"type":"x"}\n'
    big = line * (16 * 1024 * 1024 // len(line) + 1)
    assert api.post("/events", content=big, headers=NDJSON).status_code == 413

    def parts() -> Any:
        for _ in range(20):
            yield b" " * 1024 * 1024

    assert api.post("/events", content=parts(), headers=NDJSON).status_code == 413
    many = api.post("/events", content=b"{}\n" * 10_001, headers=NDJSON)
    assert many.status_code == 413
    assert many.headers["content-type"] == "application/problem+json"


def test_many_problems_are_counted(desk: Desk) -> None:
    body = b"{}\n" * 1_500 + json.dumps(message(MARA, "1", "a")).encode()
    told = desk.client().post("/events", content=body, headers=NDJSON).json()
    assert (told["accepted"], len(told["problems"]), told["more_problems"]) == (1, 1_000, 500)
