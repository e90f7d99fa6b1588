"""Conclusions in plain Python: from the facts of one customer to labels, timing and follow-up.

The same rows of the pack give the SQL for everybody (`plan.conclude`); that both say the same is a
test. For few customers this is the quicker way, since a database pays for every expression anew.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from warmlist.rules.model import (
    ACTIVITY_ORDER,
    COLOUR_ORDER,
    LAST,
    Dimension,
    OpenRule,
    Pack,
    Playbook,
)
from warmlist.rules.open_labels import TagAct, by_hand, tags_now


@dataclass(frozen=True, slots=True)
class ManualAct:
    """A label set or removed by hand: `kind` add or remove; `until` epoch ms, None = without end."""

    pos: int
    event_id: int
    kind: str
    dimension: str
    label: str
    until: int | None


@dataclass(frozen=True, slots=True)
class Chosen:
    """A label that holds: which rule row said so, or 'manual'."""

    dimension: str
    label: str
    shade: str | None
    rule: str
    tag: TagAct | None = None  # what brought an open label


@dataclass(frozen=True, slots=True)
class Conclusion:
    """All that follows for one customer as of one moment.

    Times are epoch ms. `touch`: which contact of the playbook is due, 0 the first.
    """

    labels: tuple[Chosen, ...]
    recheck_at: int | None
    playbook: str | None
    due_from: int | None
    due_by: int | None
    touch: int | None
    rank: int
    worth: int


@dataclass
class _Overlay:
    """What was set by hand and holds now."""

    exclusive: dict[str, str] = field(default_factory=dict)
    sets: dict[tuple[str, str], str] = field(default_factory=dict)
    until: int | None = None


def conclude(
    pack: Pack,
    values: Mapping[str, Any],
    as_of: int,
    acts: Iterable[ManualAct],
    moments: Sequence[tuple[str, int]],
    next_at: int | None,
    tags: Sequence[TagAct] = (),
) -> Conclusion:
    """Labels, recheck moment and follow-up.

    values: facts by name, helper moments, `touches_<fact>` counts. acts, tags: known by as_of.
    moments: as `moments_of` tells them. next_at: when an event becomes known or past, ms.
    """
    overlay = _overlay(acts, as_of)
    known: dict[str, Any] = dict(values)
    labels: list[Chosen] = []
    for dimension in pack.dimensions:
        chosen = _choose(dimension, known, as_of, overlay)
        labels += chosen
        if dimension.exclusive:
            known[dimension.key] = chosen[0].label if chosen else None
        else:
            known[dimension.key] = {c.label for c in chosen}
    flips = [(known[fact] >> 20) + ms for fact, ms in moments if known.get(fact) is not None]
    for rule in pack.open_rules:
        chosen = _open(rule, tags, as_of, overlay)
        labels += chosen
        flips += [(c.tag.pos >> 20) + rule.lasts + 1 for c in chosen if c.tag and rule.lasts]
    flips += [m for m in (overlay.until, next_at) if m is not None]
    playbook, due_from, due_by, touch = _follow_up(pack, known, as_of)
    return Conclusion(
        tuple(labels), min((m for m in flips if m > as_of), default=None),
        playbook, due_from, due_by, touch, _rank(pack, known, as_of), _worth(pack, known),
    )  # fmt: skip


def moments_of(pack: Pack, leaving: Iterable[tuple[str, int]]) -> list[tuple[str, int]]:
    """(fact, ms): time alone can change a label or a follow-up `ms` after the fact's moment."""
    crossings = {(c.fact, c.ms) for node in pack.nodes for c in node.crossings()}
    ends = {(p.start, p.ends + 1) for p in pack.playbooks if p.ends}
    # Behind the history of touches a playbook begins anew.
    touched = (
        {("last_touch", pack.thresholds["touch_history"].value + 1)} if pack.playbooks else set()
    )
    return sorted(crossings | ends | touched | set(leaving))


