"""However often and in whatever order things arrive, the log, the labels and the queue are the same."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import pytest

from end_to_end import records, small_shop
from end_to_end.small_shop import END
from support import databases
from warmlist.intake import imports
from warmlist.intake.imports import ImportOptions, run_import
from warmlist.store.database import Store

pytestmark = pytest.mark.store

Step = Callable[[Store], None]
CHAT = ImportOptions(
    kind="whatsapp-chat", team=("Shop",), customer=f"+{small_shop.GIULIA}", time_zone="Europe/Rome"
)


def bring_file(path: Path, options: ImportOptions = ImportOptions()) -> Step:  # noqa: B008 - frozen
    def step(store: Store) -> None:
        report = run_import(store.connect, records.log(), [path], options, now_ms=END)
        assert not report.failed
        assert not report.problems

    return step


def bring_delivery(received_at: int, body: bytes) -> Step:
    return lambda store: records.deliver(store, [(received_at, body)])


def steps(folder: Path, lines: list[str], *, parts: int = 1, times: int = 1) -> list[Step]:
    """Everything that happens to the shop, a step each."""
    files = small_shop.write_files(folder, lines, parts, chats=times)
    found: list[Step] = []
    for _ in range(times):
        found += [bring_delivery(*d) for d in small_shop.live_deliveries()]
        found += [bring_delivery(*d) for d in small_shop.history_deliveries()]
        found += [bring_file(path) for path in files.lines]
    return found + [bring_file(path, CHAT) for path in files.chats]


Outcome = dict[str, list[tuple[object, ...]]]


def outcome(store: Store) -> Outcome:
    with store.connect() as conn:
        return {
            "events": records.rows(conn, records.EVENTS),
            "labels": records.rows(conn, records.LABELS),
            "standings": records.rows(conn, records.STANDINGS),
        }


def assert_same(found: Outcome, wanted: Outcome) -> None:
    for what, rows in wanted.items():
        extra = [r for r in found[what] if r not in rows]
        missing = [r for r in rows if r not in found[what]]
        assert (extra, missing) == ([], []), f"{what}: not expected, missing"
        assert found[what] == rows, what


@pytest.fixture
def in_order(store: Store, tmp_path: Path) -> Outcome:
    """(a) once, in order."""
    (tmp_path / "a").mkdir()
    for step in steps(tmp_path / "a", small_shop.event_lines()):
        step(store)
        records.work(store, END)
    records.relabel(store, END)
    found = outcome(store)
    assert {row[0] for row in found["labels"]} == {row[0] for row in found["standings"]}
    assert len(found["standings"]) == 5, "five customers, whatever handles they have"
    return found


@pytest.fixture
def other(database_server: str, database_template: str):
    with databases.fresh(database_server, database_template) as store:
        yield store


@pytest.mark.parametrize("seed", range(4))
def test_everything_twice_and_shuffled(
    other: Store, in_order: Outcome, tmp_path: Path, seed: int
) -> None:
    dice = random.Random(seed)
    lines = small_shop.event_lines() * 2
    dice.shuffle(lines)
    (tmp_path / "b").mkdir()
    shuffled = steps(tmp_path / "b", lines, parts=5, times=2)
    dice.shuffle(shuffled)
    for step in shuffled:
        step(other)
        if dice.random() < 0.3:
            records.work(other, END, limit=dice.choice((1, 2, 200)))
    records.work(other, END)
    records.relabel(other, END)
    assert_same(outcome(other), in_order)


def test_in_other_batches(
    other: Store, in_order: Outcome, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(imports, "BATCH", 3)
    (tmp_path / "c").mkdir()
    for step in steps(tmp_path / "c", small_shop.event_lines()):
        step(other)
    records.work(other, END, limit=1)
    records.relabel(other, END, batch=1)
    assert_same(outcome(other), in_order)


def test_labelled_as_it_comes_or_all_at_once(store: Store, other: Store) -> None:
    """What the team saw live is what a walk over the past finds."""
    plan = records.plan_of(store, END)
    for received_at, body in small_shop.live_deliveries():
        records.deliver(store, [(received_at, body)])
        records.work(store, received_at + 3)
        records.relabel(store, received_at + 3, plan=plan)
    records.relabel(store, END, plan=plan)
    records.deliver(other, small_shop.live_deliveries())
    records.work(other, END)
    records.relabel(other, END, plan=plan)
    live, at_once = outcome(store), outcome(other)
    assert_same({"labels": live["labels"]}, {"labels": at_once["labels"]})


def test_the_nightly_run_finds_nothing(store: Store, in_order: Outcome, tmp_path: Path) -> None:
    report = records.repair(store, tmp_path / "mirror", END)
    assert (report.opened, report.closed, report.standings, report.left) == (0, 0, 0, set())
    assert_same(outcome(store), in_order)
