"""A pack that is wrong is refused with the place, the thing and the nearest right name."""

from __future__ import annotations

import sys
from decimal import Decimal
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from packs import FILES, SAY, changed, write

from warmlist.errors import BadPack
from warmlist.rules.expressions import NEVER
from warmlist.rules.model import Pack
from warmlist.rules.read import read_pack

pytestmark = pytest.mark.unit
WHEN = "when: age(last_in) <= day"


def test_the_small_pack_is_right(tmp_path: Path) -> None:
    pack = changed(tmp_path)
    assert pack.key == "small 1"
    assert [d.key for d in pack.dimensions] == ["mood", "tags"]
    assert pack.warnings == ()


@pytest.mark.parametrize(
    ("when", "message"),
    [
        (
            "when: age(last_im) <= day",
            "labels/mood.yaml:11:15: unknown fact 'last_im'; did you mean last_in?",
        ),
        (
            "when: age(last_in) <= dya",
            "labels/mood.yaml:11:27: unknown threshold 'dya'; did you mean day?",
        ),
        (
            "when: age(last_in) <= few",
            "labels/mood.yaml:11:27: few is a number, a duration belongs here",
        ),
        (
            "when: age(calls) <= day",
            "labels/mood.yaml:11:15: calls is a number, a moment belongs here",
        ),
        ("when: calls >= day", "labels/mood.yaml:11:20: day is a duration, a number belongs here"),
        ("when: spent > few", "labels/mood.yaml:11:19: few is a number, a money belongs here"),
        ("when: calls * 2 >= 3", "multiples are compared with another fact"),
        ("when: calls * few >= spent", "calls is a number, spent a money"),
        (
            "when: last_in * 2 > last_out",
            "labels/mood.yaml:11:11: last_in is a moment: there is no multiple of it",
        ),
        ("when: calls * day >= calls", "day is a duration, a number belongs here"),
        ("when: last_in > calls", "labels/mood.yaml:11:21: last_in is a moment, calls a number"),
        (
            "when: last_in > 3",
            "last_in is a moment: compare it with another moment, or write age(last_in)",
        ),
        ("when: calls >= '3'", "a number belongs here: name a threshold"),
        ("when: calls >= 2.5", "a number belongs here: name a threshold"),
        ("when: spent > 100", "a money belongs here: name a threshold"),
        ("when: age(last_in) = day", "an age is compared with <, <=, > or >="),
        ("when: age(last_in, day) <= day", "age() with 2 value(s) cannot be compared"),
        ("when: calls", "calls is not a test; use comparisons, and, or, not, known(), has()"),
        ("when: known(last_in, calls)", "known() with 2 value(s) is not a test"),
        ("when: mood2 = 'warm'", "unknown fact 'mood2'; did you mean mood?"),
        (
            "when: has(tag, 'rich')",
            "labels/mood.yaml:11:15: unknown set dimension 'tag'; did you mean tags?",
        ),
        ("when: has(tags, 'rihc')", "unknown label 'rihc'; did you mean rich?"),
        ("when: has(tags, rich)", "a label in quotes belongs here, one of rich"),
        ("when: (calls >= few", "labels/mood.yaml:11:"),
    ],
)
def test_an_expression_that_means_nothing(tmp_path: Path, when: str, message: str) -> None:
    assert message in refusal(tmp_path, "labels/mood.yaml", WHEN, when)


def test_a_place_on_a_later_line_and_in_quotes(tmp_path: Path) -> None:
    told = refusal(tmp_path, "labels/mood.yaml", WHEN, 'when: "age(last_im) <= day"')
    assert told.startswith("labels/mood.yaml:11:16: ")


