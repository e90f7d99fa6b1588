"""Files for spreadsheets: RFC 4180, and no cell that is computed."""

from __future__ import annotations

import csv
import io

import pytest

from warmlist.followup.exports import Exported, csv_lines, harmless, ndjson_lines

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    "cell",
    ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", " =1", "\t=1", "\r=1", "\n=1", "\0=1", "＝1+1", "＋39", "+39 =1"],
)  # fmt: skip
def test_what_looks_like_a_formula_is_text(cell: str) -> None:
    assert harmless(cell).startswith("'")


@pytest.mark.parametrize("cell", ["+393331234567", "+393331234567 +31612345678", "Mara", "", "a=b"])
def test_what_does_not_stays(cell: str) -> None:
    assert harmless(cell) == cell


def test_lines() -> None:
    one = Exported(
        7, 'Li "Nana", 李娜\n2', ("+86138", "email:n@x.cn"), None, "CN", "zh", {"kind": ("a", "b")}
    )
    text = "".join(csv_lines([one], ["kind", "stage"], mark=True))
    assert text.startswith("\ufeffcustomer,name,handle,handles,owner,country,language,label:kind")
    (row,) = csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline=""))
    assert row["name"] == one.name
    assert (row["handle"], row["label:kind"], row["label:stage"]) == ("+86138", "a; b", "")
    assert text.endswith("\r\n")
    assert "".join(ndjson_lines([one])).count("\n") == 1
