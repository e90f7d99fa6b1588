"""Pages of the owner, who sees everybody: the queue, its list alone, one customer."""

from __future__ import annotations

import http.client
import time
from itertools import cycle

import psycopg

from bench.figures import Outcome, percentile
from bench.serving import HOST, PATIENCE, serving
from bench.workshop import Workshop

TIMES = 200
WARM_UP = 10


def run(shop: Workshop) -> Outcome:
    shop.filled()
    out = shop.outcome()
    with psycopg.connect(shop.dsn) as conn:
        rows = conn.execute("SELECT rank / 10, count(*) FROM standings GROUP BY 1").fetchall()
    out.data["standings_by_colour"] = {str(rank): n for rank, n in rows}
    customers = [f"/c/{customer}" for customer in shop.busy_customers(TIMES + WARM_UP, 9)]
    with serving(shop) as served:
        cookie = served.sign_in()
        # The worker first drains what came due while the server started.
        time.sleep(3)
        for name, paths, aim in (
            ("GET / (whole page, first customer open)", ["/"], None),
            ("GET /queue (the list)", ["/queue"], 50),
            ("GET /queue, red ones", ["/queue?colour=red"], None),
            ("GET /c/<customer> (part of the page)", customers, None),
        ):
            took, size = _ask(served.port, cookie, paths)
            out.add(
                f"{name}: p50", percentile(took, 0.5) * 1e3, "ms", note=f"{size / 1e3:.0f} kB sent"
            )
            out.add(f"{name}: p99", percentile(took, 0.99) * 1e3, "ms", most=aim)
    return out


def _ask(port: int, cookie: str, paths: list[str]) -> tuple[list[float], int]:
    """Seconds of TIMES requests one after another, over loopback, and the last answer's size."""
    connection = http.client.HTTPConnection(HOST, port, timeout=PATIENCE)
    headers = {"Cookie": cookie, "Accept-Encoding": "gzip", "HX-Request": "true"}
    took, size, path = [], 0, cycle(paths)
    for _ in range(WARM_UP + TIMES):
        began = time.perf_counter()
        connection.request("GET", next(path), headers=headers)
        answer = connection.getresponse()
        size = len(answer.read())
        took.append(time.perf_counter() - began)
        if answer.status != 200:
            raise RuntimeError(f"a page was answered with {answer.status}")
    connection.close()
    return took[WARM_UP:], size
