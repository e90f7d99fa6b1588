"""The reader in force: lexicon and model together."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from training.corpus import read_unseen
from training.evaluate import measure

from warmlist.understanding import lexicon, model
from warmlist.understanding.combined import CombinedReader
from warmlist.understanding.model.features import SHAPE, grams, shape
from warmlist.understanding.normalise import fold
from warmlist.understanding.reader import default_reader
from warmlist.understanding.signals import SIGNALS

pytestmark = pytest.mark.unit


@pytest.fixture(scope="module")
def reader():
    found = default_reader()
    assert isinstance(found, CombinedReader), "the model is not built; run: make model"
    return found


def said(reading):
    return {found.name for found in reading.signals}


def words(text, found):
    return text[slice(*found.span)]


@pytest.mark.parametrize(
    ("text", "name", "shown"),
    [
        ("Привет, сколько стоит этот чехол?", "price_inquiry", "сколько стоит"),
        ("この炊飯器いくらですか", "price_inquiry", "いくら"),
        ("bu çantanın fiyatı ne kadar acaba", "price_inquiry", "fiyatı"),
        ("كم سعر العطر؟", "price_inquiry", "كم سعر"),
        ("bonjour, c'est combien la livraison à Lyon ?", "delivery_inquiry", "livraison"),
        ("yeh kitne ka hai bhaiya", "price_inquiry", "kitne"),
        ("यह कितने का है?", "price_inquiry", "कितने"),
        ("kak ongkir ke Bandung berapa ya", "delivery_inquiry", "ongkir"),
    ],
)
def test_languages_beyond_the_lexicon_are_read_with_their_words(reader, text, name, shown):
    found = {one.name: one for one in reader.read(text).signals}
    assert name in found
    assert shown in words(text, found[name])
    assert re.fullmatch(r'as in ".+"|\w\w\.txt:\d+ .+', found[name].because)


@pytest.mark.parametrize(
    ("text", "lang"),
    [
        ("多少錢一個？可以送到台中嗎", "zh-Hant"),
        ("多少钱一个？可以送到杭州吗", "zh-Hans"),
        ("how long does delivery to Leeds take?", "en"),
        ("quanto tempo ci vuole per la consegna?", "it"),
        ("wie lange dauert die Lieferung nach Köln?", "de"),
        ("¿cuánto tarda el envío a Sevilla?", "es"),
        ("quanto tempo demora a entrega em Recife? obrigada", "pt-BR"),
        ("combien de temps pour la livraison à Lyon ?", "fr"),
        ("كم يستغرق التوصيل إلى دبي؟", "ar"),
        ("berapa lama pengiriman ke Bandung ya kak?", "id"),
        ("डिलीवरी में कितने दिन लगेंगे?", "hi"),
        ("delivery kitne din mein ho jayegi bhaiya, jaldi chahiye", "hi"),
        ("Ankara'ya kargo kaç günde gelir?", "tr"),
        ("сколько идёт доставка в Казань?", "ru"),
        ("大阪まで何日で届きますか", "ja"),
        ("ราคาเท่าไหร่คะ มีไซส์ไหม", None),
        ("이거 얼마예요? 배송은 며칠 걸려요", None),
        ("Πόσο κοστίζει αυτό το φόρεμα;", None),
        ("Ile kosztuje ta kurtka i czy jest w rozmiarze M?", None),
        ("Paljonko tämä maksaa ja onko sitä varastossa", None),
        ("👍🎉", None),
        ("12345", None),
        ("", None),
    ],
)
def test_the_language_is_told_or_said_to_be_unknown(reader, text, lang):
    assert reader.read(text).lang == lang


@pytest.mark.parametrize(
    "text", ["ราคาเท่าไหร่คะ มีไซส์ไหม", "이거 얼마예요?", "Πόσο κοστίζει;", "Ile kosztuje ta kurtka w rozmiarze M?",
             "Hur mycket kostar frakten till Malmö?", "0000 1111"]
)  # fmt: skip
def test_a_language_that_was_not_taught_is_not_guessed_at(reader, text):
    assert said(reader.read(text)) == set()


def test_a_hint_decides_only_what_the_words_leave_open(reader):
    assert reader.read("ok", "de").lang == "de"
    assert reader.read("ok", "it-CH").lang == "it"
    assert reader.read("你好", "zh-TW").lang == "zh-Hant"
    assert reader.read("quanto costa la spedizione?", "de").lang == "it"


@pytest.mark.parametrize(
    ("after", "text", "name"),
    [
        ("Shall I reserve one for you?", "yes please", "purchase_commitment"),
        ("Te ne tengo da parte uno?", "sì va bene", "purchase_commitment"),
    ],
)
def test_an_answer_is_read_with_the_question_before_it(reader, after, text, name):
    found = {one.name: one for one in reader.read(text, None, after).signals}
    assert name in found
    assert f'after "{after}"' in found[name].because


@pytest.mark.parametrize(
    "text",
    ["take me off your list", "please stop messaging me", "non scrivetemi più, toglietemi dalla lista",
     "bitte keine Nachrichten mehr", "别再给我发消息了", "no me escriban más por favor"],
)  # fmt: skip
def test_an_opt_out_in_plain_words_is_certain(reader, text):
    confidence = {one.name: one.confidence for one in reader.read(text).signals}
    assert confidence["opt_out"] >= 0.8


@pytest.mark.parametrize(
    "text",
    ["fewer messages please, one a week is enough", "meno messaggi per favore",
     "please don't message me before nine", "I stopped by your shop yesterday", "do you have a stop watch?"],
)  # fmt: skip
def test_what_only_sounds_like_an_opt_out_is_none(reader, text):
    assert "opt_out" not in said(reader.read(text))


def test_courtesy_stands_alone(reader):
    assert said(reader.read("grazie mille, gentilissimi")) == {"courtesy"}
    assert said(reader.read("hi, thanks! how much is it?")) == {"price_inquiry"}


@settings(deadline=None, max_examples=200)
@given(
    st.text(st.characters(exclude_categories=()), max_size=200),
    st.sampled_from([None, "ok?", "\ud800"]),
)
def test_any_text_is_read(text, after):
    reading = default_reader().read(text, None, after)
    for found in reading.signals:
        assert 0 < found.confidence <= 1
        if found.span is not None:
            start, end = found.span
            assert 0 <= start < end <= len(text)
            assert text[start:end].strip()
    places = [SIGNALS.index(found.name) for found in reading.signals]
    assert places == sorted(set(places))


@pytest.mark.parametrize("part", ["a", " ", "価格", "\x00", "how much is it, ", "скидка? ", "👍"])
def test_64_kib_are_read(reader, part):
    text = (part * 65_536)[:65_536]
    for found in reader.read(text).signals:
        assert found.span is None or text[slice(*found.span)].strip()


def test_a_question_at_the_end_of_a_long_text_is_shown_there(reader):
    text = "мы с мужем гуляли по парку и кормили уток. " * 200 + "сколько стоит доставка?"
    found = {one.name: one for one in reader.read(text).signals}
    if span := found.get("delivery_inquiry") and found["delivery_inquiry"].span:
        assert "доставка" in text[slice(*span)]


def test_reading_twice_gives_the_same(reader):
    text = "kak ini ready ga? kalau ready ongkir ke Depok berapa"
    assert reader.read(text) == reader.read(text)


def test_the_version_names_model_and_lexicon(reader):
    assert re.fullmatch(r"read-\d+\+model-[0-9a-f]{8}\+lexicon-.+", reader.version)


def test_without_the_model_the_lexicon_reads_alone(monkeypatch):
    monkeypatch.setattr(model, "load", lambda: None)
    alone = default_reader.__wrapped__()
    assert isinstance(alone, lexicon.LexiconReader)
    assert said(alone.read("how much is it?")) == {"price_inquiry"}


def test_messages_by_strangers_are_read_no_worse_than_when_they_were_measured(reader):
    kept = read_unseen()
    if not kept:
        pytest.skip("no messages were kept for measuring")
    measured = measure(kept, lambda m: reader.read(m.text, None, m.after))
    every = measured.counts()
    assert every.f1 >= 0.64
    assert every.precision >= 0.8
    assert measured.false_alarms <= 0.12


def test_every_gram_has_its_place():
    text = fold("Quanto costa? 多少钱 12")
    for gram, place in grams(text).items():
        bare = gram.strip("\x01\x02 ")
        assert -1 <= place < len(text)
        assert bare.split(" ")[-1].replace("0", "") in ("", "$") or bare[-1] in text.replace(
            "1", "0"
        ).replace("2", "0")


def test_the_shape_has_a_name_for_each_figure():
    assert len(shape("ciao", answers=True)) == len(SHAPE)
