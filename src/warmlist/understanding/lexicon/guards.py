"""Where words do not mean what they say: denied, reported, quoted, conditional."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field

from warmlist.understanding.lexicon.files import Pattern
from warmlist.understanding.reading import Span
from warmlist.understanding.signals import SIGNALS

#: These carry their own "no" or are a statement: reports and denials before them change nothing.
_SELF_STANDING = frozenset(
    {
        "refusal",
        "defer_contact",
        "opt_out",
        "complaint",
        "frequency_preference",
        "time_preference",
        "prefers_text",
    }
)
_DENIABLE = frozenset(SIGNALS) - _SELF_STANDING
_REPORTABLE = frozenset(name for name in SIGNALS if name.endswith("_inquiry")) | {
    "purchase_commitment", "refusal", "opt_out", "prefers_image", "prefers_video", "prefers_voice",
    "defer_contact",
}  # fmt: skip

_SENTENCE_END = re.compile(r"[!?。;\n]+|\.(?!\d)|~")
_CLAUSE_END = re.compile(
    r"[!?。;\n,、:]+|\.(?!\d)|~| - |\b(?:but|however|ma|pero|aber|sondern|doch|sino|mas|porem)\b"
    r"|但是?|不过|只是|而是"
)
_QUOTED = re.compile(
    r'"[^"\n]{1,300}"|“[^”\n]{1,300}”|„[^“”\n]{1,300}[“”]|«[^»\n]{1,300}»|「[^」\n]{1,300}」'
)
#: How far a denial reaches over other words, in characters.
_REACH = {"zh": 5, "en": 26, "it": 26, "de": 30, "es": 26, "pt": 26}


@dataclass(frozen=True, slots=True)
class Hit:
    """A pattern matched: where (in folded text), and what it shows."""

    start: int
    end: int
    pattern: Pattern


@dataclass(slots=True)
class Scene:
    """One folded message cut into sentences and clauses, with the helper hits in it."""

    text: str
    helpers: dict[str, list[Hit]]
    _sentences: list[int] = field(init=False)
    _clauses: list[int] = field(init=False)
    _quotes: list[Span] = field(init=False)

    def __post_init__(self) -> None:
        self._sentences = [match.end() for match in _SENTENCE_END.finditer(self.text)]
        self._clauses = [match.end() for match in _CLAUSE_END.finditer(self.text)]
        quotes = (match.span() for match in _QUOTED.finditer(self.text))
        # A message that is one quotation is no quotation.
        self._quotes = [q for q in quotes if q[1] - q[0] < 0.9 * len(self.text.strip())]

    def sentence(self, at: int) -> Span:
        """The sentence around a place, its end mark included."""
        return _piece(self._sentences, at, len(self.text))

    def clause(self, at: int) -> Span:
        return _piece(self._clauses, at, len(self.text))

    def is_question(self, at: int) -> bool:
        """Whether the sentence ends in a question mark or is built as a question."""
        start, end = self.sentence(at)
        if "?" in self.text[max(start, end - 4) : end]:
            return True
        return any(start <= hit.start < end for hit in self.helpers.get("question", ()))

    def stands(self, hit: Hit, name: str) -> bool:
        """Whether a hit means what it says, for this signal."""
        if hit.pattern.asks and not self.is_question(hit.end - 1):
            return False
        if self._covered(hit, "mask") or self._is_quoted(hit):
            return False
        if name in _DENIABLE and self._is_denied(hit):
            return False
        if name == "purchase_commitment" and self._shares_sentence(hit, "condition"):
            return False
        if name == "refusal" and self._asks_conditionally(hit):
            return False
        return not (name in _REPORTABLE and self._is_report(hit))

    def share_a_sentence(self, one: Hit, other: Hit) -> bool:
        """Whether two hits begin in the same sentence."""
        start, end = self.sentence(one.start)
        return start <= other.start < end

    def _covered(self, hit: Hit, helper: str) -> bool:
        return any(h.start < hit.end and hit.start < h.end for h in self.helpers.get(helper, ()))

    def _is_quoted(self, hit: Hit) -> bool:
        return any(start <= hit.start and hit.end <= end for start, end in self._quotes)

    def _is_denied(self, hit: Hit) -> bool:
        start, _ = self.clause(hit.start)
        for denial in self.helpers.get("negation", ()):
            near = hit.start - denial.end <= _REACH[denial.pattern.lang]
            if near and start <= denial.start <= hit.start:
                return True
        return False

    def _shares_sentence(self, hit: Hit, helper: str) -> bool:
        start, end = self.sentence(hit.start)
        return any(start <= h.start < end for h in self.helpers.get(helper, ()))

    def _asks_conditionally(self, hit: Hit) -> bool:
        """As in "can I return it if I don't want it?", which refuses nothing."""
        return self.is_question(hit.end - 1) and self._shares_sentence(hit, "condition")

    def _is_report(self, hit: Hit) -> bool:
        return self._shares_sentence(hit, "past") and not self.is_question(hit.end - 1)


def _piece(ends: Sequence[int], at: int, length: int) -> Span:
    place = bisect_right(ends, at)
    return (ends[place - 1] if place else 0), (ends[place] if place < len(ends) else length)
