"""Open labels in plain Python: which words about one customer hold, and until when by themselves."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from warmlist.events.tags import BY_HANDLE, INFERRED
from warmlist.rules.model import OpenRule


@dataclass(frozen=True, slots=True)
class TagAct:
    """One word about the customer, as `events.tags.Tag`; event_id None = the handle itself tells it."""

    pos: int
    event_id: int | None
    kind: str
    rank: int
    dimension: str
    label: str | None
    until: int | None

    @property
    def order(self) -> tuple[int, int]:
        return self.pos, self.event_id or 0

    @property
    def told(self) -> int:
        """The rank by which it is compared: what the handle itself tells counts least."""
        return self.rank if self.event_id is not None else BY_HANDLE


def tags_now(rule: OpenRule, acts: Iterable[TagAct], as_of: int) -> list[TagAct]:
    """The tags whose labels hold, each label once, in order of labels. acts: known by `as_of` (ms)."""
    mine = [a for a in acts if a.dimension == rule.dimension]
    newest: dict[tuple[int, str], TagAct] = {}
    cleared: dict[int, int] = {}
    for act in sorted(mine, key=lambda a: a.order):
        if act.kind == "clear":
            cleared[act.told] = act.pos
        elif act.label is not None and act.label not in rule.beside:
            newest[act.told, act.label] = act
    often = _often(rule, mine)
    standing = [
        a
        for a in newest.values()
        if a.kind == "add"
        and (a.until is None or a.until > as_of)
        and a.pos >= cleared.get(a.told, 0)
        and (rule.often is None or a.told != INFERRED or a.label in often)
        and (not rule.lasts or (a.pos >> 20) >= as_of - rule.lasts)
    ]
    if rule.strongest:
        top = max((a.told for a in standing), default=BY_HANDLE)
        standing = [a for a in standing if a.told == top]
    if rule.exclusive:
        # Of the newest, the first label.
        standing.sort(key=lambda a: a.label or "")
        return sorted(standing, key=lambda a: a.order, reverse=True)[:1]
    best: dict[str, TagAct] = {}
    for act in sorted(standing, key=lambda a: a.told):
        best[act.label or ""] = act
    return [best[label] for label in sorted(best)]


def _often(rule: OpenRule, acts: Iterable[TagAct]) -> set[str]:
    """The words that were worked out often enough among the newest."""
    if rule.often is None:
        return set()
    words = [a for a in acts if a.told == INFERRED and a.kind == "add" and a.label is not None]
    words.sort(key=lambda a: (-a.pos, a.label))
    newest = Counter(a.label for a in words[: rule.often.of] if a.label is not None)
    least = max(rule.often.least, -(-rule.often.share * newest.total() // 100))
    return {label for label, count in newest.items() if count >= least}


def by_hand(
    rule: OpenRule, exclusive: Mapping[str, str], sets: Mapping[tuple[str, str], str]
) -> tuple[list[str], Collection[str], bool]:
    """(labels set by hand, labels that a hand decided, whether that leaves no room for tags).

    exclusive: dimension -> label set by hand; sets: (dimension, label) -> add or remove, as they stand.
    """
    if rule.exclusive:
        label = exclusive.get(rule.dimension)
        return ([label] if label else []), (), label is not None
    acts = {
        label: kind
        for (dimension, label), kind in sets.items()
        if dimension == rule.dimension and label not in rule.beside
    }
    return sorted(label for label, kind in acts.items() if kind == "add"), acts, False
