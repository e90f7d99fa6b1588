"""What any reader promises, tried on the built-in one."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from warmlist.errors import NotFound
from warmlist.events import signals as stored
from warmlist.understanding import lexicon, signals
from warmlist.understanding.normalise import Folded, fold
from warmlist.understanding.reader import default_reader

pytestmark = pytest.mark.unit

ANY_TEXT = st.text(st.characters(exclude_categories=()), max_size=200)


def said(text: str) -> set[str]:
    return {found.name for found in default_reader().read(text).signals}


def words(text: str, name: str) -> str:
    spans = {found.name: found.span for found in default_reader().read(text).signals}
    start, end = spans[name]
    return text[start:end]


@settings(deadline=None)  # the first call loads the reader
@given(ANY_TEXT, st.sampled_from([None, "it", "zh-Hant", "es"]))
def test_any_text_is_read_and_spans_lie_in_it(text, lang):
    reading = default_reader().read(text, lang)
    for found in reading.signals:
        if found.span is not None:
            start, end = found.span
            assert 0 <= start < end <= len(text)
            assert text[start:end].strip()
    places = [signals.SIGNALS.index(found.name) for found in reading.signals]
    assert places == sorted(set(places))


@settings(deadline=None)  # the first call loads the reader
@given(ANY_TEXT)
def test_folded_characters_know_where_they_came_from(text):
    folded = Folded.of(text)
    assert len(folded.starts) == len(folded.text)
    assert list(folded.starts) == sorted(folded.starts)
    assert all(0 <= at < len(text) for at in folded.starts)


@pytest.mark.parametrize(
    ("text", "name", "shown"),
    [
        ("Ciao!  Quanto\u200b   costa?", "price_inquiry", "Quanto\u200b   costa"),
        ("😀😀 how much is it?", "price_inquiry", "how much is it"),
        ("請問這個多少錢?", "price_inquiry", "這個多少錢"),
        ("Gibt es e\u0301in Versand nach Zürich?", "delivery_inquiry", "Versand nach Zürich"),
    ],
)
def test_the_span_is_exact_in_the_original(text, name, shown):
    assert words(text, name) == shown


def test_folding():
    assert fold("Straße, perché, 這個?  ciaooo") == "strasse, perche, 这个? ciao"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("how much is shipping to Rome?", {"delivery_inquiry"}),
        ("quanto costa la spedizione?", {"delivery_inquiry"}),
        ("  \ud800price?", {"price_inquiry"}),
        ("best price?", {"price_inquiry", "discount_inquiry"}),
        ("最低多少", {"price_inquiry", "discount_inquiry"}),
        ("at 250 I'll take it", {"discount_inquiry"}),
        ("too expensive, bye", {"refusal"}),
        ("too expensive, can you do less?", {"discount_inquiry"}),
        ("you told me the price yesterday", set()),
        ("which size for my height, i'm 170 cm tall?", {"spec_inquiry"}),
        ("do you have size 40?", {"stock_inquiry"}),
        ("take me off your list", {"opt_out"}),
        ("unsubscribe", {"opt_out"}),
        ("别再给我发消息了", {"opt_out"}),
        ("👍🏽❤️", {"courtesy"}),
        ("grazie mille!", {"courtesy"}),
        ("你好", {"courtesy"}),
        ("thanks, how much is it?", {"price_inquiry"}),
        ("", set()),
        ("   ", set()),
    ],
)
def test_conventions(text, expected):
    assert said(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("who pays the postage if i send it back?", {"after_sales_inquiry"}),
        ("how much is postage?", {"delivery_inquiry"}),
        ("wer zahlt den versand bei einer rückgabe?", {"after_sales_inquiry"}),
        ("too expensive", set()),
        ("too expensive, thanks for telling me", set()),
        ("leider zu teuer, tschüss", {"refusal"}),
        ("aaaaaaa", set()),
        ("啊啊啊啊", set()),
        ("x", {"courtesy"}),
        ("thanks xx", {"courtesy"}),
        ("thanks Marco!", {"courtesy"}),
        ("kindly cease all contact", {"opt_out"}),
        ("please don't message me before 9", {"time_preference"}),
        ("早上九点前别给我发消息", {"time_preference"}),
        ("can I return it if I don't want it?", {"after_sales_inquiry"}),
    ],
)
def test_conventions_that_were_once_missed(text, expected):
    assert said(text) == expected


@pytest.mark.parametrize(
    "text", ["where is your shop?", "è troppo caro, grazie", "leider zu teuer", "team"]
)
def test_the_lexicon_says_nothing_where_a_convention_says_nothing(text):
    assert lexicon.load().read(text).signals == ()


def test_a_lone_t_is_an_opt_out_only_where_it_is_known_to_mean_one():
    def names(lang):
        return [found.name for found in default_reader().read("T", lang).signals]

    assert names("zh-Hans") == ["opt_out"]
    assert names("en") == names(None) == []


LONG = 65_536


@pytest.mark.parametrize(
    "part",
    [
        "a", " ", "\n?", "\u200b", "e\u0301", "\ud800", "👍🏽", "€ ", "1.1,", '"', "「", "((", "a or b ",
        "how much is it not if you told me yesterday ",
        "quanto costa non se ieri mi hai detto ",
        "was kostet nicht wenn du gestern gesagt hast der die das ",
        "多少钱不要如果昨天说过",
        "多少 how much quanto wieviel cuanto quanto tá ",
    ],
)  # fmt: skip
def test_the_longest_and_most_hostile_texts_are_read(part):
    text = (part * LONG)[:LONG]
    for found in default_reader().read(text).signals:
        if found.span is not None:
            start, end = found.span
            assert 0 <= start < end <= LONG


def test_both_ends_of_a_very_long_text_are_read():
    filler = "and so on it goes " * 8_000
    found = default_reader().read(f"how much is it? {filler} please unsubscribe me").signals
    assert {"price_inquiry", "opt_out"} <= {one.name for one in found}


def test_no_pattern_repeats_without_end():
    for pattern in lexicon.load().patterns:
        without_escapes = re.sub(r"\\.", "", pattern.source)
        assert not re.search(r"[*+]|\{\d+,\}", without_escapes), pattern.because


def test_one_list_of_signals_for_log_and_reader():
    assert signals.SIGNALS is stored.SIGNALS
    assert signals.mask is stored.mask


def test_bits_and_names_are_each_others_inverse():
    for place, name in enumerate(signals.SIGNALS):
        assert signals.bit(name) == 1 << place
    assert signals.names(signals.mask("refusal", "price_inquiry")) == ("price_inquiry", "refusal")
    assert signals.names(1 << 60) == ()
    with pytest.raises(NotFound):
        signals.bit("greeting")


def test_every_pattern_compiles():
    for pattern in lexicon.load().patterns:
        assert pattern.regex.groups == 1, pattern.because


def test_the_version_names_code_and_data():
    assert lexicon.load().version.startswith("lexicon-2+")
    assert lexicon.load().version in default_reader().version
