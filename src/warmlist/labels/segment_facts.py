"""A segment that facts decide: the plan over the mirror with only the facts asked, for everybody.

Facts of everybody are not stored. They are asked once for a moment and kept as a small table, so that
another figure in the same segment is answered from the table alone.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
import pyarrow as pa
from psycopg import sql

from warmlist.engines.mirror import Mirror
from warmlist.engines.relations import Fetcher
from warmlist.labels.over_mirror import chunks
from warmlist.labels.segment_sql import SQL, asked_labels
from warmlist.plan.asked import facts_sql
from warmlist.plan.dialects import at_moment
from warmlist.rules.expressions import Both, HasLabel, IsLabel, Node, Not
from warmlist.rules.model import Pack

#: Of the run, so that it does not grow whoever asks.
MEMORY = "400MB"
#: Rows of events a chunk, about: what progress is told by.
ROWS = 1_500_000
#: With more events than this outside the mirror, it is brought up to date first.
LONG_TAIL = 100_000

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Known:
    """Facts of everybody as of a moment (epoch ms): customer_id and a column a fact."""

    as_of: int
    facts: frozenset[str]
    rows: pa.Table


class Stopped(Exception):
    """Nobody wants the answer any more."""


@dataclass
class Run:
    """One question about everybody; `stop` may be called from any thread."""

    dsn: str
    pack: Pack
    mirror_folder: Path
    facts: frozenset[str]
    as_of: int
    _stopped: bool = False
    _db: duckdb.DuckDBPyConnection | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def stop(self) -> None:
        """End the run soon; `answer` then raises Stopped."""
        with self._lock:
            self._stopped = True
            if self._db is not None:
                self._db.interrupt()

    def answer(self, progress: Progress) -> Known:
        """Ask. progress: told (customers so far, customers in all). Raises StoreUnavailable."""
        with Fetcher(self.dsn) as fetcher, Mirror(self.mirror_folder, fetcher) as mirror:
            bring_up(mirror, fetcher)
            with duckdb.connect(config={"memory_limit": MEMORY, "threads": 2}) as db:
                self._begin(db)
                try:
                    return Known(self.as_of, self.facts, self._ask(db, mirror, progress))
                except duckdb.InterruptException:
                    raise Stopped from None
                finally:
                    with self._lock:
                        self._db = None

    def _begin(self, db: duckdb.DuckDBPyConnection) -> None:
        with self._lock:
            if self._stopped:
                raise Stopped
            self._db = db

    def _ask(self, db: duckdb.DuckDBPyConnection, mirror: Mirror, progress: Progress) -> pa.Table:
        mirror.open(db)
        names = sorted(self.facts)
        asked = at_moment(facts_sql(self.pack, names), self.as_of)
        parts: list[pa.Table] = []
        for done, total in chunks(db, self.as_of, ROWS):
            progress(len(parts) and done, total)
            parts.append(db.sql(asked).to_arrow_table())
        empty = pa.schema([("customer_id", pa.int64()), *((name, pa.int64()) for name in names)])
        return pa.concat_tables([part.cast(empty) for part in parts] or [empty.empty_table()])


def bring_up(mirror: Mirror, fetcher: Fetcher) -> None:
    """Many parts cost more than a short tail, so the mirror advances only where it pays."""
    query = SQL.tail.format(xid=mirror.manifest.xid, most=LONG_TAIL + 1)
    if not mirror.manifest.parts or fetcher.query(query)["n"][0].as_py() > LONG_TAIL:
        mirror.advance()


def matching(dsn: str, known: Known, node: Node) -> list[int]:
    """The customers for whom a segment holds, by id; its labels are those that hold now."""
    tests: list[IsLabel | HasLabel] = []
    holds = _condition(node, tests)
    with duckdb.connect(config={"memory_limit": MEMORY, "threads": 2}) as db:
        db.register("known", known.rows)
        if tests:
            with Fetcher(dsn) as fetcher:
                db.register("held", fetcher.query(_held(tests)))
            found = db.execute(_matching(known.as_of, holds)).fetchnumpy()
        else:
            found = db.execute(_matching(known.as_of, holds)).fetchnumpy()
    return [int(one) for one in found["customer_id"]]


def _matching(as_of: int, holds: str) -> str:
    return (
        f"SELECT customer_id FROM (SELECT *, CAST({as_of} AS BIGINT) AS as_of FROM known) "
        f"WHERE {holds} ORDER BY customer_id"
    )


def _condition(node: Node, tests: list[IsLabel | HasLabel]) -> str:
    match node:
        case Both(items, word):
            return "(" + f" {word} ".join(_condition(item, tests) for item in items) + ")"
        case Not(item):
            return f"NOT ({_condition(item, tests)})"
        case IsLabel() | HasLabel():
            tests.append(node)
            return f"customer_id IN (SELECT customer_id FROM held WHERE n = {len(tests) - 1})"
    return node.sql()


def _held(tests: Collection[IsLabel | HasLabel]) -> str:
    """One query for the labels of all tests; ADBC takes no arrays, so they stand in it as text."""
    return "\nUNION ALL\n".join(
        SQL.held.format(
            n=number,
            dimension=_text(test.dimension),
            labels=", ".join(_text(label) for label in asked_labels(test)),
        )
        for number, test in enumerate(tests)
    )


def _text(value: str) -> str:
    return sql.Literal(value).as_string(None)
