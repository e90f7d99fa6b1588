"""What messages say of goods: categories, requirements, brands, budget, in every language."""

from __future__ import annotations

import pytest

from warmlist.understanding.products import CATEGORIES, find_products, labels_of, trade_of
from warmlist.understanding.products.words import LANGUAGES, THINGS, _entries, word_list

pytestmark = pytest.mark.unit


def said(text: str, lang: str | None = None) -> set[str]:
    return {f"{one.kind}:{one.value}" for one in find_products(text, lang)}


@pytest.mark.parametrize(
    ("lang", "text", "expected"),
    [
        ("en", "20000mAh power bank?", "category:power_bank attribute:capacity=20000mAh"),
        ("it", "quanto viene il passeggino rosso?", "category:stroller attribute:colour=red"),
        ("de", "Stiefel in Größe 42, was Billiges", "category:boots attribute:size=42 tier:low"),
        ("zh-Hans", "五百克咖啡豆", "category:coffee_beans attribute:quantity=500g"),
        ("zh-Hant", "行動電源有冇黑色", "category:power_bank attribute:colour=black"),
        ("ar", "عندكم باور بانك ٢٠٠٠٠ مللي امبير", "category:power_bank attribute:capacity=20000mAh"),
        ("es", "¿tenéis la camisa azul en talla M?", "category:shirt attribute:colour=blue attribute:size=m"),
        ("pt-BR", "tem mochila de 40 litros?", "category:backpack attribute:capacity=40l"),
        ("fr", "un parfum de 50 ml, haut de gamme", "category:perfume attribute:volume=50ml tier:high"),
        ("id", "tendanya muat 4 orang?", "category:tent attribute:capacity=4pax"),
        ("hi", "लाल साड़ी चाहिए", "category:dress attribute:colour=red"),
        ("hi", "laal saree chahiye", "category:dress attribute:colour=red"),
        ("tr", "siyah çantalarınız var mı", "category:bag attribute:colour=black"),
        ("ru", "две бутылки вина", "category:wine attribute:quantity=2"),
        ("ja", "黒いスニーカー、26.5センチある？", "category:sneakers attribute:colour=black attribute:size=26.5cm"),
    ],
)  # fmt: skip
def test_goods_are_read_in_every_language(lang, text, expected):
    assert set(expected.split()) <= said(text, lang)


def test_spans_are_of_the_message_as_it_was_typed():
    text = "  Vorrei un   passeggino\u200b ROSSO"
    spans = {one.value: text[slice(*one.span)] for one in find_products(text, "it")}
    assert spans["stroller"] == "passeggino"
    assert spans["colour=red"] == "ROSSO"


def test_each_finding_says_why_and_how_sure_it_is():
    for one in find_products("a cheap black sofa, 200 x 90 cm, 3 pieces", "en"):
        assert 0 < one.confidence <= 1
        assert one.because


@pytest.mark.parametrize(
    ("lang", "text", "value"),
    [
        ("it", "1.000,5 kg di farina", "weight=1000.5kg"),
        ("en", "1,000.5 kg of flour", "weight=1000.5kg"),
        ("de", "2,5 kg", "weight=2.5kg"),
        ("zh-Hans", "2万毫安", "capacity=20000mAh"),
        ("zh-Hans", "两万毫安的", "capacity=20000mAh"),
        ("tr", "20 bin mah", "capacity=20000mAh"),
        ("en", "is 20k mah enough", "capacity=20000mAh"),
        ("ar", "٥٠٠ مل", "volume=500ml"),
        ("hi", "५०० ग्राम", "weight=500g"),
        ("en", "a desk of 180x90 cm", "size=180x90cm"),
        ("zh-Hans", "床垫1米8的", "size=1.8m"),
        ("en", "gauge 0-16 bar", "range=0-16bar"),
        ("it", "pesa 6 chili e mezzo", "weight=6.5kg"),
        ("ja", "６５Ｗの", "power=65W"),
    ],
)
def test_numbers_come_to_one_spelling(lang, text, value):
    assert f"attribute:{value}" in said(text, lang)


@pytest.mark.parametrize(
    "text",
    [
        "call me on +39 333 123 4567",
        "it was 250 euro last week",
        "they ask $42 for it",
        "come at 10:30 on 12/05/2026",
        "https://shop.example/42/shoes-mm",
        "order #4242",
    ],
)
def test_prices_telephones_and_dates_are_no_requirements(text):
    assert not [one for one in find_products(text, "en") if one.kind == "attribute"]


def test_a_model_gives_brand_category_and_budget():
    assert said("iPhone 15 Pro?", "en") == {
        "attribute:model=iphone_15_pro",
        "brand:Apple",
        "category:phone",
        "tier:high",
    }
    assert "tier:low" in said("galaxy a15 kitna hai", "hi")


def test_a_category_that_is_named_beats_the_one_that_a_brand_stands_for():
    assert "category:keyboard" in said("Lenovo keyboard", "en")
    assert "category:laptop" not in said("Lenovo keyboard", "en")


@pytest.mark.parametrize(
    ("lang", "text"),
    [
        ("en", "that suits me, call me on the phone"),
        ("it", "ho letto il messaggio, ci vediamo a tavola"),
        ("zh-Hans", "包邮吗？我起床了再说"),
        ("es", "no te puedo llamar"),
        ("it", "vengo da te"),
    ],
)
def test_words_in_another_sense_name_no_goods(lang, text):
    assert not [one for one in find_products(text, lang) if one.kind == "category"]


def test_the_longest_words_win():
    assert "category:coffee_beans" not in said("coffee machine", "en")
    assert "category:phone" not in said("手机壳", "zh-Hans")


def test_any_text_is_read():
    for text in ("", "\ud800", "\x00" * 9, "👍", "9" * 70_000, "a" * 70_000, "½ ⅓ ²", "一" * 500):
        for lang in (None, "xx", "zh-Hant", "en"):
            find_products(text, lang)


def test_labels_are_short_ascii_and_stable():
    found = find_products("iPhone 15 Pro o un sofà economico rosso, 2 pezzi, 180x200 cm", "it")
    labels = labels_of(found)
    assert "interest:sofa" in labels
    assert "budget:low" in labels
    assert "requirement:colour=red" in labels
    assert "requirement:size=180x200cm" in labels
    assert not [label for label in labels if "quantity" in label]
    assert all(label.isascii() and len(label) <= 150 and " " not in label for label in labels)
    assert labels == labels_of(found)


def test_every_category_has_words_in_every_language_and_a_trade():
    for lang in LANGUAGES:
        listed = {sense.value for _, sense in _entries(lang) if sense.kind == "category"}
        assert listed == set(CATEGORIES), lang
    assert all(trade_of(category) for category in CATEGORIES)
    assert trade_of("something else") is None


def test_the_lists_hold_only_what_is_read():
    beside = {"number", "counter", "size_word", "age_word", "money"}
    for name in (*LANGUAGES, "brands", "models"):
        for text, sense in _entries(name):
            assert sense.kind in THINGS | beside, (name, text)
            assert sense.category in ("", *CATEGORIES), (name, text)
            assert sense.tier in ("", "low", "mid", "high"), (name, text)
            assert sense.kind != "tier" or sense.value in ("low", "mid", "high"), (name, text)
        if name in LANGUAGES:
            word_list(name)
