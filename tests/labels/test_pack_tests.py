"""The built-in pack passes its dated sentences, and each of its rules has some."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.asking import PACK, plan
from warmlist.errors import BadPack
from warmlist.labels.pack_tests import run_tests

pytestmark = pytest.mark.unit


def test_every_sentence_of_the_built_in_pack_is_true() -> None:
    assert [str(r) for r in run_tests(PACK, plan()) if not r.passed] == []


def test_every_rule_of_the_built_in_pack_has_a_sentence() -> None:
    shown = {label.split()[-1] for r in run_tests(PACK, plan()) for label in r.expected}
    assert {r.id for d in plan().pack.dimensions for r in d.rules} - shown == set()


def test_a_false_sentence_is_told_with_its_place(tmp_path: Path) -> None:
    wrong = _write(tmp_path, "2026-03-02 09:00 in", "low ACT-3")
    [result] = run_tests(wrong, plan())
    assert not result.passed
    assert (result.expected, result.got) == (("low ACT-3",), ("high ACT-1",))
    assert result.place == "tests/own.yaml:6:9"
    assert "as of 2026-03-02T10:00:00.000Z, activity is high ACT-1, not low ACT-3" in str(result)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("2026-03-02 in", "is no event; write a time, then in [SIGNAL ...]"),
        ("2026-03-02 09:00 shout", "'shout' is no event"),
        (
            "2026-03-02 09:00 in price_inqiry",
            "unknown signal 'price_inqiry'; did you mean price_inquiry?",
        ),
        ("2026-02-30 09:00 in", "is in no calendar"),
        (
            "2026-03-29 02:30 in",
            "the clocks of Europe/Rome change at 2026-03-29 02:30; add an offset",
        ),
        (
            "2026-10-25 02:30 in",
            "the clocks of Europe/Rome change at 2026-10-25 02:30; add an offset",
        ),
        ("2026-03-02 09:00 paid A much", "'much' is no amount"),
    ],
)
def test_an_event_that_cannot_be_read_is_refused_with_its_place(
    tmp_path: Path, line: str, message: str
) -> None:
    folder = _write(tmp_path, line, "high ACT-1", zone="Europe/Rome")
    with pytest.raises(BadPack) as error:
        run_tests(folder, plan())
    assert str(error.value).startswith("tests/own.yaml:4:15: ")
    assert message in str(error.value)


def _write(folder: Path, event: str, expected: str, zone: str = "UTC") -> Path:
    (folder / "tests").mkdir()
    (folder / "tests/own.yaml").write_text(
        f"tests:\n  - says: A sentence\n    zone: {zone}\n    events: [{event!r}]\n    then:\n"
        f"      - {{at: 2026-03-02 10:00, activity: {expected}}}\n",
        encoding="utf-8",
    )
    return folder
