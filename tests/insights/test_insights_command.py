"""`warmlist insights`: tables for people, lines for programs, and clear words on wrong use."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from insights.shop import PHONE, fill, message, ms, order
from warmlist.cli import cli
from warmlist.clock import DAY
from warmlist.errors import BadInput, NotFound
from warmlist.store.database import Store

pytestmark = pytest.mark.store

NOW = ms("2026-03-01")
Run = Callable[..., Result]


@pytest.fixture
def run(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs `warmlist insights ...` on the store of this test."""
    monkeypatch.setenv("WARMLIST_DATABASE_URL", store.dsn)
    monkeypatch.setenv("WARMLIST_HOME", str(tmp_path))
    return lambda *words: CliRunner().invoke(cli, ["insights", *words])


def lines(done: Result) -> list[dict[str, Any]]:
    assert done.exit_code == 0, done.exception
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_tiers_as_of_a_moment_and_as_recorded(store: Store, run: Run) -> None:
    fill(store, [order(PHONE.format(n), f"o{n}", NOW - 2 * DAY, 100 + n) for n in range(40)])
    done = run("tiers", "--format", "jsonl", "--as-of", "2026-03-01T00:00:00Z")
    assert [line["tier"] for line in lines(done)] == ["top_15", "next_35", "last_50"]
    assert lines(done)[0]["as_of"] == "2026-03-01T00:00:00.000Z"
    assert "46 labels begin, 0 end" in done.stderr
    before = run("tiers", "--format", "jsonl", "--as-of", "2026-02-01T00:00:00Z")
    assert lines(before) == []
    assert "withheld: 0 customers bought" in before.stderr
    missing = run("tiers", "--recorded").exception
    assert isinstance(missing, NotFound)
    assert "no result of tiers was kept by then (run: warmlist insights tiers --record)" in str(
        missing
    )
    assert run("tiers", "--record").exit_code == 0
    shown = run("tiers", "--recorded")
    assert "top_15" in shown.stdout
    assert "46 labels begin" in shown.stdout


def test_breakpoints_are_drawn_and_accepted(store: Store, run: Run) -> None:
    amounts = [10 + n % 40 for n in range(300)] + [50 + n % 150 for n in range(300)]
    amounts += [200 + n % 200 for n in range(90)]
    fill(store, [order(PHONE.format(n), f"o{n}", NOW - DAY, a) for n, a in enumerate(amounts)])
    shown = run("breakpoints", "--as-of", "2026-03-02T00:00:00Z")
    assert "█" in shown.stdout
    assert "yes" in shown.stdout
    accepted = run("breakpoints", "--accept", "orders", "--by", "Mei")
    assert "order_mid_from = " in accepted.stdout
    assert "order_high_over = 200.00 USD" in accepted.stdout
    with store.connect() as conn:
        assert conn.execute("SELECT by_name FROM insight_runs WHERE job = 'limits'").fetchone() == (
            "Mei",
        )


def test_one_customers_windows(store: Store, run: Run) -> None:
    phone = PHONE.format(1)
    fill(store, [message(phone, f"m{d}", NOW - d * DAY + 8 * 3_600_000) for d in range(1, 20)])
    words = ("windows", "--customer", phone, "--as-of", "2026-03-01T00:00:00Z")
    told = {line["part"]: line for line in lines(run(*words, "--format", "jsonl"))}
    assert told["weekday"]["best"] in ("08-10", "09-11")
    assert told["weekday"]["acts"][9] == sum(told["weekday"]["acts"]) > 10
    assert "19 acts, by the clock of Europe/Rome" in run(*words).stdout
    assert isinstance(run("windows", "--customer", "+393330000009").exception, NotFound)


def test_freight_is_kept_and_shown(store: Store, run: Run) -> None:
    fill(store, [order("+5511991234567", "o1", NOW - DAY, 10)])
    done = run("regions", "--freight", "BR=35", "--format", "jsonl")
    assert [(line["country"], line["labels"]) for line in lines(done)] == [
        ("BR", "shipping_restricted")
    ]
    assert lines(done)[0]["average_order"] == "68 USD"  # to start with


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("tiers", "--format", "xml"), "--format 'xml' is not one of table, jsonl"),
        (
            ("tiers", "--record", "--as-of", "2026-03-01T00:00:00Z"),
            "leave --as-of and --recorded out",
        ),
        (("breakpoints", "--accept", "both"), "--accept 'both' is not one of orders, year"),
        (("regions", "--freight", "Brazil"), "write COUNTRY=PERCENT"),
    ],
)
def test_wrong_use_says_what_to_write(run: Run, words: tuple[str, ...], told: str) -> None:
    found = run(*words).exception
    assert isinstance(found, BadInput)
    assert told in str(found)


def test_an_empty_workspace_says_what_is_missing(run: Run) -> None:
    for job in (
        "windows",
        "tiers",
        "regions",
        "associations",
        "seasons",
        "replenishment",
        "breakpoints",
    ):
        done = run(job)
        assert done.exit_code == 0, done.exception
        assert "withheld: " in done.stderr, job