@pytest.mark.parametrize(
    ("name", "old", "new", "message"),
    [
        ("labels/mood.yaml", "label: warm", "label: wram", "labels/mood.yaml:10:12: unknown label 'wram'; did you mean warm?"),
        ("labels/tags.yaml", "mood = 'warm'", "mood = 'wram'", "unknown label 'wram'; did you mean warm?"),
        ("labels/mood.yaml", "kind: exclusive", "kind: exclusiv", "kind is exclusive or set, not 'exclusiv'"),
        ("labels/mood.yaml", f"because: {SAY}", "because: {en: a, it: c}", "because is missing in zh-Hans, de"),
        ("labels/mood.yaml", f"because: {SAY}", "because: {en: '{last_im}', zh-Hans: b, it: c, de: d}", "unknown fact 'last_im'; did you mean last_in?"),
        ("labels/mood.yaml", "id: M-1", "ids: M-1", "labels/mood.yaml:9:5: unknown key 'ids'; did you mean id?"),
        ("labels/mood.yaml", "review: 7d", "review: 7 days", "labels/mood.yaml:4:9: '7 days' is no figure"),
        ("labels/mood.yaml", "review: 7d", "review: 7d\nreview: 8d", "labels/mood.yaml:5:1: 'review' stands here twice"),
        ("labels/tags.yaml", "id: T-1", "id: M-1", "labels/tags.yaml:8:9: rule 'M-1' is declared twice; each needs an id of its own"),
        ("labels/tags.yaml", "dimension: tags", "dimension: mood", "labels/tags.yaml:1:12: dimension 'mood' is declared twice"),
        ("labels/tags.yaml", "id: T-1", "id: m_1", "rule 'm_1' is declared twice"),
        ("labels/tags.yaml", "id: T-1", "id: T'1", "is no rule id; write letters, digits, - and _"),
        ("labels/mood.yaml", "  cold:", "  Very cold:", "'Very cold' is no name for a label"),
        ("facts/all.yaml", "spent:", "Spent money:", "'Spent money' is no name for a fact"),
        ("playbooks/all.yaml", "first: day", "first: day\n    touches: two", "touches takes a whole number, not 'two'"),
        ("pack.yaml", "red: 50", "red: half", "red takes a whole number, not 'half'"),
        ("thresholds.yaml", "value: 24h", "value: a day", "thresholds.yaml:1:14: 'a day' is no figure"),
        ("thresholds.yaml", "few:", "day:", "thresholds.yaml:2:1: 'day' stands here twice"),
        ("facts/all.yaml", "from: readings", "from: reading", "facts/all.yaml:14:9: unknown stream 'reading'; did you mean readings?"),
        ("facts/all.yaml", "take: count", "take: cuont", "unknown take 'cuont'; did you mean count?"),
        ("facts/all.yaml", "unit: money", "unit: monye", "unknown unit 'monye'; did you mean money?"),
        ("facts/all.yaml", "window: day", "window: few", "facts/all.yaml:17:11: a window names durations"),
        ("facts/all.yaml", "after: last_in", "after: last_inn", "unknown fact 'last_inn'; did you mean last_in?"),
        ("facts/all.yaml", "after: last_in", "window: day", "a moment takes no window; test its age in the rule instead"),
        ("facts/all.yaml", "says('price_inquiry')", "says('price_inqiry')", "unknown signal 'price_inqiry'; did you mean price_inquiry?"),
        ("facts/all.yaml", "direction = 'out'", "directoin = 'out'", "messages has no column 'directoin'; did you mean direction?"),
        ("facts/all.yaml", "last_out:", "last_in:", "facts/all.yaml:6:1: 'last_in' stands here twice"),
        ("facts/all.yaml", "  after: last_in\n", "  after: newest\n", "needs itself: last_out -> newest -> last_out; take one of these out"),
        ("playbooks/all.yaml", "start: last_in", "start: calls", "playbooks/all.yaml:4:12: a playbook starts at a moment"),
        ("playbooks/all.yaml", "first: day", "first: few", "playbooks/all.yaml:5:12: first names a duration"),
        ("playbooks/all.yaml", f"missed: {SAY}", "missed: {en: a, zh-Hans: b, it: c}", "missed is missing in de"),
        ("playbooks/all.yaml", f"words: {SAY}", "brings: gift", "unknown content 'gift'; known: "),
        ("playbooks/all.yaml", f"    words: {SAY}\n", "", "playbooks/all.yaml:2:5: 'brings' is missing"),
        ("playbooks/all.yaml", "playbooks:\n", "unless: mood = 'hot'\nplaybooks:\n", "unknown label 'hot'"),
        ("pack.yaml", "name: small", "nam: small", "pack.yaml:1:1: unknown key 'nam'; did you mean name?"),
        ("facts/all.yaml", "direction = 'out'", "key > day", "messages has no column 'day'"),
        ("facts/all.yaml", "take: newest_of", "take: average", "facts/all.yaml:23:1: average takes facts of the units money, number in 'of', not moment, moment"),
        ("facts/all.yaml", "of: [last_in, last_out]", "of: [last_in, spent]", "newest_of takes facts of the units moment, moment in 'of', not moment, money"),
        ("labels/mood.yaml", f"warm: {{names: {SAY}", f"warm: {{names: {SAY}, outcome_of: sale", "unknown outcome 'sale'; did you mean sales?"),
        ("pack.yaml", "name: small", "name: small\norder: [moods]", "pack.yaml:2:9: unknown dimension 'moods'; did you mean mood?"),
        ("pack.yaml", "name: small", "name: [small", "pack.yaml:2:8: not YAML"),
    ],
)  # fmt: skip
def test_a_part_that_means_nothing(
    tmp_path: Path, name: str, old: str, new: str, message: str
) -> None:
    assert message in refusal(tmp_path, name, old, new)


