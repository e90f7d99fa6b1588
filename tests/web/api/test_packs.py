"""The pack in force, and checking another one."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable
from typing import Any

import pytest

from warmlist.app import built_in_pack

from .conftest import Desk

pytestmark = pytest.mark.store

ZIP = {"Content-Type": "application/zip"}


def files() -> dict[str, str]:
    folder = built_in_pack()
    return {
        str(path.relative_to(folder)): path.read_text("utf-8")
        for path in sorted(folder.rglob("*.yaml"))
    }


def zipped(found: dict[str, str | bytes], around: str = "", others: Iterable[str] = ()) -> bytes:
    into = io.BytesIO()
    with zipfile.ZipFile(into, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in found.items():
            archive.writestr(around + name, content)
        for name in others:
            archive.writestr(name, b"\x00\x05")
    return into.getvalue()


def check(desk: Desk, found: dict[str, Any]) -> dict[str, Any]:
    answer = desk.client().post("/packs/check", json={"files": found})
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_the_pack_in_force_is_told_whole(desk: Desk) -> None:
    (told,) = desk.client("Bob").get("/packs").json()["items"]
    pack = desk.app.plan.pack
    assert (told["name"], told["version"], told["in_force"]) == (pack.name, pack.version, True)
    assert {x["dimension"] for x in told["dimensions"]} == {d.key for d in pack.dimensions}
    assert {t["name"]: t["value"] for t in told["thresholds"]}["high_within"] == "24h"
    activity = next(x for x in told["dimensions"] if x["dimension"] == "activity")
    assert activity["kind"] == "exclusive"
    assert activity["rules"][0]["when"] == "age(last_inbound) <= high_within"
    assert set(activity["labels"][0]["names"]) == {"en", "zh-Hans", "it", "de"}
    assert {p["id"] for p in told["playbooks"]} == {p.id for p in pack.playbooks}


def test_a_good_pack_as_json_and_as_zip(desk: Desk) -> None:
    good = {"ok": True, "pack": desk.app.plan.pack.key, "problems": [], "warnings": []}
    assert check(desk, files()) == good
    for around in ("", "my-pack/"):
        body = zipped({**files(), "README.md": "not read"}, around, ["__MACOSX/._pack.yaml"])
        assert desk.client().post("/packs/check", content=body, headers=ZIP).json() == good


def test_what_is_wrong_is_told_with_its_place(desk: Desk) -> None:
    found = files()
    found["labels/activity.yaml"] = found["labels/activity.yaml"].replace(
        "last_inbound", "last_inbuond", 1
    )
    told = check(desk, found)
    assert (told["ok"], told["pack"]) == (False, None)
    (problem,) = told["problems"]
    assert problem["file"] == "labels/activity.yaml"
    lines = found["labels/activity.yaml"].splitlines()
    assert lines[problem["line"] - 1][problem["column"] - 1 :].startswith(("age(", "last_inbuond"))
    assert "last_inbound" in problem["message"]


@pytest.mark.parametrize(
    ("change", "file"),
    [
        ({"pack.yaml": None}, "pack.yaml"),
        ({"thresholds.yaml": None}, "thresholds.yaml"),
        ({"pack.yaml": "name: [x"}, "pack.yaml"),
        ({"pack.yaml": "[]"}, "pack.yaml"),
        ({"labels/intent.yaml": "a: &a [x]\nb: [*a, *a]"}, "labels/intent.yaml"),
        ({"labels/intent.yaml": "[" * 60 + "]" * 60}, "labels/intent.yaml"),
        ({"labels/intent.yaml": "[" * 50_000}, "labels/intent.yaml"),
        ({"labels/intent.yaml": "a\x07b: 1"}, "labels/intent.yaml"),
        ({"facts/intent.yaml": ""}, None),
    ],
)
def test_bad_packs(desk: Desk, change: dict[str, str | None], file: str | None) -> None:
    found = {name: text for name, text in (files() | change).items() if text is not None}
    told = check(desk, found)
    assert not told["ok"]
    (problem,) = told["problems"]
    assert file in (None, problem["file"])
    assert "/tmp" not in problem["message"]


@pytest.mark.parametrize(
    "name", ["../pack.yaml", "/etc/passwd", "labels/../../x.yaml", "labels/a/b.yaml", "x.py", ""]
)
def test_paths_that_are_no_packs_are_refused(desk: Desk, name: str) -> None:
    answer = desk.client().post("/packs/check", json={"files": files() | {name: "a: 1"}})
    assert answer.status_code == 422
    if name.endswith(".yaml"):
        body = zipped({**files(), name: "a: 1"})
        answer = desk.client().post("/packs/check", content=body, headers=ZIP)
        assert answer.status_code == 422


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"PK\x03\x04nonsense",
        b"\x00" * 65_536,
        zipped({"pack.yaml": b"\xff\xfe"}),
        zipped({"pack.yaml": "#" * (2 << 20)}),
        zipped({f"labels/{n}.yaml": "a: 1" for n in range(201)}),
    ],
)
def test_hostile_archives(desk: Desk, body: bytes) -> None:
    answer = desk.client().post("/packs/check", content=body, headers=ZIP)
    assert answer.status_code == 422


@pytest.mark.parametrize("body", [b"", b"\xff", b"[" * 99_999, b"{", b"null", b'{"files":{"a":1}}'])
def test_hostile_json(desk: Desk, body: bytes) -> None:
    form = {"Content-Type": "application/json"}
    answer = desk.client().post("/packs/check", content=body, headers=form)
    assert answer.status_code in (400, 422)
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_pack_that_is_too_large(desk: Desk) -> None:
    large = {"files": {"pack.yaml": "#" * (1 << 20) + "#"}}
    assert desk.client().post("/packs/check", json=large).status_code == 422
    larger = {"files": {"pack.yaml": "#" * (2 << 20)}}
    assert desk.client().post("/packs/check", json=larger).status_code == 413
