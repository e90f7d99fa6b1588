"""Every command, as a person types it: what it prints, how it ends, what it says when it fails."""

from __future__ import annotations

import json
import os
import shutil
import time
from pathlib import Path

import pytest
import structlog
import typer
from typer.testing import CliRunner

from end_to_end import records, whatsapp
from end_to_end.conftest import Shop
from end_to_end.serving import SECRETS, Workspace
from support import processes
from warmlist.app import built_in_pack
from warmlist.cli import cli
from warmlist.clock import now_ms, parse_instant, rfc3339

pytestmark = pytest.mark.store

GIULIA = "393331234567"
LABEL_KEYS = {"customer", "dimension", "label", "since", "until", "rule", "evidence", "because"}
QUEUE_KEYS = {"customer", "name", "owner", "colour", "labels", "why", "by", "how", "what"}
WORDS = (
    "Hello there", "Good morning", "How much is the green tent?",
)  # fmt: skip


def commands() -> list[str]:
    top = typer.main.get_command(cli)
    found = []
    for name, command in top.commands.items():  # type: ignore[attr-defined]
        inner = getattr(command, "commands", None)
        found += [f"{name} {sub}" for sub in inner] if inner else [name]
    return sorted(found)


@pytest.mark.parametrize("command", commands())
def test_every_command_explains_itself_with_an_example(command: str) -> None:
    done = CliRunner().invoke(cli, [*command.split(), "--help"])
    assert done.exit_code == 0
    assert "Example: " in done.output
    assert f"warmlist {command}" in done.output


def test_the_contract_has_its_commands() -> None:
    promised = {
        "serve",
        "demo",
        "import",
        "label",
        "queue",
        "why",
        "pack check",
        "pack test",
        "doctor",
    }
    assert promised <= set(commands())


@pytest.mark.parametrize(
    "words",
    [
        ("labl",), ("label", "--nope"), ("import",), ("import", "/no/such/file"), ("why",),
        ("label", "--as-of", "yesterday"), ("label", "--as-of", "2026-03-01T09:00:00"),
        ("label", "--format", "xml"), ("queue", "--format", "text"), ("why", "nobody at all"),
        ("label", "--engine", "abacus"), ("serve", "--port", "99999"), ("serve", "--port", "eighty"),
        ("pack", "check", "/no/such/pack"),
    ],
    ids=" ".join,
)  # fmt: skip
def test_wrong_use_is_one_line_and_two(
    words: tuple[str, ...], capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch,
    shop: Shop,
) -> None:  # fmt: skip
    """In this process: starting sixteen takes a minute."""
    from warmlist.cli import main

    for name in list(os.environ):
        if name.startswith("WARMLIST_"):
            monkeypatch.delenv(name)
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("WARMLIST_HOME", str(shop.workspace.home))
    monkeypatch.setenv("WARMLIST_DATABASE_URL", shop.store.dsn)
    monkeypatch.setattr("sys.argv", ["warmlist", *words])
    try:
        with pytest.raises(SystemExit) as ended:
            main()
    finally:
        structlog.reset_defaults()  # it wrote to a stderr that ends with this test
    said = capfd.readouterr()
    assert ended.value.code == 2, said.err
    assert said.out == ""
    lines = [line for line in said.err.splitlines() if line]
    assert len(lines) == 1, said.err
    assert lines[0].startswith("warmlist: ")


def test_a_misspelt_setting_is_refused_with_the_nearest(shop: Shop) -> None:
    wrong = Workspace(shop.workspace.home, shop.store.dsn, {"WARMLIST_TIMEZONE": "Europe/Rome"})
    done = wrong.run("label")
    assert done.returncode == 2
    assert done.stdout == ""
    (line,) = done.stderr.splitlines()
    assert "WARMLIST_TIMEZONE is not a setting" in line
    assert "WARMLIST_TIME_ZONE" in line


