"""Figures from corrections with their intervals, and the words that corrections agree on."""

from __future__ import annotations

import pytest

from warmlist.understanding.learning.figures import Share, figures
from warmlist.understanding.learning.proposals import Judged, phrases, propose, stands
from warmlist.understanding.learning.taught import Phrase

pytestmark = pytest.mark.unit

PRICE = "price_inquiry"


def test_precision_and_recall_by_signal_and_language() -> None:
    judged = (
        [(PRICE, "it", True, True)] * 6
        + [(PRICE, "it", True, False)] * 2
        + [(PRICE, "it", False, True)] * 3
        + [("complaint", None, False, False)]
    )
    first, other = figures(judged)
    assert (first.signal, first.lang) == (PRICE, "it")
    assert (first.precision, first.recall) == (Share(6, 8), Share(6, 9))
    assert (other.precision.value, other.recall.interval) == (None, None)


@pytest.mark.parametrize(
    ("hits", "total", "low", "high"),
    [(8, 10, 0.490, 0.943), (0, 5, 0.0, 0.434), (5, 5, 0.566, 1.0), (50, 100, 0.404, 0.596)],
)
def test_intervals_are_wilsons(hits: int, total: int, low: float, high: float) -> None:
    """Against the values of Wilson's formula as published tables give them."""
    assert Share(hits, total).interval == pytest.approx((low, high), abs=0.001)


def say(text: str, customer: int, wanted: bool = True, signal: str = PRICE) -> Judged:
    return Judged(customer, text, signal, wanted, "it")


def nowhere(signal: str, words: str) -> int:
    return 0


THREE = [
    say("a quanto sta la borsa", 1), say("ciao, a quanto sta?", 2), say("scusa a quanto sta oggi", 3),
]  # fmt: skip


def test_three_messages_that_share_words_propose_the_longest_run() -> None:
    (found,) = propose(THREE, nowhere)
    assert (found.phrase, found.messages, found.lang) == (Phrase(PRICE, "a quanto sta"), 3, "it")


def test_two_messages_or_one_customer_are_not_enough() -> None:
    assert propose(THREE[:2], nowhere) == []
    assert propose([say(one.folded, 1) for one in THREE], nowhere) == []
    assert propose([THREE[0], say(THREE[0].folded, 2), say(THREE[0].folded, 3)], nowhere) == []


def test_words_of_a_rejected_message_are_not_proposed() -> None:
    rejected = say("dimmi a quanto sta il milan", 4, wanted=False)
    assert propose([*THREE, rejected], nowhere) == []
    other = say("a quanto sta il milan", 4, wanted=False, signal="stock_inquiry")
    assert propose([*THREE, other], nowhere) != []


def test_words_that_others_use_for_something_else_are_not_proposed() -> None:
    assert propose(THREE, lambda signal, words: 2) == []


def test_dense_scripts_share_characters() -> None:
    texts = ["这个几钿呀", "几钿一个", "请问几钿"]
    (found,) = propose([say(text, n) for n, text in enumerate(texts)], nowhere)
    assert found.phrase.words == "几钿"


def test_figures_and_marks_are_no_words() -> None:
    assert phrases("a 200 b, c!") == set()
    assert "per 3" not in phrases("bene per 3 pezzi")
    assert phrases("ok, va bene") == {"va bene", "bene"}


def test_words_stand_as_words() -> None:
    assert stands("sta", "come sta?")
    assert not stands("sta", "pasta e basta")
    assert stands("几钿", "请问几钿呀")
