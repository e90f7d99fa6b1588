"""`warmlist label --engine spark`: the lines of DuckDB, from the mirror, its tail and shared storage."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from warmlist import clock
from warmlist.app import event_log
from warmlist.cli import cli
from warmlist.clock import DAY, HOUR, MINUTE, rfc3339
from warmlist.demo.shop import history
from warmlist.engines.mirror import Manifest, Mirror
from warmlist.engines.relations import Fetcher
from warmlist.engines.storage import Storage
from warmlist.errors import BadInput, BadSettings, Busy, EngineUnavailable
from warmlist.events.model import Event
from warmlist.store.database import Store
from warmlist.understanding.reader import default_reader

pytestmark = pytest.mark.store

NOW = 1_772_539_200_000  # 2026-03-03 12:00 UTC
LOG = event_log(default_reader())
Run = Callable[..., Result]


@pytest.fixture
def run(store: Store, sail: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """The command line of a small shop, with Sail as its cluster."""
    append(store, list(history(3, NOW, 12)), NOW)
    monkeypatch.setenv("WARMLIST_DATABASE_URL", store.dsn)
    monkeypatch.setenv("WARMLIST_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("WARMLIST_SPARK_REMOTE", sail)
    return lambda *words: CliRunner().invoke(cli, ["label", *words])


def append(store: Store, events: Sequence[Event], now: int) -> None:
    with store.connect() as conn:
        for first in range(0, len(events), 2_000):
            LOG.append(conn, events[first : first + 2_000], now_ms=now)


def lines(run: Run, engine: str, as_of: int) -> list[str]:
    """Every line, in one order; each with the evidence behind it."""
    made = run("--engine", engine, "--as-of", rfc3339(as_of), "--format", "jsonl")
    if made.exception:
        raise made.exception
    assert made.stdout
    return sorted(json.dumps(json.loads(line), sort_keys=True) for line in made.stdout.splitlines())


@contextmanager
def an_open_transaction(store: Store) -> Iterator[None]:
    """Nothing that comes now gets into the mirror."""
    with store.connect() as conn:
        conn.execute("SELECT pg_current_xact_id()")
        yield


def message(name: str, text: str, at: int) -> Event:
    fields = {"direction": "in", "kind": "text", "text": text}
    return Event("message", name, "api", "+15550100", at, at, fields=fields)


def test_the_lines_are_duckdbs_now_and_as_of_the_past(run: Run) -> None:
    now = lines(run, "spark", NOW)
    assert now == lines(run, "duckdb", NOW)
    then = lines(run, "spark", NOW - 45 * DAY)
    assert then == lines(run, "duckdb", NOW - 45 * DAY)
    assert then != now


def test_news_corrections_and_what_is_not_in_the_mirror_yet_count(run: Run, store: Store) -> None:
    asked = message("m1", "How much is it?", NOW + HOUR)
    taken_back = Event("correction", "c1", "api", "+15550100", NOW + 2 * HOUR, NOW + 2 * HOUR,
                       fields={"message": "m1", "action": "revoke"})  # fmt: skip
    revised = message("m1", "Hello", NOW + 3 * HOUR)
    append(store, [asked], asked.known_at)
    then = lines(run, "duckdb", NOW + 90 * MINUTE)  # a first part of the mirror
    append(store, [taken_back], taken_back.known_at)
    later = lines(run, "duckdb", NOW + 150 * MINUTE)  # a second one, where it is read anew
    assert later != then
    with an_open_transaction(store):
        append(store, [revised], revised.known_at)
        append(store, [message("m2", "How much is the blue one?", NOW + 4 * HOUR)], NOW + 4 * HOUR)
        now = lines(run, "spark", NOW + 5 * HOUR)
        assert now == lines(run, "duckdb", NOW + 5 * HOUR)
        assert any('"m2"' in line for line in now)
        assert lines(run, "spark", NOW + 90 * MINUTE) == then


def test_storage_elsewhere_holds_each_part_once_and_nothing_of_a_run(
    run: Run, store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shared = tmp_path / "shared"
    monkeypatch.setenv("WARMLIST_SPARK_STORAGE", shared.as_uri())
    assert lines(run, "spark", NOW) == lines(run, "duckdb", NOW)
    first = {path: path.stat().st_mtime_ns for path in shared.rglob("*.parquet")}
    assert len({path.relative_to(shared).parts[0] for path in first}) == 1
    append(store, [message("m1", "How much is it?", NOW + HOUR)], NOW + HOUR)
    assert lines(run, "spark", NOW + DAY) == lines(run, "duckdb", NOW + DAY)
    second = {path: path.stat().st_mtime_ns for path in shared.rglob("*.parquet")}
    assert first.items() < second.items()
    assert {path.name.partition("-")[0] for path in shared.iterdir()} == {"part"}
    Storage(tmp_path / "home/mirror", Manifest(), shared.as_uri()).close()  # a mirror begun anew
    assert not list(shared.iterdir())


def test_two_runs_of_one_mirror_do_not_meet(store: Store, tmp_path: Path) -> None:
    with Fetcher(store.dsn) as fetcher, Mirror(tmp_path, fetcher) as mirror:
        with (
            Storage(tmp_path, mirror.manifest),
            pytest.raises(Busy, match="another run with --engine spark"),
        ):
            Storage(tmp_path, mirror.manifest)
        Storage(tmp_path, mirror.manifest).close()


def test_what_is_missing_is_said(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def told(*words: str) -> BaseException | None:
        return run(*words).exception

    assert isinstance(told("--engine", "polars"), BadInput)
    assert isinstance(told("--engine", "spark", "--customer", "+15550100"), BadInput)
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        port = nobody.getsockname()[1]
        monkeypatch.setenv("WARMLIST_SPARK_REMOTE", f"sc://127.0.0.1:{port}/;token=secret")
        began = clock.tick()
        error = told("--engine", "spark")
        assert isinstance(error, EngineUnavailable)
        assert str(error) == f"Spark Connect does not answer at 127.0.0.1:{port}"
        assert clock.tick() - began < 10
    monkeypatch.setenv("WARMLIST_SPARK_REMOTE", "127.0.0.1:15002")
    assert "sc://" in str(told("--engine", "spark"))
    monkeypatch.delenv("WARMLIST_SPARK_REMOTE")
    assert isinstance(told("--engine", "spark"), BadSettings)
    assert "WARMLIST_SPARK_REMOTE" in str(told("--engine", "spark"))


def test_a_storage_that_cannot_be_opened_is_named(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WARMLIST_SPARK_STORAGE", "ftp://example.com/x")
    error = run("--engine", "spark").exception
    assert isinstance(error, BadSettings)
    assert "WARMLIST_SPARK_STORAGE" in str(error)


@pytest.mark.timeout(900)
@pytest.mark.xdist_group("spark")
def test_apache_spark_gives_the_lines_of_duckdb(
    run: Run, apache_spark: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WARMLIST_SPARK_REMOTE", apache_spark)
    assert lines(run, "spark", NOW) == lines(run, "duckdb", NOW)
