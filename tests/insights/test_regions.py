"""The table of regions: own figures, the starting table, high value, costly freight, changes."""

from __future__ import annotations

from pathlib import Path

import pytest

from insights.shop import fill, labels, message, ms, order, run, workspace
from warmlist.clock import DAY, HOUR
from warmlist.errors import BadInput
from warmlist.insights import runs
from warmlist.insights.jobs import FREIGHT
from warmlist.insights.regions import freight_shares, starting_table
from warmlist.store.database import Store

pytestmark = pytest.mark.store

NOW = ms("2026-03-01")
#: Country -> (a number of it, orders of each of ten customers, amount)
SHOPS = {
    "IT": ("+39333{:07}", 4, 50),
    "DE": ("+4915112{:06}", 4, 80),
    "AE": ("+9715012{:05}", 4, 220),
}


def shops(returned: int = 0) -> list:
    events = []
    for country, (number, orders, amount) in SHOPS.items():
        for n in range(10):
            for k in range(orders):
                name = f"{country}-{n}-{k}"
                at = NOW - (n + 7 * k + 1) * DAY
                events.append(order(number.format(n), name, at, amount))
                if country == "DE" and n * orders + k < returned:
                    events.append(
                        order(number.format(n), name, at + HOUR, amount, status="returned")
                    )
    return events


def test_the_table_tells_the_workspaces_own_figures(store: Store, tmp_path: Path) -> None:
    talk = []
    for n in range(30):
        phone = SHOPS["IT"][0].format(n % 10)
        talk.append(message(phone, f"q{n}", NOW - (n + 1) * DAY, "out"))
        talk.append(message(phone, f"a{n}", NOW - (n + 1) * DAY + 3 * HOUR))
    fill(store, shops(returned=10) + talk)
    table = run(workspace(store, tmp_path), "regions", NOW).result["regions"]
    assert table["IT"]["average_order"] == "50.00"
    assert table["IT"]["share"] == pytest.approx(1 / 3, abs=1e-3)
    assert table["IT"]["per_1000"] == 4_000
    assert table["IT"]["reply_hours"] == 3
    assert table["DE"]["returned"] == 0.25
    assert table["AE"]["average_order"] == "220.00"
    assert table["AE"]["start"] == {
        "reply_hours": "1.2",
        "best": [14, 16],
    }  # not known of one's own


def test_countries_without_data_start_from_the_table_or_are_named(
    store: Store, tmp_path: Path
) -> None:
    strangers = [
        message("+919812345678", "in", NOW - DAY),  # India: in the starting table
        *(message(f"+2547123456{n}0", f"ke{n}", NOW - DAY) for n in range(3)),  # Kenya: nowhere
        message("email:who@example.com", "mail", NOW - DAY),
    ]
    fill(store, strangers)
    found = run(workspace(store, tmp_path), "regions", NOW)
    table = found.result["regions"]
    assert (table["IN"]["from"], table["IN"]["start"]["average_order"]) == ("start", "45")
    assert table["KE"]["from"] == "nothing"
    assert found.result["without_row"] == {"KE": 3}
    assert "KE: no data of its own and none to start with, 3 customers" in found.withheld
    assert "1 customers are of no known country" in found.withheld


def test_the_region_of_high_value(store: Store, tmp_path: Path) -> None:
    fill(store, shops())
    place = workspace(store, tmp_path)
    found = run(place, "regions", NOW)
    assert found.result["high_value"] == ["AE"]
    assert labels(store, "region") == {(SHOPS["AE"][0].format(n), "high_value") for n in range(10)}
    strict = run(workspace(store, tmp_path, region_rate=5_000), "regions", NOW + DAY)
    assert strict.result["high_value"] == []
    assert labels(store, "region") == set()
    assert {"country": "AE", "what": "high_value", "was": True, "now": False} in strict.result[
        "changes"
    ]


def test_changes_since_the_last_run_are_told(store: Store, tmp_path: Path) -> None:
    fill(store, shops())
    place = workspace(store, tmp_path)
    assert run(place, "regions", NOW).result["changes"] == []
    phone = SHOPS["IT"][0].format(3)
    fill(store, [order(phone, f"new{n}", NOW + HOUR, 500) for n in range(40)])
    changes = run(place, "regions", NOW + DAY).result["changes"]
    assert {"IT", "DE", "AE"} == {c["country"] for c in changes if c["what"] == "share"}
    assert {"country": "IT", "what": "mean", "was": 5_000, "now": 27_500} in changes


def test_costly_freight_is_a_setting(store: Store, tmp_path: Path) -> None:
    fill(store, shops())
    place = workspace(store, tmp_path)
    with store.connect() as conn:
        runs.put_setting(conn, FREIGHT, freight_shares({}, ["IT=30", "DE=30.5%"]))
    run(place, "regions", NOW)
    restricted = {pair for pair in labels(store, "region") if pair[1] == "shipping_restricted"}
    assert restricted == {(SHOPS["DE"][0].format(n), "shipping_restricted") for n in range(10)}


@pytest.mark.parametrize("item", ["BR", "BR=lots", "BR=101", "BR=-1", "Brazil=3", "BR=nan"])
def test_freight_that_is_none_is_refused(item: str) -> None:
    with pytest.raises(BadInput, match="--freight"):
        freight_shares({}, [item])


def test_freight_is_forgotten_where_nothing_is_given() -> None:
    assert freight_shares({"BR": 0.4, "IN": 0.2}, ["br="]) == {"IN": 0.2}


def test_the_starting_table_has_every_country_of_the_domain() -> None:
    assert set(starting_table()) == {"AE", "IN", "BR", "TW", "SA", "MX", "ID", "DE", "US"}
    assert all(row["source"] for row in starting_table().values())
