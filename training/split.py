"""Splits the corpus by writer: nobody is on two sides, and neither are two nearly equal messages."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from training.corpus import Message
from warmlist.understanding.normalise import fold

Side = Literal["train", "dev", "test"]
SIDES: tuple[Side, ...] = ("train", "dev", "test")

#: Of the writers of each language.
DEV_SHARE = TEST_SHARE = 0.15
#: Messages whose runs of characters agree to this share (Jaccard) count as the same one.
NEAR = 0.6
_GRAM = 4
#: Shorter messages ("ok", "thanks!") are alike because there is little to say, and may repeat.
_SHORTEST = 16
#: Runs of characters that this many messages share tell nothing about being the same.
_COMMON = 150


@dataclass(frozen=True, slots=True)
class Split:
    """side: of each message, or None for one left out of fitting since a nearly equal one is
    on another side.

    dropped: (message left out, its twin), as places in the corpus.
    """

    side: Sequence[Side | None]
    dropped: Sequence[tuple[int, int]]

    def places(self, *sides: Side) -> list[int]:
        return [at for at, side in enumerate(self.side) if side in sides]


def split(messages: Sequence[Message]) -> Split:
    """The same corpus gives the same split; a new writer moves few others."""
    sides = writers_by_side(messages)
    side: list[Side | None] = [sides[message.writer] for message in messages]
    rank = {"train": 0, "dev": 1, "test": 2}
    dropped = []
    for one, other in sorted(near_duplicates(messages)):
        a, b = side[one], side[other]
        if a is None or b is None or a == b:
            continue
        out, kept = (one, other) if rank[a] < rank[b] else (other, one)
        side[out] = None
        dropped.append((out, kept))
    return Split(side, dropped)


def writers_by_side(messages: Sequence[Message]) -> dict[str, Side]:
    """Writer -> side, by a hash of the file name within each language."""
    writers: dict[str, set[str]] = defaultdict(set)
    for message in messages:
        writers[message.lang].add(message.writer)
    found: dict[str, Side] = {}
    for ours in writers.values():
        ordered = sorted(ours, key=lambda name: hashlib.sha256(name.encode()).hexdigest())
        test = max(1, round(TEST_SHARE * len(ordered)))
        dev = max(1, round(DEV_SHARE * len(ordered)))
        for at, writer in enumerate(ordered):
            found[writer] = "test" if at < test else "dev" if at < test + dev else "train"
    return found


def near_duplicates(messages: Sequence[Message]) -> Iterator[tuple[int, int]]:
    """Pairs of messages by different writers that are nearly the same, smaller place first."""
    runs = [_runs(message.text) for message in messages]
    owners: dict[str, list[int]] = defaultdict(list)
    for at, grams in enumerate(runs):
        for gram in grams:
            owners[gram].append(at)
    for at, grams in enumerate(runs):
        shared: dict[int, int] = defaultdict(int)
        for gram in grams:
            if len(ours := owners[gram]) <= _COMMON:
                for other in ours:
                    if other > at:
                        shared[other] += 1
        for other, count in shared.items():
            if count * 3 < len(grams) or messages[at].writer == messages[other].writer:
                continue
            both = len(grams & runs[other])
            if both >= NEAR * (len(grams) + len(runs[other]) - both):
                yield at, other


def _runs(text: str) -> set[str]:
    folded = fold(text)
    dense = any(ord(char) > 0x2E80 for char in folded)
    size = 2 if dense else _GRAM
    if len(folded) < (_SHORTEST // 2 if dense else _SHORTEST):
        return set()
    return {folded[at : at + size] for at in range(len(folded) - size + 1)}
