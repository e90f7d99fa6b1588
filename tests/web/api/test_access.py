"""Who may ask what: tokens, roles, and one shape for every error."""

from __future__ import annotations

from typing import Any

import pytest

from warmlist.web.api import tokens

from .conftest import MARA, NOW, PIET, Desk, message, profile

pytestmark = pytest.mark.store

#: Every address, with a request that a lead may send. {c}: a customer's id.
ADDRESSES: tuple[tuple[str, str, Any], ...] = (
    ("POST", "/events", [message("+393331234567", "m9", "hello")]),
    ("GET", "/customers", None),
    ("GET", "/customers/{c}", None),
    ("GET", "/customers/{c}/labels", None),
    ("GET", "/customers/{c}/history", None),
    ("GET", "/customers/{c}/why", None),
    ("GET", "/customers/{c}/facts", None),
    (
        "POST",
        "/labels",
        {"action": "add", "dimension": "intent", "label": "high", "customers": ["{c}"]},
    ),
    ("GET", "/queue", None),
    ("POST", "/follow-ups/{c}", {"action": "done"}),
    ("GET", "/packs", None),
    ("POST", "/packs/check", {"files": {}}),
    ("GET", "/packs/workspace", None),
    ("GET", "/packs/troubles", None),
    ("GET", "/packs/workspace/versions", None),
    ("POST", "/packs/workspace", {"files": {}, "note": "x", "base": 0}),
    ("POST", "/packs/preview", {"files": {}}),
    ("GET", "/segments", None),
    ("POST", "/segments", {"name": "red", "text": "follow_up = 'red'"}),
    ("DELETE", "/segments/7", None),
    ("GET", "/segments/found", None),
    ("GET", "/operations", None),
    ("POST", "/operations", {"segment": "follow_up = 'red'", "action": "assign", "owner": "Bob"}),
    ("GET", "/operations/7", None),
    ("POST", "/operations/7/undo", {}),
    ("GET", "/exports", None),
    ("GET", "/reviews/weekly", None),
    ("GET", "/reviews/weekly/export", None),
    ("GET", "/reviews/people", None),
)
#: What stands for a part of an address above.
PARTS = {"{c}": "{customer}", "segments/7": "segments/{segment}", "operations/7": "operations/{operation}",
         "weekly": "{period}"}  # fmt: skip


def is_problem(answer: Any, status: int, code: str) -> bool:
    told = answer.json()
    return (
        answer.status_code == told["status"] == status
        and answer.headers["content-type"] == "application/problem+json"
        and told["type"] == "about:blank"
        and told["code"] == code
        and bool(told["title"] and told["detail"])
    )


def test_the_list_of_addresses_is_whole(desk: Desk) -> None:
    document = desk.client(None).get("/openapi.json").json()
    told = {(m.upper(), p) for p, methods in document["paths"].items() for m in methods}
    listed = set()
    for method, path, _ in ADDRESSES:
        for shown, part in PARTS.items():
            path = path.replace(shown, part)
        listed.add((method, path))
    assert told == listed


def test_every_address_needs_a_token(desk: Desk, shop: dict[str, int]) -> None:
    for method, path, body in ADDRESSES:
        path = path.format(c=shop["Mara"])
        for headers in ({}, {"Authorization": "Bearer nonsense"}, {"Authorization": "Basic YTpi"}):
            answer = desk.client(None).request(method, path, json=body, headers=headers)
            assert is_problem(answer, 401, "no_token")
            assert answer.headers["www-authenticate"].startswith("Bearer")


def test_an_unknown_address_needs_a_token_too(desk: Desk) -> None:
    assert is_problem(desk.client(None).get("/nothing"), 401, "no_token")
    assert is_problem(desk.client().get("/nothing"), 404, "not_found")
    assert is_problem(desk.client().get("/customers/"), 404, "not_found")


def test_a_body_is_not_read_before_the_token(desk: Desk) -> None:
    read = []

    def parts() -> Any:
        read.append(1)
        yield b"[]"

    answer = desk.client(None).post("/events", content=parts())
    assert is_problem(answer, 401, "no_token")


def test_a_revoked_token_opens_nothing(desk: Desk) -> None:
    assert desk.client("Bob").get("/customers").status_code == 200
    with desk.app.store.connect() as conn:
        gone = tokens.revoke(conn, "Bob", NOW)
    assert (gone.name, gone.revoked_at) == ("Bob", NOW)
    assert is_problem(desk.client("Bob").get("/customers"), 401, "no_token")


