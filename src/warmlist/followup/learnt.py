"""What the reader learnt: the page's figures, and what a lead decides about patterns and history."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

import psycopg

from warmlist.errors import Refused
from warmlist.followup.views import CERTAIN, Viewer
from warmlist.intake import reread
from warmlist.intake.reread import Run
from warmlist.understanding.combined import CombinedReader
from warmlist.understanding.learning import kept
from warmlist.understanding.learning.chores import LogInForce
from warmlist.understanding.learning.figures import Figure, figures
from warmlist.understanding.learning.kept import Kept

#: Corrections, suspected stops and states that are shown.
RECENT, SUSPECTED, STATES = 40, 20, 8

Connection = psycopg.Connection[tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class Correction:
    """What a person said of a signal in a message. counts: no later word replaced it."""

    at: int
    by: str
    signal: str
    wanted: bool
    found: bool
    counts: bool
    customer_id: int
    message: int
    text: str


@dataclass(frozen=True, slots=True)
class Stop:
    """A message that may ask to be left alone, which nobody has judged."""

    customer_id: int
    message: int
    at: int
    text: str


@dataclass(frozen=True, slots=True)
class PatternView:
    """Words that corrections agree on. state: proposed, accepted, rejected."""

    id: int
    signal: str
    words: str
    lang: str | None
    state: str
    messages: int
    proposed_at: int
    decided_at: int | None
    decided_by: str | None


@dataclass(frozen=True, slots=True)
class LearntPage:
    """Everything that the page shows. version: of the reader in force; can_learn: it has a model."""

    version: str
    can_learn: bool
    newest: Kept | None
    states: tuple[Kept, ...]
    figures: tuple[Figure, ...]
    corrections: tuple[Correction, ...]
    stops: tuple[Stop, ...]
    patterns: tuple[PatternView, ...]  # none for a rep: their words are other customers'
    run: Run | None
    as_of: int


class LearningDesk:
    """The page's door to the store. Methods may be called from several threads."""

    def __init__(
        self, connection: Callable[[], AbstractContextManager[Connection]], log: LogInForce
    ) -> None:
        self._connection, self._log = connection, log

    def page(self, viewer: Viewer, as_of: int) -> LearntPage:
        """What this viewer sees: a rep, words about own and nobody's customers."""
        seen = {"everyone": viewer.sees_everyone, "viewer": viewer.name}
        sql = kept.SQL
        with self._connection() as conn:
            newest = kept.newest(conn)
            judged = {tuple(row[:4]): row[4] for row in conn.execute(sql.judged)}
            recent = conn.execute(sql.recent, seen | {"limit": RECENT}).fetchall()
            stops = conn.execute(sql.suspected, seen | {"sure": CERTAIN, "limit": SUSPECTED})
            states = conn.execute(sql.states, {"limit": STATES})
            patterns = conn.execute(sql.patterns) if viewer.sees_everyone else ()
            return LearntPage(
                version=self._log(conn).version,
                can_learn=isinstance(self._log.readers.base, CombinedReader),
                newest=newest,
                states=tuple(Kept(*row) for row in states),
                figures=tuple(figures(judged)),
                corrections=tuple(Correction(*row) for row in recent),
                stops=tuple(Stop(*row) for row in stops),
                patterns=tuple(PatternView(*row) for row in patterns),
                run=reread.newest(conn),
                as_of=as_of,
            )

    def decide(self, viewer: Viewer, pattern: int, accept: bool, as_of: int) -> None:
        """Accept or reject a pattern; the reader has it from the next message on.

        Refused for a rep; NotFound for a proposal that is gone.
        """
        _must_lead(viewer)
        with self._connection() as conn:
            kept.decide(conn, pattern, accept, viewer.name, as_of)
            base = self._log.readers.base
            if isinstance(base, CombinedReader):
                kept.learn(conn, base, as_of)

    def read_again(self, viewer: Viewer, as_of: int) -> None:
        """Begin to read the history with the reader in force; a worker does it. Refused for a rep."""
        _must_lead(viewer)
        with self._connection() as conn:
            reread.begin(conn, self._log(conn).version, as_of)


def _must_lead(viewer: Viewer) -> None:
    if not viewer.sees_everyone:
        raise Refused("only a lead or an admin may decide this", hint="ask one of them")
