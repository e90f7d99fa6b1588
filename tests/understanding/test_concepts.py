"""Concepts: the sheets, how they are found, and that what is learnt in one language counts in others."""

from __future__ import annotations

import pytest
from training.build import build, prepare
from training.corpus import Message

from warmlist.errors import BadInput
from warmlist.understanding import concepts, model
from warmlist.understanding.concepts import MEANT, Finder, Forms, meanings
from warmlist.understanding.concepts.files import SHEETS, keys, read
from warmlist.understanding.model.packed import pack_forms
from warmlist.understanding.normalise import fold
from warmlist.understanding.signals import SIGNALS

pytestmark = pytest.mark.unit


@pytest.fixture(scope="module")
def forms():
    return concepts.load()


@pytest.fixture(scope="module")
def finder(forms):
    return Finder(Forms.of(forms))


def a_finder(*sheets: tuple[str, str]) -> Finder:
    return Finder(Forms.of(form for sheet, text in sheets for form in read(sheet, text)))


def found(finder: Finder, text: str) -> dict[str, tuple[str, ...]]:
    folded = fold(text)
    return {folded[start:end]: names for start, end, names in finder.find(folded)}


def test_every_sheet_loads_and_knows_most_concepts(forms):
    for at, sheet in enumerate(SHEETS):
        known = {form.key for form in forms if form.sheet == at}
        assert len(known) >= 0.9 * len(keys()), sheet


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("prize = prix", "'prize' is no concept"),
        ("just words", "no concept"),
        ("price = prix | *", "holds no word"),
        ("price = prix | .. |", "holds no word"),
        ("price = *x*", "may stand anywhere"),
        ("thanks = merci again", "'thanks' has a line already"),
    ],
)
def test_a_wrong_line_is_named_with_sheet_and_number(line, said):
    with pytest.raises(BadInput, match=r"^fr\.txt:3") as error:
        list(read("fr", f"# French\nthanks = merci\n{line}\n"))
    assert said in str(error.value)


def test_forms_end_where_their_sheet_says():
    finder = a_finder(("de", "ship = versand | spedi* | *lieferung"))
    assert found(finder, "Versand? versandet") == {"versand": ("ship",)}
    assert found(finder, "spedition, unspedi") == {"spedi": ("ship",)}
    assert found(finder, "Teillieferung") == {"lieferung": ("ship",)}
    assert found(finder, "lieferungen") == {}


def test_two_words_may_stand_in_a_gap_and_a_question_mark_may_be_wanted():
    finder = a_finder(("en", "too_much = too .. much\nconfirm = right?\nhowmuch = how much"))
    assert found(finder, "that is too very much") == {"too very much": ("too_much",)}
    assert found(finder, "too a b c much") == {}
    assert found(finder, "this one, right ?") == {"right": ("confirm",)}
    assert found(finder, "right, this one?") == {}
    assert found(finder, "how, much") == {}


def test_a_form_may_mean_two_things_and_hold_others_which_are_no_part_of_the_order():
    finder = a_finder(("zh", "is_there = 有没有\nwhether = 有没有\nnot = 没\nprice = 价"))
    assert found(finder, "有沒有價") == {
        "有没有": ("is_there", "whether"),
        "没": ("not",),
        "价": ("price",),
    }
    linked = meanings("有没有价", finder.find("有没有价")).linked
    assert MEANT + "is_there>price" in linked
    assert not any("not" in name for name in linked)


def test_the_sheet_that_explains_most_is_believed():
    finder = a_finder(
        ("it", "how_q = come\nuse = si usa\nnot = non"),
        ("en", "arrive = come | came\nsoon = soon"),
    )
    assert found(finder, "come si usa") == {"come": ("how_q",), "si usa": ("use",)}
    assert found(finder, "come soon") == {"come": ("arrive",), "soon": ("soon",)}


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("quanto viene la spedizione?", {"shipping_cost", "howmuch", "ship"}),
        ("多少钱一个", {"howmuch"}),
        ("多少錢一個", {"howmuch"}),
        ("Сколько стоит доставка?", {"howmuch", "ship", "shipping_cost", "cost_v"}),
        ("bunun fiyatı ne kadar", {"price", "howmuch"}),
        ("送料はいくらですか", {"shipping_cost", "howmuch"}),
        ("بكم هذا", {"howmuch"}),
    ],
)
def test_the_same_is_found_in_every_script(finder, text, names):
    said = {name for ours in found(finder, text).values() for name in ours}
    assert said & names


def test_features_say_order_question_and_denial():
    finder = a_finder(("en", "not = not\navailable = have it\ncheap = cheaper\nthanks = thanks"))
    text = "you do not have it cheaper? thanks"
    meant = meanings(text, finder.find(text))
    bare = {name.removeprefix(MEANT): place for name, place in meant.alone.items()}
    assert {"not", "available", "not~available", "cheap?", "thanks"} <= set(bare)
    assert "thanks?" not in bare
    assert "not~thanks" not in bare
    assert text[slice(*bare["cheap"])] == "cheaper"
    linked = {name.removeprefix(MEANT) for name in meant.linked}
    assert linked == {"^>not", "not>available", "available>cheap", "^>thanks"}


def test_any_text_has_its_concepts_in_it(finder):
    for text in ("", " ", "\ud800?", "a" * 5_000, "价格?" * 500, "👍🏽 ok ok"):
        folded = fold(text)
        for start, end, names in finder.find(folded):
            assert 0 <= start < end <= len(folded)
            assert names


def test_the_model_keeps_the_forms_as_they_were(forms):
    kept = Forms.of(forms[:5_000])
    packed = type("Fields", (), pack_forms(kept))
    again = model.packed.unpack_forms(packed)
    assert (list(again.literals), list(again.plain)) == (list(kept.literals), list(kept.plain))
    assert again.checked == kept.checked


def test_what_is_learnt_in_one_language_counts_in_another(tmp_path):
    """Taught in Italian alone, a model asks the price in Turkish, in words it never saw."""
    asked = ["quanto costa la borsa", "quanto costa il cappotto", "quanto viene questo",
             "quanto costa questa gonna", "ciao quanto costa", "quanto viene la sciarpa"]  # fmt: skip
    other = ["arrivo domani", "la borsa è bella", "ci vediamo sabato", "il cappotto è nero",
             "grazie mille a tutti", "mia sorella sta bene"]  # fmt: skip
    messages = [
        Message(f"{text} {at}", "it", f"it/w{at}.jsonl", signals)
        for at in range(20)
        for texts, signals in ((asked, {"price_inquiry": ""}), (other, {}))
        for text in texts
    ]
    # Two languages at least are told apart.
    messages += [Message("das ist schön", "de", f"de/w{at}.jsonl", {}) for at in range(20)]
    messages += [Message("c'est joli", "fr", f"fr/w{at}.jsonl", {}) for at in range(20)]
    build(prepare(messages, [], lambda _: None), tmp_path / "it.npz", lambda _: None)
    built = model.load(tmp_path / "it.npz")
    assert built is not None
    price = SIGNALS.index("price_inquiry")

    def probability(text: str) -> float:
        return built[0].score(fold(text), [0.0] * len(SIGNALS)).probability[price]

    assert probability("ne kadar bu çanta") > 3 * probability("yarın geliyorum")
