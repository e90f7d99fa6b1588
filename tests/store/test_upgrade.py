"""From one major version of PostgreSQL to the next."""

from pathlib import Path

import psycopg
import pytest

from warmlist.errors import Busy, StoreUnavailable
from warmlist.settings import Settings
from warmlist.store import binaries, cluster, upgrade
from warmlist.store.database import Store, migrate, open_store
from warmlist.store.place import find

pytestmark = pytest.mark.store
OLD = 16


@pytest.fixture
def old_home(home: Path) -> Path:
    """A home folder whose database was made by an older PostgreSQL, with one customer."""
    place = find(home)
    cluster.initialise(place, place.data, OLD)
    with upgrade._running(place, place.data, OLD) as address:
        migrate(Store(address))
        with psycopg.connect(address) as conn:
            conn.execute("INSERT INTO customers (created_at) VALUES (7)")
    return home


def created(home: Path) -> object:
    with open_store(Settings(home=home)) as store, store.connect() as conn:
        return conn.execute("SELECT created_at FROM customers").fetchall()


def test_the_data_come_along_and_the_old_ones_stay(old_home: Path) -> None:
    with pytest.raises(StoreUnavailable, match="warmlist upgrade"):
        created(old_home)
    assert upgrade.upgrade(old_home) == (OLD, binaries.MAJOR)
    assert created(old_home) == [(7,)]
    assert (old_home / f"postgres/data.old-{OLD}/PG_VERSION").read_text().strip() == str(OLD)
    assert upgrade.upgrade(old_home) == (binaries.MAJOR, binaries.MAJOR)


def test_an_upgrade_that_was_interrupted_is_done_again(
    old_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(upgrade, "restore", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            upgrade.upgrade(old_home)
    assert upgrade.upgrade(old_home) == (OLD, binaries.MAJOR)
    assert created(old_home) == [(7,)]


def test_the_last_step_is_finished_by_the_next_start(old_home: Path) -> None:
    upgrade.upgrade(old_home)
    base = old_home / "postgres"
    (base / "data").rename(base / "data.upgraded")
    assert created(old_home) == [(7,)]


def test_a_database_in_use_is_left_alone(home: Path) -> None:
    with open_store(Settings(home=home)), pytest.raises(Busy):
        upgrade.upgrade(home)


def test_nothing_to_upgrade_is_said(home: Path) -> None:
    with pytest.raises(StoreUnavailable, match="no embedded database"):
        upgrade.upgrade(home)
