"""Files laid over a pack: what they override, add and take away, and how mistakes in them are told."""

from __future__ import annotations

from pathlib import Path

import pytest

from rules.packs import SAY, write
from warmlist.errors import BadInput, BadPack
from warmlist.rules.layers import Layer, layer_of
from warmlist.rules.model import LANGUAGES, Pack
from warmlist.rules.read import read_pack

pytestmark = pytest.mark.unit


def over(folder: Path, **files: str) -> Pack:
    """The small pack with files over it; `labels__mood` is labels/mood.yaml."""
    layer = Layer("mine", {f"{name.replace('__', '/')}.yaml": text for name, text in files.items()})
    return read_pack(write(folder), layers=[layer])


def test_a_figure_is_overridden_and_others_stay(tmp_path: Path) -> None:
    pack = over(tmp_path, thresholds="day: {value: 12h, since: 2026-11-22, source: us}\n")
    assert (pack.thresholds["day"].value, pack.thresholds["day"].source) == (43_200_000, "us")
    assert pack.thresholds["few"].value == 3
    assert "as_of - 43200000" in pack.dimension("mood").rules[0].when.sql()


def test_a_label_with_its_rule_joins_a_category_where_it_is_told_to(tmp_path: Path) -> None:
    text = """dimension: mood
labels:
  hot: {names: Hot, colour: red, says: writes right now}
rules:
  - {id: W-1, label: hot, when: calls >= few, because: asks, before: M-1}
"""
    mood = over(tmp_path, labels__mine=text).dimension("mood")
    assert list(mood.labels) == ["warm", "cold", "hot"]
    assert mood.labels["hot"].names == dict.fromkeys(LANGUAGES, "Hot")
    assert mood.labels["hot"].says == dict.fromkeys(LANGUAGES, "writes right now")
    assert [r.id for r in mood.rules] == ["W-1", "M-1"]
    assert mood.rules[0].place == "mine/labels/mine.yaml:5:33"


def test_a_rule_is_replaced_in_its_place(tmp_path: Path) -> None:
    text = "dimension: mood\nrules: [{id: M-1, label: cold, when: known(last_in), because: x}]\n"
    (rule,) = over(tmp_path, labels__mood=text).dimension("mood").rules
    assert (rule.label, rule.text) == ("cold", "known(last_in)")


def test_names_and_rows_are_taken_away(tmp_path: Path) -> None:
    pack = over(
        tmp_path,
        labels__mood="dimension: mood\nlabels:\n  cold:\n",
        labels__tags="dimension: tags\nremoved: yes\n",
        facts__mine="newest:\n",
        playbooks__mine="playbooks: [{id: P-1, removed: yes}]\n",
    )
    assert list(pack.dimension("mood").labels) == ["warm"]
    assert pack.keys == ("mood",)
    assert "newest" not in pack.facts
    assert not pack.playbooks


def test_a_category_gives_its_labels_their_colour(tmp_path: Path) -> None:
    text = "dimension: tier\nkind: set\nnames: Tier\ncolour: gold\nreview: 9d\nlabels:\n" + (
        "  a: {names: A}\n  b: {names: B, colour: red}\nrules: []\n"
    )
    labels = over(tmp_path, labels__tier=text).dimension("tier").labels
    assert (labels["a"].colour, labels["b"].colour) == ("gold", "red")


def test_a_playbook_is_told_anew_among_its_neighbours(tmp_path: Path) -> None:
    row = f"{{id: P-1, when: mood = 'warm', start: last_in, touches: 2, every: day, why: {SAY}, missed: x, words: y}}"
    (one,) = over(tmp_path, playbooks__mine=f"playbooks: [{row}]\n").playbooks
    assert (one.touches, one.place) == (2, "mine/playbooks/mine.yaml:1:13")


TIER = "dimension: {name}\nkind: exclusive\nnames: T\nreview: 9d\nlabels: {{a: {{names: A}}}}\nrules: {rules}\n"


@pytest.mark.parametrize(
    ("path", "text", "told"),
    [
        ("thresholds.yaml", "dya:\n", "mine/thresholds.yaml:1:1: there is no 'dya' to take away; did you mean day?"),
        ("facts/a.yaml", "last_inn:\n", "mine/facts/a.yaml:1:1: unknown fact 'last_inn'; did you mean last_in?"),
        ("facts/a.yaml", "last_in:\n", "unknown fact 'last_in'"),  # others need it
        ("labels/a.yaml", "dimension: mood\nlabels: {warm: }\n", "labels/mood.yaml:10:12: unknown label 'warm'"),
        ("labels/a.yaml", "dimension: gone\nremoved: yes\n", "mine/labels/a.yaml:1:12: there is no dimension"),
        ("labels/a.yaml", "dimension: mood\nrules: [{id: X, removed: yes}]\n", "2:14: there is no 'X' to take away"),
        ("labels/a.yaml", "dimension: mood\nrules: [{id: X, label: cold, when: known(last_in), because: x, before: Y}]\n",
         "unknown rule 'Y'; known: M-1"),
        ("labels/a.yaml", "dimension: mood\nrules: [{id: X, label: cold, when: age(last_in) <= day, because: x}]\n",
         "X (cold) asks the same as M-1 (warm), which stands before it"),
        ("labels/a.yaml", TIER.format(name="tier", rules="[{id: X, label: a, when: tier = 'a', because: x}]"),
         "tier needs itself: tier -> tier"),
        ("labels/a.yaml", TIER.format(name="order", rules="[]"), "mine/labels/a.yaml:1:12: 'order' is taken"),
        ("labels/a.yaml", TIER.format(name="spent", rules="[]"), "mine/labels/a.yaml:1:12: 'spent' is taken"),
        ("labels/a.yaml", "dimension: mood\nnames: *x\n", "mine/labels/a.yaml:2:8: write it out"),
        ("pack.yaml", "name: other\n", "mine/pack.yaml:1:1: unknown key 'name'"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_told_with_its_place(
    tmp_path: Path, path: str, text: str, told: str
) -> None:
    with pytest.raises(BadPack) as found:
        read_pack(write(tmp_path), layers=[Layer("mine", {path: text})])
    assert told in str(found.value)


def test_a_folder_with_other_files_is_no_layer(tmp_path: Path) -> None:
    write(tmp_path)
    assert len(layer_of(tmp_path).files) == 6
    (tmp_path / "labels/deep").mkdir()
    (tmp_path / "labels/deep/a.yaml").write_text("a: 1")
    with pytest.raises(BadInput, match="is no file of a pack"):
        layer_of(tmp_path)


def test_the_built_in_files_are_never_written(tmp_path: Path) -> None:
    before = {p: p.read_text("utf-8") for p in write(tmp_path).rglob("*.yaml")}
    over(tmp_path, thresholds="day: {value: 12h, since: 2026-11-22, source: us}\n")
    assert {p: p.read_text("utf-8") for p in tmp_path.rglob("*.yaml")} == before