def _overlay(acts: Iterable[ManualAct], as_of: int) -> _Overlay:
    """The newest act on each label counts; an exclusive dimension's newest add replaces older ones."""
    newest: dict[tuple[str, str], ManualAct] = {}
    last_add: dict[str, ManualAct] = {}
    for act in sorted(acts, key=lambda a: (a.pos, a.event_id)):
        newest[act.dimension, act.label] = act
        if act.kind == "add":
            last_add[act.dimension] = act
    overlay = _Overlay()
    standing = [a for a in newest.values() if a.until is None or a.until > as_of]
    for act in sorted(standing, key=lambda a: (a.pos, a.event_id)):
        overlay.sets[act.dimension, act.label] = act.kind
        if act is last_add.get(act.dimension):
            overlay.exclusive[act.dimension] = act.label
    ends = [a.until for a in standing if a.until is not None]
    overlay.until = min(ends, default=None)
    return overlay


def _choose(
    dimension: Dimension, known: Mapping[str, Any], as_of: int, overlay: _Overlay
) -> list[Chosen]:
    key = dimension.key
    if dimension.exclusive:
        if key in overlay.exclusive:
            return [Chosen(key, overlay.exclusive[key], None, "manual")]
        for rule in dimension.rules:
            if rule.when.holds(known, as_of):
                return [Chosen(key, rule.label, rule.shade, rule.id)]
        return []
    chosen = []
    for label in dimension.labels:
        by_hand = overlay.sets.get((key, label))
        if by_hand == "add":
            chosen.append(Chosen(key, label, None, "manual"))
        elif by_hand is None:
            matching = (r for r in dimension.rules if r.label == label)
            chosen += [
                Chosen(key, label, None, r.id) for r in matching if r.when.holds(known, as_of)
            ][:1]
    return chosen


def _open(rule: OpenRule, tags: Sequence[TagAct], as_of: int, overlay: _Overlay) -> list[Chosen]:
    added, decided, full = by_hand(rule, overlay.exclusive, overlay.sets)
    chosen = [Chosen(rule.dimension, label, None, "manual") for label in added]
    return chosen + [
        Chosen(rule.dimension, tag.label, None, rule.id, tag)
        for tag in (() if full else tags_now(rule, tags, as_of))
        if tag.label is not None and tag.label not in decided
    ]


def _follow_up(
    pack: Pack, known: Mapping[str, Any], as_of: int
) -> tuple[str | None, int | None, int | None, int | None]:
    """The most urgent playbook that asks, from when and by when, and which contact of it."""
    best: tuple[Playbook, int, int] | None = None
    for playbook in pack.playbooks:
        if best is not None and playbook.urgency > best[0].urgency:
            break  # they stand in order of urgency
        due = _due(playbook, known, as_of)
        if due is not None and (best is None or due[1] < best[2]):
            best = (playbook, *due)
    if best is None:
        return None, None, None, None
    return best[0].id, best[1], best[2], known[f"touches_{best[0].start}"]


def _due(p: Playbook, known: Mapping[str, Any], as_of: int) -> tuple[int, int] | None:
    if known[p.start] is None or not p.when.holds(known, as_of):
        return None
    start = known[p.start] >> 20
    if p.ends and as_of > start + p.ends:
        return None
    touches = known[f"touches_{p.start}"]
    if touches == 0:
        return start, start + p.first
    if p.every and (not p.touches or touches < p.touches):
        last = known["last_touch"] >> 20
        return last + p.every // 2, last + p.every
    return None


def _rank(pack: Pack, known: Mapping[str, Any], as_of: int) -> int:
    """Colour, then activity; within a colour some come first and some last."""
    colour, active = known.get("follow_up"), known.get("activity")
    first = COLOUR_ORDER.index(colour) * 10 if colour in COLOUR_ORDER else 50
    if pack.sooner is not None and pack.sooner.holds(known, as_of):
        return first
    if pack.later is not None and pack.later.holds(known, as_of):
        return first + LAST
    return first + (ACTIVITY_ORDER.index(active) if active in ACTIVITY_ORDER else 4) + 1


def _worth(pack: Pack, known: Mapping[str, Any]) -> int:
    """Close rate of the colour times the average order, whole minor units, rounded down."""
    orders = known.get("paid_orders") or 0
    if not orders or not pack.worth:
        return 0
    total = known["spend_total"] * pack.worth.get(known.get("follow_up") or "", 0)
    return math.floor(float(total) / float(100 * orders))
