"""/segments, /operations and /exports."""

from __future__ import annotations

import csv
import io
import json

import pytest

from .conftest import MARA, NOW, PIET, Desk, profile

pytestmark = pytest.mark.store

EVERYBODY = {"expression": "known(last_inbound)"}


def names(found: dict) -> list[str]:
    return sorted(one["name"] for one in found["items"])


def work(desk: Desk) -> None:
    """What the worker does."""
    with desk.app.store.connect() as conn:
        while desk.app.work_operations(conn, desk.clock.ms):
            conn.commit()
    desk.label()


def test_counts_and_lists_by_labels_and_by_facts(desk: Desk, shop: dict[str, int]) -> None:
    for expression in ("follow_up = 'red'", "age(last_inbound) <= 2h", "not follow_up = 'grey'"):
        found = desk.client().get("/segments/found", params={"expression": expression}).json()
        assert found["count"] == 3
        assert names(found) == ["Mara", "Piet", "Ugo"]
    assert {one["colour"] for one in found["items"]} == {"red"}
    first = desk.client().get("/segments/found", params=EVERYBODY | {"limit": 2}).json()
    rest = (
        desk.client()
        .get("/segments/found", params=EVERYBODY | {"cursor": first["next_cursor"]})
        .json()
    )
    assert sorted(names(first) + names(rest)) == ["Mara", "Piet", "Ugo"]
    assert rest["next_cursor"] is None


def test_a_rep_finds_own_and_unowned_customers(desk: Desk, shop: dict[str, int]) -> None:
    found = desk.client("Bob").get("/segments/found", params=EVERYBODY).json()
    assert names(found) == ["Mara", "Ugo"]
    assert found["count"] == 2


@pytest.mark.parametrize(
    ("expression", "detail", "hint"),
    [
        ("folow_up = 'red'", "unknown fact 'folow_up'; did you mean follow_up?", "at character 1"),
        ("follow_up = 'gren'", "unknown label 'gren'; did you mean green?", "at character 13"),
        ("follow_up = 'red' and", "something is missing here", "at character 21"),
        ("follow_up = 'red", "a text in quotes is not closed", "at character 13"),
        ("1; DROP TABLE events", None, "at character 1"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(
    desk: Desk, shop: dict[str, int], expression: str, detail: str | None, hint: str
) -> None:
    answer = desk.client().get("/segments/found", params={"expression": expression})
    assert answer.status_code == 422
    assert detail in (None, answer.json()["detail"])
    assert answer.json()["hint"] == hint


def test_a_question_names_one_segment(desk: Desk, shop: dict[str, int]) -> None:
    for params in ({}, EVERYBODY | {"segment": 1}):
        assert desk.client().get("/segments/found", params=params).status_code == 422
    assert desk.client().get("/segments/found", params={"segment": 9}).status_code == 404


def test_segments_are_kept_asked_and_forgotten(desk: Desk, shop: dict[str, int]) -> None:
    client = desk.client("Bob")
    kept = client.post("/segments", json={"name": "Reds", "expression": "follow_up = 'red'"}).json()
    assert (kept["name"], kept["by"]) == ("Reds", "Bob")
    assert client.get("/segments").json()["items"] == [kept]
    assert client.get("/segments/found", params={"segment": kept["id"]}).json()["count"] == 2
    assert desk.client("Carla").delete(f"/segments/{kept['id']}").status_code == 403
    assert desk.client().delete(f"/segments/{kept['id']}").json() == {"id": kept["id"]}
    assert client.get("/segments").json()["items"] == []
    assert client.delete(f"/segments/{kept['id']}").status_code == 404


def test_a_label_on_everybody_and_back(desk: Desk, shop: dict[str, int]) -> None:
    client = desk.client(**{"Idempotency-Key": "fair-1"})
    asked = EVERYBODY | {
        "action": "add", "dimension": "value", "label": "high", "reason": "fair"}  # fmt: skip
    begun = client.post("/operations", json=asked).json()
    assert client.post("/operations", json=asked).json() == begun
    assert (begun["state"], begun["total"], begun["waiting"], begun["by"]) == (
        "working",
        3,
        3,
        "Alice",
    )
    work(desk)
    done = client.get(f"/operations/{begun['id']}").json()
    assert (done["state"], done["done"], done["left"]) == ("done", 3, {})
    params = {"label": "value:high"}
    assert len(client.get("/customers", params=params).json()["items"]) == 3
    desk.clock.ms += 1_000
    assert desk.client().post(f"/operations/{begun['id']}/undo").json()["state"] == "undoing"
    work(desk)
    assert client.get("/customers", params=params).json()["items"] == []
    undone = client.get("/operations").json()
    assert [(one["id"], one["state"], one["undone"]) for one in undone["items"]] == [
        (begun["id"], "undone", 3)]  # fmt: skip


def test_a_rep_acts_on_own_customers_and_sees_own_operations(
    desk: Desk, shop: dict[str, int]
) -> None:
    asked = EVERYBODY | {"action": "assign", "owner": "Carla"}
    begun = desk.client("Bob").post("/operations", json=asked).json()
    assert begun["total"] == 1
    for path in (f"/operations/{begun['id']}", f"/operations/{begun['id']}/undo"):
        method = "POST" if path.endswith("undo") else "GET"
        assert desk.client("Carla").request(method, path).status_code == 404
    assert desk.client("Carla").get("/operations").json()["items"] == []
    work(desk)
    items = desk.client().get("/customers", params={"owner": "Carla"}).json()["items"]
    assert sorted(one["name"] for one in items) == ["Mara", "Piet"]


def test_csv_is_whole_and_harmless(desk: Desk, shop: dict[str, int]) -> None:
    nasty = '=HYPERLINK("http://x","y"), the "best"\nline'
    desk.client().post("/events", json=[profile(PIET, "p9", at=NOW - 1, name=nasty)])
    desk.label()
    answer = desk.client().get("/exports", params=EVERYBODY)
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    rows = list(csv.DictReader(io.StringIO(answer.text, newline="")))
    assert {row["name"] for row in rows} == {"Mara", f"'{nasty}", "Ugo"}
    (mara,) = (row for row in rows if row["name"] == "Mara")
    assert (mara["handle"], mara["owner"], mara["label:follow_up"]) == (MARA, "Bob", "red")
    assert answer.text.count("\r\n") == 4
    found = desk.client("Bob").get("/exports", params=EVERYBODY | {"format": "ndjson"})
    lines = [json.loads(line) for line in found.text.splitlines()]
    assert sorted(line["name"] for line in lines) == ["Mara", "Ugo"]
    assert lines[0]["labels"]["follow_up"] == ["red"]
    noted = desk.client().get("/operations").json()["items"]
    assert [(one["action"], one["by"], one["total"]) for one in noted] == [
        ("export", "Bob", 2), ("export", "Alice", 3)]  # fmt: skip


def test_the_worker_of_the_application_does_it(desk: Desk, shop: dict[str, int]) -> None:
    from warmlist.web.start import worker_of

    asked = EVERYBODY | {"action": "add", "dimension": "value", "label": "high"}
    desk.client().post("/operations", json=asked)
    worker = worker_of(desk.app)
    labeller = desk.app.labeller()
    try:
        with desk.app.store.connect() as conn:
            for _ in range(4):
                worker.round(conn, labeller)
    finally:
        labeller.close()
    (done,) = desk.client().get("/operations").json()["items"]
    assert (done["state"], done["done"]) == ("done", 3)
