"""The whole way from messages to the file: split, fit, choose, fit again, pack."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from training import choose, packing
from training.corpus import Message
from training.fit import fit
from training.split import SIDES, Side, Split, split
from training.vectors import Seen, labels, look
from warmlist.understanding import concepts, lexicon
from warmlist.understanding.concepts import Finder, Forms
from warmlist.understanding.model.packed import save

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Taught:
    """A corpus, read and split. seen: what the model sees of each message; both end with `tuned`
    sentences, which are on no side and teach always. forms: of the sheets of concepts."""

    messages: Sequence[Message]
    split: Split
    seen: Seen
    tuned: int
    forms: Forms
    finder: Finder

    def some(self, *sides: Side, teaching: bool = False) -> tuple[list[Message], Seen]:
        """Messages of some sides. teaching: with the tuned sentences."""
        places = self.split.places(*sides)
        if teaching:
            places += range(len(self.messages) - self.tuned, len(self.messages))
        return [self.messages[at] for at in places], self.seen.some(places)


def prepare(messages: Sequence[Message], tuned: Sequence[Message], say: Say) -> Taught:
    """Split the messages; tuned sentences are on no side."""
    sides = split(messages)
    say(f"{len(messages):,} messages, {len(sides.dropped)} nearly equal to one on another side")
    everything = [*messages, *tuned]
    forms = Forms.of(concepts.load())
    finder = Finder(forms)
    seen = look(everything, lexicon.load(), finder)
    # The lexicon is right about these by design; seen here, it would be trusted too much elsewhere.
    seen.lexicon[len(messages) :] = 0
    return Taught(everything, sides, seen, len(tuned), forms, finder)


def build(taught: Taught, target: Path, say: Say, *, hold_out_test: bool = False) -> None:
    """Write the model.

    Calibration and limits come from dev, by a fit on train. What is written was then fitted on
    everything; with hold_out_test all but the test side, so that it can be measured there.
    """
    messages, seen = taught.some("train", teaching=True)
    say(f"fitting {len(messages):,} messages")
    fitted = fit(messages, seen, taught.finder)
    messages, seen = taught.some("dev")
    chosen = choose.choose(fitted.scores(seen), labels(messages))
    least = choose.least_language(fitted.language_scores(seen))
    messages, seen = taught.some(*(("train", "dev") if hold_out_test else SIDES), teaching=True)
    say(f"fitting {len(messages):,} messages")
    fitted = fit(messages, seen, taught.finder)
    save(packing.pack(fitted, chosen, least, messages, seen, taught.forms), target)
