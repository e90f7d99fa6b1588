"""Which jobs are due, and that a process of their own runs them without a word of the log's secrets."""

from __future__ import annotations

from pathlib import Path

import pytest

from insights.shop import PHONE, fill, labels, ms, order, workspace
from warmlist.clock import DAY, HOUR
from warmlist.insights import runs
from warmlist.insights.jobs import JOBS
from warmlist.insights.nightly import Nightly
from warmlist.insights.schedule import due
from warmlist.store.database import Store
from warmlist.worker import Worker

NOW = ms("2026-02-10T03:00")
EVERY_NIGHT = ["associations", "seasons", "replenishment"]


def last(at: int, said: int | None = -1) -> dict[str, tuple[int, int | None]]:
    return dict.fromkeys(JOBS, (at, at if said == -1 else said))


@pytest.mark.unit
def test_at_first_all_are_due() -> None:
    assert due(JOBS, {}, NOW, "UTC") == list(JOBS)


@pytest.mark.unit
@pytest.mark.parametrize(
    ("before", "expected"),
    [
        ("2026-02-10T00:00", []),
        ("2026-02-09T23:59", EVERY_NIGHT),
        ("2026-02-01T00:00", EVERY_NIGHT),
        ("2026-01-31T23:59", ["windows", *EVERY_NIGHT]),
        ("2026-01-01T00:00", ["windows", *EVERY_NIGHT]),
        ("2025-12-31T23:59", list(JOBS)),
    ],
)
def test_each_once_a_night_a_month_a_quarter(before: str, expected: list[str]) -> None:
    assert due(JOBS, last(ms(before)), NOW, "UTC") == expected


@pytest.mark.unit
def test_the_day_begins_where_the_workspace_is() -> None:
    at = ms("2026-02-10T23:30")  # the 11th in Rome
    assert due(JOBS, last(ms("2026-02-10T22:59")), at, "Europe/Rome") == EVERY_NIGHT
    assert due(JOBS, last(ms("2026-02-10T23:00")), at, "Europe/Rome") == []


@pytest.mark.unit
def test_what_concluded_nothing_is_asked_again_the_next_night() -> None:
    assert due(JOBS, last(NOW - DAY, None), NOW, "UTC") == list(JOBS)
    assert due(JOBS, last(NOW - HOUR, None), NOW, "UTC") == []


@pytest.mark.store
def test_a_process_of_its_own_runs_what_is_due(store: Store, tmp_path: Path) -> None:
    phone = PHONE.format(1)
    fill(store, [order(phone, f"a{d}", NOW - (d + 15) * DAY, 10, "food/oats") for d in (0, 17, 34)])
    nightly = Nightly(workspace(store, tmp_path), lambda: NOW, "warning")
    assert nightly.start()
    assert nightly.child.process is not None
    assert nightly.child.process.wait(timeout=120) == 0
    assert labels(store, "product") == {(phone, "replenish:oats")}
    with store.connect() as conn:
        assert set(runs.last(conn, NOW)) == set(JOBS)
    assert not nightly.start()  # nothing is due any more
    nightly.stop()


class Counted:
    """Stands in for what the worker starts."""

    def __init__(self) -> None:
        self.starts = 0

    def start(self, *_: object) -> bool:
        self.starts += 1
        return True


@pytest.mark.unit
def test_the_worker_starts_the_jobs_once_a_day_when_nothing_waits() -> None:
    everybody, nightly = Counted(), Counted()
    worker = Worker(None, None, None, everybody, nightly=nightly)  # type: ignore[arg-type]
    for hours in (0, 1, 5, 7, 8, 30, 31, 32):
        worker._nightly(NOW + hours * HOUR)
    assert (everybody.starts, nightly.starts) == (2, 2)  # 6 h after the start, then a day later
    worker.counters.backlog = 1
    worker._nightly(NOW + 90 * HOUR)
    assert nightly.starts == 2
