"""How often contact is welcome: 'max einmal die Woche', '一个月一次', 'every other week'."""

from __future__ import annotations

from dataclasses import dataclass

from warmlist.understanding.preferences.clauses import Clause
from warmlist.understanding.preferences.lexer import Token

#: Contacts in a month that one in so many days comes to, as people count: a month has 4 weeks.
_DAYS_IN_A_MONTH = 30
#: More than one a day is no cap but a price, a year or a complaint.
_MOST_COUNTED = 31
_LONG = {"month": 1, "quarter": 3, "season": 3, "year": 12}


@dataclass(frozen=True, slots=True)
class Cap:
    """count contacts a `week` or a `month`."""

    unit: str
    count: int


def cap(clauses: list[Clause]) -> Cap | None:
    """The cap that a message asks for: the last that is not complained about, limits first.

    "Not every week" is no complaint about what comes, but the most that is welcome.
    """
    found: list[tuple[bool, Cap]] = []
    complained: Cap | None = None
    for clause in clauses:
        said = _said(clause.tokens)
        limiting = clause.has("enough", "only", "most")
        if said and _complained(clause, limiting):
            complained = said
        elif said:
            found.append((limiting, said))
        elif complained and limiting and (count := _count(clause.tokens, (), 0)):
            found.append((True, Cap(complained.unit, count)))
    if not found:
        blamed = any(clause.has("received", "too_much") for clause in clauses)
        return None if blamed else complained
    limits = [one for limiting, one in found if limiting]
    return (limits or [one for _, one in found])[-1]


def _complained(clause: Clause, limiting: bool) -> bool:
    """Whether a cap is what the customer gets and does not want."""
    if clause.has("received"):
        return not limiting
    places = {token.kind: at for at, token in enumerate(clause.tokens)}
    if "too_much" in places:
        return places["too_much"] > places["period"]
    return clause.has("not") and not limiting and not clause.has("more")


def _said(tokens: list[Token]) -> Cap | None:
    """The cap of one clause: a period, and the number that is not part of it."""
    periods = [at for at, token in enumerate(tokens) if token.kind == "period"]
    for at in reversed(periods):
        unit, many = tokens[at].value
        used = [at]
        ahead = at - 1
        number = tokens[ahead] if ahead >= 0 else None
        every = ahead > 0 and tokens[ahead - 1].kind in ("every", "in")
        if number and number.kind == "number" and number.value and _of_period(tokens, ahead, every):
            many *= number.value
            used.append(ahead)
        counts = _count(tokens, tuple(used), at)
        if (unit == "day" and many == 1) or (counts or 0) > _MOST_COUNTED:
            continue
        return _per(unit, many, counts or 1)
    return None


def _of_period(tokens: list[Token], at: int, every: bool) -> bool:
    """Whether the number before a period tells its length: 'alle 2 Wochen', '两周一次'."""
    number = tokens[at].value
    if every or (number is not None and number > 1):
        return True
    return at + 2 < len(tokens) and any(t.kind in ("number", "count") for t in tokens[at + 2 :])


def _count(tokens: list[Token], used: tuple[int, ...], beside: int) -> int | None:
    """The number of contacts that stands nearest to a period."""
    found = [
        (token.kind != "count", abs(at - beside), int(token.value))
        for at, token in enumerate(tokens)
        if at not in used and (token.kind == "count" or (token.kind == "number" and token.value))
    ]
    return min(found)[-1] if found else None


def _per(unit: str, many: int, count: int) -> Cap:
    if unit == "week" and many == 1:
        return Cap("week", count)
    if unit == "day":
        if many <= 7:
            return Cap("week", max(count * 7 // many, 1) if many < 4 else count)
        return Cap("month", max(count * _DAYS_IN_A_MONTH // many, 1))
    if unit == "week":
        return Cap("month", max(count * 4 // many, 1))
    months = _LONG[unit] * many
    return Cap("month", max(count // months, 1))
