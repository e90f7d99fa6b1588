"""Everybody relabelled: the first time, with 5 % changed, with nothing new; and the plan elsewhere."""

from __future__ import annotations

import time
from typing import Any

import duckdb
import psycopg

from bench.figures import Outcome, percentile
from bench.population import handle
from bench.words import ASKS
from bench.workshop import Workshop
from warmlist import clock
from warmlist.app import App
from warmlist.engines.mirror import Mirror
from warmlist.engines.relations import Fetcher
from warmlist.events.model import Event
from warmlist.plan.compile import Plan
from warmlist.plan.dialects import in_dialect
from warmlist.store.sql import queries

CHANGED = 0.05
#: The aim of the plan alone, in seconds.
PLAN = 2.0
#: How long PostgreSQL may think about the plan.
LIMIT_S = 300


def run(shop: Workshop) -> Outcome:
    shop.fresh()
    with shop.app():  # its migrations and settings; the runs are processes of their own
        pass
    out = shop.outcome()
    shop.say("first fill")
    filled = shop.run_everybody("fill")
    shop._state = "filled"
    _report(out, "first fill", filled, most=20)
    shop.forget_history()
    with shop.app() as app:
        changed = _write_news(shop, app)
        shop.say(f"a run with {changed} customers changed")
        as_of = clock.now_ms()
        run_ = shop.run_everybody("time", as_of)
        _report(out, "5 % changed", run_, most=5)
        out.add("5 % changed: customers", changed, "customers")
        again = shop.run_everybody("time", as_of)
        written = again["opened"] + again["closed"] + again["standings"]
        out.add("nothing new", again["wall_s"], "s")
        out.add("nothing new: rows written", written, "rows", most=1)
        if written:
            raise AssertionError(f"a run with nothing new wrote {written} rows: {again}")
        peak = max(r["peak_mb"] for r in (filled, run_, again))
        shop.peaks["child"] = peak
        out.add("memory of the child, most", peak, "MB", most=1000)
        shop.say("the same plan in DuckDB's own format, and in PostgreSQL")
        _in_duckdb(out, shop, app.plan)
        _in_postgresql(out, shop, app.plan)
    return out


def _report(out: Outcome, what: str, told: dict[str, Any], most: float) -> None:
    out.add(what, told["wall_s"], "s", most=most, note="whole process, start of Python included")
    out.add(f"{what}: the run alone", told["run_s"], "s")
    for step, seconds in told["seconds"].items():
        out.add(f"{what}: {step}", seconds, "s", most=PLAN if step == "plan" else None)
    rows = told["opened"] + told["closed"] + told["standings"]
    out.add(f"{what}: rows written", rows, "rows")


def _write_news(shop: Workshop, app: App) -> int:
    """One new question of each of 5 % of all customers, through the log as any event."""
    chosen = shop.busy_customers(round(shop.shop["customers"] * CHANGED), 5)
    now = clock.now_ms()
    events = [
        Event("message", f"news-{now}-{n}", "bench-news", handle(n), now, now,
              fields={"direction": "in", "kind": "text", "text": ASKS})
        for n in chosen
    ]  # fmt: skip
    with app.store.connect() as conn:
        app.events.append(conn, events, now_ms=now)
    return len(chosen)


def _in_duckdb(out: Outcome, shop: Workshop, plan: Plan) -> None:
    """The plan over DuckDB's own tables, sorted as the mirror is; best of three."""
    path = shop.home / "own.duckdb"
    path.unlink(missing_ok=True)
    config: dict[str, Any] = {"threads": 2}
    with duckdb.connect(str(path), config=config) as db, Fetcher(shop.dsn) as fetcher:
        mirror = Mirror(shop.home / "mirror", fetcher)
        mirror.advance()
        mirror.open(db)
        db.execute("CREATE TABLE events AS SELECT * FROM all_events ORDER BY type, handle_id, pos")
        db.execute("CREATE TABLE known AS SELECT * FROM handles")
    now, times = clock.now_ms(), []
    with duckdb.connect(str(path), config=config) as db:
        db.execute("CREATE TEMP VIEW handles AS SELECT * FROM known")
        db.execute(
            "CREATE TEMP TABLE spine AS SELECT DISTINCT customer_id AS asked, customer_id, "
            f"{now}::BIGINT AS as_of FROM known"
        )
        for _ in range(3):
            began = time.perf_counter()
            db.execute(f"CREATE OR REPLACE TEMP TABLE wide AS {plan.sql_at(now)}")
            times.append(time.perf_counter() - began)
    path.unlink()
    out.add("plan in DuckDB's own format", percentile(times, 0), "s", note="best of 3, one chunk")


def _in_postgresql(out: Outcome, shop: Workshop, plan: Plan) -> None:
    """The plan in PostgreSQL itself, over a table like the mirror, which is not counted."""
    now = clock.now_ms()
    everything = queries("engines/mirror.sql").events.format(range="TRUE")
    with psycopg.connect(shop.dsn, autocommit=True) as conn:
        conn.execute("SET work_mem = '256MB'; SET temp_buffers = '512MB'")
        conn.execute(f"CREATE TEMP TABLE rows AS {everything}")
        conn.execute("CREATE INDEX ON rows (type, handle_id)")
        conn.execute(
            "CREATE TEMP TABLE who AS SELECT id AS handle_id, customer_id FROM handles; "
            "CREATE TEMP TABLE spine AS SELECT DISTINCT customer_id AS asked, customer_id, "
            f"{now}::bigint AS as_of FROM who; "
            "ALTER TABLE rows RENAME TO events; ALTER TABLE who RENAME TO handles; "
            "ANALYZE pg_temp.events; ANALYZE pg_temp.handles; ANALYZE spine"
        )
        conn.execute(f"SET statement_timeout = {LIMIT_S * 1_000}")
        began = time.perf_counter()
        try:
            conn.execute(f"CREATE TEMP TABLE wide AS {in_dialect(plan.sql, 'postgres')}")
        except psycopg.errors.QueryCanceled:
            note = f"not finished after {LIMIT_S} s"
            out.add("plan in PostgreSQL itself", None, "s", note=note)
            return
        out.add("plan in PostgreSQL itself", time.perf_counter() - began, "s", note="one run")
