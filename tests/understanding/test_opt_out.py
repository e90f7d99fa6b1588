"""A stop is read unlike all other signals: sooner, at least suspected, and never taught away."""

from __future__ import annotations

import pytest

from warmlist.understanding import lexicon, model
from warmlist.understanding.combined import CombinedReader
from warmlist.understanding.learning.taught import Taught
from warmlist.understanding.model.features import WORD
from warmlist.understanding.signals import SIGNALS

pytestmark = pytest.mark.unit

STOP = SIGNALS.index("opt_out")


@pytest.fixture(scope="module")
def built() -> tuple[model.Model, str]:
    loaded = model.load()
    assert loaded is not None, "run: make model"
    return loaded


def test_it_is_said_at_a_lower_probability_than_any_other_signal(
    built: tuple[model.Model, str],
) -> None:
    limits = built[0].threshold
    assert limits[STOP] < min(limit for at, limit in enumerate(limits) if at != STOP)


@pytest.mark.parametrize(
    "text",
    [
        "please unsubscribe me",
        "non scrivetemi più",
        "bitte keine Nachrichten mehr",
        "别再给我发消息了",
    ],
)
def test_what_the_lexicon_finds_is_suspected_at_least(
    built: tuple[model.Model, str], text: str
) -> None:
    """Even where the model is made to deny it altogether."""
    denying = built[0].with_threshold(built[0].threshold)
    reader = CombinedReader(lexicon.load(), denying, "denying")
    scored = denying.score

    def denied(*given: object) -> model.Scored:
        found = scored(*given)  # type: ignore[arg-type]
        found.probability[STOP] = 0.0
        return found

    denying.score = denied  # type: ignore[method-assign, assignment]
    assert "opt_out" in {found.name for found in lexicon.load().read(text).signals}
    found = {found.name: found.confidence for found in reader.read(text).signals}
    assert found["opt_out"] >= 0.5


def test_no_number_of_rejections_teaches_it_away(built: tuple[model.Model, str]) -> None:
    reader = CombinedReader(lexicon.load(), *built)
    text = "stop sending me these messages"
    words = {f"{WORD}{word}": ((STOP, -50.0),) for word in text.split()}
    taught = reader.with_taught(Taught(1, 500, words))
    assert reader.read(text).signals == taught.read(text).signals
    assert "opt_out" in {found.name for found in taught.read(text).signals}
