"""What contacts bring, and whom it is made for, as packs and files laid over them say it."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

import pytest

from warmlist.errors import BadPack
from warmlist.rules.layers import Layer
from warmlist.rules.model import Content, Pack
from warmlist.rules.read import read_pack

pytestmark = pytest.mark.unit
PACK = Path(str(resources.files("warmlist") / "packs/chat_sales"))


def over(row: str) -> Pack:
    """The built-in pack with one more content."""
    words = {
        f"messages/{lang}.yaml": 'ours: "Hi {name}"\n' for lang in ("en", "zh-Hans", "it", "de")
    }
    return read_pack(PACK, layers=[Layer("us", {"messages/contents.yaml": row, **words})])


def content(pack: Pack, key: str) -> Content:
    return next(c for p in pack.playbooks for c in p.brings if c.key == key)


def test_a_workspace_brings_its_own_customers_something_of_their_own() -> None:
    pack = over("ours: {names: Ours, for: {industry: [Dentists]}, instead_of: case_study}\n")
    (*built_in, ours) = content(pack, "case_study").matched
    assert [one.key for one in built_in] == ["case_hospitality", "case_retail", "case_company"]
    assert ours.is_for({("industry", "dentists"), ("kind", "b2b")})
    assert not ours.is_for({("industry", "retail")})


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ("for: {industri: [a]}", "us/messages/contents.yaml:1:27: unknown dimension 'industri'; did you mean industry?"),
        ("for: {event_preference: [onlin]}", "unknown label 'onlin'; did you mean online?"),
        ("for: {industry: []}", "name labels of 'industry'"),
        ("for: {industry: a}, instead_of: case_studi", "unknown content 'case_studi'; did you mean case_study?"),
        ("for: {industry: a}, instead_of: case_retail", "'case_retail' itself stands instead of another"),
        ("instead_of: case_study", "say in 'for' whom 'ours' is for, instead of 'case_study'"),
    ],
)  # fmt: skip
def test_what_is_made_for_nobody_is_refused(row: str, told: str) -> None:
    with pytest.raises(BadPack) as caught:
        over(f"ours: {{names: Ours, {row}}}\n")
    assert told in caught.value.message
