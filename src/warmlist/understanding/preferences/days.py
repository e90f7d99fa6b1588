"""Days of the week among the tokens of a clause: lists, ranges, "until Tuesday"."""

from __future__ import annotations

from collections.abc import Iterator

from warmlist.understanding.preferences.lexer import Token
from warmlist.understanding.preferences.model import EVERY_DAY


def runs_of(tokens: list[Token]) -> Iterator[tuple[str, list[Token]]]:
    """Stretches of days and stretches of everything else, in turn."""
    run: list[Token] = []
    of_days = False
    for at, token in enumerate(tokens):
        joins = token.kind in ("to", "dash", "and", "word", "from", "at", "between", "every")
        between = of_days and joins and _next_is_day(tokens, at)
        is_day = token.kind == "day" or between
        if run and is_day != of_days:
            yield "day" if of_days else "hours", run
            run = []
        of_days = is_day
        run.append(token)
    if run:
        yield "day" if of_days else "hours", run


def _next_is_day(tokens: list[Token], at: int) -> bool:
    short = tokens[at].kind != "word" or len(tokens[at].text.strip()) <= 4
    following = [token.kind for token in tokens[at + 1 : at + 3]]
    return short and ("day" in following[:1] or following == ["every", "day"])


def days_in(tokens: list[Token], *, until: bool) -> tuple[int, ...]:
    """Days that a stretch names. until: "до вторника", so those of the week before it."""
    found: list[int] = []
    link = False
    for token in tokens:
        if token.kind == "day":
            first, last = token.value[0], token.value[-1]
            if link and found and len(token.value) == 1:
                day = found[-1]
                while day != last:
                    day = day % 7 + 1
                    found.append(day)
            else:
                found += token.value if first else ()
        link = token.kind in ("to", "dash", "at") or (token.kind == "from" and bool(found))
    if until and len(found) == 1:
        return EVERY_DAY[: found[0] - 1]
    return tuple(sorted(set(found)))
