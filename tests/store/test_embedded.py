"""The private PostgreSQL: where it lies, who may use it, when it runs."""

import os
import pwd
import shutil
import stat
import subprocess
from pathlib import Path

import adbc_driver_postgresql.dbapi
import psycopg
import pytest

from support import processes
from warmlist.errors import BadSettings, Busy, StoreUnavailable
from warmlist.settings import Settings
from warmlist.store import place
from warmlist.store.database import Store, open_store
from warmlist.store.embedded import Embedded

pytestmark = pytest.mark.store

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root drops to another user")

JOIN = """
    import sys
    from pathlib import Path
    from warmlist.settings import Settings
    from warmlist.store.database import open_store
    store = open_store(Settings(home=Path(sys.argv[1])), serving="serve" in sys.argv)
    print("joined", flush=True)
    sys.stdin.readline()
    store.close()
"""


def opened(home: Path, *, serving: bool = False) -> Store:
    return open_store(Settings(home=home), serving=serving)


def asked(store: Store, question: str) -> object:
    with store.connect() as conn:
        row = conn.execute(question).fetchone()
    return row[0] if row else None


def remember(store: Store, word: str) -> None:
    with store.connect() as conn:
        conn.execute("CREATE TABLE IF NOT EXISTS words (word text)")
        conn.execute("INSERT INTO words VALUES (%s)", (word,))


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_it_is_durable_and_speaks_unicode_and_utc(home: Path) -> None:
    with opened(home) as store:
        for setting, value in {
            "fsync": "on",
            "full_page_writes": "on",
            "synchronous_commit": "on",
            "TimeZone": "UTC",
            "server_encoding": "UTF8",
            "listen_addresses": "",
        }.items():
            assert asked(store, f"SHOW {setting}") == value, setting
        assert asked(store, "SELECT string_agg(c, '' ORDER BY c) FROM regexp_split_to_table("
                            "'éaZ中z', '') c") == "Zazé中"  # fmt: skip
        assert asked(store, "SELECT upper('é')") == "É"


def test_it_runs_from_open_to_close_and_keeps_the_data(home: Path) -> None:
    with opened(home) as store:
        base = store.embedded.base
        assert processes.server(base)
        remember(store, "kept")
    assert processes.server(base) is None
    assert processes.eventually(lambda: processes.keeper_of(base) is None)
    with opened(home) as store:
        assert asked(store, "SELECT word FROM words") == "kept"


def test_adbc_reads_with_the_same_address(home: Path) -> None:
    with (
        opened(home / "shop & söhne") as store,
        adbc_driver_postgresql.dbapi.connect(store.dsn) as conn,
        conn.cursor() as cursor,
    ):
        cursor.execute("SELECT 42::bigint AS n")
        assert cursor.fetch_arrow_table().to_pydict() == {"n": [42]}


def test_others_join_and_the_last_one_stops_it(home: Path) -> None:
    with processes.running(JOIN, home) as other:
        assert processes.hears(other, "joined")
        store = opened(home)
        base = store.embedded.base
        pid = processes.server(base)
        other.communicate("\n")
        assert asked(store, "SELECT 1") == 1
        assert processes.server(base) == pid
        store.close()
        assert processes.server(base) is None


def test_leaving_twice_is_harmless(home: Path) -> None:
    store = opened(home)
    store.close()
    store.close()


def test_a_second_serve_is_refused_and_other_commands_are_not(home: Path) -> None:
    with processes.running(JOIN, home, "serve") as first:
        assert processes.hears(first, "joined")
        with pytest.raises(Busy) as refusal:
            opened(home, serving=True)
        assert str(first.pid) in str(refusal.value)
        assert "WARMLIST_HOME" in str(refusal.value)
        with opened(home) as store:
            assert asked(store, "SELECT 1") == 1
        first.communicate("\n")
    with opened(home, serving=True) as store:
        assert asked(store, "SELECT 1") == 1


def test_only_its_owner_reaches_it(home: Path) -> None:
    home.chmod(0o755)
    with opened(home) as store:
        base = store.embedded.base
        assert mode(home) == 0o755, "the folder that was given keeps its rights"
        assert mode(base / "data") == mode(base / "socket") == 0o700
        assert {mode(file) for file in base.iterdir() if file.is_file()} == {0o600}
        assert mode(base) & 0o066 == 0


def test_the_password_is_asked_for_and_seen_nowhere(home: Path) -> None:
    with opened(home) as store:
        base = store.embedded.base
        password = (base / "password").read_text().strip()
        assert len(password) > 30
        for pid in (processes.server(base), processes.keeper_of(base)):
            assert password not in processes.command_line(pid)
        assert password not in (base / "server.log").read_text()
        assert password not in repr(store)
        refused = store.dsn.replace(password, "guessed")
        with pytest.raises(psycopg.OperationalError, match="authentication failed"):
            psycopg.connect(refused)


