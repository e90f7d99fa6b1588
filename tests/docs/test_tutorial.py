"""Tutorial and how-to pages, followed by a machine: what they say to write and run, and promise."""

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

TUTORIAL = "docs/tutorial/first-hour.md"
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

    def runs(self, line: str) -> subprocess.CompletedProcess[str]:
        words = shlex.split(line)
        assert words[0] == "warmlist"
        return subprocess.run(
            [sys.executable, "-m", *words], cwd=self.checkout, env=self.environment,
            capture_output=True, text=True, check=False,
        )  # fmt: skip

    def follows(self, line: str) -> str:
        """Run a command that must succeed; what it printed."""
        done = self.runs(line)
        assert done.returncode == 0, f"{line}: {done.stderr}"
        return done.stdout

    def writes(self, part: str, text: str) -> None:
        self.checkout.joinpath(OWN.format(part)).write_text(text, "utf-8")


def blocks(page: str, language: str) -> list[str]:
    return [b.text for b in fences_of(page, pages()[page]) if b.language == language]


def steps(page: str) -> list[str]:
    """The commands of a page that end by themselves."""
    lines = "".join(blocks(page, "sh")).splitlines()
    return [line for line in lines if not line.startswith(ENDLESS)]


@pytest.fixture
def reader(tmp_path: Path, store: Store) -> Iterator[Reader]:
    ignored = shutil.ignore_patterns("static", "__pycache__")
    shutil.copytree(ROOT / "src", tmp_path / "src", ignore=ignored)
    return Reader(tmp_path, store)


def test_the_first_hour(reader: Reader) -> None:
    text = pages()[TUTORIAL]
    json = blocks(TUTORIAL, "json")
    messages = reader.checkout / "messages.ndjson"
    messages.write_text(json[0], "utf-8")
    said = []

    for line in steps(TUTORIAL):
        if line == "warmlist pack check":
            facts, labels, tests = blocks(TUTORIAL, "yaml")
            reader.writes("facts", facts)
            reader.writes("labels", labels.replace("when: messages_30d", "when: mesages_30d"))
            wrong = reader.runs(line)
            assert wrong.returncode == 2
            assert wrong.stderr.strip() in text
            reader.writes("labels", labels)
            reader.writes("tests", tests)
        if line == "warmlist import messages.ndjson" and said:
            messages.write_text(json[0] + json[1], "utf-8")
        said.append(reader.follows(line))

    first, labels, *_, second, last = said
    assert first.strip() in text
    for promised in ("wrote 30 minutes ago", "waiting for our answer since 30 minutes ago",
                     "asked about price, discount or stock, or promised to buy, 30 minutes ago"):  # fmt: skip
        assert promised in text
        assert promised in labels
    asked = "warmlist label --as-of 2026-11-22T19:00:00Z --customer +447400123456 --format jsonl"
    a_day_later = reader.runs(asked).stdout
    assert '"dimension":"activity","label":"medium"' in a_day_later
    assert '"label":"red"' not in a_day_later
    assert second.startswith("4 events read about 2 handles: 1 new, 3 known already")
    assert "talkative" in last
    assert "2 messages in 30 days" in last


CHAT = """20/11/2026, 10:15 - Anna Bianchi: Hi! Is the blue tent still available?
20/11/2026, 10:40 - Marco: Yes, two left.
"""


def test_how_to_import_a_chat_merge_and_back_up(reader: Reader) -> None:
    (reader.checkout / "WhatsApp Chat with Anna Bianchi.txt").write_text(CHAT, "utf-8")
    chats = "docs/howto/import-chats.md"
    plain, named = steps(chats)
    assert "--dry-run" in named
    assert reader.follows(named).startswith("3 events read about 1 handle: 0 new")
    reader.follows(named.removesuffix(" --dry-run"))
    assert reader.follows(plain)

    merging = "docs/howto/merge-customers.md"
    (reader.checkout / "anna.ndjson").write_text(blocks(merging, "json")[0], "utf-8")
    imports, asks = steps(merging)
    reader.follows(imports)
    assert "activity" in reader.follows(asks)

    backs_up = steps("docs/howto/back-up-and-restore.md")[0]
    assert "bytes written to monday.sql.gz" in reader.follows(backs_up)
    assert reader.runs(backs_up).returncode == 2, "an existing file is never replaced"
    assert "database: PostgreSQL" in reader.follows("warmlist doctor")
