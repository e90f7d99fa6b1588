"""kill -9 at random moments, of `serve`, of PostgreSQL, of an import, of a run over everybody."""

from __future__ import annotations

import contextlib
import json
import os
import random
import subprocess
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest

from end_to_end import records, whatsapp
from end_to_end.serving import Served, Workspace, free_port, signature, start, wait_until_ready
from support import processes
from warmlist.clock import now_ms, rfc3339
from warmlist.intake.imports import ImportOptions, run_import
from warmlist.settings import Settings
from warmlist.store.database import Store, open_store

pytestmark = [pytest.mark.crash, pytest.mark.timeout(400)]

KILLS = 6  # of serve, and as many of PostgreSQL
PEOPLE = 40
TEXTS = (
    "Hello there", "How much is the green tent?", "Do you have it in blue?", "Thank you",
    "Is there a discount for ten?", "No thanks, not interested", "I will take two",
)  # fmt: skip


@dataclass
class Client:
    """A platform: posts one delivery after another, each again until it is answered with 200."""

    address: str
    stop: threading.Event = field(default_factory=threading.Event)
    kept: list[bytes] = field(default_factory=list)
    refused: list[int] = field(default_factory=list)
    again: int = 0

    def run(self) -> None:
        dice = random.Random(7)
        number = 0
        with httpx.Client(timeout=15) as http:
            while not self.stop.is_set():
                number += 1
                self._post(http, _delivery(dice, number))
                self.stop.wait(0.02)

    def _post(self, http: httpx.Client, body: bytes) -> None:
        headers = {"X-Hub-Signature-256": signature(body)}
        while True:
            with contextlib.suppress(httpx.HTTPError):
                status = http.post(
                    f"{self.address}/webhooks/whatsapp", content=body, headers=headers
                ).status_code
                if status == 200:
                    self.kept.append(body)
                    return
                self.refused.append(status)
            self.again += 1
            time.sleep(0.05)


def _delivery(dice: random.Random, number: int) -> bytes:
    who = dice.randrange(PEOPLE)
    phone, at = f"3933312340{who:02}", int(time.time())
    if number % 5 == 4:
        whole = whatsapp.echoes(whatsapp.told(phone, f"wamid.{number}", at, "It is 120 euros"))
    elif number % 5 == 3:
        whole = whatsapp.receipts(whatsapp.status(phone, f"wamid.{max(number - 4, 4)}", at, "read"))
    else:
        message = whatsapp.said(phone, f"wamid.{number}", at, dice.choice(TEXTS))
        whole = whatsapp.inbound(phone, f"Person {who}", message)
    return json.dumps(whole).encode()


def _write_lines(path: Path, count: int, people: int) -> None:
    """Past events of other customers than the client's, but for a few."""
    dice = random.Random(11)
    start_at = now_ms() - 90 * 86_400_000
    with path.open("w") as out:
        for n in range(count):
            who = dice.randrange(people)
            phone = f"+39333200{who:04}" if who > 5 else f"+3933312340{who:02}"
            line = {"id": f"i{n}", "customer": phone, "at": rfc3339(start_at + n * 300_000)}
            if n % 7 == 0:
                line |= {"type": "order", "amount": "42.50", "currency": "USD", "status": "paid"}
            elif n % 3:
                line |= {"type": "message", "direction": "in", "text": dice.choice(TEXTS)}
            else:
                line |= {"type": "message", "direction": "out", "text": "It is 120 euros"}
            out.write(json.dumps(line) + "\n")


def _waiting(store: Store) -> dict[str, int]:
    """What is still to be done, by table."""
    tables = {
        "deliveries": "deliveries WHERE state = 'waiting'",
        "news": "dirty",
        "past": "history_due",
    }
    with store.connect() as conn:
        return {k: records.number(conn, f"SELECT count(*) FROM {t}") for k, t in tables.items()}


DONE = {"deliveries": 0, "news": 0, "past": 0}


def test_killed_at_random_moments_nothing_is_lost_or_doubled(
    home: Path, tmp_path: Path, store: Store
) -> None:
    seed = int(os.environ.get("WARMLIST_TEST_SEED", time.time_ns() % 1_000_000))
    print(f"WARMLIST_TEST_SEED={seed}")
    dice = random.Random(seed)
    workspace = Workspace(home)
    lines = tmp_path / "past.ndjson"
    _write_lines(lines, 6_000, 100)
    trial = Trial(workspace, lines, start(workspace, port=free_port()))
    try:
        client = trial.run(dice)
        done = workspace.run("import", lines)
        assert done.returncode == 0, done.stderr
        with open_store(Settings(home=home)) as disturbed:
            processes.eventually(lambda: _waiting(disturbed) == DONE, 150)
            assert _waiting(disturbed) == DONE, trial.served.said[-3000:]
            _check(disturbed, store, client, lines, tmp_path)
        assert trial.served.stop() == 0
    finally:
        trial.served.kill()
    said = trial.served.said + (home / "import.log").read_text()
    assert "a defect" not in said, said[said.index("a defect") :][:3000]
    assert "Traceback" not in said, said[said.index("Traceback") :][:3000]
    assert not any(text in said for text in TEXTS)
    assert "39333" not in said


