"""One run over everybody: the plan over the mirror, chunk by chunk, saving only what differs.

It runs in a process of its own (see `labels.everybody`), so that it neither grows `serve` nor delays
the single message. What a live worker relabels meanwhile is left alone: its answer is the newer one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb
import orjson
import psycopg

from warmlist.engines.mirror import Mirror
from warmlist.engines.relations import Fetcher
from warmlist.events.tags import ORIGINS
from warmlist.labels.assign import announce
from warmlist.labels.over_mirror import chunks, conclude, prove
from warmlist.labels.sentences import because, shown_facts, tag_facts
from warmlist.packs import workspace
from warmlist.plan.compile import Plan
from warmlist.rules.model import OpenRule, Rule
from warmlist.store.sql import queries

SQL = queries("labels/everybody.sql")
ASSIGN = queries("labels/assign.sql")
MEMORY = "750MB"
#: Fetched rows a Python round while saving.
ROWS = 10_000

Progress = Callable[[int, int], None]


@dataclass
class BulkReport:
    """What a run did. Seconds by step, for the benchmark and the log."""

    customers: int = 0
    mirrored: int = 0
    opened: int = 0
    closed: int = 0
    renewed: int = 0  # labels that hold on, for other reasons
    standings: int = 0
    left: set[int] = field(default_factory=set)  # customers whom somebody else relabelled meanwhile
    seconds: dict[str, float] = field(default_factory=dict)


@dataclass
class Bulk:
    """One run. `cause` is written on what changes: fill, time, rule_change, repair."""

    dsn: str
    plan: Plan
    currency: str
    mirror_folder: Path
    as_of: int
    tick: Callable[[], float]
    cause: str = "fill"
    report: BulkReport = field(default_factory=BulkReport)

    def run(self, progress: Progress | None = None) -> BulkReport:
        """Relabel everybody as of `as_of` and save the differences.

        Raises OtherRules, with the chunks before saved, where the rules change meanwhile.
        """
        with Fetcher(self.dsn) as fetcher, psycopg.connect(self.dsn) as conn:
            up_to = _one(conn, SQL.up_to)
            conn.commit()
            with self._timed("mirror"):
                mirror = Mirror(self.mirror_folder, fetcher)
                self.report.mirrored = mirror.advance()
            with mirror, duckdb.connect(config={"memory_limit": MEMORY, "threads": 2}) as db:
                with self._timed("load"):
                    mirror.open(db)
                    self._load(db, fetcher, up_to)
                for done, total in chunks(db, self.as_of):
                    self.report.customers = total
                    self._chunk(db, conn)
                    if progress is not None:
                        progress(done, total)
            conn.execute(SQL.answered, {"up_to": up_to, "left": sorted(self.report.left)})
            if (
                self.report.opened
                or self.report.closed
                or self.report.renewed
                or self.report.standings
            ):
                announce(conn, None, self.as_of)
            conn.commit()
        return self.report

    def _load(self, db: duckdb.DuckDBPyConnection, fetcher: Fetcher, up_to: int) -> None:
        # Standings before labels: whoever is relabelled in between is then seen to have moved.
        for name, sql in (
            ("stood", SQL.standings),
            ("current", SQL.current),
            ("owners", SQL.owners),
            ("news", SQL.news.format(up_to=up_to)),
            ("told", SQL.told.format(up_to=up_to)),
        ):
            db.register(f"{name}_rows", fetcher.query(sql))
            db.execute(f"CREATE TEMP TABLE {name} AS SELECT * FROM {name}_rows")
            db.unregister(f"{name}_rows")

    def _chunk(self, db: duckdb.DuckDBPyConnection, conn: psycopg.Connection) -> None:
        with self._timed("plan"):
            conclude(db, self.plan, self.as_of)
        with self._timed("compare"):
            self._compare(db)
        counts = db.execute(
            "SELECT (SELECT count(*) FROM opened), (SELECT count(*) FROM closed), "
            "(SELECT count(*) FROM stands)"
        ).fetchall()[0]
        if not any(counts):
            return
        with self._timed("evidence"):
            prove(db, self.plan, self.as_of, "opened")
        with self._timed("save"):
            self._save(db, conn)
            conn.commit()

    def _compare(self, db: duckdb.DuckDBPyConnection) -> None:
        """What differs from what is stored: tables opened, closed, stands, changed.

        opened.renews: the assignment that holds already and only wants another reason; NULL = none.
        """
        same = (
            "a.customer_id = b.customer_id AND a.dimension = b.dimension AND a.label = b.label "
            "AND a.manual = b.manual AND a.shade IS NOT DISTINCT FROM b.shade"
        )
        origins = " ".join(f"WHEN {rank} THEN '{origin}'" for rank, origin in ORIGINS.items())
        db.execute(
            "CREATE OR REPLACE TEMP TABLE opened AS SELECT a.*, b.id AS renews FROM found AS a "
            f"LEFT JOIN current AS b ON {same} LEFT JOIN told AS t ON t.id = b.id "
            "WHERE b.id IS NULL OR b.rule <> a.rule "
            f"OR (a.rank IS NOT NULL AND t.origin <> CASE a.rank {origins} END)"
        )
        db.execute(
            "CREATE OR REPLACE TEMP TABLE closed AS SELECT a.id, a.customer_id FROM current AS a "
            "WHERE a.customer_id IN (SELECT customer_id FROM spine) "
            f"AND NOT EXISTS (SELECT 1 FROM found AS b WHERE {same})"
        )
        differs = " OR ".join(
            f"w.{c} IS DISTINCT FROM s.{c}"
            for c in ("recheck_at", "playbook", "due_from", "due_by", "rank", "worth")
        )
        db.execute(
            "CREATE OR REPLACE TEMP TABLE stands AS SELECT w.customer_id FROM wide AS w "
            "LEFT JOIN stood AS s ON s.customer_id = w.customer_id "
            "LEFT JOIN news AS n ON n.customer_id = w.customer_id "
            "LEFT JOIN owners AS o ON o.customer_id = w.customer_id "
            f"WHERE s.customer_id IS NULL OR n.customer_id IS NOT NULL OR {differs} "
            "OR o.owner IS DISTINCT FROM s.owner"
        )
        db.execute(
            "CREATE OR REPLACE TEMP TABLE changed AS SELECT DISTINCT c.customer_id, "
            "COALESCE(s.version, -1) AS seen FROM (SELECT customer_id FROM opened UNION "
            "SELECT customer_id FROM closed UNION SELECT customer_id FROM stands) AS c "
            "LEFT JOIN stood AS s ON s.customer_id = c.customer_id"
        )

    def _save(self, db: duckdb.DuckDBPyConnection, conn: psycopg.Connection) -> None:
        seen = db.execute("SELECT customer_id, seen FROM changed ORDER BY customer_id").fetchall()
        # First the locks, then the question: a statement that waits for a lock answers as of before it.
        conn.execute(ASSIGN.lock, {"customers": [s[0] for s in seen]})
        workspace.hold(conn, self.plan.pack)
        unmoved = {
            r[0]
            for r in conn.execute(
                SQL.unmoved, {"customers": [s[0] for s in seen], "seen": [s[1] for s in seen]}
            )
        }
        self.report.left |= {s[0] for s in seen} - unmoved
        self._close(db, conn, unmoved)
        self._open(db, conn, unmoved)
        self._stand(db, conn, unmoved)
        if self.cause == "fill":
            conn.execute(ASSIGN.history_later, {"customers": sorted(unmoved)})

    def _close(
        self, db: duckdb.DuckDBPyConnection, conn: psycopg.Connection, unmoved: set[int]
    ) -> None:
        rows = db.execute("SELECT id, customer_id FROM closed").fetchall()
        ids = [i for i, customer in rows if customer in unmoved]
        if ids:
            conn.execute(SQL.close, {"ids": ids, "at": self.as_of})
        self.report.closed += len(ids)

    def _open(
        self, db: duckdb.DuckDBPyConnection, conn: psycopg.Connection, unmoved: set[int]
    ) -> None:
        pack = self.plan.pack
        rules: dict[tuple[str, str], Rule | OpenRule | None] = {
            (d.key, rule.id): rule for d in pack.dimensions for rule in d.rules
        }
        rules |= {(rule.dimension, rule.id): rule for rule in pack.open_rules}
        rules |= {(key, "manual"): None for key in pack.keys}
        renewed: dict[int, tuple[Any, ...]] = {}
        with conn.cursor() as cur, cur.copy(SQL.copy_open) as copy:
            for (dimension, rule_id), rule in rules.items():
                for renews, row in self._opened(db, dimension, rule_id, rule, unmoved):
                    if renews is None:
                        copy.write_row(row)
                        self.report.opened += 1
                    else:
                        renewed[renews] = row
        if renewed:
            conn.execute(ASSIGN.renew, self._renewed(renewed))
        self.report.renewed += len(renewed)

    def _renewed(self, rows: dict[int, tuple[Any, ...]]) -> dict[str, Any]:
        """The values of `renew` for assignments by id."""
        return {
            "ids": list(rows),
            "at": [self.as_of] * len(rows),
            "rule": [row[5] for row in rows.values()],
            "pack": self.plan.pack.key,
            "evidence": [row[9] for row in rows.values()],
            "because": [row[10] for row in rows.values()],
        }

    def _opened(
        self,
        db: duckdb.DuckDBPyConnection,
        dimension: str,
        rule_id: str,
        rule: Rule | OpenRule | None,
        unmoved: set[int],
    ) -> Iterator[tuple[int | None, tuple[Any, ...]]]:
        """The assignments of one rule, those that exist by their ids.

        With a rule only the facts that it rests on are fetched.
        """
        pack = self.plan.pack
        names = sorted(rule.facts) if rule else []
        cursor = db.execute(
            "SELECT o.renews, o.customer_id, o.label, o.shade, o.rank, "
            "CASE WHEN o.event_id IS NOT NULL THEN [o.event_id] ELSE p.events END, "
            f"CASE WHEN o.event_id IS NOT NULL THEN 1 ELSE p.n END{_listed(names)} "
            "FROM opened AS o JOIN wide AS w ON w.customer_id = o.customer_id "
            "LEFT JOIN proof AS p ON p.customer_id = o.customer_id AND p.rule = o.rule "
            f"WHERE o.dimension = '{dimension}' AND o.rule = '{rule_id}'"
        )
        # A fill does not know since when its labels hold; the history does, later.
        since = None if self.cause == "fill" else self.as_of
        origin = "rule" if rule else "person"
        while rows := cursor.fetchmany(ROWS):
            for renews, customer, label, shade, rank, events, count, *values in rows:
                if customer in unmoved:
                    if rank is not None:
                        known = facts = tag_facts(label, rank)
                    else:
                        known = dict(zip(names, values, strict=True))
                        facts = shown_facts(pack, known, names)
                    yield renews, (
                        customer, dimension, label, shade, since, rule_id, pack.key, origin,
                        self.cause, self._proof(facts, events or [], count or 0),
                        because(rule, pack, known, self.as_of, self.currency),
                    )  # fmt: skip

    def _proof(self, facts: dict[str, Any], events: list[int], count: int) -> str:
        evidence = {"facts": facts, "events": events, "count": count, "as_of": self.as_of}
        return orjson.dumps(evidence).decode()

    def _stand(
        self, db: duckdb.DuckDBPyConnection, conn: psycopg.Connection, unmoved: set[int]
    ) -> None:
        pack = self.plan.pack
        kept = self.plan.queue_facts
        names = sorted({name for used in kept.values() for name in used})
        cursor = db.execute(
            "SELECT w.customer_id, w.recheck_at, o.owner, w.playbook, w.due_from, w.due_by, w.rank, "
            f"w.worth, w.touch{_listed(names)} FROM wide AS w "
            "JOIN stands AS s ON s.customer_id = w.customer_id "
            "LEFT JOIN owners AS o ON o.customer_id = w.customer_id"
        )
        conn.execute(SQL.incoming)
        with conn.cursor() as cur, cur.copy(SQL.copy_standings) as copy:
            while rows := cursor.fetchmany(ROWS):
                for (
                    customer,
                    recheck,
                    owner,
                    playbook,
                    from_,
                    by,
                    rank,
                    worth,
                    touch,
                    *values,
                ) in rows:
                    if customer not in unmoved:
                        continue
                    known = dict(zip(names, values, strict=True))
                    facts = shown_facts(pack, known, kept[playbook]) | {"touch": touch}
                    copy.write_row(
                        (customer, self.as_of, recheck, owner, playbook, from_, by, rank, worth,
                         orjson.dumps(facts).decode())
                    )  # fmt: skip
                    self.report.standings += 1
        conn.execute(SQL.stand)

    def _timed(self, step: str) -> _Timer:
        return _Timer(self, step)


@dataclass
class _Timer:
    bulk: Bulk
    step: str
    began: float = 0.0

    def __enter__(self) -> None:
        self.began = self.bulk.tick()

    def __exit__(self, *_: object) -> None:
        seconds = self.bulk.report.seconds
        seconds[self.step] = seconds.get(self.step, 0.0) + self.bulk.tick() - self.began


def _listed(names: Sequence[str]) -> str:
    return "".join(f", w.{name}" for name in names)


def _one(conn: psycopg.Connection, sql: str) -> int:
    row = conn.execute(sql).fetchone()
    return int(row[0]) if row else 0
