"""GET /reviews: figures as JSON and CSV, for whom, and who is behind them."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest

from warmlist.clock import DAY, rfc3339
from warmlist.insights.reviews.alerts import look
from warmlist.insights.reviews.limits import Limits

from .conftest import HOUR, MARA, NOW, Desk, message, profile

pytestmark = pytest.mark.store


def figure(told: dict[str, Any], name: str, **which: Any) -> dict[str, Any]:
    (found,) = [
        f
        for f in told["figures"]
        if f["name"] == name and all(f[key] == value for key, value in which.items())
    ]
    return found


def test_a_week_with_its_reds_missed(desk: Desk, shop: dict[str, int]) -> None:
    desk.clock.ms += 3 * HOUR
    desk.label()
    told = desk.client().get("/reviews/weekly").json()
    assert (told["period"], told["owner"], told["alerts"]) == ("weekly", None, [])
    leak = figure(told, "leak_rate", owner=None)
    assert (leak["value"], leak["count"], leak["of"]) == (100.0, 3, 3)
    assert (leak["expected_high"], leak["verdict"]) == (5.0, "few")
    assert figure(told, "leak_rate", owner="Bob")["of"] == 1
    share = figure(told, "share", owner="Carla", dimension="follow_up", label="red")
    assert (share["value"], share["of"]) == (100.0, 1)


def test_who_is_behind_a_figure(desk: Desk, shop: dict[str, int]) -> None:
    desk.clock.ms += 3 * HOUR
    api = desk.client()
    told = api.get("/reviews/weekly").json()
    people = api.get(f"/reviews/people?{figure(told, 'leak_rate', owner='Bob')['people']}").json()
    assert people == {
        "items": [{"customer": shop["Mara"], "handle": MARA, "name": "Mara"}],
        "next_cursor": None,
    }
    team = figure(told, "leak_rate", owner=None)["people"]
    assert len(api.get(f"/reviews/people?{team}").json()["items"]) == 3
    # A rep finds own and nobody's customers behind it, never a colleague's.
    names = {i["name"] for i in desk.client("Bob").get(f"/reviews/people?{team}").json()["items"]}
    assert names == {"Mara"}


def test_a_rep_gets_own_figures_whatever_is_asked(desk: Desk, shop: dict[str, int]) -> None:
    told = desk.client("Bob").get("/reviews/weekly", params={"owner": "Carla"}).json()
    assert told["owner"] == "Bob"
    assert {f["owner"] for f in told["figures"]} == {"Bob"}


def test_an_export_is_a_table_that_no_spreadsheet_runs(desk: Desk) -> None:
    name = "=HYPERLINK(1)"
    with desk.app.store.connect() as conn:
        conn.execute(
            "INSERT INTO users (name, password_hash, role, created_at) VALUES (%s, '', 'rep', 0)",
            (name,),
        )
    body = [
        profile(MARA, "p1", name="Mara", owner=name),
        message(MARA, "m1", "How much is it?"),
    ]
    desk.client().post("/events", json=body)
    desk.label()
    answer = desk.client().get("/reviews/weekly/export")
    assert answer.headers["content-type"].startswith("text/csv")
    assert 'filename="warmlist-weekly-2026-03-03.csv"' in answer.headers["content-disposition"]
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    told = desk.client().get("/reviews/weekly").json()["figures"]
    assert len(rows) == len(told)
    owners = {row["owner"] for row in rows}
    assert f"'{name}" in owners
    assert name not in owners


@pytest.mark.parametrize("period", ["monthly", "quarterly"])
def test_longer_periods(desk: Desk, shop: dict[str, int], period: str) -> None:
    told = desk.client().get(f"/reviews/{period}").json()
    assert told["period"] == period
    assert told["figures"]


def test_the_past_is_told_as_recorded(desk: Desk, shop: dict[str, int]) -> None:
    before = desk.client().get("/reviews/weekly", params={"as_of": rfc3339(NOW - 2 * DAY)}).json()
    assert not [f for f in before["figures"] if f["name"] == "share"]
    assert not [f for f in before["figures"] if f["section"] == "capacity"]


def test_alerts_come_with_the_review(desk: Desk) -> None:
    body = [message(f"+3933300000{n:02}", f"m{n}", "How much is it?") for n in range(25)]
    desk.client().post("/events", json=body)
    desk.label()
    with desk.app.store.connect() as conn:
        look(conn, Limits.of(desk.app.plan.pack), desk.clock.ms)
    (alert,) = desk.client().get("/reviews/weekly").json()["alerts"]
    assert (alert["kind"], alert["owner"], alert["figure"]) == ("red_high", None, 100.0)
    assert alert["since"] == rfc3339(desk.clock.ms)
    assert alert["do"]


def test_what_is_no_review_is_refused(desk: Desk) -> None:
    api = desk.client()
    assert api.get("/reviews/daily").status_code == 422
    assert api.get("/reviews/people?of=everybody").status_code == 422
    assert api.get("/reviews/weekly?owner=Nobody").status_code == 404
    assert api.get("/reviews/weekly?who=me").status_code == 422
    assert desk.client(None).get("/reviews/weekly").status_code == 401
