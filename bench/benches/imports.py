"""`warmlist import` as a command on an empty database: a real shop's year, and event lines."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import orjson
import psycopg

from bench.figures import Outcome
from bench.population import handle
from bench.words import INBOUND
from bench.workshop import HERE, Workshop, drop
from warmlist import clock

DATABASE = "bench_import"
RETAIL = HERE.parent / "../shared/data/online_retail.csv.gz"
OPTIONS = ("--kind", "orders-csv", "--source", "uci", "--currency", "GBP",
           "--time-zone", "Europe/London", "--return-prefix", "C")  # fmt: skip
COLUMNS = {
    "order": "InvoiceNo", "at": "InvoiceDate", "customer": "CustomerID", "sku": "StockCode",
    "name": "Description", "quantity": "Quantity", "price": "UnitPrice", "country": "Country",
}  # fmt: skip
LINES = 100_000


def run(shop: Workshop) -> Outcome:
    out = shop.outcome()
    what = "UCI Online Retail (541,909 lines)"
    if RETAIL.is_file():
        shop.say(f"importing {what}")
        mapped = [f"--map={name}={column}" for name, column in COLUMNS.items()]
        took, events = _import(shop, RETAIL, [*OPTIONS, *mapped], currency="GBP")
        out.add(what, took, "s", most=20, note=f"whole command, empty database, {events:,} events")
    else:
        out.add(what, None, "s", most=20, note="skipped: ../shared/data is not beside the checkout")
    count = LINES if shop.full else round(LINES * shop.scale)
    file = shop.folder / "lines.ndjson"
    _write_lines(file, count)
    shop.say(f"importing {count:,} event lines")
    took, events = _import(shop, file, [])
    out.add(
        "event lines (NDJSON)", took, "s", note=f"{events:,} messages of {count // 50:,} customers"
    )
    out.add("event lines a second", events / took, "lines/s")
    return out


def _import(
    shop: Workshop, file: Path, options: Sequence[str], currency: str = "USD"
) -> tuple[float, int]:
    """Seconds of the whole command, and the events that were in the database afterwards."""
    with shop.admin() as conn:
        drop(conn, DATABASE)
        conn.execute(f"CREATE DATABASE {DATABASE}")
    kept = {k: v for k, v in os.environ.items() if not k.startswith("WARMLIST_")}
    home, dsn = shop.folder / "import-home", shop.server.dsn(DATABASE)
    given = {
        "WARMLIST_DATABASE_URL": dsn,
        "WARMLIST_HOME": str(home),
        "WARMLIST_CURRENCY": currency,
    }
    command = [sys.executable, "-m", "warmlist", "import", str(file), *options]
    began = time.perf_counter()
    done = subprocess.run(command, env=kept | given, capture_output=True, text=True, check=False)
    took = time.perf_counter() - began
    if done.returncode:
        raise RuntimeError(f"the import failed:\n{done.stderr[-2_000:]}")
    with psycopg.connect(dsn) as conn:
        row = conn.execute("SELECT count(*) FROM events").fetchone()
    with shop.admin() as conn:
        drop(conn, DATABASE)
    assert row is not None
    return took, int(row[0])


def _write_lines(file: Path, count: int) -> None:
    """Messages of count / 50 customers, an hour apart."""
    now = clock.now_ms()
    with file.open("wb") as lines:
        for n in range(count):
            line = {
                "type": "message", "id": f"line-{n}", "customer": handle(1 + n % (count // 50)),
                "at": clock.rfc3339(now - (count - n) * 60_000),
                "direction": "in", "text": INBOUND[n % len(INBOUND)][1],
            }  # fmt: skip
            lines.write(orjson.dumps(line) + b"\n")
