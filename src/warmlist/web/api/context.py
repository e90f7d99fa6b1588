"""What every endpoint can reach, and who asks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Annotated, cast

import anyio
import psycopg
from fastapi import Depends, Request
from psycopg_pool import PoolTimeout

from warmlist.app import App
from warmlist.errors import Refused, StoreUnavailable
from warmlist.followup.customer import Connection
from warmlist.followup.views import Viewer
from warmlist.web.api.facts import FactReader
from warmlist.web.api.sweeps import Sweeps
from warmlist.web.api.tokens import Holder

_SNAPSHOT = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY"

#: Large bodies that are read at the same time; the others wait without a thread or a connection.
HEAVY = 2


@dataclass(frozen=True)
class Api:
    """Put together once by `mount.create_api`."""

    app: App
    now: Callable[[], int]  # epoch ms
    facts: FactReader
    sweeps: Sweeps = field(default_factory=Sweeps)
    heavy: anyio.CapacityLimiter = field(default_factory=lambda: anyio.CapacityLimiter(HEAVY))
    packs: anyio.CapacityLimiter = field(default_factory=lambda: anyio.CapacityLimiter(1))
    replays: anyio.CapacityLimiter = field(default_factory=lambda: anyio.CapacityLimiter(1))

    def as_of(self) -> int:
        """The moment of a question: one later than what was just written, so that it counts."""
        return self.now() + 1

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """A connection that commits when left without an error. Raises StoreUnavailable."""
        try:
            with self.app.pool.connection() as conn:
                yield conn
        except (PoolTimeout, psycopg.OperationalError) as error:
            raise StoreUnavailable(
                "PostgreSQL did not answer; nothing was written", hint="send it again in a moment"
            ) from error

    @contextmanager
    def snapshot(self) -> Iterator[Connection]:
        """One state of the database for all queries of an answer."""
        with self.transaction() as conn:
            conn.execute(_SNAPSHOT)
            yield conn


def api(request: Request) -> Api:
    return cast(Api, request.app.state.api)


def caller(request: Request) -> Holder:
    """Who asks; the gate found out."""
    return cast(Holder, request.state.holder)


def lead(request: Request) -> Holder:
    """Who asks, if they may see everyone's customers."""
    holder = caller(request)
    if not holder.viewer.sees_everyone:
        raise Refused("a rep's token may not do this", hint="use a token of a lead or an admin")
    return holder


def speaking(viewer: Viewer, language: str) -> Viewer:
    """The same viewer, who reads this language (a BCP 47 tag)."""
    return replace(viewer, language=language.replace("-", "_"))


Here = Annotated[Api, Depends(api)]
Caller = Annotated[Holder, Depends(caller)]
Lead = Annotated[Holder, Depends(lead)]
