"""POST /labels: one label by hand on many customers."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from warmlist.clock import rfc3339

from .conftest import HOUR, MARA, NOW, PIET, Desk, profile

pytestmark = pytest.mark.store


def act(*customers: Any, **more: Any) -> dict[str, Any]:
    named = [str(one) for one in customers]
    return {"action": "add", "dimension": "intent", "label": "high", "customers": named} | more


def intent(desk: Desk, customer: int) -> tuple[str, str]:
    desk.clock.ms += 1
    desk.label()
    items = desk.client().get(f"/customers/{customer}/labels").json()["items"]
    found = next(x for x in items if x["dimension"] == "intent")
    return found["label"], found["rule"]


def test_a_label_is_set_in_the_name_of_the_token(desk: Desk, shop: dict[str, int]) -> None:
    body = act(shop["Mara"], PIET, shop["Mara"], "+393330000000", reason="asked at the fair")
    told = desk.client().post("/labels", json=body).json()
    assert told == {
        "changed": 2,
        "problems": [{"place": "body.customers.3", "reason": "there is no such customer"}],
    }
    assert intent(desk, shop["Mara"]) == ("high", "manual")
    items = desk.client().get(f"/customers/{shop['Mara']}/why").json()["items"]
    found = next(x for x in items if x["dimension"] == "intent")
    assert found["because"] == "set by hand: Alice, asked at the fair"
    assert desk.rows("SELECT DISTINCT source, body ->> 'by' FROM events WHERE type = 'label'") == [
        ("person", "Alice")
    ]


def test_it_ends_by_itself(desk: Desk, shop: dict[str, int]) -> None:
    desk.client().post("/labels", json=act(shop["Mara"], label="none", until=rfc3339(NOW + HOUR)))
    assert intent(desk, shop["Mara"]) == ("none", "manual")
    desk.clock.ms = NOW + HOUR
    assert intent(desk, shop["Mara"])[1] != "manual"


def test_it_can_be_removed(desk: Desk, shop: dict[str, int]) -> None:
    api = desk.client()
    api.post("/labels", json=act(shop["Mara"], label="none"))
    assert intent(desk, shop["Mara"]) == ("none", "manual")
    answer = api.post("/labels", json=act(shop["Mara"], PIET, label="none", action="remove"))
    assert answer.json() == {
        "changed": 1,
        "problems": [{"place": "body.customers.1", "reason": "has no such label"}],
    }
    assert intent(desk, shop["Mara"])[1] != "manual"


def test_the_one_label_of_a_rule_cannot_be_removed(desk: Desk, shop: dict[str, int]) -> None:
    body = act(shop["Mara"], dimension="follow_up", label="red", action="remove")
    answer = desk.client().post("/labels", json=body)
    assert answer.status_code == 422
    assert "by a rule" in answer.json()["detail"]


def test_a_thousand_at_once(desk: Desk) -> None:
    api = desk.client()
    handles = [f"crm:shop:{n}" for n in range(1_000)]
    api.post("/events", json=[profile(h, h, name=h) for h in handles])
    assert api.post("/labels", json=act(*handles)).json() == {"changed": 1_000, "problems": []}
    assert api.post("/labels", json=act(*handles, "one more")).status_code == 422
    desk.clock.ms += 1
    desk.label()
    held = desk.rows("SELECT count(*) FROM assignments WHERE label = 'high' AND rule = 'manual'")
    assert held == [(1_000,)]


@pytest.mark.parametrize(
    "change",
    [
        {"label": "highest"},
        {"dimension": "intents"},
        {"action": "set"},
        {"customers": []},
        {"customers": [7]},
        {"until": "2020-01-01T00:00:00Z"},
        {"until": "tomorrow"},
        {"reason": "x" * 4_001},
        {"reason": "a\x00b"},
        {"colour": "red"},
    ],
)
def test_what_makes_no_sense_is_refused(
    desk: Desk, shop: dict[str, int], change: dict[str, Any]
) -> None:
    answer = desk.client().post("/labels", json=act(MARA) | change)
    assert answer.status_code == 422
    assert desk.rows("SELECT count(*) FROM events WHERE type = 'label'") == [(0,)]


def test_lone_surrogates_are_refused(desk: Desk, shop: dict[str, int]) -> None:
    form = {"Content-Type": "application/json"}
    body = (
        '{"action":"add","dimension":"intent","label":"high","customers":["%s"],"reason":"\\ud800"}'
    )
    assert desk.client().post("/labels", content=body % MARA, headers=form).status_code == 422
    assert desk.client().post("/labels", content=body % "\\ud800", headers=form).status_code == 422


def test_twice_with_a_key_is_once(desk: Desk, shop: dict[str, int]) -> None:
    def post(_: int) -> Any:
        return desk.client(**{"Idempotency-Key": "k"}).post("/labels", json=act(MARA, PIET))

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(post, range(8)))
    assert {a.status_code for a in answers} <= {200, 409}
    good = [a.json() for a in answers if a.status_code == 200]
    assert good
    assert all(told == {"changed": 2, "problems": []} for told in good)
    assert desk.rows("SELECT count(*) FROM events WHERE type = 'label'") == [(2,)]
