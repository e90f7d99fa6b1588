"""`warmlist pack`: files of a workspace are checked, tried, brought in, taken out and taken back."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest
from typer.testing import CliRunner, Result

from warmlist.app import built_in_pack, event_log
from warmlist.cli import cli
from warmlist.clock import DAY
from warmlist.errors import BadInput, BadPack, WarmlistError
from warmlist.events.model import Event
from warmlist.labels.assign import Labeller
from warmlist.packs import workspace
from warmlist.plan.compile import compile_plan
from warmlist.rules.model import Pack
from warmlist.rules.read import read_pack
from warmlist.store.database import Store
from warmlist.understanding.reader import default_reader

pytestmark = pytest.mark.store

Run = Callable[..., Result]
Conn = psycopg.Connection[Any]

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
    assert "a pack of its own" in failed(run("import", built_in_pack(), "--note", "x"), BadInput)
    assert "no such folder" in failed(run("import", tmp_path / "gone", "--note", "x"), BadInput)
    (folder / "labels/extra file.yaml").write_text("a: 1")
    assert "no file of a pack" in failed(run("import", folder, "--note", "x"), BadInput)


@pytest.fixture
def now() -> int:
    from warmlist import clock

    return clock.now_ms() - 1_000


#: Handle -> what is told of the customer.
MISFITS = {
    "+6797001234": ("message", {"direction": "in", "text": "hello"}),
    "+393331110001": ("order", {"status": "paid", "amount": "80.00", "currency": "EUR"}),
    "+393331110002": ("preference", {"note": "Mr Wang | Mon–Fri 9–18 | not Mon–Sun 8–20"}),
    "+393331110003": ("message", {"direction": "in", "text": "ciao"}),
}


@pytest.fixture
def misfits(store: Store, now: int) -> None:
    """Four labelled customers, three of whom something does not fit of."""
    events = [
        Event(kind, f"e{n}", "x", handle, now - 1, now - 1, fields=fields)
        for n, (handle, (kind, fields)) in enumerate(MISFITS.items())
    ]
    with store.connect() as conn:
        event_log(default_reader()).append(conn, events, now_ms=now)
        relabel(conn, store, read_pack(built_in_pack()), now)


def relabel(conn: Conn, store: Store, pack: Pack, now: int) -> None:
    """Everybody gets labels by this pack."""
    conn.execute("INSERT INTO dirty (customer_id) SELECT customer_id FROM handles")
    conn.commit()
    labeller = Labeller(store.dsn, compile_plan(pack), "USD")
    try:
        labeller.relabel(conn, labeller.claim_news(conn, 10), now)
        conn.commit()
    finally:
        labeller.close()


@pytest.mark.usefixtures("misfits")
def test_check_names_the_customers_whom_something_does_not_fit(run: Run) -> None:
    assert "all in order" in run("check").stdout
    told = run("check", "--customers").stdout
    assert "4 doubts" in told  # Italy has no row either
    assert (
        "orders in EUR have no rate and are left out of sums: 1 customer (+39 333 111 0001)" in told
    )
    assert "the table of regions has no row for FJ" in told
    assert "1 customer (+679 700 1234)" in told
    assert "refused as well: 1 customer (+39 333 111 0002)" in told


@pytest.mark.usefixtures("misfits")
def test_import_and_diff_name_whom_a_contradiction_and_an_idle_rule_concern(
    run: Run, tmp_path: Path, now: int
) -> None:
    ours = tmp_path / "ours/labels"
    ours.mkdir(parents=True)
    (ours / "activity.yaml").write_text(
        "dimension: activity\nlabels: {loud: {names: Loud}}\nrules:\n"
        '  - {id: OWN-9, label: loud, when: "known(first_contact)", because: x}\n'
    )
    (tmp_path / "ours/thresholds.yaml").write_text(
        "low_within: {value: 2d, since: 2026-11-22, source: us}\n"
    )
    for told in (
        run("diff", ours.parent).stdout,
        run("import", ours.parent, "--note", "louder").stdout,
    ):
        assert "OWN-9 (loud) contradicts ACT-1, which comes first and makes them high" in told
        assert ": 2 customers (+39 333 111 0003, +679 700 1234)" in told
        assert "ACT-3 (low) can never hold: ACT-2 before it takes all" in told


@pytest.mark.usefixtures("misfits")
def test_a_pack_without_a_label_that_people_carry_names_them(
    run: Run, folder: Path, store: Store, now: int
) -> None:
    (folder / "thresholds.yaml").write_text(FILES["thresholds.yaml"].replace('"2"', '"1"'))
    assert run("import", folder, "--note", "who talks").exit_code == 0
    with store.connect() as conn:
        relabel(conn, store, workspace.in_force(conn, built_in_pack(), now).pack, now)
    for path in ("labels/talk.yaml", "facts/ours.yaml", "tests/talk.yaml"):
        (folder / path).unlink()
    carried = (
        "talk: chatty would go, which is carried by 2 customers (+39 333 111 0003, +679 700 1234)"
    )
    assert carried in run("diff", folder).stdout
    assert carried in run("check", folder, "--customers").stdout
    refused = failed(run("import", folder, "--note", "x"), BadInput)
    assert "2 carry talk: chatty (+39 333 111 0003, +679 700 1234)" in refused
    assert carried in run("import", folder, "--note", "x", "--take-away").stdout
