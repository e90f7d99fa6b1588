"""The reference says everything, and says what the code says now."""

from __future__ import annotations

import re
import sys

import pytest
import typer

from docs.pages import PACK, ROOT, pages
from warmlist.cli import cli
from warmlist.events.model import TYPES
from warmlist.events.signals import SIGNALS
from warmlist.facts.catalogue import streams
from warmlist.facts.takes import COMBINES, TAKES
from warmlist.intake.imports import KINDS
from warmlist.intake.model import MODELS
from warmlist.intake.orders.columns import CUSTOMER_COLUMNS, ORDER_COLUMNS
from warmlist.rules.operators import AGES, COMPARISONS
from warmlist.rules.read import read_pack
from warmlist.settings import PREFIX, SECRETS, Settings

pytestmark = pytest.mark.unit

sys.path.insert(0, str(ROOT / "tools"))


def said(page: str) -> set[str]:
    """Everything that a reference page writes as code."""
    text = pages()[f"docs/reference/{page}.md"].replace("\\|", "|")
    return set(re.findall(r"`([^`\n]+)`", text))


def test_generated_parts_are_up_to_date() -> None:
    import reference

    old = [
        page
        for page, text in pages().items()
        if page.startswith("docs/reference/") and reference.written(text) != text
    ]
    assert not old, "run: make docs"


def test_every_generated_block_stands_on_a_page() -> None:
    import reference

    text = "".join(pages().values())
    assert not [name for name in reference.BLOCKS if f"<!-- begin {name} -->" not in text]


def test_every_command_and_option() -> None:
    known = said("commands")
    waiting = [("warmlist", typer.main.get_command(cli))]
    seen = 0
    while waiting:
        name, command = waiting.pop()
        inner = getattr(command, "commands", None)
        if inner:
            waiting += [(f"{name} {key}", value) for key, value in inner.items()]
            continue
        seen += 1
        assert name in known
        text = pages()["docs/reference/commands.md"]
        section = text.split(f"## `{name}`\n")[1].split("\n## ")[0]
        for parameter in command.params:
            if parameter.param_type_name == "option" and parameter.name != "help":
                assert all(f"`{option}`" in section for option in parameter.opts), name
    assert seen >= 10


def test_every_kind_of_import_and_name_of_a_column() -> None:
    assert set(KINDS) | set(ORDER_COLUMNS) | set(CUSTOMER_COLUMNS) <= said("commands")


def test_every_setting() -> None:
    known = said("settings")
    assert {PREFIX + name.upper() for name in Settings.model_fields} <= known
    assert {f"{PREFIX}{name.upper()}_FILE" for name in SECRETS} <= known


def test_every_event_type_and_key() -> None:
    known = said("events")
    assert set(TYPES) <= known
    for model in MODELS.values():
        keys = {field.alias or name for name, field in model.model_fields.items()}
        assert keys - known <= {"type"}


def test_every_fact_take_and_combination() -> None:
    known = said("facts")
    assert set(read_pack(PACK).facts) <= known
    assert set(TAKES) | set(COMBINES) <= known


def test_every_stream_column_and_signal() -> None:
    known = said("streams")
    text = pages()["docs/reference/streams.md"]
    for name, stream in streams().items():
        assert f"### {name}\n" in text
        assert set(stream.columns) <= known
    assert set(SIGNALS) <= known


def test_every_operator() -> None:
    known = said("rules")
    assert set(COMPARISONS) <= known
    assert {f"age(fact) {symbol} d" for symbol in AGES} <= known


def test_every_dimension_label_rule_threshold_and_playbook() -> None:
    pack = read_pack(PACK)
    text, known = pages()["docs/reference/dimensions.md"], said("dimensions")
    for dimension in pack.dimensions:
        assert f"### {dimension.key}\n" in text
        assert set(dimension.labels) <= known
        assert {rule.id for rule in dimension.rules} <= known
        assert {rule.text for rule in dimension.rules} <= known
    assert set(pack.thresholds) | {p.id for p in pack.playbooks} <= known


def test_the_changelog_of_the_pack_tells_of_its_version() -> None:
    assert f"## {read_pack(PACK).version}\n" in (PACK / "CHANGELOG.md").read_text("utf-8")
