"""The written conversations: all can be read, are in their language, and none is told twice."""

import re
import unicodedata
from collections import Counter
from pathlib import Path

import pytest
import yaml

from warmlist.demo.catalogue import catalogue
from warmlist.demo.errands import polite
from warmlist.demo.lives import campaigns
from warmlist.demo.scenes import INBOUND, OUTBOUND, STAGES, TEXTS, read_line, read_scene, scenes
from warmlist.errors import BadInput

pytestmark = pytest.mark.unit

#: At least so many scenes in each language.
WRITTEN = {"zh-Hans": 60, "en": 60, "it": 40, "de": 40, "es": 20, "pt-BR": 20}
#: The script of a language's letters, as Unicode names begin.
SCRIPTS = {"zh-Hans": "CJK", "ar": "ARABIC", "hi": "DEVANAGARI"}
#: Words so common that a language's scenes cannot do without them, and foreign ones without use.
COMMON = {
    "en": {"the", "you", "is", "and"},
    "it": {"per", "che", "non", "mi"},
    "de": {"ich", "die", "der", "und"},
    "es": {"que", "una", "por", "lo"},
    "pt-BR": {"pra", "uma", "que", "não"},
    "fr": {"vous", "les", "pour", "est"},
}


def texts(language: str) -> list[str]:
    return [
        line.text
        for scene in scenes()
        if scene.language == language
        for line in scene.lines
        if line.text and line.verb in INBOUND | OUTBOUND
    ]


LANGUAGES = sorted({scene.language for scene in scenes()})


def test_enough_scenes_are_written_in_each_language():
    counts = Counter(scene.language for scene in scenes())
    assert {lang: counts[lang] for lang, least in WRITTEN.items() if counts[lang] < least} == {}
    assert sum(counts[lang] for lang in ("fr", "ar", "hi")) >= 20


def test_every_stage_is_told_somewhere():
    assert {scene.stage for scene in scenes()} == set(STAGES)


def test_a_scene_is_a_dialogue_of_two_to_fourteen_messages_or_one_open_question():
    for scene in scenes():
        spoken = [line for line in scene.lines if line.verb in INBOUND | OUTBOUND]
        assert 1 <= len(spoken) <= 14, scene.id
        assert len(spoken) > 1 or spoken[0].verb == "ask", scene.id
        assert any(line.verb in INBOUND for line in spoken), scene.id


def test_no_text_equals_another_except_courtesies():
    allowed = {text for row in polite()["courtesies"].values() for text in row}
    allowed |= {"好的谢谢", "Danke", "ok", "thx", "voice"}
    every = [text for language in LANGUAGES for text in texts(language)]
    twice = {text for text, n in Counter(every).items() if n > 1}
    assert {text for text in twice if text not in allowed and not is_courtesy(text)} == set()


def is_courtesy(text: str) -> bool:
    """A greeting or thanks of a word or two may repeat."""
    return len(re.findall(r"\w+", text)) <= 2 and len(text) <= 16


@pytest.mark.parametrize("language", sorted(SCRIPTS))
def test_texts_are_in_the_script_of_their_language(language):
    script = SCRIPTS[language]
    lines = texts(language)
    in_script = [text for text in lines if any(named(char, script) for char in text)]
    assert len(in_script) >= 0.96 * len(lines)
    others = set(SCRIPTS.values()) - {script} | {"CYRILLIC", "HIRAGANA", "HANGUL"}
    assert not [t for t in lines if any(named(char, o) for char in t for o in others)]


@pytest.mark.parametrize("language", sorted(COMMON))
def test_texts_in_latin_letters_use_the_words_of_their_language(language):
    lines = texts(language)
    assert not [t for t in lines if any(named(c, s) for c in t for s in SCRIPTS.values())]
    words = Counter(word for text in lines for word in re.findall(r"\w+", text.lower()))
    own = sum(words[word] for word in COMMON[language])
    for other, common in COMMON.items():
        foreign = sum(words[word] for word in common - COMMON[language])
        if other != language:
            assert own > 2 * foreign, f"{language} reads like {other}"


def named(char: str, script: str) -> bool:
    return unicodedata.name(char, "").startswith(script)


def test_prices_named_in_a_text_are_those_of_the_list():
    """Whoever asks for the price of one thing is told what the list says, or less."""
    checked = 0
    for scene in scenes():
        if scene.stage not in ("price_open", "refusal") or len(scene.slugs) != 1:
            continue
        if scene.currency is None:
            continue
        product = catalogue()[scene.slugs[0]]
        for line in scene.lines:
            if line.verb == "quote" and product.model in (line.text or ""):
                figures = re.findall(r"\d+", line.text.replace(product.model, ""))
                if len(figures) == 1:  # more of them are quantities and parts of a package
                    assert int(figures[0]) <= product.price(scene.currency), scene.id
                    checked += 1
    assert checked >= 6


def test_every_language_has_its_courtesies_notices_and_campaigns():
    for language in LANGUAGES:
        assert len(polite()["courtesies"][language]) >= 5
        assert polite()["notices"][language]
        assert all(row["text"][language] for row in campaigns())


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("shout: hello", "cannot read"),
        ("+5 in: hello", "cannot read"),
        ("in", "needs a text"),
        ("order", "needs a product"),
        ("order lino: cheap", "whole number"),
        ("order spaceship", "spaceship"),
    ],
)
def test_a_wrong_line_is_named_with_its_place(line, complaint):
    with pytest.raises(BadInput, match=complaint) as error:
        read_line(line, where="zh-1.yaml: zh-001, line 3")
    assert "zh-001, line 3" in str(error.value)


def test_an_unknown_stage_is_refused():
    with pytest.raises(BadInput, match="stage 'picnic'"):
        read_scene("x", "en", {"stage": "picnic", "script": "in: hi"}, where="x.yaml: x")


def test_delays_add_up():
    assert read_line("+1d2h30m in: hello").delay == ((24 + 2) * 60 + 30) * 60_000
    assert read_line("order alba*2 lino: 99").items == (("alba", 2), ("lino", 1))


def test_scene_files_hold_nothing_but_scenes():
    for path in Path(TEXTS).glob("*.yaml"):
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
        assert set(data) in ({"language", "scenes"}, {"courtesies", "notices"}, {"campaigns"})
