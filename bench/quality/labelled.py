"""The pack's labels at a moment of the past: the plan as a run over everybody runs it, tiers included."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import duckdb
import numpy as np
from numpy.typing import NDArray

from bench.quality.book import Book, Ints, rows_of
from warmlist.app import built_in_pack
from warmlist.clock import DAY
from warmlist.events.columns import Money
from warmlist.events.model import Event
from warmlist.insights import findings, past, schedule, tiers
from warmlist.insights.jobs import job
from warmlist.insights.outcome import Asked
from warmlist.insights.past import Past
from warmlist.labels.over_mirror import chunks, conclude
from warmlist.plan.compile import Plan, compile_plan
from warmlist.rules.read import read_pack

JOB = "tiers"
CONFIG = {"threads": 1, "memory_limit": "1GB"}
#: (dimension, label) -> who has it, in the order of the customers asked about.
Labels = dict[tuple[str, str], NDArray[np.bool_]]


def plan_in(money: Money, at: int) -> Plan:
    """The built-in pack, its limits in this currency at the rates of a moment."""
    return compile_plan(read_pack(built_in_pack(), money.at(at)))


def with_ranks(book: Book, plan: Plan, money: Money, at: int, zone: str = "UTC") -> Book:
    """The shop with what the job `tiers` had found by a moment.

    It ran when the quarter began, or in the first night after it that had buyers enough.
    """
    figures = {name: t.value for name, t in plan.pack.thresholds.items()}
    asked = Asked(figures, money.currency, zone)
    night = schedule.began(job(JOB).every, at, zone)
    while night < at:
        with _opened(book) as db:
            ran = Past(db, night, zone)
            ran.run(past.SQL.log)
            findings.load_standing(ran, job(JOB).owned)
            if not tiers.find(ran, asked).keep:
                found = ran.rows(
                    "SELECT customer_id, dimension, label FROM wanted "
                    "ORDER BY customer_id, dimension, label"
                )
                said = [(row["customer_id"], _finding(night, **row)) for row in found]
                return book.with_events(rows_of(said, money, book.events.num_rows + 1))
        night += DAY
    return book


def labels_at(book: Book, plan: Plan, at: int, customers: Ints) -> Labels:
    """What each of these customers was labelled as of a moment (epoch ms); every label of the pack."""
    place = {int(c): n for n, c in enumerate(customers)}
    found: Labels = {
        (d.key, label): np.zeros(len(customers), dtype=np.bool_)
        for d in plan.pack.dimensions
        for label in d.labels
    }
    with _opened(book) as db:
        for _ in chunks(db, at):
            conclude(db, plan, at)
            rows = db.execute("SELECT customer_id, dimension, label FROM found").fetchall()
            for customer, dimension, label in rows:
                if customer in place and (dimension, label) in found:
                    found[dimension, label][place[customer]] = True
    return found


def _finding(at: int, customer_id: int, dimension: str, label: str) -> Event:
    fields = {"job": JOB, "dimension": dimension, "label": label, "action": "add"}
    name = f"{JOB}:{at}:{customer_id}:{dimension}:{label}"
    return Event("finding", name, findings.SOURCE, str(customer_id), at, at, fields=fields)


@contextmanager
def _opened(book: Book) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(config=CONFIG) as db:
        db.register("all_events", book.events)
        db.register("handles", book.handles)
        yield db
