"""Sentences of everyday chat, read by the lexicon alone as a careful person reads them.

`tuned.yaml` passes line by line; `kept_aside.yaml` was measured once, and must not become worse.
"""

from pathlib import Path

import pytest
import yaml

from warmlist.understanding import lexicon
from warmlist.understanding.signals import SIGNALS

pytestmark = pytest.mark.unit

FOLDER = Path(__file__).parent / "messages"
#: The four languages that have every signal; the others have the core of selling.
COMPLETE = ("en", "it", "de", "zh")


def lines(name):
    """(language, text, signals) of a file."""
    blocks = yaml.safe_load((FOLDER / f"{name}.yaml").read_text("utf-8"))
    for lang, block in blocks.items():
        for line in block.strip().splitlines():
            said, text = line.split(" = ", 1)
            yield lang, text, set(said.split()) - {"none"}


READER = lexicon.load()
TUNED = list(lines("tuned"))
KEPT_ASIDE = list(lines("kept_aside"))


def said(text):
    return {found.name for found in READER.read(text).signals}


@pytest.mark.parametrize(("lang", "text", "expected"), TUNED)
def test_a_sentence_says_exactly_this(lang, text, expected):
    assert said(text) == expected


@pytest.mark.parametrize("lang", COMPLETE)
def test_every_signal_has_a_sentence_in(lang):
    spoken = {name for its, _, names in TUNED if its == lang for name in names}
    assert spoken == set(SIGNALS)


@pytest.mark.parametrize("lang", COMPLETE)
def test_there_are_as_many_hard_negatives_as_it_takes(lang):
    every = [names for its, _, names in (*TUNED, *KEPT_ASIDE) if its == lang]
    assert sum(not names for names in every) >= 45
    assert sum(bool(names) for names in every) >= 45


def test_no_sentence_is_in_both_sets():
    assert not {text for _, text, _ in TUNED} & {text for _, text, _ in KEPT_ASIDE}


def test_what_was_kept_aside_is_read_no_worse_than_when_it_was_measured():
    right = sum(said(text) == names for _, text, names in KEPT_ASIDE)
    assert right >= 0.9 * len(KEPT_ASIDE)


def test_an_opt_out_is_never_missed():
    wished = [text for _, text, names in KEPT_ASIDE if "opt_out" in names]
    assert [text for text in wished if "opt_out" not in said(text)] == []


def test_the_language_is_told_by_the_words_alone():
    right = sum((READER.read(text).lang or "").startswith(lang) for lang, text, _ in KEPT_ASIDE)
    assert right >= 0.85 * len(KEPT_ASIDE)