@dataclass
class Trial:
    """A `serve` with a client that posts and an import that runs, while they are killed."""

    workspace: Workspace
    lines: Path
    served: Served

    def run(self, dice: random.Random) -> Client:
        """Every kill, then some peace; returns the client, whose deliveries were all accepted."""
        client = Client(self.served.address)
        posting = threading.Thread(target=client.run)
        posting.start()
        importing = self._import()
        try:
            for place, victim in enumerate(dice.sample(["serve", "postgres"] * KILLS, 2 * KILLS)):
                time.sleep(dice.uniform(0.1, 2.0))
                if victim == "serve":
                    self.served.kill()
                    self.served = start(self.workspace, port=self.served.port)
                else:
                    processes.kill(_postgres(self.workspace.home))
                if place == KILLS:
                    importing.kill()
                    importing.wait()
                if importing.poll() is not None:
                    importing = self._import()
            wait_until_ready(self.served)
            time.sleep(0.5)
        finally:
            client.stop.set()
            posting.join(60)
            importing.kill()
            importing.wait()
        assert not posting.is_alive()
        assert client.again > 0, "no kill was felt by the client"
        return client

    def _import(self) -> subprocess.Popen[bytes]:
        return self.workspace.start("import", self.lines, log=self.workspace.home / "import.log")


def _postgres(home: Path) -> int:
    found: list[int] = []

    def runs() -> bool:
        found[:] = filter(None, [processes.server(home / "postgres")])
        return bool(found)

    assert processes.eventually(runs)
    return found[0]


def _check(disturbed: Store, store: Store, client: Client, lines: Path, folder: Path) -> None:
    """The log and the labels are those of a run that nobody disturbed."""
    as_of = now_ms()
    with disturbed.connect() as conn:
        # The bodies that count are the first copies: a later one changed nothing.
        first = records.rows(
            conn, "SELECT min(received_at), body FROM deliveries GROUP BY body ORDER BY min(id)"
        )
        states = records.rows(conn, "SELECT DISTINCT state FROM deliveries")
        events = records.rows(conn, records.EVENTS)
        labels = records.rows(conn, records.LABELS)
    assert states == [("done",)]
    assert {body for _, body in first} >= set(client.kept)
    assert len(set(client.kept)) == len(client.kept)
    records.deliver(store, first)
    records.work(store, as_of)
    run_import(store.connect, records.log(), [lines], ImportOptions(), now_ms=as_of)
    records.relabel(store, as_of)
    with store.connect() as conn:
        assert records.rows(conn, records.EVENTS) == events
        wanted = records.rows(conn, records.LABELS)
    live = {f"+3933312340{n:02}" for n in range(6, PEOPLE)}
    assert [r for r in labels if r[0] in live] == [r for r in wanted if r[0] in live]
    assert _current(labels) == _current(wanted)
    report = records.repair(disturbed, folder / "mirror", as_of)
    assert (report.opened, report.closed, report.renewed, report.left) == (0, 0, 0, set())


def _current(labels: list[tuple[object, ...]]) -> list[tuple[object, ...]]:
    """(customer, dimension, label, shade, rule) of what holds; since when is found for imported customers later."""
    return [(*r[:4], r[6]) for r in labels if r[5] is None]


def _child(of: int, module: str) -> int | None:
    """A process that `of` started to run this module."""
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and module in processes.command_line(int(entry.name)):
            with contextlib.suppress(OSError, IndexError):
                if (entry / "stat").read_text().rpartition(")")[2].split()[1] == str(of):
                    return int(entry.name)
    return None


def test_a_killed_run_over_everybody_is_made_up_for(home: Path, tmp_path: Path) -> None:
    workspace = Workspace(home)
    lines = tmp_path / "past.ndjson"
    at = rfc3339(now_ms() - 86_400_000)
    with lines.open("w") as out:
        for n in range(6_000):
            line = {"type": "message", "id": f"m{n}", "customer": f"+39333300{n:04}", "at": at}
            out.write(json.dumps(line | {"direction": "in", "text": TEXTS[n % 7]}) + "\n")
    served = start(workspace)
    try:
        assert workspace.run("import", lines).returncode == 0
        with open_store(Settings(home=home)) as disturbed:
            for _ in range(2):
                # More marks than one by one is good for: the worker starts a run over everybody.
                with disturbed.connect() as conn:
                    conn.execute("INSERT INTO dirty (customer_id) SELECT customer_id FROM handles")
                # Seldom the worker is through with them before the child is seen: none is killed then.
                seen = processes.eventually(
                    lambda: (
                        _child(served.process.pid, "everybody_child")
                        or not _waiting(disturbed)["news"]
                    ),
                    90,
                )
                assert seen, served.said[-3_000:]
                time.sleep(random.uniform(0, 2))
                with contextlib.suppress(ProcessLookupError, AssertionError):
                    processes.kill(_child(served.process.pid, "everybody_child"))
            assert processes.eventually(lambda: not _waiting(disturbed)["news"], 90), served.said
            with disturbed.connect() as conn:
                labelled = "SELECT count(DISTINCT customer_id) FROM assignments"
                assert records.number(conn, labelled) == 6_000
                doubled = (
                    "SELECT count(*) FROM (SELECT FROM assignments WHERE until_at IS NULL "
                    "GROUP BY customer_id, dimension, label HAVING count(*) > 1) x"
                )
                assert records.number(conn, doubled) == 0
            report = records.repair(disturbed, tmp_path / "mirror", now_ms())
            assert (report.opened, report.closed) == (0, 0)
    finally:
        assert served.stop() == 0
