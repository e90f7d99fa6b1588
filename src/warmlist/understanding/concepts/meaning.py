"""What concepts say together: which ones, in which order, asked or denied."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass

from warmlist.understanding.concepts.find import Hit
from warmlist.understanding.reading import Span

#: First characters of a feature that is made of concepts, in a message and in the one before it.
MEANT, MEANT_BEFORE = "\x04", "\x05"
_CLAUSE_END = re.compile(r"[.!?;\n,:。،؟…]+(?!\d)|~")
_DENYING = frozenset(("not", "without", "never"))
#: What stands before the first concept of a clause.
_NOTHING: tuple[str, ...] = ("^",)
#: A question mark may be one of so many marks at the end of a clause.
_MARKS = 3


@dataclass(frozen=True, slots=True)
class Meant:
    """What a text means, each feature with the first place where it stands.

    alone: `price` where the concept is there, `price?` in a clause that asks, `not~price` behind a
    denial in its clause. linked: `howmuch>ship` for concepts that follow each other in a clause,
    whatever words are between, `^>ship` for the first one; forms within longer ones are no part of it.
    """

    alone: dict[str, Span]
    linked: dict[str, Span]


def meanings(folded: str, hits: Sequence[Hit], mark: str = MEANT) -> Meant:
    """Features of a folded text from the concepts in it, each with the mark before it."""
    alone: dict[str, Span] = {}
    linked: dict[str, Span] = {}
    if not hits:
        return Meant(alone, linked)
    ends = [match.start() for match in _CLAUSE_END.finditer(folded)]
    ends.append(len(folded))
    clause, first, reached = -1, 0, -1
    for begin, end, now in hits:
        if (place := bisect_left(ends, begin)) != clause:
            clause, denied, before, first = place, False, _NOTHING, begin
            asks = "?" in folded[ends[place] : ends[place] + _MARKS]
        for name in now:
            alone.setdefault(mark + name, (begin, end))
            if asks:
                alone.setdefault(f"{mark}{name}?", (begin, end))
            if denied and name not in _DENYING:
                alone.setdefault(f"{mark}not~{name}", (begin, end))
        denied = denied or not _DENYING.isdisjoint(now)
        if end <= reached:
            continue  # within a longer form, which stands for it in the order
        for name in now:
            for last in before:
                linked.setdefault(f"{mark}{last}>{name}", (first, end))
        before, first, reached = now, begin, end
    return Meant(alone, linked)