def test_failures_are_one_line_and_one(shop: Shop, tmp_path: Path) -> None:
    gone = Workspace(tmp_path, "postgresql://owner:hidden@127.0.0.1:1/none")
    unknown = shop.workspace.run("why", "+393330000000")
    unreachable = gone.run("label")
    odd = tmp_path / "odd.bin"
    odd.write_bytes(bytes(range(256)))
    unreadable = shop.workspace.run("import", odd)
    for done in (unknown, unreachable, unreadable):
        assert done.returncode == 1, done.stderr
        (line,) = done.stderr.splitlines()
        assert line.startswith("warmlist: ")
    assert "hidden" not in unreachable.stderr
    assert "+393330000000" not in unknown.stderr


def test_an_import_tells_what_it_did_and_a_dry_run_does_nothing(shop: Shop, tmp_path: Path) -> None:
    lines = tmp_path / "past.ndjson"
    good = {
        "type": "message", "id": "m1", "customer": "+4915112345678", "direction": "in",
        "at": rfc3339(now_ms() - 86_400_000), "text": "Is there a discount?",
    }  # fmt: skip
    bad = good | {"id": "m2", "at": "2026-03-01T09:00:00"}
    lines.write_text(
        "\n".join(map(json.dumps, (good, bad, good | {"id": "m3"}, good))) + "\nno json\n"
    )
    with shop.store.connect() as conn:
        before = records.number(conn, "SELECT count(*) FROM events")
        dry = shop.workspace.run("import", lines, "--dry-run")
        assert dry.returncode == 0
        assert records.number(conn, "SELECT count(*) FROM events") == before
        done = shop.workspace.run("import", lines)
        assert done.returncode == 0
        assert "3 events read" in done.stdout
        assert "2 new, 1 known already" in done.stdout
        assert "offset" in done.stderr
        assert "past.ndjson:2" in done.stderr
        assert "past.ndjson:5" in done.stderr
        again = shop.workspace.run("import", lines)
        assert "0 new, 3 known already" in again.stdout
        assert records.number(conn, "SELECT count(*) FROM events") == before + 2
    assert "discount" not in done.stderr
    assert "4915112345678" not in done.stderr + done.stdout


@pytest.fixture(scope="module")
def told(shop: Shop) -> list[int]:
    """Giulia wrote three times; the moments (epoch ms) shortly after each."""
    moments = []
    for place, text in enumerate(WORDS):
        message = whatsapp.said(GIULIA, f"wamid.{place}", int(time.time()), text)
        assert (
            shop.served.post(whatsapp.inbound(GIULIA, "Giulia Rossi", message)).status_code == 200
        )
        assert processes.eventually(lambda: _calm(shop))
        moments.append(now_ms())
        time.sleep(1.1)  # the platform tells seconds
    return moments


def _calm(shop: Shop) -> bool:
    waiting = (
        "(SELECT count(*) FROM deliveries WHERE state = 'waiting') + (SELECT count(*) FROM dirty)"
    )
    with shop.store.connect() as conn:
        return not records.number(conn, f"SELECT {waiting}")


def test_labels_of_the_past_are_what_was_recorded_then(shop: Shop, told: list[int]) -> None:
    seen = []
    for moment in told:
        as_of = rfc3339(moment)
        replayed = shop.workspace.lines("label", "--as-of", as_of, "--customer", f"+{GIULIA}")
        done = shop.workspace.run("why", f"+{GIULIA}", "--as-of", as_of, "--format", "json")
        recorded = json.loads(done.stdout)["labels"]
        assert replayed
        for line in replayed:
            assert set(line) - {"shade"} == LABEL_KEYS
            assert line["customer"] == f"+{GIULIA}"
            assert set(line["evidence"]) == {"facts", "events"}
        assert _held(replayed) == _held(recorded)
        seen.append({line["label"] for line in replayed if line["dimension"] == "follow_up"})
    assert seen == [{"yellow"}, {"yellow"}, {"red"}]


def _plain(lines: list[dict[str, object]]) -> list[str]:
    return sorted(json.dumps(line, sort_keys=True) for line in lines)


