"""`warmlist review`: the figures as a table and as lines."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
import structlog
from typer.testing import CliRunner, Result

from insights.reviews.books import NOW, Books, lively
from warmlist.cli import cli
from warmlist.clock import rfc3339
from warmlist.insights.reviews.alerts import look
from warmlist.store.database import Store

pytestmark = pytest.mark.store


@pytest.fixture(autouse=True)
def logs_as_before() -> Iterator[None]:
    """A command sends logs to its own stderr, which the runner closes."""
    yield
    structlog.reset_defaults()


def run(*words: str) -> Result:
    return CliRunner().invoke(cli, ["review", *words])


@pytest.fixture
def shop(books: Books, store: Store, monkeypatch: pytest.MonkeyPatch) -> Books:
    monkeypatch.setenv("WARMLIST_DATABASE_URL", store.dsn)
    lively(books, 60)
    look(books.conn, books.limits, NOW)
    books.conn.commit()
    return books


def test_a_review_as_lines_and_as_a_table(shop: Books) -> None:
    at = ("--as-of", rfc3339(NOW) or "")
    for period in ("weekly", "monthly", "quarterly"):
        answer = run(period, *at, "--format", "jsonl")
        assert answer.exit_code == 0
        lines = [json.loads(line) for line in answer.stdout.splitlines()]
        assert {line["review"] for line in lines} == {period}
        assert {line["as_of"] for line in lines} == {rfc3339(NOW)}
        assert lines[0]["type"] == "alert"
        figures = [line for line in lines if line["type"] == "figure"]
        table = run(period, *at).stdout.splitlines()
        assert len(table) == len(figures) + 1
        assert table[0].split() == [
            "section", "figure", "owner", "label", "value", "before", "interval", "expected",
        ]  # fmt: skip
    assert "\n! High activity is" in f"\n{run('weekly', *at).stderr}"


def test_one_rep(shop: Books) -> None:
    answer = run("weekly", "--as-of", rfc3339(NOW) or "", "--owner", "Rob", "--format", "jsonl")
    assert {json.loads(line)["owner"] for line in answer.stdout.splitlines()} == {"Rob"}


def test_an_empty_workspace_has_nothing_to_review(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WARMLIST_DATABASE_URL", store.dsn)
    answer = run("quarterly")
    assert answer.exit_code == 0
    assert "nothing to review yet" in answer.stdout


def test_wrong_use_is_said(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WARMLIST_DATABASE_URL", store.dsn)
    assert "'daily' is not one of weekly" in str(run("daily").exception)
    assert "nobody here" in str(run("weekly", "--owner", "Nobody").exception)