def test_only_the_hash_is_kept(desk: Desk) -> None:
    kept = desk.rows("SELECT token_hash, tokens::text FROM tokens")
    for token in desk.tokens.values():
        assert tokens.token_hash(token) in [bytes(row[0]) for row in kept]
        assert not any(token in row[1] for row in kept)


def test_answers_are_not_cached(desk: Desk) -> None:
    assert desk.client().get("/customers").headers["cache-control"] == "no-store"
    assert desk.client(None).get("/customers").headers["cache-control"] == "no-store"


def test_a_rep_sees_own_and_nobodys(desk: Desk, shop: dict[str, int]) -> None:
    def names(who: str, **query: str) -> set[str]:
        rows = desk.client(who).get("/customers", params=query).json()["items"]
        return {row["name"] for row in rows}

    assert names("Alice") == {"Mara", "Piet", "Ugo"}
    assert names("Bob") == {"Mara", "Ugo"}
    assert names("Bob", owner="Carla") == set()
    assert names("Bob", owner="") == {"Ugo"}
    assert names("Bob", handle=PIET) == set()
    assert names("Bob", label="follow_up:red") == {"Mara", "Ugo"}
    queue = desk.client("Bob").get("/queue").json()["items"]
    assert {row["name"] for row in queue} == {"Mara", "Ugo"}


def test_whom_one_may_not_see_does_not_exist(desk: Desk, shop: dict[str, int]) -> None:
    for method, path, body in ADDRESSES:
        if "{c}" not in path:
            continue
        answers = [
            desk.client("Bob").request(method, path.replace("{c}", named), json=body)
            for named in (str(shop["Piet"]), PIET, "999999", "+393330000000", "nonsense")
        ]
        for answer in answers:
            assert is_problem(answer, 404, "not_found")
        assert len({answer.text for answer in answers}) == 1
    act = {"action": "add", "dimension": "intent", "label": "high"}
    body = act | {"customers": [PIET, "+393330000000", str(shop["Mara"])]}
    told = desk.client("Bob").post("/labels", json=body).json()
    assert told["changed"] == 1
    assert len({p["reason"] for p in told["problems"]}) == 1


def test_a_customer_who_changes_hands_is_hidden_at_once(desk: Desk, shop: dict[str, int]) -> None:
    body = profile(MARA, "p9", at=NOW - 1, owner="Carla")
    desk.client().post("/events", json=body)
    desk.clock.ms += 1
    rows = desk.client("Bob").get("/customers").json()["items"]
    assert {row["name"] for row in rows} == {"Ugo"}


def test_wrong_methods_and_bodies(desk: Desk, shop: dict[str, int]) -> None:
    api = desk.client()
    answer = api.delete("/customers")
    assert is_problem(answer, 405, "method")
    assert answer.headers["allow"] == "GET"
    for _, path, body in ADDRESSES:
        if body is None or path in ("/events", "/packs/check", "/operations/7/undo"):
            continue
        path = path.format(c=shop["Mara"])
        json_form = {"Content-Type": "application/json"}
        assert is_problem(api.post(path, content="{", headers=json_form), 400, "malformed")
        assert is_problem(api.post(path, content=b"\xff", headers=json_form), 400, "malformed")
        assert is_problem(api.post(path, content="[" * 99_999, headers=json_form), 400, "malformed")
        assert is_problem(api.post(path, json=[]), 422, "invalid")
        form = {"Content-Type": "text/plain"}
        assert is_problem(api.post(path, content="{}", headers=form), 415, "media_type")
        assert is_problem(api.post(path, content=b" " * (1 << 21)), 413, "too_large")


def test_errors_repeat_no_value_of_the_request(desk: Desk, shop: dict[str, int]) -> None:
    secret = "Maria Rossi +393339999999"
    bodies: tuple[Any, ...] = (
        {"action": secret},
        {"action": "done", secret: secret},
        {"action": "snooze", "until": secret},
        {"action": "undo", "undo_id": secret},
        {"action": "skip", "reason": [secret]},
        secret,
        [secret],
    )
    api = desk.client()
    for body in bodies:
        answer = api.post(f"/follow-ups/{shop['Mara']}", json=body)
        assert is_problem(answer, 422, "invalid")
        assert "Rossi" not in answer.text
    for path in (f"/customers/{secret}", f"/customers?cursor={secret}", f"/queue?as_of={secret}"):
        assert "Rossi" not in api.get(path).text


def test_a_dead_database_is_told_and_can_be_tried_again(desk: Desk) -> None:
    desk.app.pool.close()
    answer = desk.client().get("/customers")
    assert is_problem(answer, 503, "come_again")
    assert answer.headers["retry-after"]
