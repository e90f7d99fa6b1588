"""Finding customers by name or handle."""

from __future__ import annotations

import re
from collections.abc import Iterable

from warmlist.followup.customer import Connection
from warmlist.followup.people import Person, load_people
from warmlist.followup.views import FoundCustomer, Viewer
from warmlist.store.sql import queries

_SQL = queries("followup/search.sql")

MOST = 12
#: So many are looked at to find the best ones.
_CANDIDATES = 120
_SHORTEST = 3
_LONGEST = 100  # code points of what is searched for

_WORD = re.compile(r"[^\W_]+")
#: Behind every text that begins in some way.
_LAST = "\U0010ffff"
_NUMBER = re.compile(r"\+?[\d\s()./-]+")


def search(conn: Connection, viewer: Viewer, text: str, as_of: int) -> tuple[FoundCustomer, ...]:
    """Up to a dozen customers whom the viewer may see, best first.

    Words must each begin a word of the name. Digits must begin a phone number or end it, however
    they are grouped, with or without country code or leading zero; other handles are found by how
    they begin. as_of: epoch ms.
    """
    asked = text.strip()[:_LONGEST].replace("\0", "")
    values = {"everyone": viewer.sees_everyone, "viewer": viewer.name, "count": _CANDIDATES}
    found: set[int] = set()
    words = [f"'{word}':*" for word in _WORD.findall(asked)]
    if words:
        named = values | {"words": " & ".join(words)}
        found |= {row[0] for row in conn.execute(_SQL.by_name, named, prepare=False)}
    beginnings = _beginnings(asked)
    if beginnings:
        ranges = {f"{name}_end": text + _LAST for name, text in beginnings.items()}
        found |= {
            row[0]
            for row in conn.execute(_SQL.by_handle, values | beginnings | ranges, prepare=False)
        }
    people = load_people(conn, sorted(found), as_of, messages=False)
    seen = [p for p in people.values() if viewer.sees(p.customer.owner)]
    best = sorted(seen, key=lambda person: _closeness(person, asked.casefold()))[:MOST]
    return _shown(conn, best)


def _beginnings(asked: str) -> dict[str, str]:
    """How a handle may begin (`one`, `other`), or its reverse; empty where too little is asked."""
    if _NUMBER.fullmatch(asked):
        digits = re.sub(r"\D", "", asked)
        if len(digits) < _SHORTEST:
            return {}
        whole = digits if asked.startswith("+") else digits.removeprefix("00")
        national = digits.lstrip("0")
        return {"one": f"+{whole}", "other": f"wa:{digits}", "reversed": (national or digits)[::-1]}
    if len(asked) < _SHORTEST:
        return {}
    return {"one": f"email:{asked.casefold()}", "other": asked, "reversed": asked[::-1]}


def _closeness(person: Person, asked: str) -> tuple[int, str, int]:
    """Smaller is closer: the whole name, its beginning, the beginning of a word, the handle."""
    name = person.customer.name.casefold()
    if name == asked:
        rank = 0
    elif name.startswith(asked):
        rank = 1
    elif any(word.startswith(asked) for word in name.split()):
        rank = 2
    else:
        rank = 3
    return rank, name, person.customer.customer_id


def _shown(conn: Connection, people: Iterable[Person]) -> tuple[FoundCustomer, ...]:
    best = list(people)
    ids = [person.customer.customer_id for person in best]
    colours = {
        c: (label, shade) for c, label, shade in conn.execute(_SQL.colours, {"customers": ids})
    }
    return tuple(
        FoundCustomer(
            person.customer.customer_id,
            person.customer.name,
            person.handle,
            person.customer.owner,
            *colours.get(person.customer.customer_id, (None, None)),
        )
        for person in best
    )
