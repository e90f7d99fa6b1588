"""The language model at work: beside the worker, one message at a time, within a daily budget.

What it finds becomes a `signal` event that names its reader, so it holds from its own moment, is told
apart from people's words, and is never learnt from. No transaction is open while the model is asked.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import psycopg
import structlog
from psycopg.types.json import Jsonb

from warmlist.clock import DAY
from warmlist.events.log import EventLog
from warmlist.events.model import Event, hash64
from warmlist.store.sql import queries
from warmlist.understanding.combined import CombinedReader
from warmlist.understanding.llm import LanguageModel, NoAnswer, Said, redacted, spans

log = structlog.get_logger(__name__)
SQL = queries("understanding/second_reader.sql")

#: In doubt: a signal that is not said is at least this likely.
DOUBT = 0.2
#: Pauses in seconds: where nothing waits, after a failure, and at most after many.
IDLE, FAILED, LONGEST = 2.0, 10.0, 600.0

Connection = psycopg.Connection[Any]


@dataclass
class SecondReader:
    """`run` works until it is told to stop. daily: how often the model may be asked a day (UTC)."""

    connect: Callable[[], Connection]
    log: EventLog
    shipped: CombinedReader
    model: LanguageModel
    daily: int
    now: Callable[[], int]
    _after: int = 0
    _pause: float = IDLE

    def run(self, stopping: threading.Event) -> None:
        """Ask about new messages until `stopping` is set; failures are waited out, longer each time."""
        while not stopping.is_set():
            try:
                with self.connect() as conn:
                    while not stopping.is_set() and self.one(conn):
                        self._pause = IDLE
            except NoAnswer as error:
                self._pause = min(max(FAILED, 2 * self._pause), LONGEST)
                log.warning("the second reader waits", reason=error.message, seconds=self._pause)
            except psycopg.Error as error:
                self._pause = FAILED
                log.warning("the second reader lost PostgreSQL", error=type(error).__name__)
            stopping.wait(self._pause)
            self._pause = max(self._pause, IDLE)

    def one(self, conn: Connection) -> bool:
        """Look at the next message; says whether there was one. Commits. Raises NoAnswer."""
        now = self.now()
        found = conn.execute(
            SQL.next_message, {"after": self._after, "since": now - DAY}
        ).fetchone()
        if found is None:
            conn.commit()
            return False
        message, source, name, handle, text, customer = found
        names = [row[0] for row in conn.execute(SQL.names, {"customer": customer})]
        sent = redacted(text, names)
        key = hash64(self.model.model, sent)
        known = conn.execute(SQL.answered, {"key": key, "model": self.model.model}).fetchone()
        spent = conn.execute(SQL.spent, {"since": now - now % DAY}).fetchone()
        conn.commit()
        noted = {"message": message, "key": key, "at": now, "model": self.model.model}
        said: tuple[Said, ...] = ()
        if not self.in_doubt(text):
            outcome = "sure"
        elif known is not None:
            outcome, said = "known", tuple(Said(*row) for row in known[0])
        elif spent is not None and spent[0] >= self.daily:
            return False  # tomorrow, if it is still news by then
        else:
            try:
                outcome, said = "asked", self.model.ask(sent)
            except NoAnswer:
                conn.execute(SQL.note, noted | {"outcome": "failed", "found": Jsonb([])})
                conn.commit()
                raise
        kept = [[one.name, one.evidence, one.confidence] for one in said]
        conn.execute(SQL.note, noted | {"outcome": outcome, "found": Jsonb(kept)})
        self._write(conn, said, (source, name, handle, text))
        conn.commit()
        self._after = message
        return True

    def in_doubt(self, text: str) -> bool:
        """Whether the shipped reader leaves open what the message says."""
        weighed = self.shipped.weigh(text)
        if "opt_out" in weighed.said:
            return False  # for people alone
        return not weighed.said and max(weighed.probability) >= DOUBT

    def _write(
        self, conn: Connection, said: tuple[Said, ...], message: tuple[str, str, str, str]
    ) -> None:
        source, name, handle, text = message
        now, reader = self.now(), f"llm:{self.model.model}"
        events = [
            Event(
                type="signal", id=f"{reader}:{one.name}:{name}", source=source, handle=handle,
                occurred_at=now, known_at=now,
                fields={
                    "message": name, "name": one.name, "action": "confirm", "reader": reader,
                    "confidence": one.confidence, "span": list(place) if place else None,
                    "because": f"the language model reads it in “{one.evidence}”",
                },
            )
            for one, place in spans(said, text)
        ]  # fmt: skip
        if events:
            self.log.append(conn, events, now_ms=now)
