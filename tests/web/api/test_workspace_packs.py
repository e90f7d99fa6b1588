"""The workspace's rules over HTTP: tried out, kept, and refused with the place of what is wrong."""

from __future__ import annotations

import pytest

from .conftest import Desk

pytestmark = pytest.mark.store

TIER = """dimension: tier
kind: set
names: Tier
review: 90d
labels:
  known: {names: Known}
rules:
  - {id: T-1, label: known, when: known(first_message), because: wrote once}
"""


def test_files_are_tried_kept_and_read_again(desk: Desk, shop: dict[str, int]) -> None:
    api, files = desk.client(), {"labels/tier.yaml": TIER}
    assert api.get("/packs/workspace").json()["version"] == 0
    told = api.post("/packs/preview", json={"files": files}).json()
    assert told["ready"]
    (moved,) = told["moved"]
    assert (moved["label"], moved["leaving"]) == ("known", 0)
    body = {"files": files, "note": "our tiers", "base": 0}
    kept = api.post("/packs/workspace", json=body, headers={"Idempotency-Key": "a"}).json()
    assert kept["version"] == 1
    assert kept["pack"].endswith("+w1")
    again = api.post("/packs/workspace", json=body, headers={"Idempotency-Key": "a"})
    assert again.headers["idempotent-replayed"] == "true"
    assert api.get("/packs/workspace").json()["files"] == files
    (pack,) = api.get("/packs").json()["items"]
    assert "tier" in {d["dimension"] for d in pack["dimensions"]}
    (version,) = api.get("/packs/workspace/versions").json()["items"]
    assert (version["by"], version["note"]) == ("Alice", "our tiers")
    late = api.post("/packs/workspace", json=body)
    assert late.status_code == 409
    assert "somebody changed the rules" in late.json()["detail"]


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        ("first_message", "first_mesage", "labels/tier.yaml:8:41: unknown fact"),
        ("when: known(first_message)", "when: \"has(tier, 'known')\"", "needs itself"),
        ("dimension: tier", "dimension: order", "'order' is taken"),
        ("label: known", "label: gone", "unknown label 'gone'"),
        ("names: Tier", "names: *a", "labels/tier.yaml:3:8: write it out"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(
    desk: Desk, shop: dict[str, int], old: str, new: str, place: str
) -> None:
    files = {"labels/tier.yaml": TIER.replace(old, new, 1)}
    for path, more in (("/packs/preview", {}), ("/packs/workspace", {"note": "x", "base": 0})):
        answer = desk.client().post(path, json={"files": files} | more)
        assert answer.status_code == 422
        assert place in answer.json()["detail"]


def test_a_rep_may_not_see_or_change_them(desk: Desk, shop: dict[str, int]) -> None:
    rep = desk.client("Bob")
    assert rep.get("/packs/workspace").status_code == 403
    assert rep.get("/packs/troubles").status_code == 403
    body = {"files": {}, "note": "x", "base": 0}
    assert rep.post("/packs/workspace", json=body).status_code == 403
    assert rep.post("/packs/preview", json={"files": {}}).status_code == 403


def test_what_does_not_fit_is_told_with_the_customers_concerned(
    desk: Desk, shop: dict[str, int]
) -> None:
    api = desk.client()
    order = {"type": "order", "id": "o-jpy", "customer": "+393331230009", "at": "2026-03-03T09:00:00Z",
             "status": "paid", "amount": "900", "currency": "JPY"}  # fmt: skip
    assert api.post("/events", json=order).status_code < 300
    found = {one["kind"]: one for one in api.get("/packs/troubles").json()["items"]}
    told = found["no_rate"]
    assert (told["what"], told["customers"], len(told["some"])) == ("JPY", 1, 1)
    assert told["do"] == "run: warmlist rate JPY <what one unit is worth>"
