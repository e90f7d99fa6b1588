"""What was taught, in the store: lessons from corrections, states of what was learnt, patterns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import psycopg
import structlog
from psycopg.types.json import Jsonb

from warmlist.clock import SECOND
from warmlist.errors import NotFound
from warmlist.store.sql import queries
from warmlist.understanding.combined import CombinedReader, Weighed
from warmlist.understanding.learning.fit import Lesson, fit
from warmlist.understanding.learning.proposals import Judged, propose, stands
from warmlist.understanding.learning.taught import Phrase, Taught
from warmlist.understanding.normalise import fold
from warmlist.understanding.reader import Reader
from warmlist.understanding.signals import SIGNALS

log = structlog.get_logger(__name__)
SQL = queries("understanding/learning/kept.sql")

#: Learning waits until nothing was said for so long, but no longer than the second, in ms.
QUIET, LONGEST_WAIT = 2 * SECOND, 10 * SECOND
#: The newest lessons so many are learnt from, and so many words are taken in at once.
LESSONS, AT_ONCE = 3_000, 2_000
#: So many states keep their weights; older ones their dates and counts.
STATES = 10

Connection = psycopg.Connection[Any]


class InForce:
    """The reader of a workspace: the shipped one with the newest state of what was taught.

    Every process asks the store which state that is, so all of them read alike from the next message
    on. Threads may share it.
    """

    def __init__(self, base: Reader) -> None:
        self.base = base
        self._now: tuple[int, Reader] = (0, base)

    def reader(self, conn: Connection) -> Reader:
        """The reader in force, in the caller's transaction."""
        if not isinstance(self.base, CombinedReader):
            return self.base
        row = conn.execute(SQL.newest_number).fetchone()
        number = int(row[0]) if row and row[0] else 0
        if number != self._now[0]:
            taught = state(conn, number)
            self._now = (number, self.base.with_taught(taught) if taught else self.base)
        return self._now[1]


def state(conn: Connection, number: int) -> Taught | None:
    """A state of what was taught; None where there is none, or its weights were thinned out."""
    row = conn.execute(SQL.content, {"number": number}).fetchone()
    return Taught.of_json(number, row[0]) if row and row[0] else None


@dataclass(frozen=True, slots=True)
class Kept:
    """The newest state, without its content."""

    number: int
    made_at: int
    up_to: int
    base: str
    lessons: int
    patterns: int


def newest(conn: Connection) -> Kept | None:
    row = conn.execute(SQL.newest).fetchone()
    return Kept(*row) if row else None


def learn_if_due(conn: Connection, base: Reader, now_ms: int) -> bool:
    """Learn once people have stopped correcting for a moment; says whether anything was learnt.

    In the caller's transaction. Nothing is learnt where the model was not built.
    """
    if not isinstance(base, CombinedReader):
        return False
    before = newest(conn)
    row = conn.execute(SQL.waiting, {"after": before.up_to if before else 0}).fetchone()
    if row and row[0] is not None:
        due = now_ms - row[2] >= QUIET or now_ms - row[1] >= LONGEST_WAIT
    else:
        due = before is not None and before.base != base.version
    return due and learn(conn, base, now_ms) is not None


def learn(conn: Connection, base: CombinedReader, now_ms: int) -> int | None:
    """Take in what people said, fit, propose patterns; the new number, None while others learn.

    The same lessons and patterns on the same base give the same state.
    """
    held = conn.execute(SQL.lock).fetchone()
    if not (held and held[0]):
        return None
    before = newest(conn)
    weighed = _Weighing(base)
    up_to = _take_in(conn, before.up_to if before else 0, weighed)
    accepted = tuple(Phrase(*row) for row in conn.execute(SQL.accepted))
    lessons, judged = _lessons(conn, weighed, base.with_taught(Taught(0, phrases=accepted)))
    _propose(conn, judged, base, now_ms)
    number = before.number + 1 if before else 1
    taught = Taught(number, len(lessons), fit(lessons, base.rarity), accepted)
    conn.execute(
        SQL.add_state,
        {"number": number, "now": now_ms, "up_to": up_to, "base": base.version,
         "lessons": len(lessons), "patterns": len(accepted), "content": Jsonb(taught.as_json())},
    )  # fmt: skip
    conn.execute(SQL.thin_out, {"number": number - STATES})
    log.info("learnt from corrections", version=f"w{number}", lessons=len(lessons))
    return number


