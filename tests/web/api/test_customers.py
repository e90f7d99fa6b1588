"""Customers, their labels, history, reasons and facts."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import httpx
import pytest

from warmlist.clock import rfc3339

from .conftest import HOUR, MARA, NOW, UGO, Desk, message, profile

pytestmark = pytest.mark.store

NOW_TOLD = "2026-03-03T09:30:00.001Z"


def crowd(desk: Desk, first: int, last: int) -> None:
    body = [profile(f"crm:shop:{n}", f"c{n}", name=f"Customer {n}") for n in range(first, last)]
    assert desk.client().post("/events", json=body).status_code == 200


def walk(api: httpx.Client, path: str, **query: Any) -> Any:
    """Every item of a list, page by page."""
    cursor: str | None = None
    while True:
        page = api.get(path, params=query | ({"cursor": cursor} if cursor else {})).json()
        yield from page["items"]
        cursor = page["next_cursor"]
        if cursor is None:
            return


def test_a_customer_by_id_and_by_any_spelling_of_a_handle(desk: Desk, shop: dict[str, int]) -> None:
    api = desk.client()
    told = api.get(f"/customers/{shop['Mara']}").json()
    for handle in (MARA, "wa:393331234567", "+39 333 123 4567", "whatsapp:+393331234567"):
        assert api.get(f"/customers/{quote(handle, safe='')}").json() == told
    assert told["id"] == shop["Mara"]
    assert told["handles"] == [MARA]
    assert (told["name"], told["owner"], told["language"]) == ("Mara", "Bob", "it")
    assert (told["time_zone"], told["time_zone_from"]) == ("Europe/Rome", "phone")
    assert told["attributes"] == {"name": "Mara", "owner": "Bob", "language": "it"}
    assert told["as_of"] == NOW_TOLD
    colour = next(x for x in told["labels"] if x["dimension"] == "follow_up")
    assert (colour["label"], colour["customer"]) == ("red", MARA)
    assert told["facts"]["last_inbound"] == {"value": NOW - HOUR, "unit": "moment"}
    assert told["facts"]["spend_total"]["unit"] == "money"


def test_labels_as_lines_and_why(desk: Desk, shop: dict[str, int]) -> None:
    api = desk.client()
    lines = api.get(f"/customers/{shop['Mara']}/labels").json()
    assert lines["as_of"] == NOW_TOLD
    reasons = api.get(f"/customers/{shop['Mara']}/why").json()["items"]
    assert len(reasons) == len(lines["items"])
    for line, reason in zip(lines["items"], reasons, strict=True):
        assert line.items() <= reason.items()
    red = next(x for x in reasons if x["dimension"] == "follow_up")
    assert red["when"]
    assert red["pack"] == desk.app.plan.pack.key
    assert red["origin"] == "rule"
    (event,) = red["events"]
    assert (event["id"], event["text"], event["direction"]) == ("m0", "How much is it?", "in")
    italian = api.get(f"/customers/{shop['Mara']}/why", params={"language": "it"}).json()["items"]
    assert {x["because"] for x in italian} != {x["because"] for x in reasons}


def test_labels_of_a_past_moment_are_those_recorded(desk: Desk, shop: dict[str, int]) -> None:
    api = desk.client()
    before = rfc3339(NOW - 1)
    items = api.get(f"/customers/{shop['Mara']}/labels", params={"as_of": before}).json()["items"]
    assert items == []
    desk.clock.ms += 26 * HOUR
    desk.label()
    at = {"as_of": rfc3339(NOW + HOUR)}
    then = api.get(f"/customers/{shop['Mara']}/labels", params=at).json()["items"]
    now = api.get(f"/customers/{shop['Mara']}/labels").json()["items"]
    colours = [
        next(x["label"] for x in items if x["dimension"] == "follow_up") for items in (then, now)
    ]
    assert colours[0] == "red"
    assert colours[1] != "red"


def test_history_comes_newest_first_in_pages(desk: Desk, shop: dict[str, int]) -> None:
    desk.clock.ms += 26 * HOUR
    desk.label()
    api = desk.client()
    path = f"/customers/{shop['Mara']}/history"
    whole = api.get(path).json()["items"]
    assert len(whole) >= 4
    assert list(walk(api, path, limit=1)) == whole
    assert list(walk(api, path, limit=2)) == whole
    begun = [x["since"] or "" for x in whole]
    assert begun == sorted(begun, reverse=True)
    assert any(x["until"] for x in whole)
    assert {x["cause"] for x in whole} <= {"event", "time", "fill"}


def test_history_pages_hold_while_labels_change(desk: Desk, shop: dict[str, int]) -> None:
    api = desk.client()
    path = f"/customers/{shop['Mara']}/history"
    whole = api.get(path).json()["items"]
    seen = []
    for entry in walk(api, path, limit=1):
        seen.append(entry)
        desk.clock.ms += 9 * HOUR
        desk.label()
    key = ("dimension", "label", "since", "rule")
    assert [[x[k] for k in key] for x in seen] == [[x[k] for k in key] for x in whole]


def test_facts_as_of_a_moment(desk: Desk, shop: dict[str, int]) -> None:
    api = desk.client()
    path = f"/customers/{shop['Mara']}/facts"
    now = api.get(path).json()
    assert now["facts"] == api.get(f"/customers/{shop['Mara']}").json()["facts"]
    assert now["currency"] == "USD"
    at = {"as_of": rfc3339(NOW)}
    then = api.get(path, params=at).json()
    assert then["as_of"] == "2026-03-03T09:30:00.000Z"
    assert then["facts"]["last_inbound"]["value"] is None  # it was learnt at NOW, not before


def test_the_list_says_what_holds(desk: Desk, shop: dict[str, int]) -> None:
    page = desk.client().get("/customers").json()
    assert page["next_cursor"] is None
    mara = next(x for x in page["items"] if x["id"] == shop["Mara"])
    assert (mara["handle"], mara["owner"]) == (MARA, "Bob")
    assert {"follow_up": "red", "activity": "high"}.items() <= {
        x["dimension"]: x["label"] for x in mara["labels"]
    }.items()


def test_filters(desk: Desk, shop: dict[str, int]) -> None:
    crowd(desk, 0, 3)
    desk.label()
    api = desk.client()

    def names(**query: str) -> list[str]:
        return [x["name"] for x in api.get("/customers", params=query).json()["items"]]

    assert sorted(names(label="follow_up:red")) == ["Mara", "Piet", "Ugo"]
    assert names(label="follow_up:red", owner="Bob") == ["Mara"]
    assert names(label="nothing:here") == []
    assert sorted(names(owner="")) == ["Customer 0", "Customer 1", "Customer 2", "Ugo"]
    assert names(handle="UGO@example.com") == ["Ugo"]
    assert names(handle=UGO, label="follow_up:green") == []
    assert names(handle="nonsense") == []


def test_pages_hold_while_customers_come(desk: Desk) -> None:
    crowd(desk, 0, 25)
    api = desk.client()
    seen: list[str] = []
    cursor: str | None = None
    for round_ in range(40):
        query = {"limit": "4"} | ({"cursor": cursor} if cursor else {})
        page = api.get("/customers", params=query).json()
        seen += [x["handle"] for x in page["items"]]
        if round_ < 5:
            crowd(desk, 100 + round_ * 3, 103 + round_ * 3)
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert len(seen) == len(set(seen)) == 40
    assert sorted(seen[:25]) == sorted(f"crm:shop:{n}" for n in range(25))


def test_merged_customers_are_found_by_every_handle(desk: Desk, shop: dict[str, int]) -> None:
    link = {"type": "identity", "id": "i1", "customer": MARA, "at": rfc3339(NOW)}
    api = desk.client()
    api.post("/events", json=link | {"action": "linked", "new_handle": UGO})
    kept = api.get(f"/customers/{quote(MARA)}").json()
    assert kept["handles"] == [MARA, UGO]
    assert api.get(f"/customers/{quote(UGO)}").json()["id"] == kept["id"]
    gone = ({shop["Mara"], shop["Ugo"]} - {kept["id"]}).pop()
    assert api.get(f"/customers/{gone}").status_code == 404
    assert len(api.get("/customers").json()["items"]) == 2


@pytest.mark.parametrize(
    "query",
    [
        "cursor=x",
        "cursor=-1",
        "cursor=9999999999999999999",
        "cursor=%00",
        "limit=0",
        "limit=201",
        "limit=x",
        "label=red",
        "label=a:%00",
        "owner=%00",
        "handle=" + "x" * 400,
    ],
)
def test_wrong_questions(desk: Desk, query: str) -> None:
    answer = desk.client().get(f"/customers?{query}")
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    "moment",
    [
        "",
        "now",
        "2026-03-01",
        "2026-03-01T09:00:00",
        "1969-01-01T00:00:00Z",
        "0001-01-01T01:00:00+01:01",
        "x" * 999,
    ],
)
def test_wrong_moments(desk: Desk, shop: dict[str, int], moment: str) -> None:
    for part in ("labels", "why", "facts"):
        answer = desk.client().get(f"/customers/{shop['Mara']}/{part}", params={"as_of": moment})
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["place"] == "query.as_of"


def test_hostile_texts_come_back_as_they_are(desk: Desk) -> None:
    text = "<script>alert(1)</script>\u202e‎😀" + "x" * 65_000
    api = desk.client()
    api.post("/events", json=[message(MARA, "m1", "How much is it? " + text)])
    desk.label()
    items = api.get(f"/customers/{quote(MARA)}/why").json()["items"]
    told = [e["text"] for x in items for e in x["events"]]
    assert "How much is it? " + text in told
