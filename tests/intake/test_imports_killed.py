"""An import that is killed without warning, and run again, leaves what one whole import leaves."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from warmlist.events.log import EventLog, Read
from warmlist.intake.imports import ImportOptions, run_import

pytestmark = pytest.mark.crash

NOW = 1_772_366_400_000
LINES = 4_000
LOG = EventLog(lambda text: Read(0, []), "none")
#: Imports in small batches and says after each how far it is.
CHILD = """
import sys
from pathlib import Path
from warmlist.events.log import EventLog, Read
from warmlist.intake import imports
from warmlist.store.database import Store

imports.BATCH = 50
imports.run_import(
    Store(sys.argv[1]).connect, EventLog(lambda text: Read(0, []), "none"), [Path(sys.argv[2])],
    imports.ImportOptions(), now_ms=int(sys.argv[3]),
    progress=lambda read: print(read, flush=True),
)
"""


def test_killed_and_run_again(tmp_path: Path, store, conn):
    path = tmp_path / "events.ndjson"
    with path.open("w") as out:
        for n in range(LINES):
            line = {"type": "view", "id": str(n), "customer": f"crm:shop:{n % 70}", "sku": "A"}
            out.write(json.dumps(line | {"at": f"2026-02-01T00:{n % 60:02}:00Z"}) + "\n")
    command = [sys.executable, "-c", CHILD, store.dsn, str(path), str(NOW)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        for told in child.stdout:
            if int(told) >= 500:
                child.kill()
                break
    partly = conn.execute("SELECT count(*) FROM events").fetchone()[0]
    conn.rollback()
    assert 500 <= partly < LINES
    report = run_import(store.connect, LOG, [path], ImportOptions(), now_ms=NOW)
    assert (report.read, report.new, report.repeated) == (LINES, LINES - partly, partly)
    rows = conn.execute("SELECT count(*), count(DISTINCT external_id) FROM events").fetchone()
    assert rows == (LINES, LINES)
    assert conn.execute("SELECT count(*) FROM customers").fetchone() == (70,)
