"""Hours of the day among the tokens of a clause: 'after 8', 'from 3 to 5', 'in the evening'."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from warmlist.understanding.preferences.lexer import Token

DAY = 1440
#: A night that is wished for; where it is to be left out it is longer.
NIGHT = (1200, 1440)
#: Hours that nobody means in the morning, where only "after 5" or "before 3" is said.
_LATE_AFTER, _LATE_BEFORE = 8, 6
_EVENING = 1080
SIDES = ("after", "before", "from", "to")


@dataclass(frozen=True, slots=True)
class Named:
    """The time that a later "after that" or "before" speaks of, in minutes."""

    after: int
    before: int


@dataclass(frozen=True, slots=True)
class _Point:
    """A time of day within a run of tokens. part: the part of the day that it belongs to."""

    at: int
    minute: int
    hour: int
    sure: bool
    part: tuple[int, int] | None = None


@dataclass(slots=True)
class Spans:
    """(start, end) in minutes, an end at or before its start on the next day.

    named: the last time for a later "after that". refers: these are hours after or before a time
    of an earlier clause.
    """

    found: list[tuple[int, int]] = field(default_factory=list)
    named: Named | None = None
    refers: bool = False


def spans_in(tokens: list[Token], behind: frozenset[str], last: Named | None) -> Spans:
    """Hours that a run of tokens names."""
    points, parts = _points(tokens, last)
    spans = Spans()
    at = 0
    while at < len(points):
        following = points[at + 1] if at + 1 < len(points) else None
        if following and _linked(tokens, points[at], following):
            start, end = _range(points[at], following)
            spans.named = Named(end % DAY, start)
            at += 1
        else:
            start, end = _open(tokens, points[at], behind)
            one = end if (start == 0 and end < DAY) else start
            spans.named = Named(one, one)
        spans.found.append((start, end))
        at += 1
    spans.found += [
        _part(tokens, place, behind)
        for place in parts
        if not spans.found
        or any(near.kind == "and" for near in tokens[max(place - 2, 0) : place + 2])
    ]
    if not spans.found and last is not None:
        side = _refers(tokens)
        if side == "after":
            spans.found, spans.refers = [(last.after, DAY)], True
        elif side == "before" and last.before:
            spans.found, spans.refers = [(0, last.before)], True
    return spans


def _refers(tokens: list[Token]) -> str | None:
    """The side of an earlier time that is meant, where no time of its own follows."""
    for at, token in enumerate(tokens):
        following = tokens[at + 1].kind if at + 1 < len(tokens) else ""
        if token.kind in ("afterwards", "onwards"):
            return "after"
        if token.kind == "beforehand":
            return "before"
        if token.kind in ("after", "before") and following not in ("word", "number", "part", "day"):
            return token.kind
    return None


def _points(tokens: list[Token], last: Named | None) -> tuple[list[_Point], list[int]]:
    """Times, each with the part of the day that it stands with; and the parts that stand alone."""
    places = [at for at, token in enumerate(tokens) if token.kind == "part"]
    taken: set[int] = set()
    found: list[_Point] = []
    for at, token in enumerate(tokens):
        if token.kind == "mark":
            minute = token.value[0]
            if any(near.kind == "clock" for near in tokens[at + 1 : at + 2]):
                continue
            found.append(_Point(at, minute, minute // 60, True))
        elif token.kind == "clock":
            hour, minute, sure = token.value
            near = sorted(places, key=lambda place: abs(place - at))
            near = [p for p in near if _fits(tokens[p].value, hour)]
            part = tokens[near[0]].value if near else None
            taken.update(near[:1])
            if part is None and last and 1020 <= last.after <= hour * 60 + 720 < DAY:
                part = (1020, DAY)
            found.append(_Point(at, hour * 60 + minute, hour, sure, part))
    return found, [place for place in places if place not in taken]


def _fits(part: tuple[int, int], hour: int) -> bool:
    """Whether an hour can be meant as one of this part of the day."""
    first, last = part[0] // 60 - 3, (part[1] if part[1] > part[0] else part[1] + DAY) // 60 + 3
    return any(first <= one <= last for one in (hour, hour + 12, hour + 24) if one <= 24 + 8)


def _placed(point: _Point, late: int) -> int:
    """Minutes after midnight of a time. late: an unplaced hour up to this one is in the afternoon."""
    if point.sure or point.hour > 12:
        return point.minute
    if point.part is None:
        return point.minute + (720 if 1 <= point.hour <= late else 0)
    start, end = point.part
    if start == 0 or (end <= start and point.hour <= 5):
        return point.minute % 720 if point.hour == 12 else point.minute
    if start >= 1080 and point.hour == 12:
        return 0
    if start >= 1200 and point.hour <= 4:
        return point.minute
    afternoon = point.minute % 720 + 720
    return afternoon if start >= 780 or (start >= 660 and point.hour < 9) else point.minute


def _linked(tokens: list[Token], first: _Point, second: _Point) -> bool:
    between = [token.kind for token in tokens[first.at + 1 : second.at]]
    if any(kind in ("to", "dash") for kind in between):
        return True
    ahead = [token.kind for token in tokens[max(first.at - 3, 0) : first.at]]
    behind = [token.kind for token in tokens[second.at + 1 : second.at + 3]]
    if "and" in between:
        return "between" in ahead or "between" in behind
    if "from" in between:
        return "to" in behind or "between" in behind or not {"to", "before"} & set(behind)
    return "at" in between and "from" in ahead


def _range(first: _Point, second: _Point) -> tuple[int, int]:
    if first.part is None and second.part is not None:
        as_part = _placed(replace(first, part=second.part), 0)
        start = as_part if as_part < _placed(second, 0) else _placed(first, 0)
    else:
        start = _placed(first, 6)
    part = second.part or first.part
    end = _placed(replace(second, part=part), 0) or DAY
    if end <= start and not second.sure and second.hour <= 12:
        later = end + 720
        end = later if start < later <= DAY else end
    return start % DAY, end


def _open(tokens: list[Token], point: _Point, behind: frozenset[str]) -> tuple[int, int]:
    """A time alone: what stands before or behind it says which side of it is meant."""
    side = _side(tokens, point.at, behind)
    if side in ("after", "from"):
        return _placed(point, _LATE_AFTER) % DAY, DAY
    if side in ("before", "to"):
        return 0, _placed(point, _LATE_BEFORE) or DAY
    kinds = {token.kind for token in tokens}
    if "ends" in kinds:
        return _placed(point, _LATE_AFTER) % DAY, DAY
    if "begins" in kinds:
        return 0, _placed(point, _LATE_BEFORE) or DAY
    start = _placed(point, _LATE_BEFORE) % DAY
    if point.part and point.part[0] <= start < point.part[1]:
        return start, point.part[1]
    return start, start + 60 if start + 60 <= DAY else DAY


def _side(tokens: list[Token], at: int, behind: frozenset[str]) -> str | None:
    words = 0
    for token in tokens[at + 1 : at + 5]:
        if token.kind == "onwards":
            return "after"
        if token.kind in behind and token.kind in SIDES:
            return token.kind
        words += token.kind == "word"
        if token.kind not in ("part", "oclock", "around", "word", "day") or words > 1:
            break
    words = 0
    for token in reversed(tokens[max(at - 5, 0) : at]):
        if token.kind in SIDES and token.kind not in behind:
            return token.kind
        words += token.kind == "word"
        if token.kind not in ("part", "at", "around", "word", "day", "and") or words > 1:
            break
    return None


def _part(tokens: list[Token], at: int, behind: frozenset[str]) -> tuple[int, int]:
    start, end = tokens[at].value
    ahead = tokens[at - 1].kind if at else ""
    following = tokens[at + 1].kind if at + 1 < len(tokens) else ""
    side = following if following in behind else "" if ahead in behind else ahead
    if side in ("after", "from") and (start, end) != NIGHT:
        return (end if side == "after" and start < _EVENING else start), DAY
    if side in ("before", "to"):
        return 0, start
    return start, end
