"""`warmlist pack`: files of a workspace are checked, tried, brought in, taken out and taken back."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from warmlist.app import event_log
from warmlist.cli import cli
from warmlist.clock import DAY
from warmlist.errors import BadInput, BadPack, WarmlistError
from warmlist.events.model import Event
from warmlist.packs import workspace
from warmlist.store.database import Store
from warmlist.understanding.reader import default_reader

pytestmark = pytest.mark.store

Run = Callable[..., Result]

FILES = {
    "thresholds.yaml": """month: {value: 30d, since: 2026-11-22, source: our own}
chatty_from: {value: "2", since: 2026-11-22, source: our own}
""",
    "facts/ours.yaml": """messages_month:
  says: messages in 30 days
  from: messages
  where: direction = 'in'
  take: count
  window: month
""",
    "labels/talk.yaml": """dimension: talk
kind: exclusive
names: Talk
says: who writes a lot
review: 30d
labels:
  chatty: {names: Chatty, colour: gold}
rules:
  - id: OWN-1
    label: chatty
    when: messages_month >= chatty_from
    because: "{messages_month} messages in 30 days"
""",
    "tests/talk.yaml": """tests:
  - says: Who wrote twice in 30 days is chatty
    events:
      - 2026-03-01 09:00 in
      - 2026-03-05 09:00 in
    then:
      - {at: "2026-03-05 09:00", talk: nothing}
      - {at: "2026-03-05 09:00:00.001", talk: chatty OWN-1}
      - {at: "2026-03-31 09:00:00.001", talk: nothing}
""",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for path, text in FILES.items():
        (tmp_path / "ours" / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "ours" / path).write_text(text, "utf-8")
    return tmp_path / "ours"


@pytest.fixture
def run(store: Store, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Run:
    monkeypatch.setenv("WARMLIST_DATABASE_URL", store.dsn)
    monkeypatch.setenv("WARMLIST_HOME", str(tmp_path / "home"))
    return lambda *words: CliRunner().invoke(cli, ["pack", *map(str, words)])


def failed(result: Result, kind: type[WarmlistError]) -> str:
    assert isinstance(result.exception, kind), result.output
    return str(result.exception)


def test_check_and_test_of_a_folder_of_own_files(run: Run, folder: Path) -> None:
    assert "all in order" in run("check", folder).stdout
    tested = run("test", folder)
    assert tested.exit_code == 0
    assert "3 expectations hold, 0 do not" in tested.stdout
    rules = folder / "labels/talk.yaml"
    rules.write_text(
        rules.read_text("utf-8").replace("when: messages_month", "when: mesages_month")
    )
    told = failed(run("check", folder), BadPack)
    assert (
        told
        == "ours/labels/talk.yaml:11:11: unknown fact 'mesages_month'; did you mean messages_month?"
    )


def test_diff_import_export_and_back(
    run: Run, folder: Path, store: Store, tmp_path: Path, now: int
) -> None:
    log = event_log(default_reader())
    with store.connect() as conn:
        for n in range(3):
            at = now - n * DAY
            event = Event("message", str(n), "x", "+393331234567", at, at,
                          fields={"direction": "in", "text": "ciao"})  # fmt: skip
            log.append(conn, [event], now_ms=now)
        conn.commit()
    told = run("diff", folder)
    assert "1 of 1 customers would change" in told.stdout
    assert "talk: chatty\n  + 1: +39 333 123 4567" in told.stdout
    assert '"entering":1' in run("diff", folder, "--format", "jsonl").stdout.replace(" ", "")
    kept = run("import", folder, "--note", "who talks", "--by", "Mei")
    assert kept.stdout.startswith("w1: 4 files")
    out = tmp_path / "out"
    assert run("export", out).exit_code == 0
    assert {p: (out / p).read_text("utf-8") for p in FILES} == FILES
    assert "is there already" in failed(run("export", out), BadInput)
    assert run("back", 0).stdout.startswith("w2: as w0")
    listed = run("versions").stdout
    assert "who talks" in listed
    assert "back to w0" in listed
    with store.connect() as conn:
        assert workspace.newest(conn).files == {}
        assert workspace.load(conn, 1).files == FILES
    run("export", tmp_path / "first", "--version", 1)
    assert (tmp_path / "first/labels/talk.yaml").is_file()


def test_what_is_no_workspace_is_refused(run: Run, folder: Path, tmp_path: Path) -> None:
    from warmlist.app import built_in_pack

    assert "a pack of its own" in failed(run("import", built_in_pack(), "--note", "x"), BadInput)
    assert "no such folder" in failed(run("import", tmp_path / "gone", "--note", "x"), BadInput)
    (folder / "labels/extra file.yaml").write_text("a: 1")
    assert "no file of a pack" in failed(run("import", folder, "--note", "x"), BadInput)


@pytest.fixture
def now() -> int:
    from warmlist import clock

    return clock.now_ms() - 1_000
