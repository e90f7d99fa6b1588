"""Few customers relabelled after a message each: what a live worker does all day."""

from __future__ import annotations

import time
from typing import Any

import pyarrow as pa

from bench.figures import Outcome, percentile
from bench.population import handle
from bench.words import ASKS
from bench.workshop import Workshop
from warmlist import clock
from warmlist.app import App
from warmlist.engines.duckdb import InProcess
from warmlist.engines.relations import Fetcher, Rows, spine
from warmlist.events.model import Event
from warmlist.labels.assign import Labeller

#: customers at once -> how often
TIMES = {1: 200, 10: 60, 100: 15, 1_000: 4}
ROUNDS = 60


def run(shop: Workshop) -> Outcome:
    shop.filled()
    out = shop.outcome()
    with shop.app() as app:
        labeller = app.labeller()
        try:
            for at_once, often in TIMES.items():
                shop.say(f"relabelling {at_once} at once, {often} times")
                _relabel(out, shop, app, labeller, at_once, often)
        finally:
            labeller.close()
        _prepared(out, shop, app)
    return out


def _relabel(
    out: Outcome, shop: Workshop, app: App, labeller: Labeller, at_once: int, often: int
) -> None:
    """Customers drawn as messages draw them, a new question each; the question is not timed."""
    took: list[float] = []
    customers = 0
    for n in range(often):
        chosen = shop.busy_customers(at_once, at_once * 1_000 + n)
        now = clock.now_ms()
        news = [
            Event("message", f"touched-{at_once}-{n}-{c}-{now}", "bench-touched", handle(c), now, now,
                  fields={"direction": "in", "kind": "text", "text": ASKS})
            for c in chosen
        ]  # fmt: skip
        with app.store.connect() as conn:
            app.events.append(conn, news, now_ms=now)
        with app.store.connect() as conn:
            conn.execute("DELETE FROM dirty")
            began = time.perf_counter()
            labeller.relabel(conn, dict.fromkeys(chosen, now), clock.now_ms())
            conn.commit()
            took.append(time.perf_counter() - began)
        customers += len(chosen)
    what = f"{at_once:,} at once"
    out.add(f"{what}: p50", percentile(took, 0.5) * 1e3, "ms", note=f"{often} times")
    out.add(f"{what}: p99", percentile(took, 0.99) * 1e3, "ms")
    out.add(f"{what}: labelled", customers / sum(took), "customers/s")


def _prepared(out: Outcome, shop: Workshop, app: App) -> None:
    """The plan kept over exchanged Arrow sources, against the plan made anew for each question.

    That DuckDB asks a source for its rows again at every execution is not documented: here it is
    made sure, for rows and spines of different customers in turn.
    """
    sql, now = app.plan.facts_sql, clock.now_ms()
    with Fetcher(shop.dsn) as fetcher:
        asked = [
            (spine([(customer, now)]), fetcher.rows([customer]))
            for customer in shop.busy_customers(ROUNDS, 77)
        ]
    with InProcess() as engine:
        engine.run(sql, *asked[0])
        answers = [_timed(engine, sql, question) for question in asked]
    fresh = []
    for question in asked:
        began = time.perf_counter()
        with InProcess() as engine:
            found = engine.run(sql, *question)
        fresh.append((time.perf_counter() - began, found))
    if [found for _, found in answers] != [found for _, found in fresh]:
        raise AssertionError("the kept plan answers from rows of an earlier question")
    out.add("one customer's plan, kept", percentile((s for s, _ in answers), 0.5) * 1e3, "ms")
    out.add("one customer's plan, planned anew", percentile((s for s, _ in fresh), 0.5) * 1e3, "ms")


def _timed(
    engine: InProcess, sql: str, question: tuple[pa.Table, Rows]
) -> tuple[float, list[dict[str, Any]]]:
    began = time.perf_counter()
    found = engine.run(sql, *question)
    return time.perf_counter() - began, found