def test_the_log_holds_no_rows(home: Path) -> None:
    with opened(home) as store:
        remember(store, "one")
        with store.connect() as conn:
            conn.execute("CREATE UNIQUE INDEX ON words (word)")
        with pytest.raises(psycopg.errors.UniqueViolation):
            remember(store, "one")
        with pytest.raises(psycopg.errors.InvalidTextRepresentation):
            asked(store, "SELECT '+393331234567 from Giulia'::bigint")
        log = (store.embedded.base / "server.log").read_text()
    assert "Giulia" not in log
    assert "(word)" not in log


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("with space", False),
        ("Größe 客户 🙂", False),
        ('it\'s "quoted" 100% & more?#', False),
        ("one, two", True),
        ("long-folder-name/" * 8, True),
    ],
)
def test_any_path_will_do(home: Path, name: str, *, short: bool) -> None:
    with opened(home / name) as store:
        remember(store, "here")
        address = store.dsn
    with opened(home / name) as store:
        assert asked(store, "SELECT word FROM words") == "here"
        assert store.dsn == address
        location = store.embedded.base / "socket.location"
        elsewhere = Path(location.read_text().strip()) if location.exists() else None
        assert (elsewhere is not None) == short
    if elsewhere is not None:
        assert mode(elsewhere) == 0o700
        shutil.rmtree(elsewhere)


def test_a_short_socket_folder_that_somebody_else_made_is_not_used(home: Path) -> None:
    long = home / ("long-folder-name/" * 8)
    with opened(long) as store:
        location = store.embedded.base / "socket.location"
        first = Path(location.read_text().strip())
    first.chmod(0o777)
    with opened(long):
        second = Path(location.read_text().strip())
        assert second != first
        assert mode(second) == 0o700
    shutil.rmtree(first)
    shutil.rmtree(second)


def test_a_start_that_fails_says_why_and_where(home: Path) -> None:
    opened(home).close()
    with pytest.raises(StoreUnavailable, match=r"shared_buffers.*server\.log"):
        Embedded(home, options={"shared_buffers": "many"})


def test_a_folder_that_cannot_be_is_a_bad_setting(home: Path) -> None:
    (home / "file").write_text("not a folder")
    with pytest.raises(BadSettings, match="WARMLIST_HOME"):
        opened(home / "file")


def test_data_of_another_major_version_are_left_alone(home: Path) -> None:
    with opened(home) as store:
        base = store.embedded.base
    (base / "data/PG_VERSION").write_text("17\n")
    with pytest.raises(StoreUnavailable, match=r"PostgreSQL 17.*warmlist upgrade"):
        opened(home)


def test_an_interrupted_initdb_is_begun_again(home: Path) -> None:
    with opened(home) as store:
        base = store.embedded.base
    (base / "data").rename(base / "data.new")
    with opened(home) as store:
        assert asked(store, "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'") == 0


@as_root
def test_as_root_the_server_alone_is_another_user(home: Path) -> None:
    with opened(home) as store:
        base = store.embedded.base
        uid = Path(f"/proc/{processes.server(base)}").stat().st_uid
        assert uid != 0
        assert (base / "data").stat().st_uid == (base / "socket").stat().st_uid == uid
        assert base.stat().st_uid == home.stat().st_uid == 0


@as_root
def test_as_root_a_closed_folder_stays_closed(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(place, "SYSTEM_STATE", home / "state")
    closed = home / "closed"
    closed.mkdir(mode=0o700)
    with opened(closed / "warm") as store:
        base = store.embedded.base
        remember(store, "elsewhere")
    assert mode(closed) == 0o700
    assert base.parent == home / "state"
    assert (closed / "warm/postgres.location").read_text().strip() == str(base)
    said = capsys.readouterr()
    assert str(base) in said.out + said.err
    with opened(closed / "warm") as store:
        assert asked(store, "SELECT word FROM words") == "elsewhere"


@as_root
def test_as_root_a_folder_closed_later_is_named(home: Path) -> None:
    opened(home).close()
    home.chmod(0o700)
    with pytest.raises(BadSettings, match=f"cannot enter {home}"):
        opened(home)


@as_root
def test_as_root_programs_in_a_closed_folder_are_copied(home: Path) -> None:
    closed = home / "closed"
    package = place.binaries.folder().parent.parent
    shutil.copytree(package / "pginstall18/bin", closed / "pginstall18/bin")
    closed.chmod(0o700)
    nobody = pwd.getpwnam("nobody")
    assert not place.binaries.can_enter(closed / "pginstall18/bin", nobody.pw_uid, nobody.pw_gid)
    copies = home / "copies"
    copies.mkdir(mode=0o711)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(place.binaries, "folder", lambda major: closed / "pginstall18/bin")
        for _ in range(2):
            programs = place.binaries.reachable_folder(nobody.pw_uid, nobody.pw_gid, copies)
    said = subprocess.run(
        [programs / "postgres", "--version"], user="nobody", capture_output=True, check=True
    )
    assert b" 18." in said.stdout


@as_root
def test_an_ordinary_user_runs_it_alone_and_root_then_joins(home: Path) -> None:
    nobody = pwd.getpwnam("nobody")
    theirs = home / "theirs"
    theirs.mkdir()
    os.chown(theirs, nobody.pw_uid, nobody.pw_gid)
    with processes.running(JOIN, theirs, user=nobody.pw_uid) as other:
        assert processes.hears(other, "joined")
        base = theirs / "postgres"
        assert Path(f"/proc/{processes.server(base)}").stat().st_uid == nobody.pw_uid
        with opened(theirs) as store:
            assert asked(store, "SELECT 1") == 1
        other.communicate("\n")
    with opened(theirs) as store:
        assert Path(f"/proc/{processes.server(base)}").stat().st_uid == nobody.pw_uid
    assert {entry.stat().st_uid for entry in base.iterdir()} == {nobody.pw_uid}


@as_root
def test_an_ordinary_user_is_told_whose_database_it_is(home: Path) -> None:
    opened(home).close()
    with processes.running(JOIN, home, user=pwd.getpwnam("nobody").pw_uid) as other:
        assert not processes.hears(other, "joined")
        assert other.wait(30) == 1