def decide(conn: Connection, pattern: int, accept: bool, by: str, now_ms: int) -> Phrase:
    """Accept or reject a pattern, or change one's mind; it is read from the next state on."""
    values = {"id": pattern, "state": "accepted" if accept else "rejected", "by": by, "now": now_ms}
    row = conn.execute(SQL.decide, values).fetchone()
    if row is None:
        raise NotFound(f"pattern {pattern} is not proposed any more", hint="reload the page")
    return Phrase(*row)


class _Weighing:
    """Messages as the shipped reader weighs them, each once."""

    def __init__(self, base: CombinedReader) -> None:
        self._base = base
        self._known: dict[str, Weighed] = {}

    def __call__(self, text: str) -> Weighed:
        if text not in self._known:
            self._known[text] = self._base.weigh(text)
        return self._known[text]


def _take_in(conn: Connection, after: int, weighed: _Weighing) -> int:
    """Make lessons of what people said since; the newest event that was taken in."""
    while True:
        rows = conn.execute(SQL.words, {"after": after, "limit": AT_ONCE}).fetchall()
        for event, message, name, action, _, at, by, text, bits, version in rows:
            if name in SIGNALS and action in ("confirm", "reject"):
                values: Mapping[str, Any] = {
                    "event": event, "message": message, "signal": name, "at": at, "by": by,
                    "wanted": action == "confirm", "found": bool(bits >> SIGNALS.index(name) & 1),
                    "lang": weighed(text).lang, "version": version,
                }  # fmt: skip
                conn.execute(SQL.add_lesson, values)
        conn.execute(SQL.count_anew, {"messages": sorted({row[1] for row in rows})})
        if len(rows) < AT_ONCE:
            break
        after = rows[-1][0]
    newest_word = conn.execute(SQL.waiting, {"after": after}).fetchone()
    return int(newest_word[0]) if newest_word and newest_word[0] is not None else after


def _lessons(
    conn: Connection, weighed: _Weighing, reader: CombinedReader
) -> tuple[list[Lesson], list[Judged]]:
    """What counts, oldest first; and those of it that no pattern finds yet."""
    rows = conn.execute(SQL.counting, {"limit": LESSONS}).fetchall()
    lessons, judged = [], []
    for signal, wanted, lang, text, customer in reversed(rows):
        if signal not in SIGNALS:
            continue  # of a newer version
        seen = weighed(text)
        place = SIGNALS.index(signal)
        lessons.append(Lesson(place, wanted, seen.probability[place], seen.grams))
        if not (wanted and signal in reader.in_lexicon(text)):
            judged.append(Judged(customer, fold(text), signal, wanted, lang))
    return lessons, judged


def _propose(conn: Connection, judged: list[Judged], base: CombinedReader, now_ms: int) -> None:
    def elsewhere(signal: str, words: str) -> int:
        return sum(stands(words, text) for text, signals in base.examples if signal not in signals)

    kept = []
    for proposal in propose(judged, elsewhere):
        phrase = proposal.phrase
        kept.append(phrase)
        values = {"signal": phrase.signal, "words": phrase.words, "lang": proposal.lang,
                  "messages": proposal.messages, "now": now_ms}  # fmt: skip
        conn.execute(SQL.propose, values)
    ids = [row[0] for row in conn.execute(SQL.proposed) if Phrase(row[1], row[2]) in kept]
    conn.execute(SQL.withdraw_proposals, {"ids": ids})
