"""Backup and restore: everything, or nothing and why."""

import gzip
from pathlib import Path

import pytest

from warmlist.errors import BadInput, Busy, Refused
from warmlist.store import database, transfer
from warmlist.store.database import Migration, Store

pytestmark = pytest.mark.store


def add_customers(store: Store, count: int) -> None:
    with store.connect() as conn:
        conn.execute(
            "INSERT INTO customers (created_at) SELECT n FROM generate_series(1, %s) n", (count,)
        )


def customers(store: Store) -> int:
    with store.connect() as conn:
        row = conn.execute("SELECT count(*) FROM customers").fetchone()
    return row[0] if row else 0


@pytest.fixture
def taken(store: Store, tmp_path: Path) -> Path:
    """A backup with three customers; the store has five by now."""
    add_customers(store, 3)
    target = tmp_path / "warm list.sql.gz"
    assert transfer.backup(store, target) == target.stat().st_size > 0
    add_customers(store, 2)
    return target


def test_restoring_replaces_everything(store: Store, taken: Path) -> None:
    assert transfer.restore(store, taken) == []
    assert customers(store) == 3
    add_customers(store, 1)
    assert customers(store) == 4, "the identity column goes on where it was"


def test_restoring_into_an_empty_database(empty_store: Store, taken: Path) -> None:
    transfer.restore(empty_store, taken)
    assert customers(empty_store) == 3


def test_a_backup_is_private_and_replaces_no_file(store: Store, taken: Path) -> None:
    assert taken.stat().st_mode & 0o077 == 0
    with pytest.raises(BadInput, match="never replaces"):
        transfer.backup(store, taken)
    assert [file.name for file in taken.parent.iterdir()] == [taken.name]


def test_a_backup_into_no_folder_is_refused(store: Store, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="No such file"):
        transfer.backup(store, tmp_path / "none" / "file")


@pytest.mark.parametrize("kept", [0.0, 0.5, 0.98, 0.9999])
def test_a_cut_file_changes_nothing(store: Store, taken: Path, kept: float) -> None:
    content = taken.read_bytes()
    taken.write_bytes(content[: int(len(content) * kept)])
    with pytest.raises(BadInput):
        transfer.restore(store, taken)
    assert customers(store) == 5


@pytest.mark.parametrize("content", [b"", b"SELECT 1;", gzip.compress(b"SELECT 1;", mtime=0)])
def test_another_file_is_no_backup(store: Store, tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "other"
    file.write_bytes(content)
    with pytest.raises(BadInput, match="other"):
        transfer.restore(store, file)


def test_an_older_backup_is_migrated(
    store: Store, taken: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    newer = Migration(9_999, "9999_newer.sql", "CREATE TABLE newer (n int)")
    both = [*database.migrations(), newer]
    monkeypatch.setattr(database, "migrations", lambda: both)
    assert transfer.restore(store, taken) == ["9999_newer.sql"]


def test_a_backup_of_a_newer_version_is_refused(
    store: Store, taken: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transfer, "migrations", list)
    with pytest.raises(Refused, match=r"newer Warmlist.*0001_start\.sql"):
        transfer.restore(store, taken)
    assert customers(store) == 5


def test_tables_in_use_are_waited_for_and_then_left(
    store: Store, taken: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transfer, "_BEGIN", transfer._BEGIN.replace("10000", "200"))
    with store.connect() as reader:
        reader.execute("SELECT 1 FROM customers")
        with pytest.raises(Busy, match="stop serve"):
            transfer.restore(store, taken)
        reader.rollback()
    assert customers(store) == 5
