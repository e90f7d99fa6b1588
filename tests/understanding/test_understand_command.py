"""`warmlist understand`: lines in, lines out, as the contract says."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from warmlist.cli import cli

pytestmark = pytest.mark.unit


def run(data: bytes | str, *options: str):
    given = data.encode() if isinstance(data, str) else data
    done = CliRunner().invoke(cli, ["understand", *options], input=given)
    return done.exit_code, [json.loads(x) for x in done.stdout.splitlines()], done.stderr


def line(**keys: object) -> str:
    return json.dumps(keys) + "\n"


def test_a_line_says_signals_entities_and_language():
    code, lines, err = run(
        line(id="7", text="Ciao! quanto costa?", colour="red"), "--format", "jsonl"
    )
    assert (code, err) == (0, "")
    [found] = lines
    assert set(found) == {"id", "signals", "entities", "lang"}
    assert found["id"] == "7"
    assert found["lang"] == "it"
    [signal] = found["signals"]
    assert set(signal) == {"name", "confidence", "span", "because"}
    assert signal["name"] == "price_inquiry"
    assert 0 < signal["confidence"] <= 1
    assert "Ciao! quanto costa?"[slice(*signal["span"])] == "quanto costa"
    assert signal["because"]


def test_other_keys_and_a_hint_and_the_order_of_lines():
    code, lines, _ = run(
        line(id=1, text="ok", lang="de", signals={}) + "\n" + line(id="b", text="ok", lang=None)
    )
    assert code == 0
    assert [found["id"] for found in lines] == [1, "b"]
    assert lines[0]["lang"] == "de"


@pytest.mark.parametrize(
    ("odd", "said"),
    [
        ("nope", "no JSON"),
        ("[1]", "no JSON object"),
        ('{"id": "1"}', "'text' is missing"),
        ('{"id": "1", "text": 5}', "'text' is missing or no text"),
        ('{"text": "hi"}', "'id' is missing"),
        ('{"id": "1", "text": "hi", "lang": 3}', "'lang' is no text"),
        ("[" * 100_000, "no JSON"),
    ],
)
def test_an_odd_line_is_named_and_the_others_are_read(odd, said):
    code, lines, err = run(
        line(id="1", text="how much?") + odd + "\n" + line(id="3", text="thanks")
    )
    assert code == 1
    assert [found["id"] for found in lines] == ["1", "3"]
    assert "line 2: " in err
    assert said in err
    assert "1 line could not be read; the rest was" in err


def test_texts_of_any_kind_are_read():
    texts = ["", "👍", "\x00", "\ud800", "a" * 65_536, "多少钱 how much كم"]
    code, lines, err = run("".join(line(id=str(at), text=text) for at, text in enumerate(texts)))
    assert (code, err) == (0, "")
    assert len(lines) == len(texts)
    assert lines[0] == {"id": "0", "signals": [], "entities": [], "lang": None}
    assert [s["name"] for s in lines[1]["signals"]] == ["courtesy"]


def test_bytes_that_are_no_utf_8_are_read_as_far_as_they_go():
    code, lines, _ = run(b'{"id": "1", "text": "\xff\xfehow much is it?"}\n')
    assert code == 0
    assert [s["name"] for s in lines[0]["signals"]] == ["price_inquiry"]


def test_no_lines_are_no_error():
    assert run("") == (0, [], "")


def test_another_format_is_refused():
    code, _, _ = run("", "--format", "xml")
    assert code == 1 or code == 2
