"""The first hour, walked by a machine: what the page says to write and to run, and what it promises."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from docs.pages import ROOT, fences_of, pages
from warmlist.store.database import Store

pytestmark = pytest.mark.store

PAGE = "docs/tutorial/first-hour.md"
OWN = "src/warmlist/packs/chat_sales/{}/own.yaml"
#: They run until they are stopped, or set a machine up.
ENDLESS = ("warmlist serve", "make demo", ". .venv", "export ")


class Reader:
    """Somebody who follows the page, in a checkout and a database of their own."""

    def __init__(self, checkout: Path, store: Store) -> None:
        self.checkout = checkout
        self.environment = {
            **{k: v for k, v in os.environ.items() if not k.startswith("WARMLIST_")},
            "PYTHONPATH": str(checkout / "src"),
            "WARMLIST_HOME": str(checkout / "my-shop"),
            "WARMLIST_DATABASE_URL": store.dsn,
            "COLUMNS": "200",
        }
        blocks = fences_of(PAGE, pages()[PAGE])
        self.json = [b.text for b in blocks if b.language == "json"]
        self.yaml = [b.text for b in blocks if b.language == "yaml"]
        self.steps = [
            line for b in blocks if b.language == "sh" for line in b.text.splitlines()
            if not line.startswith(ENDLESS)
        ]  # fmt: skip

    def runs(self, line: str) -> subprocess.CompletedProcess[str]:
        words = shlex.split(line)
        assert words[0] == "warmlist"
        return subprocess.run(
            [sys.executable, "-m", *words], cwd=self.checkout, env=self.environment,
            capture_output=True, text=True, check=False,
        )  # fmt: skip

    def writes(self, part: str, text: str) -> None:
        self.checkout.joinpath(OWN.format(part)).write_text(text, "utf-8")


@pytest.fixture
def reader(tmp_path: Path, store: Store) -> Iterator[Reader]:
    ignored = shutil.ignore_patterns("static", "__pycache__")
    shutil.copytree(ROOT / "src", tmp_path / "src", ignore=ignored)
    return Reader(tmp_path, store)


def test_the_first_hour(reader: Reader) -> None:
    text = pages()[PAGE]
    messages = reader.checkout / "messages.ndjson"
    messages.write_text(reader.json[0], "utf-8")
    said = []

    for line in reader.steps:
        if line == "warmlist pack check":
            facts, labels, tests = reader.yaml
            reader.writes("facts", facts)
            reader.writes("labels", labels.replace("when: messages_30d", "when: mesages_30d"))
            wrong = reader.runs(line)
            assert wrong.returncode == 2
            assert wrong.stderr.strip() in text
            reader.writes("labels", labels)
            reader.writes("tests", tests)
        if line == "warmlist import messages.ndjson" and said:
            messages.write_text(reader.json[0] + reader.json[1], "utf-8")
        done = reader.runs(line)
        assert done.returncode == 0, f"{line}: {done.stderr}"
        said.append(done.stdout)

    first, labels, *_, second, last = said
    assert first.strip() in text
    for promised in ("wrote 30 minutes ago", "waiting for our answer since 30 minutes ago",
                     "asked about price, discount or stock, or promised to buy, 30 minutes ago"):  # fmt: skip
        assert promised in text
        assert promised in labels
    assert second.startswith("4 events read about 2 handles: 1 new, 3 known already")
    assert "talkative" in last
    assert "2 messages in 30 days" in last


def test_a_day_later_time_alone_has_changed_labels(reader: Reader) -> None:
    (reader.checkout / "messages.ndjson").write_text(reader.json[0], "utf-8")
    assert reader.runs("warmlist import messages.ndjson").returncode == 0
    again = reader.runs("warmlist import messages.ndjson").stdout
    assert "0 new, 3 known already" in again
    asked = "warmlist label --as-of 2026-11-22T19:00:00Z --customer +447400123456 --format jsonl"
    found = reader.runs(asked).stdout
    assert '"dimension":"activity","label":"medium"' in found
    assert '"label":"red"' not in found
