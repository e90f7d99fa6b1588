"""From the corpus to the model: what is read, how it is split, and that training repeats itself."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from training import choose, corpus
from training.build import build, prepare
from training.corpus import Message
from training.split import near_duplicates, split, writers_by_side

from warmlist.errors import BadInput
from warmlist.understanding import model
from warmlist.understanding.model import packed

pytestmark = pytest.mark.unit

HEAD = {"writer": "somebody", "lang": "it", "trade": "fashion"}


def written(folder: Path, *lines: object, lang: str = "it", name: str = "anna.jsonl") -> Path:
    place = folder / lang
    place.mkdir(parents=True, exist_ok=True)
    texts = [line if isinstance(line, str) else json.dumps(line) for line in (HEAD, *lines)]
    (place / name).write_text("\n".join(texts) + "\n", "utf-8")
    return folder


def test_a_message_is_read_with_all_that_training_needs(tmp_path):
    line = {"text": "quanto viene?", "signals": {"price_inquiry": "quanto viene"}, "after": "eccolo",
            "hard": "context", "product": ["stroller"]}  # fmt: skip
    assert corpus.read(written(tmp_path, line)) == [
        Message(
            "quanto viene?",
            "it",
            "it/anna.jsonl",
            {"price_inquiry": "quanto viene"},
            "eccolo",
            "context",
        )
    ]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("{", "it/anna.jsonl:2: not JSON"),
        ([1], "it/anna.jsonl:2: not an object"),
        ({"text": "ciao"}, "needs text and signals"),
        ({"text": "ciao", "signals": {"greeting": ""}}, "'greeting' is no signal"),
        ({"text": "ciao", "signals": {"courtesy": "salve"}}, "the words of courtesy are not in"),
        ({"text": "ciao", "signals": {}, "colour": "red"}, "unknown keys colour"),
        ({"writer": "x", "lang": "de"}, "lang is 'de' in the folder it"),
    ],
)
def test_a_wrong_line_is_named_with_file_and_number(tmp_path, line, said):
    with pytest.raises(BadInput, match=r"it/anna\.jsonl:2") as error:
        corpus.read(written(tmp_path, line))
    assert said in str(error.value)


def test_an_empty_folder_is_no_corpus(tmp_path):
    with pytest.raises(BadInput, match="holds no messages"):
        corpus.read(tmp_path)


def test_messages_kept_for_measuring_are_not_among_those_that_teach():
    taught = {(message.lang, message.text) for message in corpus.read()}
    kept = [message for message in corpus.read_unseen() if len(message.text) > 25]
    assert not [m.writer for m in kept if (m.lang, m.text) in taught]


def test_the_corpus_is_in_order():
    messages = corpus.read()
    assert len(messages) >= 12_000
    assert {message.lang for message in messages} == set(corpus.LANGUAGES)


def test_nobody_is_on_two_sides_and_every_language_is_on_each():
    messages = corpus.read()
    sides = writers_by_side(messages)
    assert sides == writers_by_side(list(reversed(messages)))
    for lang in corpus.LANGUAGES:
        ours = [side for writer, side in sides.items() if writer.startswith(f"{lang}/")]
        assert set(ours) == {"train", "dev", "test"}
        assert 0.55 <= ours.count("train") / len(ours) <= 0.8


def a_message(text, writer):
    return Message(text, "it", f"it/{writer}.jsonl", {})


def test_nearly_equal_messages_of_two_writers_are_found():
    messages = [
        a_message("quanto costa la spedizione in Sicilia?", "anna"),
        a_message("Quanto costa la spedizione in sicilia??", "bruno"),
        a_message("la stufa fa un rumore strano di notte", "carla"),
        a_message("grazie!", "anna"),
        a_message("grazie!", "carla"),
    ]
    assert list(near_duplicates(messages)) == [(0, 1)]


def test_the_twin_on_the_lesser_side_is_left_out():
    messages = [a_message("quanto costa la spedizione in Sicilia?", f"w{n}") for n in range(20)]
    found = split(messages)
    kept = {side for side in found.side if side is not None}
    assert kept == {"test"}
    assert all(found.side[twin] == "test" for _, twin in found.dropped)


def test_the_same_corpus_gives_the_same_bytes(tmp_path):
    some = [m for m in corpus.read() if m.lang in ("fr", "hi")]
    files = [tmp_path / "one.npz", tmp_path / "two.npz"]
    for file in files:
        build(prepare(some, [], lambda _: None), file, lambda _: None)
    assert files[0].read_bytes() == files[1].read_bytes()
    assert model.load(files[0]) is not None


def test_a_file_that_is_no_model_is_refused_with_what_to_do(tmp_path):
    assert packed.load(tmp_path / "none.npz") is None
    (tmp_path / "odd.npz").write_bytes(b"odd")
    with pytest.raises(BadInput, match="make model"):
        packed.load(tmp_path / "odd.npz")


def test_the_limit_is_the_lowest_probability_that_keeps_the_precision():
    import numpy as np

    probability = np.array([[0.9], [0.8], [0.7], [0.6], [0.5]])
    truth = np.array([[True], [True], [False], [True], [False]])
    assert choose.lowest_limit(probability, truth, 0.75) == 0.6
    assert choose.lowest_limit(probability, truth, 1.0) == 0.8
