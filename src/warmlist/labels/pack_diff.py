"""Who would change by other rules: two packs over everybody, compared label by label.

Both are asked about the same moment, from what was known by then; what was recorded before plays no
part, so that old rules leave no traces in the answer.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb

from warmlist.engines.duckdb import InProcess
from warmlist.engines.mirror import Mirror
from warmlist.engines.relations import SCHEMAS, Fetcher, Rows, spine, table
from warmlist.errors import BadPack
from warmlist.labels.over_mirror import chunks, conclude
from warmlist.labels.segment_facts import Stopped, bring_up
from warmlist.plan.compile import Plan, compile_plan
from warmlist.rules.model import Dimension, Pack, Rule

#: Of a run, so that it does not grow whoever asks.
MEMORY = "500MB"
#: Rows of events a chunk, about: what progress is told by.
ROWS = 1_500_000
#: Customers that are named for each change.
SAMPLE = 8
#: What follow-ups are called beside dimensions.
FOLLOW_UP = "playbook"

Progress = Callable[[int, int], None]

#: What the engine says of a plan that names what is not there.
_UNFIT = (
    duckdb.BinderException,
    duckdb.CatalogException,
    duckdb.ConversionException,
    duckdb.ParserException,
)


@dataclass(slots=True)
class Moved:
    """How many customers come to a label and go from it; some of them, by id."""

    dimension: str  # or FOLLOW_UP, whose labels are playbooks
    label: str
    shade: str | None
    entering: int = 0
    leaving: int = 0
    some_entering: list[int] = field(default_factory=list)
    some_leaving: list[int] = field(default_factory=list)


@dataclass(slots=True)
class InVain:
    """Customers for whom a new rule's test holds though they get another label: `by` comes first."""

    dimension: str
    rule: str
    label: str
    by: str  # a rule's id, or manual
    by_label: str
    customers: int = 0
    some: list[int] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Difference:
    """What is other as of a moment (epoch ms), of so many customers."""

    as_of: int
    customers: int
    changed: int  # customers with any change of a label
    moved: tuple[Moved, ...]
    in_vain: tuple[InVain, ...]


@dataclass
class Comparison:
    """One comparison; `stop` may be called from any thread."""

    dsn: str
    mirror_folder: Path
    before: Pack
    after: Pack
    as_of: int
    _stopped: bool = False
    _db: duckdb.DuckDBPyConnection | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def stop(self) -> None:
        """End it soon; `answer` then raises Stopped."""
        with self._lock:
            self._stopped = True
            if self._db is not None:
                self._db.interrupt()

    def answer(self, progress: Progress | None = None) -> Difference:
        """Compare. progress: told (customers so far, customers in all). Raises StoreUnavailable,
        BadPack where the packs cannot be asked.
        """
        with Fetcher(self.dsn) as fetcher, Mirror(self.mirror_folder, fetcher) as mirror:
            bring_up(mirror, fetcher)
            with duckdb.connect(config={"memory_limit": MEMORY, "threads": 2}) as db:
                with self._lock:
                    if self._stopped:
                        raise Stopped
                    self._db = db
                try:
                    mirror.open(db)
                    return self._compare(db, progress)
                except duckdb.InterruptException:
                    raise Stopped from None
                except (KeyError, *_UNFIT) as error:
                    raise _unfit(self.after, error) from None
                finally:
                    with self._lock:
                        self._db = None

    def _compare(self, db: duckdb.DuckDBPyConnection, progress: Progress | None) -> Difference:
        before, after = compile_plan(self.before), compile_plan(self.after)
        moved: dict[tuple[Any, ...], Moved] = {}
        in_vain: dict[tuple[str, str], InVain] = {}
        changed = total = 0
        last = 0
        for done, total in chunks(db, self.as_of, ROWS):
            if progress is not None:
                progress(last, total)
            last = done
            for name, plan in (("before", before), ("after", after)):
                conclude(db, plan, self.as_of)
                db.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS {_ALL}")
            changed += _moved(db, moved)
            self._find_in_vain(db, after, in_vain)
        return Difference(
            self.as_of, total, changed, tuple(_in_order(self.before, self.after, moved.values())),
            tuple(in_vain.values()),
        )  # fmt: skip

    def _find_in_vain(
        self, db: duckdb.DuckDBPyConnection, plan: Plan, found: dict[tuple[str, str], InVain]
    ) -> None:
        for dimension, rule in fresh_rules(self.before, self.after):
            if not dimension.exclusive:
                continue
            rows = db.execute(
                f"SELECT {dimension.key}__rule, {dimension.key}, COUNT(*), "
                f"LIST(customer_id ORDER BY customer_id)[1:{SAMPLE}] FROM wide "
                f"WHERE {rule.when.sql()} AND {dimension.key} <> '{rule.label}' GROUP BY ALL"
            ).fetchall()
            for by, label, count, some in rows:
                one = found.setdefault(
                    (rule.id, by), InVain(dimension.key, rule.id, rule.label, by, label)
                )
                one.customers += count
                one.some = [*one.some, *some][:SAMPLE]


