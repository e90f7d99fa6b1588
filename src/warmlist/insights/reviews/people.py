"""Which customers are behind a figure, found again from the figure's own words.

A figure says its people as the query of an address (`model.people`): `of` names the kind, the rest
are its values; moments are epoch ms.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from warmlist.clock import LATEST_MS
from warmlist.errors import BadInput
from warmlist.followup.views import Viewer
from warmlist.insights.reviews import accuracy, leaks, movement
from warmlist.insights.reviews.distribution import Connection
from warmlist.insights.reviews.limits import Limits
from warmlist.rules.model import Pack
from warmlist.store.sql import queries

SQL = queries("insights/reviews/people.sql")
PAGE = 50


@dataclass(frozen=True, slots=True)
class Asked:
    """A figure's people as they were asked for; every value checked."""

    kind: str
    dimension: str = ""
    label: str = ""
    was: str = ""
    now: str = ""
    rule: str | None = None
    owner: str | None = None
    at: int = 0
    since: int = 0
    until: int = 0


#: kind -> the values that it needs
NEEDS: Mapping[str, tuple[str, ...]] = {
    "held": ("dimension", "label", "at"),
    "leaked": ("since", "until"),
    "false_red": ("since", "until"),
    "missed_green": ("since", "until"),
    "began": ("dimension", "label", "since", "until"),
    "moved": ("dimension", "was", "now", "since", "until"),
    "by_hand": ("dimension", "until"),
}
_MOMENTS = ("at", "since", "until")
_TEXTS = ("dimension", "label", "was", "now", "rule", "owner")
#: Every value that a figure's people may have.
MOST_VALUES = ("of", *_TEXTS, *_MOMENTS)


def read(query: Mapping[str, str]) -> Asked:
    """The query of a figure. Raises BadInput for an unknown kind, a missing or a wrong value."""
    kind = query.get("of", "")
    if kind not in NEEDS:
        raise BadInput(f"of is none of {', '.join(NEEDS)}", hint="take the people of a figure")
    missing = [name for name in NEEDS[kind] if name not in query]
    if missing:
        raise BadInput(f"{', '.join(missing)} is missing", hint="take the people of a figure")
    moments = {name: _moment(name, query[name]) for name in _MOMENTS if name in query}
    texts = {name: query[name] for name in _TEXTS if name in query}
    return Asked(kind, **texts, **moments)  # type: ignore[arg-type]


def _moment(name: str, text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) < 15 and int(text) <= LATEST_MS):
        raise BadInput(f"{name} is no moment in epoch ms", hint="take the people of a figure")
    return int(text)


def behind(
    conn: Connection,
    pack: Pack,
    limits: Limits,
    viewer: Viewer,
    asked: Asked,
    as_of: int,
    after: int = 0,
    size: int = PAGE,
) -> tuple[list[int], int | None]:
    """A page of customers that the viewer may see, and the id to go on after (None: no more)."""
    query, values = _QUERIES[asked.kind](asked, pack, limits, as_of)
    leaked = asked.kind == "leaked"
    page = SQL.page.format(behind=query, whose=SQL.owned_then if leaked else SQL.owned_now)
    values = dict(values) | {
        "after": after,
        "count": size + 1,
        "everyone": viewer.sees_everyone,
        "viewer": viewer.name,
        "owner": asked.owner if viewer.sees_everyone else viewer.name,
    }
    ids = [customer for (customer,) in conn.execute(page, values)]
    return ids[:size], ids[size - 1] if len(ids) > size else None


_Query = tuple[str, Mapping[str, Any]]


def _held(asked: Asked, pack: Pack, limits: Limits, as_of: int) -> _Query:
    del pack, limits, as_of
    return SQL.held, {"dimension": asked.dimension, "label": asked.label, "at": asked.at}


def _leaked(asked: Asked, pack: Pack, limits: Limits, as_of: int) -> _Query:
    del pack, as_of
    query = leaks.SQL.missed.format(reds=leaks.SQL.reds, whose=leaks.SQL.whose)
    return query, leaks.parameters(limits, asked.since, asked.until)


def _false_red(asked: Asked, pack: Pack, limits: Limits, as_of: int) -> _Query:
    del pack
    only = "" if asked.rule is None else " AND r.rule = %(rule)s"
    query = f"SELECT r.customer_id FROM ({accuracy.reds_query()}) r WHERE NOT r.closed{only}"
    return query, _outcomes(asked, limits, as_of) | {"rule": asked.rule}


def _missed_green(asked: Asked, pack: Pack, limits: Limits, as_of: int) -> _Query:
    del pack
    return accuracy.missed_query(), _outcomes(asked, limits, as_of)


def _began(asked: Asked, pack: Pack, limits: Limits, as_of: int) -> _Query:
    del pack
    query = f"SELECT b.customer_id FROM ({accuracy.SQL.began}) b WHERE b.label = %(label)s"
    values = _outcomes(asked, limits, as_of)
    return query, values | {"dimension": asked.dimension, "label": asked.label}


def _moved(asked: Asked, pack: Pack, limits: Limits, as_of: int) -> _Query:
    del limits, as_of
    exclusive = all(d.exclusive for d in pack.dimensions if d.key == asked.dimension)
    query = (
        f"SELECT m.customer_id FROM ({movement.moved_query(exclusive=exclusive)}) m "
        "WHERE coalesce(m.was, '') = %(was)s AND coalesce(m.became, '') = %(now)s"
    )
    return query, {
        "dimension": asked.dimension, "from": asked.since, "to": asked.until,
        "was": asked.was, "now": asked.now,
    }  # fmt: skip


def _by_hand(asked: Asked, pack: Pack, limits: Limits, as_of: int) -> _Query:
    del pack, limits, as_of
    return SQL.by_hand, {"dimension": asked.dimension, "until": asked.until}


def _outcomes(asked: Asked, limits: Limits, as_of: int) -> dict[str, Any]:
    return accuracy.parameters(limits, as_of, asked.since, asked.until, asked.owner)


_QUERIES: Mapping[str, Callable[[Asked, Pack, Limits, int], _Query]] = {
    "held": _held,
    "leaked": _leaked,
    "false_red": _false_red,
    "missed_green": _missed_green,
    "began": _began,
    "moved": _moved,
    "by_hand": _by_hand,
}
