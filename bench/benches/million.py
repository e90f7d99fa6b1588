"""Many customers over files alone: the plan for everybody in DuckDB, in Sail, on Apache Spark.

Ten times the shop of `--scale` (at scale 1: 1 million customers, 50 million messages, 3 million orders),
written as a mirror without a database; see `bench.big_shop`.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from bench import big_shop
from bench.big_shop import BigShop
from bench.clusters import tools
from bench.figures import Outcome
from bench.population import CUSTOMERS, ORDERS
from bench.processes import cpu_s, peak_mb
from bench.workshop import Workshop
from warmlist import clock

HERE = Path(__file__).parents[1]
TIMES = 10
#: Steps of the plan that are told one by one; the rest as one figure.
TOLD = 6
#: Of each of two workers of Apache Spark.
MEMORY = "5g"


def run(shop: Workshop) -> Outcome:
    out = Outcome(tell=shop.say)
    big = _built(shop, out)
    try:
        measure(shop, out, big)
        out.add("Polars", None, "s", note="its SQL has no window frames, which the plan uses")
        _postgresql(shop, out)
    finally:
        shutil.rmtree(big.folder)
    return out


def measure(shop: Workshop, out: Outcome, big: BigShop) -> None:
    """Adds DuckDB, its steps, the scan beside it, and what speaks Spark Connect."""
    shop.say("the plan in DuckDB")
    told = order(big, "everybody")
    out.add("everybody in DuckDB", told["run_s"], "s", note="labels found, nothing saved")
    out.add("everybody in DuckDB: processor", told["cpu_s"], "s", note="start of Python included")
    out.add("everybody in DuckDB: memory, most", told["peak_mb"], "MB")
    out.add("everybody in DuckDB: labels", told["labels"], "labels")
    scanned = order(big, "scan")["run_s"]
    out.add("decoding every column that plans read", scanned, "s")
    out.add("everybody in DuckDB, in scans", told["run_s"] / scanned, "times")
    _steps(out, order(big, "steps")["seconds"])
    clusters = tools()
    with clusters.sail_server(big.folder) as (remote, pid):
        _cluster(out, "Sail", big, remote, told["sums"])
        out.add("everybody in Sail: processor", cpu_s(pid), "s")
        out.add("everybody in Sail: memory, most", peak_mb(pid), "MB")
    try:
        clusters.spark_home()
    except clusters.Missing as missing:
        out.add("Apache Spark", None, "s", note=str(missing))
        return
    folder = big.folder / "cluster"
    folder.mkdir(exist_ok=True)
    with clusters.spark(folder, memory=MEMORY) as remote:
        _cluster(out, "Apache Spark", big, remote, told["sums"])


def order(big: BigShop, what: str, remote: str = "") -> dict[str, Any]:
    """A measured run in a process of its own; see `bench.over_files`."""
    asked = {"what": what, "folder": str(big.folder), "customers": big.customers,
             "end_ms": big.end_ms, "remote": remote}  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-m", "bench.over_files"],
        input=json.dumps(asked), capture_output=True, text=True, check=False, cwd=HERE.parent,
    )  # fmt: skip
    if done.returncode:
        raise RuntimeError(f"{what} failed:\n{done.stderr[-2_000:]}")
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def _cluster(out: Outcome, name: str, big: BigShop, remote: str, sums: list[int]) -> None:
    if out.tell is not None:
        out.tell(f"the plan in {name}")
    told = order(big, "spark", remote)
    if told["sums"] != sums:
        raise AssertionError(f"{name} says {told['sums']}, DuckDB {sums}")
    out.add(f"everybody in {name}", told["compute_s"], "s", note="both on this machine, same rows")


def _steps(out: Outcome, seconds: dict[str, float]) -> None:
    """The dearest steps of the plan, as shares of all."""
    total = sum(seconds.values())
    dear = sorted(seconds, key=seconds.__getitem__, reverse=True)[:TOLD]
    for name in dear:
        out.add(f"share of the step {name}", 100 * seconds[name] / total, "%")
    rest = total - sum(seconds[name] for name in dear)
    out.add(f"share of the other {len(seconds) - len(dear)} steps", 100 * rest / total, "%")


def _postgresql(shop: Workshop, out: Outcome) -> None:
    """Nobody waits for PostgreSQL at this size; told from a tenth of it."""
    file = HERE / "results/everybody.json"
    found = json.loads(file.read_text())["figures"] if file.is_file() and shop.full else []
    tenth = next((f["value"] for f in found if f["name"] == "plan in PostgreSQL itself"), None)
    note = f"not measured: {TIMES} times what a tenth of it took in the benchmark everybody"
    out.add("everybody in PostgreSQL", tenth and TIMES * tenth, "s", note=note)


def _built(shop: Workshop, out: Outcome) -> BigShop:
    scale, folder = shop.scale * TIMES, shop.folder / "big"
    shutil.rmtree(folder, ignore_errors=True)
    shop.say(f"writing {round(CUSTOMERS * scale):,} customers")
    began = time.perf_counter()
    big = big_shop.build(folder, scale, shop.seed, clock.now_ms(), shop.say, orders=2 * ORDERS)
    out.add("writing the shop", time.perf_counter() - began, "s")
    out.add("its events", big.bytes_() / 1e6, "MB")
    out.data |= {"customers": big.customers} | big.counts()
    return big