def _held(lines: list[dict[str, object]]) -> list[tuple[object, ...]]:
    """Without facts and sentence: those recorded are as of `since`, those replayed as of T."""
    return sorted((x["dimension"], x["label"], x["since"], x["rule"]) for x in lines)


@pytest.mark.usefixtures("told")
def test_everybody_and_one_agree(shop: Shop) -> None:
    as_of = rfc3339(now_ms())
    everybody = shop.workspace.lines("label", "--as-of", as_of)
    one = shop.workspace.lines("label", "--as-of", as_of, "--customer", f"+{GIULIA}")
    found = [x for x in everybody if x["customer"] == f"+{GIULIA}"]
    assert _plain(found) == _plain(one)
    assert shop.workspace.lines("label", "--as-of", "2020-01-01T00:00:00Z") == []


@pytest.mark.usefixtures("told")
def test_the_queue(shop: Shop) -> None:
    first = shop.workspace.lines("queue")[0]
    assert set(first) >= QUEUE_KEYS
    assert (first["customer"], first["name"]) == (f"+{GIULIA}", "Giulia Rossi")
    assert first["colour"] == "red"
    assert parse_instant(first["by"]) > now_ms()
    past = shop.workspace.lines("queue", "--as-of", rfc3339(now_ms()))
    assert past[0] == first | {"why": past[0]["why"]}, "but for how long ago it was"
    table = shop.workspace.run("queue")
    assert table.returncode == 0
    assert "Giulia Rossi" in table.stdout


@pytest.mark.usefixtures("told")
def test_why_is_told_to_people(shop: Shop) -> None:
    done = shop.workspace.run("why", f"+{GIULIA}")
    assert done.returncode == 0
    for told in ("follow_up: red", "rule COL-7", WORDS[2], "waiting for our answer", "since 20"):
        assert told in done.stdout
    assert done.stderr == ""


@pytest.mark.usefixtures("told")
def test_the_nightly_run_finds_nothing_after_live_work(shop: Shop, tmp_path: Path) -> None:
    assert processes.eventually(lambda: _calm(shop))
    report = records.repair(shop.store, tmp_path / "mirror", now_ms())
    assert report.customers >= 1
    assert (report.opened, report.closed, report.left) == (0, 0, set())


def test_doctor(shop: Shop) -> None:
    done = shop.workspace.run("doctor")
    assert done.returncode == 0, done.stdout
    for part in ("database", "schema", "inbox", "labels", "pack", "clock", "whatsapp"):
        assert part in done.stdout
    gone = Workspace(shop.workspace.home, "postgresql://owner:hidden@127.0.0.1:1/none").run(
        "doctor"
    )
    assert gone.returncode == 1
    assert "BAD" in gone.stdout
    assert "hidden" not in gone.stdout + gone.stderr


def test_pack_check_and_test(shop: Shop, tmp_path: Path) -> None:
    right = shop.workspace.run("pack", "check")
    assert right.returncode == 0
    assert "chat_sales" in right.stdout
    copy = tmp_path / "pack"
    shutil.copytree(built_in_pack(), copy)
    rules = copy / "labels" / "activity.yaml"
    rules.write_text(rules.read_text().replace("age(last_inbound)", "age(last_inbund)", 1))
    wrong = shop.workspace.run("pack", "check", copy)
    assert wrong.returncode == 2
    (line,) = wrong.stderr.splitlines()
    assert "activity.yaml:" in line
    assert "last_inbund" in line
    tested = shop.workspace.run("pack", "test")
    assert tested.returncode == 0, tested.stdout[-2000:]
    assert "ACT-1" in tested.stdout


def test_no_command_says_words_of_customers_in_its_log(shop: Shop, told: list[int]) -> None:
    assert told
    said = shop.served.said
    assert "Warmlist: http://" in said, "it says where it is"
    assert GIULIA not in said
    assert "Giulia" not in said
    assert not any(text in said for text in WORDS)