def test_dimensions_that_read_each_other_are_refused(tmp_path: Path) -> None:
    told = refusal(tmp_path, "labels/mood.yaml", WHEN, "when: has(tags, 'rich')")
    assert "mood needs itself: mood -> tags -> mood; take one of these out" in told
    assert told.startswith("labels/mood.yaml:1:12: ")


def test_a_fact_declared_in_two_files_is_refused(tmp_path: Path) -> None:
    folder = write(tmp_path)
    (folder / "facts/more.yaml").write_text(
        f"last_in:\n  says: {SAY}\n  from: messages\n  take: latest\n", encoding="utf-8"
    )
    with pytest.raises(BadPack, match=r"^facts/more.yaml:1:1: fact 'last_in' is declared twice"):
        read_pack(folder)


def test_a_folder_without_a_pack_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadPack, match=r"there is no pack.yaml; a pack is a folder that holds one"):
        read_pack(tmp_path)


def test_money_without_a_rate_warns_and_never_matches(tmp_path: Path) -> None:
    def to_minor(amount: Decimal, currency: str | None) -> int | None:
        return None

    pack = read_pack(write(tmp_path), to_minor)
    assert pack.thresholds["rich"].value == NEVER
    assert "no rate brings 100 USD to the workspace currency" in pack.warnings[0]
    assert pack.warnings[0].startswith("thresholds.yaml:3:15: ")


def test_money_of_the_workspace_needs_no_rate(tmp_path: Path) -> None:
    def to_minor(amount: Decimal, currency: str | None) -> int | None:
        return int(amount) if currency is None else None

    pack = read_pack(write(tmp_path, "thresholds.yaml", "100 USD", "100 workspace"), to_minor)
    assert (pack.thresholds["rich"].value, pack.thresholds["rich"].kind) == (100, "money")
    assert pack.warnings == ()


def test_figures_stand_in_the_test_of_a_streams_rows(tmp_path: Path) -> None:
    where = "direction = 'out' and key > few"
    pack = changed(tmp_path, "facts/all.yaml", "direction = 'out'", where)
    assert str(pack.facts["last_out"].where) == "direction = 'out' AND key > 3"


def test_a_row_is_not_compared_with_money_that_has_no_rate(tmp_path: Path) -> None:
    folder = write(tmp_path, "facts/all.yaml", "direction = 'out'", "key <= rich")
    pack = read_pack(folder, lambda amount, currency: None)
    assert str(pack.facts["last_out"].where) == "key <= NULL"


