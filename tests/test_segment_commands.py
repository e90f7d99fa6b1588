"""`warmlist segment`: count, export, label, undo, kept segments."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from warmlist import clock
from warmlist.app import event_log, open_app
from warmlist.cli import cli
from warmlist.cli.lines import label_news
from warmlist.cli.output import read_settings
from warmlist.clock import HOUR
from warmlist.events.model import Event
from warmlist.store.database import Store
from warmlist.understanding.reader import default_reader

pytestmark = pytest.mark.store


@pytest.fixture
def run(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Runs a command over a shop of three customers who wrote an hour ago."""
    monkeypatch.setenv("WARMLIST_DATABASE_URL", store.dsn)
    monkeypatch.setenv("WARMLIST_HOME", str(tmp_path))
    now = clock.now_ms()
    events = [
        Event("message", str(n), "shop", f"+39333000000{n}", now - HOUR, now - HOUR,
              fields={"direction": "in", "text": "Hello"})
        for n in range(3)
    ]  # fmt: skip
    with store.connect() as conn:
        event_log(default_reader()).append(conn, events, now_ms=now)
    with open_app(read_settings()) as app:
        label_news(app, lambda _: None)

    def said(*words: str, fails: bool = False) -> str:
        done = CliRunner().invoke(cli, words)
        assert (done.exception is not None) is fails, done.output
        return str(done.exception) if fails else done.stdout

    return said


def test_a_segment_is_counted_labelled_and_restored(run: Any) -> None:
    assert run("segment", "count", "age(last_inbound) <= 2h") == "3 customers\n"
    assert run("segment", "count", "value = 'high'") == "0 customers\n"
    done = run("segment", "label", "age(last_inbound) <= 2h", "value:high", "--reason", "fair")
    assert done == "operation 1: 3 customers done\n"
    assert run("segment", "count", "value = 'high'") == "3 customers\n"
    assert run("segment", "undo", "1") == "3 customers: as before\n"
    assert run("segment", "count", "value = 'high'") == "0 customers\n"
    left = run("segment", "unlabel", "age(last_inbound) <= 2h", "value:high")
    assert left == "operation 2: 0 customers done\nleft out: 3 (has_none)\n"


def test_a_kept_segment_is_asked_by_its_name(run: Any) -> None:
    run("segment", "save", "Just wrote", "age(last_inbound) <= 2h")
    assert "Just wrote" in run("segment", "list")
    rows = list(csv.DictReader(io.StringIO(run("segment", "export", "Just wrote"))))
    assert [row["handle"] for row in rows] == [f"+39333000000{n}" for n in range(3)]
    assert "did you mean follow_up?" in run("segment", "count", "folow_up = 'red'", fails=True)
    assert "dimension:label" in run("segment", "label", "Just wrote", "high", fails=True)
