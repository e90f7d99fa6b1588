"""A run over everybody in a process of its own, as `serve` starts one, that reports what it cost."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

import psycopg

from bench.processes import peak_mb
from warmlist.events.log import load_money
from warmlist.labels.bulk import Bulk
from warmlist.plan.compile import compile_plan
from warmlist.rules.read import read_pack


def run(order: dict[str, Any]) -> dict[str, Any]:
    """Start it and wait. order: dsn, pack, mirror, as_of, cause.

    Returns the fields of BulkReport, `run_s` (the run alone), `wall_s` (the whole process), `peak_mb`.
    """
    began = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-m", "bench.everybody_child"],
        input=json.dumps(order), capture_output=True, text=True, check=False,
        cwd=Path(__file__).parents[1],
    )  # fmt: skip
    if done.returncode:
        raise RuntimeError(f"the run over everybody failed:\n{done.stderr[-2_000:]}")
    report: dict[str, Any] = json.loads(done.stdout)
    return report | {"wall_s": time.perf_counter() - began}


def main() -> None:
    order = json.load(sys.stdin)
    os.nice(5)  # as the real one
    with psycopg.connect(order["dsn"]) as conn:
        money = load_money(conn)
    plan = compile_plan(read_pack(Path(order["pack"]), money.at(order["as_of"])))
    began = time.perf_counter()
    report = Bulk(
        order["dsn"], plan, money.currency, Path(order["mirror"]), order["as_of"],
        time.perf_counter, order["cause"],
    ).run()  # fmt: skip
    told = asdict(report) | {"left": len(report.left)}
    told |= {"run_s": time.perf_counter() - began, "peak_mb": peak_mb(os.getpid())}
    json.dump(told, sys.stdout)


if __name__ == "__main__":
    main()