def test_dimensions_come_in_the_order_asked_for_behind_those_they_read(tmp_path: Path) -> None:
    ordered = changed(tmp_path, "pack.yaml", "name: small", "name: small\norder: [tags, mood]")
    assert [d.key for d in ordered.dimensions] == ["mood", "tags"]  # tags read mood
    (tmp_path / "labels/tags.yaml").write_text(
        (tmp_path / "labels/tags.yaml").read_text("utf-8").replace(" and mood = 'warm'", ""),
        "utf-8",
    )
    assert [d.key for d in read_pack(tmp_path).dimensions] == ["tags", "mood"]


def refusal(folder: Path, name: str, old: str, new: str) -> str:
    with pytest.raises(BadPack) as error:
        changed(folder, name, old, new)
    return str(error.value)


MESSAGES = {
    "contents.yaml": f"gift: {{names: {SAY}}}\nnews: {{purpose: content, names: {SAY}}}\n",
    **{
        f"{language}.yaml": "gift: Hi {name}\nnews: Read[ of {product}]\n"
        for language in ("en", "it", "de", "zh-Hans")
    },
}


def with_messages(folder: Path, brings: str, name: str = "", old: str = "", new: str = "") -> Pack:
    write(
        folder,
        "playbooks/all.yaml",
        f"    words: {SAY}\n",
        f"    every: day\n    brings: {brings}\n",
    )
    (folder / "messages").mkdir()
    for file, text in MESSAGES.items():
        told = text.replace(old, new) if file == name else text
        (folder / "messages" / file).write_text(told, encoding="utf-8")
    return read_pack(folder)


def test_what_contacts_bring_is_read_with_its_words(tmp_path: Path) -> None:
    (playbook,) = with_messages(
        tmp_path, "[gift, news]", "it.yaml", "gift: Hi", "P-1/gift: Ciao {name}\ngift: Hi"
    ).playbooks
    assert [content.key for content in playbook.brings] == ["gift", "news"]
    assert playbook.brings[0].words["it"] == "Ciao {name}"
    assert playbook.brings[0].words["de"] == "Hi {name}"


@pytest.mark.parametrize(
    ("brings", "name", "old", "new", "message"),
    [
        ("gift", "", "", "", "playbooks/all.yaml:9:13: two contacts in a row would bring 'gift'"),
        ("[gift, news, news]", "", "", "", "two contacts in a row would bring 'news'"),
        ("[gift, news, gift]", "", "", "", "two contacts in a row would bring 'gift'"),
        ("[gift, news]", "de.yaml", "news:", "nws:", "messages/de.yaml:2:1: unknown content 'nws'; did you mean news?"),
        ("[gift, news]", "de.yaml", "{name}", "{nmae}", "messages/de.yaml:1:7: unknown blank 'nmae'; did you mean name?"),
        ("[gift, news]", "de.yaml", "]", "", "messages/de.yaml:2:7: a bracket is not closed"),
        ("[gift, news]", "de.yaml", "gift: Hi {name}\n", "", "'gift' has no text in de"),
        ("[gift, news]", "contents.yaml", "purpose: content", "purpose: contant", "unknown purpose 'contant'; did you mean content?"),
        ("[gift, news]", "de.yaml", "gift:", "P-2/gift: x\ngift:", "messages/de.yaml:1:1: no playbook brings 'P-2/gift'"),
    ],
)  # fmt: skip
def test_messages_that_nobody_could_send_are_refused(
    tmp_path: Path, brings: str, name: str, old: str, new: str, message: str
) -> None:
    with pytest.raises(BadPack) as refused:
        with_messages(tmp_path, brings, name, old, new)
    assert message in str(refused.value)


def test_the_most_urgent_playbook_stands_first(tmp_path: Path) -> None:
    text = FILES["playbooks/all.yaml"]
    row = (
        text.removeprefix("playbooks:\n")
        .replace("P-1", "P-2")
        .replace("    when", '    urgency: "1"\n    when')
    )
    write(tmp_path)
    (tmp_path / "playbooks/all.yaml").write_text(text + row, encoding="utf-8")
    assert [p.id for p in read_pack(tmp_path).playbooks] == ["P-2", "P-1"]
