"""One measured run over a big shop's files, in a process of its own: `python -m bench.over_files`.

Reads {"what": everybody, steps, scan or spark, "folder", "customers", "end_ms", "remote"?} from standard
input and prints a JSON object.
"""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path
from typing import Any

import duckdb

from bench.big_shop import BigShop
from bench.processes import peak_mb
from warmlist.app import built_in_pack
from warmlist.engines.relations import SCHEMAS
from warmlist.engines.spark import Spark, Step
from warmlist.engines.storage import Storage
from warmlist.labels.bulk import MEMORY
from warmlist.labels.over_mirror import chunks, conclude
from warmlist.labels.over_spark import OverSpark
from warmlist.plan.compile import Plan, compile_plan
from warmlist.plan.dialects import at_moment, spelled
from warmlist.plan.steps import queries_of
from warmlist.rules.read import read_pack

#: As a run over everybody has it.
CONFIG: dict[str, Any] = {"memory_limit": MEMORY, "threads": 2}
#: Figures that all engines must agree on, to be sure that they did the same work.
SUMS = (
    "SELECT COUNT(*) AS n, COALESCE(SUM(recheck_at % 1000003), 0) AS rechecks, "
    "COALESCE(SUM(due_by % 1000003), 0) AS due FROM wide"
)

SOONER = (
    "SELECT w.due_by, LEAST(w.recheck_at, o.ends) AS recheck_at FROM wide AS w LEFT JOIN "
    "(SELECT customer_id, MIN(ends) AS ends FROM opens GROUP BY customer_id) AS o "
    "ON o.customer_id = w.customer_id"
)


def everybody(shop: BigShop, plan: Plan) -> dict[str, Any]:
    """The plan in DuckDB, chunk by chunk; labels found."""
    with _opened(shop) as db:
        labels, sums = 0, [0, 0, 0]
        for _ in chunks(db, shop.end_ms):
            conclude(db, plan, shop.end_ms)
            labels += db.execute("SELECT COUNT(*) FROM found").fetchall()[0][0]
            found = db.execute(SUMS).fetchall()[0]
            sums = [a + b for a, b in zip(sums, found, strict=True)]
        return {"labels": labels, "sums": sums}


def steps(shop: BigShop, plan: Plan) -> dict[str, Any]:
    """Seconds of each step of the plan, computed one after another over the first chunk."""
    seconds: dict[str, float] = {}
    with _opened(shop) as db:
        next(chunks(db, shop.end_ms))
        for name, sql in queries_of(at_moment(plan.sql, shop.end_ms), "wide"):
            began = time.perf_counter()
            db.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS {spelled(sql, 'duckdb')}")
            seconds[name] = time.perf_counter() - began
    return {"seconds": seconds}


def scan(shop: BigShop) -> dict[str, Any]:
    """Every column that plans read, decoded once and counted."""
    columns = ", ".join(f"COUNT({f.name}), MAX({f.name})" for f in SCHEMAS["events"])
    with _opened(shop) as db:
        db.execute(f"SELECT {columns} FROM all_events").fetchall()
    return {}


def spark(shop: BigShop, plan: Plan, remote: str) -> dict[str, Any]:
    """The plan over Spark Connect at `remote`; its rows stay with the cluster."""
    told: dict[str, Any] = {}
    with (
        Storage(shop.folder, shop.manifest()) as storage,
        Spark(remote, storage) as session,
    ):
        session.show(shop.contents())
        over = OverSpark(session, plan, shop.end_ms)
        began = time.perf_counter()
        over.compute()
        told["compute_s"] = time.perf_counter() - began
        if plan.open_sql is not None:  # as labels.over_mirror does it
            session.run([Step("answers", SOONER, kept=False)])
        (row,) = session.rows(
            SUMS if plan.open_sql is None else SUMS.replace("FROM wide", "FROM answers")
        ).to_pylist()
        told["sums"] = [int(v) for v in row.values()]
    return told


def run(order: dict[str, Any]) -> dict[str, Any]:
    shop = BigShop(Path(order["folder"]), order["customers"], order["end_ms"])
    plan = compile_plan(read_pack(built_in_pack()))
    began = time.perf_counter()
    match order["what"]:
        case "everybody":
            told = everybody(shop, plan)
        case "steps":
            told = steps(shop, plan)
        case "scan":
            told = scan(shop)
        case "spark":
            told = spark(shop, plan, order["remote"])
        case other:
            raise ValueError(other)
    return told | {
        "run_s": time.perf_counter() - began,
        "cpu_s": time.process_time(),
        "peak_mb": peak_mb(os.getpid()),
    }


def _opened(shop: BigShop) -> duckdb.DuckDBPyConnection:
    db = duckdb.connect(config=CONFIG)
    shop.show(db)
    return db


if __name__ == "__main__":
    json.dump(run(json.load(sys.stdin)), sys.stdout)
