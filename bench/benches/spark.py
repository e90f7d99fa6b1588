"""Beyond one machine: the plan for everybody in DuckDB, in Sail and on Apache Spark, side by side."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from bench import big_shop
from bench.benches import million
from bench.figures import Outcome
from bench.workshop import Workshop
from warmlist import clock


def run(shop: Workshop) -> Outcome:
    out = Outcome(tell=shop.say)
    folder = Path(tempfile.mkdtemp(dir=shop.folder))
    try:
        big = big_shop.build(folder, shop.scale, shop.seed, clock.now_ms(), shop.say)
        out.data |= {"customers": big.customers} | big.counts()
        million.measure(shop, out, big)
    finally:
        shutil.rmtree(folder)
    return out
