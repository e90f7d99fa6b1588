"""`warmlist note`: lines in, lines out; what cannot be read is reported and the rest is kept."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner, Result

from warmlist.cli import cli
from warmlist.errors import BadInput

pytestmark = pytest.mark.unit

MR_WANG = "Mr Wang | text only | Mon–Fri 9–18 | max 2 a week"
FIELDS = {
    "name": "Mr Wang",
    "channel_format": "text",
    "windows": [{"days": [1, 2, 3, 4, 5], "from": "09:00", "to": "18:00"}],
    "avoid": [],
    "max_per_week": 2,
    "max_per_month": None,
    "passive": False,
}


def run(*words: str, lines: str | bytes | None = None) -> Result:
    return CliRunner().invoke(cli, ["note", *words], input=lines)


def told(result: Result) -> list[dict[str, object]]:
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_parse_writes_the_id_and_all_fields() -> None:
    lines = [{"id": 7, "text": MR_WANG, "other": 1}, {"id": "b", "text": "max einmal die Woche"}]
    result = run("parse", "--format", "jsonl", lines="\n".join(map(json.dumps, lines)))
    assert result.exit_code == 0
    first, second = told(result)
    assert first == {"id": 7, **FIELDS}
    assert second["max_per_week"] == 1


def test_a_line_may_tell_its_language() -> None:
    line = json.dumps({"id": 1, "text": "haftada en fazla bir kez", "lang": "tr"})
    assert told(run("parse", "--format", "jsonl", lines=line))[0]["max_per_week"] == 1


def test_render_gives_the_line_back() -> None:
    line = json.dumps({"id": 7, **FIELDS})
    assert told(run("render", "--format", "jsonl", lines=line)) == [{"id": 7, "note": MR_WANG}]
    german = run("render", "--lang", "de", line).stdout
    assert german == "Mr Wang | nur Text | Mo–Fr 9–18 | max. 2 pro Woche\n"


def test_the_table_is_for_people() -> None:
    table = run("parse", MR_WANG, "please only after eight in the evening").stdout
    assert "Mr Wang" in table
    assert "20–24" in table


def test_bad_lines_are_reported_with_their_number_and_the_rest_is_kept() -> None:
    lines = b'no json\n[1]\n{"id": 3}\n\n{"id": 5, "text": "text only"}\n\xff\xfe\n'
    result = run("parse", "--format", "jsonl", lines=lines)
    assert result.exit_code == 1
    assert [line["id"] for line in told(result)] == [5]
    for number in (1, 2, 3, 6):
        assert f"line {number}:" in result.stderr
    assert "4 lines could not be read" in result.stderr


def test_what_is_not_understood_is_named() -> None:
    line = json.dumps({"id": 1, "text": "Mr Wang | likes blue very much indeed | max 2 a week"})
    result = run("parse", "--format", "jsonl", lines=line)
    assert result.exit_code == 0
    assert told(result)[0]["not_understood"] == ["likes blue very much indeed"]
    assert "line 1: not understood: 'likes blue very much indeed'" in result.stderr


def test_fields_that_are_wrong_are_reported() -> None:
    result = run("render", '{"max_per_week": 1000}', '{"max_per_week": 1}')
    assert result.exit_code == 1
    assert result.stdout == "max 1 a week\n"
    assert "line 1: max_per_week 1000 is not 0 to 100" in result.stderr


@pytest.mark.parametrize(
    "words",
    [("render", "--lang", "ru"), ("parse", "--lang", "xx"), ("parse", "--format", "csv")],
)
def test_wrong_use_is_refused(words: tuple[str, ...]) -> None:
    assert isinstance(run(*words, lines="").exception, BadInput)
