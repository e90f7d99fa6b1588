"""The process that relabels everybody: reads its order from standard input, logs what it did."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

import orjson
import psycopg
import structlog

from warmlist.events.log import load_money
from warmlist.labels.bulk import Bulk
from warmlist.packs import workspace
from warmlist.plan.compile import compile_plan
from warmlist.settings import log_to_stderr

log = structlog.get_logger(__name__)


def main() -> int:
    """One run; 0 when everything was saved."""
    order = orjson.loads(sys.stdin.buffer.read())
    log_to_stderr(order["log_level"])
    os.nice(5)
    with psycopg.connect(order["dsn"]) as conn:
        currency = load_money(conn).currency
        rules = workspace.in_force(conn, Path(order["pack"]), order["as_of"])
    bulk = Bulk(
        order["dsn"], compile_plan(rules.pack), currency, Path(order["mirror"]), order["as_of"],
        time.perf_counter, order["cause"],
    )  # fmt: skip
    try:
        report = bulk.run()
    except workspace.OtherRules:
        log.info("the rules changed while everybody was relabelled; it is done again")
        return 0
    if order["cause"] == "rule_change":
        with psycopg.connect(order["dsn"]) as conn:
            workspace.note_labelled(conn, rules.stamp)
    found = report.opened + report.closed
    say = log.error if order["cause"] == "repair" and found else log.info
    say(
        "relabelled everybody",
        customers=report.customers, opened=report.opened, closed=report.closed,
        standings=report.standings, left=len(report.left),
        seconds={k: round(v, 2) for k, v in report.seconds.items()},
    )  # fmt: skip
    return 0


if __name__ == "__main__":
    sys.exit(main())
