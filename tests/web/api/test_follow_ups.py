"""GET /queue, and POST /follow-ups/{customer}."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest

from warmlist.clock import rfc3339

from .conftest import HOUR, MARA, NOW, Desk, message

pytestmark = pytest.mark.store


def queued(desk: Desk, who: str = "Alice", **query: str) -> list[str]:
    answer = desk.client(who).get("/queue", params=query)
    assert answer.status_code == 200, answer.text
    return [row["name"] for row in answer.json()["items"]]


def after(desk: Desk) -> None:
    desk.clock.ms += 1
    desk.label()


def do(desk: Desk, customer: Any, who: str = "Alice", **body: Any) -> dict[str, Any]:
    answer = desk.client(who).post(f"/follow-ups/{customer}", json=body)
    assert answer.status_code == 200, answer.text
    after(desk)
    return answer.json()


def test_the_queue_says_who_why_and_by_when(desk: Desk, shop: dict[str, int]) -> None:
    told = desk.client().get("/queue", params={"label": "follow_up:red", "owner": "Bob"}).json()
    (row,) = told["items"]
    assert (row["customer"], row["handle"], row["name"]) == (shop["Mara"], MARA, "Mara")
    assert (row["colour"], row["owner"], row["how"]) == ("red", "Bob", "text")
    assert row["due_from"] <= row["due_by"]
    assert row["channel_closes_at"] == rfc3339(NOW + 23 * HOUR)
    assert row["what_language"] == "it"
    assert row["why"]
    assert {x["dimension"] for x in row["labels"]} >= {"activity", "intent"}
    chinese = desk.client().get("/queue", params={"owner": "Bob", "language": "zh-Hans"}).json()
    assert chinese["items"][0]["why"] != row["why"]


def test_filters(desk: Desk, shop: dict[str, int]) -> None:
    assert sorted(queued(desk)) == ["Mara", "Piet", "Ugo"]
    assert queued(desk, owner="Carla") == ["Piet"]
    assert queued(desk, owner="") == ["Ugo"]
    assert queued(desk, colour="green") == []
    assert sorted(queued(desk, "Bob")) == ["Mara", "Ugo"]
    assert desk.client().get("/queue?colour=blue").status_code == 422
    for cursor in ("x", "1.2.3.4", "1.2.3.4.5.6", "1.2.3.4.99999999999999999999"):
        assert desk.client().get("/queue", params={"cursor": cursor}).status_code == 422


def test_what_opens_later_today_comes_last_and_says_when(desk: Desk) -> None:
    """Who wishes evenings stands behind who may be written to now; the past tells the same."""
    evening = {"days": [1, 2, 3, 4, 5, 6, 7], "from": "20:00", "to": "22:00"}
    lines: list[dict[str, Any]] = []
    for n, handle in enumerate(("+393331234601", "+393331234602")):
        lines.append(message(handle, f"w{n}", "How much does it weigh?", at=NOW - 50 * HOUR + n))
    wish = {"type": "preference", "id": "wish", "customer": "+393331234601", "windows": [evening],
            "at": rfc3339(NOW - 49 * HOUR), "origin": "stated"}  # fmt: skip
    assert desk.client().post("/events", json=[*lines, wish]).status_code == 200
    desk.label()
    now = desk.client().get("/queue").json()
    past = desk.client().get("/queue", params={"as_of": now["as_of"]}).json()
    opens = rfc3339(desk.clock.ms - desk.clock.ms % (24 * HOUR) + 19 * HOUR)  # 20:00 in Rome
    for told in (now, past):
        first, second = told["items"]
        assert (first["handle"], first["open_now"], first["next_open"]) == (
            "+393331234602", True, None,
        )  # fmt: skip
        assert (second["handle"], second["open_now"], second["next_open"]) == (
            "+393331234601", False, opens,
        )  # fmt: skip
        assert second["held"] == ["preferred_hours"]
        assert {"best"} <= first.keys()


def test_the_worker_of_the_application_asks_the_guard(desk: Desk, shop: dict[str, int]) -> None:
    from warmlist.web.start import worker_of

    worker, labeller = worker_of(desk.app), desk.app.labeller()
    unasked = "SELECT count(*) FROM openings WHERE look_at <= %s"
    try:
        with desk.app.store.connect() as conn:
            assert conn.execute(unasked, (NOW,)).fetchone() == (3,)
            for _ in range(3):
                worker.round(conn, labeller)
            assert conn.execute(unasked, (NOW,)).fetchone() == (0,)
    finally:
        labeller.close()


def test_pages_of_the_queue_hold_while_others_come(desk: Desk) -> None:
    def write(first: int, last: int) -> None:
        body = [message(f"crm:shop:{n}", f"q{n}", "How much is it?") for n in range(first, last)]
        assert desk.client().post("/events", json=body).status_code == 200
        desk.label()

    write(0, 60)
    first = desk.client().get("/queue").json()
    assert len(first["items"]) == 50
    write(100, 105)
    second = desk.client().get("/queue", params={"cursor": first["next_cursor"]}).json()
    handles = [x["handle"] for x in first["items"] + second["items"]]
    assert len(handles) == len(set(handles))
    assert {f"crm:shop:{n}" for n in range(60)} <= set(handles)


def test_a_past_queue_is_replayed(desk: Desk, shop: dict[str, int]) -> None:
    now = NOW + 1
    desk.clock.ms += 72 * HOUR
    desk.label()
    assert sorted(queued(desk, as_of=rfc3339(now) or "")) == ["Mara", "Piet", "Ugo"]
    assert queued(desk, as_of=rfc3339(NOW) or "") == []
    assert sorted(queued(desk, "Bob", as_of=rfc3339(now) or "")) == ["Mara", "Ugo"]
    assert queued(desk, owner="Carla", as_of=rfc3339(now) or "") == ["Piet"]


def test_done_and_undone(desk: Desk, shop: dict[str, int]) -> None:
    done = do(desk, quote(MARA), action="done")
    assert done["customer"] == shop["Mara"]
    assert sorted(queued(desk)) == ["Piet", "Ugo"]
    undone = do(desk, quote(MARA), action="undo", undo_id=done["undo_id"])
    assert undone == {"customer": shop["Mara"], "undo_id": None}
    assert "Mara" in queued(desk)
    assert do(desk, shop["Mara"], action="undo", undo_id=done["undo_id"]) == undone


def test_snoozed_and_skipped(desk: Desk, shop: dict[str, int]) -> None:
    do(desk, shop["Mara"], action="snooze", until=rfc3339(NOW + 2 * HOUR))
    do(desk, shop["Piet"], action="skip", reason="bought elsewhere")
    assert queued(desk) == ["Ugo"]
    desk.clock.ms = NOW + 2 * HOUR
    desk.label()
    assert "Mara" in queued(desk)


def test_assigned_and_logged(desk: Desk, shop: dict[str, int]) -> None:
    do(desk, shop["Ugo"], "Bob", action="assign", owner="Bob")
    assert queued(desk, "Carla") == ["Piet"]
    do(desk, shop["Ugo"], "Bob", action="assign", owner=None)
    assert sorted(queued(desk, "Carla")) == ["Piet", "Ugo"]
    do(desk, shop["Ugo"], action="log", how="call", note="will come on Friday")
    kept = desk.rows(
        "SELECT body ->> 'agent', body ->> 'how' FROM events WHERE type = 'message' AND source = 'person'"
    )
    assert kept == [("Alice", "call")]
    assert "Ugo" not in queued(desk)


def test_who_gave_a_customer_away_may_take_that_back(desk: Desk, shop: dict[str, int]) -> None:
    given = do(desk, shop["Ugo"], "Bob", action="assign", owner="Carla")
    assert desk.client("Bob").get(f"/customers/{shop['Ugo']}").status_code == 404
    do(desk, shop["Ugo"], "Bob", action="undo", undo_id=given["undo_id"])
    assert "Ugo" in queued(desk, "Bob")


def test_nobody_undoes_what_another_did(desk: Desk, shop: dict[str, int]) -> None:
    done = do(desk, shop["Ugo"], "Bob", action="done")
    events = desk.rows("SELECT count(*) FROM events")
    for who, customer in (("Carla", "Ugo"), ("Bob", "Mara"), ("Bob", "Piet")):
        answer = desk.client(who).post(
            f"/follow-ups/{shop[customer]}", json={"action": "undo", "undo_id": done["undo_id"]}
        )
        assert answer.status_code == 404
    assert desk.rows("SELECT count(*) FROM events") == events


@pytest.mark.parametrize(
    "body",
    [
        {"action": "snooze", "until": rfc3339(NOW - 1)},
        {"action": "snooze"},
        {"action": "skip", "reason": "  "},
        {"action": "assign"},
        {"action": "assign", "owner": "Zoe"},
        {"action": "log", "how": "letter"},
        {"action": "log", "how": "call", "note": "x" * 65_536},
        {"action": "done", "note": "a\x00b"},
        {"action": "undo", "undo_id": "-1"},
        {"action": "call"},
        {},
    ],
)
def test_what_makes_no_sense_is_refused(
    desk: Desk, shop: dict[str, int], body: dict[str, Any]
) -> None:
    answer = desk.client().post(f"/follow-ups/{shop['Mara']}", json=body)
    assert answer.status_code == 422
    assert desk.rows("SELECT count(*) FROM events") == [(6,)]


def test_twice_with_a_key_is_once(desk: Desk, shop: dict[str, int]) -> None:
    api = desk.client(**{"Idempotency-Key": "k"})
    first = api.post(f"/follow-ups/{shop['Mara']}", json={"action": "done"})
    again = api.post(f"/follow-ups/{shop['Mara']}", json={"action": "done"})
    assert again.json() == first.json()
    other = api.post(f"/follow-ups/{shop['Piet']}", json={"action": "done"})
    assert other.status_code == 422
    assert desk.rows("SELECT count(*) FROM events WHERE type = 'follow_up'") == [(1,)]
