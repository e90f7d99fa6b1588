"""Turns tokens into windows: which days and hours are wished, and which are to be left out."""

from __future__ import annotations

from dataclasses import dataclass, replace

from warmlist.understanding.preferences.clauses import Clause
from warmlist.understanding.preferences.days import days_in, runs_of
from warmlist.understanding.preferences.model import EVERY_DAY, Window
from warmlist.understanding.preferences.spans import DAY, NIGHT, SIDES, Named, spans_in

_NIGHT_AVOIDED = (1320, 480)


@dataclass(frozen=True, slots=True)
class Hours:
    """What a message says of time."""

    windows: tuple[Window, ...]
    avoid: tuple[Window, ...]


def hours(parts: list[Clause], behind: frozenset[str]) -> Hours:
    """Windows and hours to avoid, in the order of the message, each once."""
    last: Named | None = None
    for at, clause in enumerate(parts):
        last = _read(clause, behind, last)
        _take_days_of_before(parts, at)
    for at, clause in enumerate(parts):
        if clause.refers and at and not (parts[at - 1].of_contact or parts[at - 1].has("not")):
            parts[at - 1].windows = []
    strong = any(clause.windows and _weight(parts, at) for at, clause in enumerate(parts))
    wished: list[Window] = []
    avoided: list[Window] = []
    busy: list[Window] = []
    for at, clause in enumerate(parts):
        if not clause.windows or clause.has("else") or (strong and not _weight(parts, at)):
            continue
        if _refused(parts, at):
            avoided += _as_avoided(clause)
        elif clause.has("busy") and clause.refers:
            avoided += clause.windows
        elif clause.has("busy") and not clause.of_contact:
            busy += _as_avoided(clause)
        else:
            wished += clause.windows
    if not wished and not avoided:
        avoided = busy
    wished = [one for one in wished if not any(_within(one, other) for other in avoided)]
    avoided = [one for one in avoided if not any(_rest_of(one, other) for other in wished)]
    return Hours(_narrowest(wished), _narrowest(avoided))


def _weight(parts: list[Clause], at: int) -> bool:
    """Whether a clause speaks of contact; others only tell of the day, beside one that does."""
    clause = parts[at]
    sided = clause.has("clock", "mark") and clause.has(*SIDES, "onwards", "between", "dash")
    return clause.of_contact or clause.has("not") or sided or _refused(parts, at)


def _take_days_of_before(parts: list[Clause], at: int) -> None:
    """'On Mondays I work, don't write in the morning': the days hold for the hours that follow."""
    before, clause = parts[at - 1] if at else None, parts[at]
    if not before or not clause.windows or before.of_contact or before.has("not"):
        return
    days_alone = len(before.windows) == 1 and before.windows[0].whole_day
    if days_alone and all(one.days == EVERY_DAY for one in clause.windows):
        clause.windows = [replace(one, days=before.windows[0].days) for one in clause.windows]
        before.windows = []


def _narrowest(windows: list[Window]) -> tuple[Window, ...]:
    """'In the evening, from eight': of two windows on the same days the one inside is meant."""
    each = list(dict.fromkeys(windows))
    return tuple(one for one in each if not any(_inside(other, one) for other in each))


def _within(wish: Window, refused: Window) -> bool:
    """ "I'm out till three, so don't call till three": both clauses name the hours to avoid."""
    return wish == refused or _inside(wish, refused)


def _rest_of(refused: Window, wish: Window) -> bool:
    """ "After five, not before": the wish says all of it."""
    return (refused.days, refused.start, refused.end) == (wish.days, 0, wish.start)


def _inside(inner: Window, outer: Window) -> bool:
    if inner == outer or inner.days != outer.days or inner.end <= inner.start:
        return False
    return outer.start <= inner.start and inner.end <= outer.end


def _refused(parts: list[Clause], at: int) -> bool:
    """Whether contact at these hours is refused, in this clause or in a neighbour without hours."""
    clause = parts[at]
    if clause.has("not"):
        return clause.of_contact or not clause.has("busy")
    if clause.of_contact:
        return False
    before = parts[at - 1] if at else None
    if before and before.windows and before.has("not") and not before.has("clock"):
        return True
    after = parts[at + 1] if at + 1 < len(parts) else None
    return bool(
        after
        and not after.windows
        and after.has("not")
        and not after.has("else", "period", "daily")
    )


def _as_avoided(clause: Clause) -> list[Window]:
    """A night that is only named is longer where it is to be left out."""
    if clause.has("clock"):
        return clause.windows
    start, end = _NIGHT_AVOIDED
    return [
        replace(one, start=start, end=end) if (one.start, one.end) == NIGHT else one
        for one in clause.windows
    ]


def _read(clause: Clause, behind: frozenset[str], last: Named | None) -> Named | None:
    """Fill in a clause; returns the last time that was named, for a later "after that"."""
    runs = list(runs_of(clause.tokens))
    pending: tuple[int, ...] = ()
    for at, (kind, tokens) in enumerate(runs):
        if kind == "day":
            ahead = runs[at - 1][1][-1].kind if at else ""
            pending = days_in(tokens, until=ahead in ("to", "before") and ahead not in behind)
            following = runs[at + 1][1] if at + 1 < len(runs) else []
            if not spans_in(following, behind, last).found:
                earlier = bool(clause.windows) and at > 0
                if earlier and clause.windows[-1].days == EVERY_DAY:
                    clause.windows[-1] = replace(clause.windows[-1], days=pending)
                elif pending:
                    clause.windows.append(Window(pending, 0, DAY))
                pending = ()
            continue
        spans = spans_in(tokens, behind, last)
        clause.refers = clause.refers or spans.refers
        clause.windows += [
            Window(pending or EVERY_DAY, start, end)
            for start, end in spans.found
            if 0 <= start < DAY and 0 < end <= DAY and start != end
        ]
        pending = () if spans.found else pending
        last = spans.named or last
    return last
