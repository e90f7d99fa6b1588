"""Finds times of day among the tokens: '8', 'halb neun', '八点半', '8h30', 'half past eight'."""

from __future__ import annotations

from warmlist.understanding.preferences.lexer import Token

#: Between these and a number there can only be a time.
_BEFORE_A_TIME = ("after", "before", "from", "to", "between", "at", "around")
#: A number before one of these counts something.
_COUNTED = ("unit", "times", "period", "count")
_HALF, _QUARTER = 30, 15
_SHIFTS = {"half_past": 30, "half_to": -30, "quarter_past": 15, "quarter_to": -15}


def with_clocks(tokens: list[Token], behind: frozenset[str]) -> list[Token]:
    """The same tokens, with a `clock` for every time of day: value (hour, minute, sure).

    sure: written on 24 hours, so that no evening can make it later. behind: as in the grammar.
    """
    found: list[Token] = []
    at = 0
    while at < len(tokens):
        clock, used = _clock(tokens, at, found, behind)
        found.append(clock if clock else tokens[at])
        at += max(used, 1)
    return found


def _clock(
    tokens: list[Token], at: int, before: list[Token], behind: frozenset[str]
) -> tuple[Token | None, int]:
    """A time that begins at a token, and how many tokens it takes."""
    first = tokens[at]
    shift, begin = 0, at
    if first.kind in _SHIFTS:
        shift = _SHIFTS[first.kind]
        begin += 1
    if begin >= len(tokens):
        return None, 1
    number = tokens[begin]
    if number.kind == "clock":
        hour, minute, sure = number.value
        end = begin + 1
    elif number.kind == "number" and number.value is not None and number.value <= 24:
        hour, minute, sure = number.value, 0, False
        end = begin + 1
        hour_word = end < len(tokens) and tokens[end].kind == "oclock"
        end += hour_word
        minute, used = _minutes(tokens, end, hour_word)
        end += used
        certain = bool(shift) or hour_word or bool(used)
        if not certain and not _looks_like_a_time(tokens, begin, end, before, behind):
            return None, 1
    else:
        return None, 1
    minute += shift
    hour, minute = (hour + minute // 60) % 25, minute % 60
    if end < len(tokens) and tokens[end].kind == "oclock":
        end += 1
    if end < len(tokens) and tokens[end].kind in ("am", "pm") and hour <= 12:
        hour = hour % 12 + (12 if tokens[end].kind == "pm" else 0)
        sure = True
        end += 1
    last = tokens[end - 1]
    text = " ".join(token.text for token in tokens[at:end])
    sure = sure or hour > 12 or hour == 0
    return Token("clock", (hour, minute, sure), first.start, last.end, text), end - at


def _minutes(tokens: list[Token], at: int, hour_word: bool) -> tuple[int, int]:
    """Minutes after a full hour, and how many tokens they take."""
    if at >= len(tokens):
        return 0, 0
    kind = tokens[at].kind
    if kind == "and_half":
        return _HALF, 1
    if kind == "and_quarter":
        return _QUARTER, 1
    if kind == "less_quarter":
        return -_QUARTER, 1
    number = tokens[at].value if kind == "number" else None
    adjacent = hour_word and tokens[at - 1].end + 1 >= tokens[at].start
    if adjacent and number is not None and number in range(1, 60):
        counted = at + 1 < len(tokens) and tokens[at + 1].kind in (*_COUNTED, "oclock")
        is_minute = counted and tokens[at + 1].text.startswith(("分", "min"))
        if not counted or is_minute:
            return number, 1 + is_minute
    return 0, 0


def _looks_like_a_time(
    tokens: list[Token], begin: int, end: int, before: list[Token], behind: frozenset[str]
) -> bool:
    """Whether a number alone is a time: what stands before or behind it says so."""
    following = tokens[end].kind if end < len(tokens) else "break"
    if following in _COUNTED:
        return False
    if following in ("am", "pm"):
        return True
    previous = before[-1].kind if before else "break"
    if previous in _BEFORE_A_TIME and previous not in behind:
        return True
    if following in behind or (previous == "part" and tokens[begin].text.isdigit()):
        return True
    if (
        previous in ("dash", "to", "and", *behind)
        and len(before) > 1
        and before[-2].kind == "clock"
    ):
        return True
    linked = following in ("dash", "to") and end + 1 < len(tokens)
    if linked and tokens[end + 1].kind in ("number", "clock", *_SHIFTS):
        counted = end + 2 < len(tokens) and tokens[end + 2].kind in _COUNTED
        return not counted
    kinds = [token.kind for token in tokens[end : end + 3]]
    return following == "part" or kinds in (
        ["and", "number", "between"],
        ["and", "clock", "between"],
    )
