"""Reviews for pages, the API and the command line: who may ask for what, from one snapshot."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import psycopg
from psycopg_pool import ConnectionPool, PoolTimeout

from warmlist.clock import SECOND, tick
from warmlist.errors import NotFound, StoreUnavailable
from warmlist.followup.people import Person, load_people
from warmlist.followup.views import Viewer
from warmlist.insights.reviews import distribution, people
from warmlist.insights.reviews.build import Question, review
from warmlist.insights.reviews.distribution import Connection
from warmlist.insights.reviews.limits import Limits
from warmlist.insights.reviews.model import Period, Review
from warmlist.rules.model import Pack

_SNAPSHOT = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY"


#: How often over a review is told again what it took to make.
TIMES = 20

#: period, owner, dimension that is drawn
Key = tuple[Period, str | None, str | None]


class Kept(NamedTuple):
    review: Review
    fresh_ms: int


@dataclass(frozen=True, slots=True)
class Behind:
    """A page of the customers behind a figure, and the id to go on after (None: no more)."""

    persons: tuple[Person, ...]
    after: int | None


@dataclass(frozen=True)
class ReviewDesk:
    """May be asked from several threads. A rep gets the figures of own customers, whatever is asked."""

    pool: ConnectionPool[psycopg.Connection[tuple[Any, ...]]]
    pack: Pack
    time_zone: str
    fresh_ms: int = 0  # so long at least `latest` tells the same review again; 0 = never
    _kept: dict[Key, Kept] = field(default_factory=dict)
    _asking: dict[Key, threading.Lock] = field(default_factory=dict)

    @cached_property
    def limits(self) -> Limits:
        """Raises BadPack when the pack lacks a figure of the reviews."""
        return Limits.of(self.pack)

    def review(
        self,
        viewer: Viewer,
        period: Period,
        as_of: int,
        *,
        owner: str | None = None,
        live: bool,
        drawn: str | None = None,
    ) -> Review:
        """A review as of a moment (epoch ms) from what was recorded.

        owner: a rep's name, None = the team and each rep. live: `as_of` is now. drawn: see
        `build.Question`. Raises NotFound for an owner who is not there.
        """
        asked = owner if viewer.sees_everyone else viewer.name
        question = Question(period, as_of, asked, live, ZoneInfo(self.time_zone), drawn)
        with self._snapshot() as conn:
            if asked is not None and asked not in self._reps(conn):
                raise NotFound("nobody here has this name", hint="choose one of the team")
            return review(conn, self.pack, self.limits, question)

    def latest(
        self,
        viewer: Viewer,
        period: Period,
        now_ms: int,
        *,
        owner: str | None = None,
        drawn: str | None = None,
    ) -> Review:
        """The review as of now, or of a moment ago: over many customers it takes seconds.

        It is told again for `fresh_ms`, or for 20 times as long as it took.
        """
        key = (period, owner if viewer.sees_everyone else viewer.name, drawn)
        with self._asking.setdefault(key, threading.Lock()):
            kept = self._kept.get(key)
            if kept is not None and 0 <= now_ms - kept.review.as_of < kept.fresh_ms:
                return kept.review
            began = tick()
            told = self.review(viewer, period, now_ms, owner=owner, live=True, drawn=drawn)
            if self.fresh_ms:
                took = round((tick() - began) * SECOND)
                self._kept[key] = Kept(told, max(self.fresh_ms, TIMES * took))
            return told

    def behind(
        self, viewer: Viewer, query: Mapping[str, str], as_of: int, after: int = 0
    ) -> Behind:
        """The customers behind a figure; query: its `people`, read. Raises BadInput."""
        asked = people.read(query)
        with self._snapshot() as conn:
            ids, following = people.behind(
                conn, self.pack, self.limits, viewer, asked, as_of, after
            )
            found = load_people(conn, ids, as_of, messages=False)
        return Behind(tuple(found[one] for one in ids if one in found), following)

    def reps(self) -> tuple[str, ...]:
        """Everybody who may own customers, by name."""
        with self._snapshot() as conn:
            return self._reps(conn)

    def _reps(self, conn: Connection) -> tuple[str, ...]:
        return tuple(name for name, _ in conn.execute(distribution.SQL.reps, {"owner": None}))

    @contextmanager
    def _snapshot(self) -> Iterator[Connection]:
        try:
            with self.pool.connection() as conn:
                conn.execute(_SNAPSHOT)
                yield conn
        except (PoolTimeout, psycopg.OperationalError) as error:
            raise StoreUnavailable("PostgreSQL does not answer") from error