def try_out(pack: Pack) -> None:
    """Ask the pack about nobody. Raises BadPack where the queue or the engine needs what it lacks."""
    try:
        plan = compile_plan(pack)
        nobody = Rows(
            table("handles", {"handle_id": [], "customer_id": []}),
            table("events", {name: [] for name in SCHEMAS["events"].names}),
        )
        with InProcess() as engine:
            for sql in filter(None, (plan.sql, plan.facts_sql, plan.open_sql)):
                engine.run(sql, spine([]), nobody)
    except (KeyError, *_UNFIT) as error:
        raise _unfit(pack, error) from None


def _unfit(pack: Pack, error: Exception) -> BadPack:
    if isinstance(error, KeyError):
        return BadPack(f"{pack.name}: {error.args[0]} is needed and must not be taken away")
    return BadPack(f"{pack.name}: cannot be asked: {str(error).splitlines()[0]}")


def fresh_rules(before: Pack, after: Pack) -> Iterator[tuple[Dimension, Rule]]:
    """The rules of `after` that `before` has not, or has with another test or label."""
    for dimension in after.dimensions:
        for rule in dimension.rules:
            old = before.rule(rule.id, dimension.key)
            if not (isinstance(old, Rule) and (old.when, old.label) == (rule.when, rule.label)):
                yield dimension, rule


_ALL = (
    "SELECT customer_id, dimension, label, shade FROM found UNION ALL "
    f"SELECT customer_id, '{FOLLOW_UP}', playbook, NULL FROM wide WHERE playbook IS NOT NULL"
)
_SAME = " AND ".join(
    f"a.{name} IS NOT DISTINCT FROM b.{name}"
    for name in ("customer_id", "dimension", "label", "shade")
)
_MOVES = (
    f"SELECT a.*, TRUE AS entering FROM after AS a ANTI JOIN before AS b ON {_SAME} UNION ALL "
    f"SELECT b.*, FALSE AS entering FROM before AS b ANTI JOIN after AS a ON {_SAME}"
)


def _moved(db: duckdb.DuckDBPyConnection, found: dict[tuple[Any, ...], Moved]) -> int:
    """Add what moved in this chunk; returns how many customers it was about."""
    db.execute(f"CREATE OR REPLACE TEMP TABLE moves AS {_MOVES}")
    rows = db.execute(
        "SELECT dimension, label, shade, entering, COUNT(*), "
        f"LIST(customer_id ORDER BY customer_id)[1:{SAMPLE}] FROM moves GROUP BY ALL"
    ).fetchall()
    for dimension, label, shade, entering, count, some in rows:
        key = (dimension, label, shade)
        one = found.setdefault(key, Moved(dimension, label, shade))
        if entering:
            one.entering += count
            one.some_entering = [*one.some_entering, *some][:SAMPLE]
        else:
            one.leaving += count
            one.some_leaving = [*one.some_leaving, *some][:SAMPLE]
    row = db.execute("SELECT COUNT(DISTINCT customer_id) FROM moves").fetchone()
    return int(row[0]) if row else 0


def _in_order(before: Pack, after: Pack, moved: Any) -> list[Moved]:
    """As people want to see dimensions and labels; follow-ups last."""
    keys = [*after.keys, *(k for k in before.keys if k not in after.keys), FOLLOW_UP]
    places = {key: place for place, key in enumerate(keys)}
    labels: dict[tuple[str, str], int] = {}
    for pack in (after, before):
        for dimension in pack.dimensions:
            for label in dimension.labels:
                labels.setdefault((dimension.key, label), len(labels))
    return sorted(
        moved,
        key=lambda m: (
            places[m.dimension], labels.get((m.dimension, m.label), len(labels)), m.label, m.shade or "",
        ),
    )  # fmt: skip
