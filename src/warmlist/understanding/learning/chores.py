"""What the worker does about understanding when nothing else waits, and the log that reads as taught."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import psycopg

from warmlist.events.log import Appended, EventLog
from warmlist.events.model import Event
from warmlist.intake import reread
from warmlist.understanding.learning.kept import InForce, learn_if_due
from warmlist.understanding.reader import Reader

#: A re-reading in the background goes on for so long at a time and then rests, in seconds.
WORKS, RESTS = 0.15, 0.45

Connection = psycopg.Connection[Any]


@dataclass(frozen=True)
class TaughtLog(EventLog):
    """The log whose reader is the one in force at every append."""

    in_force: Callable[[Connection], EventLog] | None = None

    def append(self, conn: Connection, events: Sequence[Event], *, now_ms: int) -> Appended:
        """As `EventLog.append`, with what the workspace taught by now."""
        if self.in_force is None:
            return super().append(conn, events, now_ms=now_ms)
        return self.in_force(conn).append(conn, events, now_ms=now_ms)


@dataclass
class LogInForce:
    """The log of the reader in force; made anew only when something was learnt."""

    readers: InForce
    log_of: Callable[[Reader], EventLog]
    _made: tuple[Reader, EventLog] | None = None

    def __call__(self, conn: Connection) -> EventLog:
        reader = self.readers.reader(conn)
        made = self._made
        if made is None or made[0] is not reader:
            made = self._made = (reader, self.log_of(reader))
        return made[1]


@dataclass
class Chores:
    """Learning, and reading history again; `__call__` does a little of it and says whether it did.

    tick: seconds of a clock that only goes forward, which a re-reading is paced by.
    further: more such work, each in a transaction of its own.
    """

    log: LogInForce
    tick: Callable[[], float]
    further: Sequence[Callable[[Connection, int], bool]] = ()
    _looked: bool = False
    _rest_until: float = field(default=0.0)

    def __call__(self, conn: Connection, now_ms: int) -> bool:
        """Commits what it did."""
        base = self.log.readers.base
        done = learn_if_due(conn, base, now_ms)
        conn.commit()
        if not self._looked:
            reread.begin_if_newer(conn, base.version, self.log(conn).version, now_ms)
            conn.commit()
            self._looked = True
        done |= self._read_again(conn, now_ms)
        for chore in self.further:
            done |= chore(conn, now_ms)
            conn.commit()
        return done

    def _read_again(self, conn: Connection, now_ms: int) -> bool:
        started = self.tick()
        done = False
        while self._rest_until <= started <= self.tick() < started + WORKS:
            more = reread.some(conn, self.log(conn), now_ms)
            conn.commit()
            if not more:
                break
            done = True
        if done:
            self._rest_until = self.tick() + RESTS
        return done
