"""What is taught moves the shipped reader a little, in a way that can be said, and never far."""

from __future__ import annotations

import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from warmlist.understanding.learning.fit import RIDGE, STEP, Lesson, fit
from warmlist.understanding.learning.taught import LIMIT, Phrase, Shifts, Taught, moved
from warmlist.understanding.model.features import grams
from warmlist.understanding.normalise import fold
from warmlist.understanding.signals import SIGNALS

pytestmark = pytest.mark.unit

PRICE, STOP = SIGNALS.index("price_inquiry"), SIGNALS.index("opt_out")


def rarity(gram: str) -> float:
    return 1.0 + len(gram) % 7


def lesson(text: str, wanted: bool, probability: float = 0.5, signal: int = PRICE) -> Lesson:
    return Lesson(signal, wanted, probability, tuple(grams(fold(text))))


def taught(*lessons: Lesson) -> Taught:
    return Taught(1, len(lessons), fit(lessons, rarity))


def shifts(state: Taught, text: str) -> Shifts | None:
    found = grams(fold(text))
    return state.compiled(rarity).shifts(found, math.sqrt(sum(rarity(g) ** 2 for g in found)))


def shift(state: Taught, text: str, signal: int = PRICE) -> float:
    found = shifts(state, text)
    return found.by[signal] if found else 0.0


def test_a_lesson_moves_its_own_message_towards_the_person_and_others_less() -> None:
    state = taught(lesson("wie viel kost der spass", True, 0.1))
    own, near = shift(state, "wie viel kost der spass"), shift(state, "kost der spass heute mehr")
    assert own > near > 0
    assert abs(shift(state, "guten morgen zusammen")) < near / 2
    assert shift(taught(lesson("price of fame", False, 0.9)), "price of fame") < 0


def test_lessons_that_agree_move_further_than_one_and_those_that_disagree_cancel() -> None:
    agreed = taught(*(lesson(f"kost das {name}", True, 0.2) for name in ("rot", "blau", "gelb")))
    alone = taught(lesson("kost das rot", True, 0.2))
    assert shift(agreed, "kost das grau") > shift(alone, "kost das grau")
    split = taught(lesson("kost das rot", True), lesson("kost das rot", False))
    assert abs(shift(split, "kost das rot")) < 0.01


def test_a_sure_mistake_pulls_harder_than_a_doubtful_one() -> None:
    sure = shift(taught(lesson("price of fame", False, 0.95)), "price of fame")
    doubtful = shift(taught(lesson("price of fame", False, 0.65)), "price of fame")
    assert sure < doubtful < 0


def test_the_formula_is_the_one_that_is_written_down() -> None:
    """One lesson pulls by z / (1 + RIDGE), for the message's own vector has length 1."""
    by = shift(taught(lesson("kost das", True, 0.25)), "kost das")
    assert by == pytest.approx(LIMIT * math.tanh(STEP * 0.75 / (1 + RIDGE) / LIMIT), abs=0.02)


texts = st.lists(
    st.sampled_from(
        [
            "what",
            "is",
            "the",
            "price",
            "of",
            "love",
            "and",
            "stop",
            "kost",
            "das",
            "多少钱",
            "rot",
            "blau",
        ]
    ),
    min_size=1,
    max_size=6,
).map(" ".join)
lessons_ = st.lists(
    st.builds(lesson, texts, st.booleans(), st.floats(0, 1), st.sampled_from([PRICE, STOP])),
    max_size=30,
)


@given(lessons_, texts)
def test_however_many_lessons_nothing_moves_further_than_the_limit(
    lessons: list[Lesson], text: str
) -> None:
    found = shifts(taught(*lessons), text)
    assert found is None or all(abs(by) <= LIMIT for by in found.by)


@given(lessons_, texts)
def test_a_stop_is_never_made_less_likely(lessons: list[Lesson], text: str) -> None:
    assert shift(taught(*lessons), text, STOP) >= 0


@given(lessons_, st.randoms(use_true_random=False))
def test_the_order_of_lessons_does_not_matter(lessons: list[Lesson], dice: random.Random) -> None:
    mixed = list(lessons)
    dice.shuffle(mixed)
    assert taught(*mixed).as_json() == taught(*lessons).as_json()


def test_the_words_that_moved_are_named() -> None:
    state = taught(*(lesson(f"kost das {name}", True, 0.2) for name in ("rot", "blau", "gelb")))
    found = shifts(state, "kost das grau")
    assert found is not None
    assert "kost" in " ".join(found.words(PRICE))
    assert not any(char in word for word in found.words(PRICE) for char in "\x01\x02\x03^$")


def test_it_comes_back_from_json_as_it_was() -> None:
    state = Taught(7, 2, taught(lesson("kost das", True)).weights, (Phrase("opt_out", "ciao"),))
    again = Taught.of_json(7, state.as_json())
    assert again.as_json() == state.as_json()
    assert shift(again, "kost das") == shift(state, "kost das")


@pytest.mark.parametrize(("before", "by", "after"), [(0.5, 0.0, 0.5), (0.12, 2.0, 0.5)])
def test_log_odds(before: float, by: float, after: float) -> None:
    assert moved(before, by) == pytest.approx(after, abs=0.01)
    assert 0 < moved(0.0, by) < moved(1.0, by) <= 1
