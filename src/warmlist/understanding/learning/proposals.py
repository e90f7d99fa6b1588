"""Words that several corrections agree on and the lexicon lacks: proposed as patterns to a person."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from warmlist.understanding.learning.taught import Phrase

#: So many confirmed messages must share the words.
AGREE = 3
#: In so many shipped training messages without the signal they may stand.
ELSEWHERE = 1
#: Longest pattern, in words and in characters of a script without blanks.
LONGEST_WORDS, LONGEST_DENSE = 4, 6
_LONGEST = 60
_FIRST_DENSE = "\u2e80"
_WORDS = re.compile(r"[^\W\d_]+")
_DENSE = re.compile(r"[\u2e80-\uf8ff]+")


@dataclass(frozen=True, slots=True)
class Judged:
    """A message that people spoke about, folded. customer: whoever wrote it."""

    customer: int
    folded: str
    signal: str
    wanted: bool
    lang: str | None


@dataclass(frozen=True, slots=True)
class Proposal:
    """A pattern that may be accepted; messages: how many confirmed ones have the words."""

    phrase: Phrase
    lang: str | None
    messages: int


def propose(judged: Iterable[Judged], elsewhere: Callable[[str, str], int]) -> list[Proposal]:
    """Patterns that at least AGREE confirmed messages share and no rejected one has.

    judged: messages in which the lexicon does not find the signal anyway. elsewhere: in how many
    shipped training messages, which do not have the signal, the words stand. Most messages first.
    Two customers at least must have written them: one person's habit is no pattern.
    """
    by_signal: dict[str, list[Judged]] = defaultdict(list)
    for one in judged:
        by_signal[one.signal].append(one)
    found: list[Proposal] = []
    for signal, own in sorted(by_signal.items()):
        found += _of_signal(signal, own, elsewhere)
    return sorted(found, key=lambda p: (-p.messages, p.phrase.signal, p.phrase.words))


def _of_signal(
    signal: str,
    own: Sequence[Judged],
    elsewhere: Callable[[str, str], int],
) -> list[Proposal]:
    having: dict[str, dict[str, Judged]] = defaultdict(dict)  # words -> text -> message
    for one in own:
        if one.wanted:
            for words in phrases(one.folded):
                having[words].setdefault(one.folded, one)
    rejected = [one.folded for one in own if not one.wanted]
    good = {
        words: messages
        for words, messages in having.items()
        if len(messages) >= AGREE
        and len({one.customer for one in messages.values()}) > 1
        and not any(stands(words, text) for text in rejected)
    }
    longest = {
        words: messages
        for words, messages in good.items()
        if not any(
            words != other and words in other and len(there) == len(messages)
            for other, there in good.items()
        )
    }
    return [
        Proposal(Phrase(signal, words), _lang(messages.values()), len(messages))
        for words, messages in longest.items()
        if elsewhere(signal, words) <= ELSEWHERE
    ]


def phrases(folded: str) -> set[str]:
    """The runs of words, and of dense characters, that a pattern could be made of."""
    found: set[str] = set()
    for piece in re.split(r"[^\w' ]+", folded):
        words = piece.split()
        for start in range(len(words)):
            for end in range(start + 1, min(len(words), start + LONGEST_WORDS) + 1):
                run = words[start:end]
                if all(_WORDS.fullmatch(word) and word[0] < _FIRST_DENSE for word in run):
                    text = " ".join(run)
                    if 3 <= len(text) <= _LONGEST:
                        found.add(text)
    for match in _DENSE.finditer(folded):
        run = match[0]
        for start in range(len(run)):
            for end in range(start + 2, min(len(run), start + LONGEST_DENSE) + 1):
                found.add(run[start:end])
    return found


def stands(words: str, folded: str) -> bool:
    """Whether these words stand in a folded text, as words and not inside longer ones."""
    if words not in folded:
        return False
    if words[0] >= _FIRST_DENSE:
        return True
    return re.search(rf"(?<!\w){re.escape(words)}(?!\w)", folded) is not None


def _lang(messages: Iterable[Judged]) -> str | None:
    """The language of all of them, None where they differ."""
    langs = {one.lang for one in messages}
    return langs.pop() if len(langs) == 1 else None
