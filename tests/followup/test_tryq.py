import time
import pytest
from warmlist.clock import *
from warmlist.followup.views import *
from warmlist.followup import queue as q
import importlib.util, sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
import crowd

pytestmark = pytest.mark.store
NOW = parse_instant("2026-03-03T09:30:00Z")


def test_x(shop):
    t = time.time()
    crowd.fill(shop.conn, NOW, messages=1)
    print("fill", time.time() - t)
    A = Viewer(1, "Alice", "admin")
    B = Viewer(2, "rep3", "rep")

    def timed(name, f):
        for i in range(8):
            t = time.perf_counter()
            r = f()
            d = time.perf_counter() - t
            print(name, round(d * 1000, 1), end=" ")
        print()
        return r

    r = timed("admin", lambda: shop.desk.queue(A, QueueFilters(), NOW))
    print(r.counts, r.due_today, r.done_today, r.next_cursor)
    timed("page2", lambda: shop.desk.queue(A, QueueFilters(), NOW, r.next_cursor))
    timed("rep", lambda: shop.desk.queue(B, QueueFilters(), NOW))
    timed("label", lambda: shop.desk.queue(A, QueueFilters(label="intent:high"), NOW))
    timed(
        "labelrep", lambda: shop.desk.queue(B, QueueFilters(label="intent:none", colour="red"), NOW)
    )
    timed("owner", lambda: shop.desk.queue(A, QueueFilters(owner="rep5"), NOW))
    timed("changes", lambda: shop.desk.changes(A, [5, 6, 7, 17], NOW))
    timed("search", lambda: shop.desk.search(A, "anna fam", NOW))
    timed("search1", lambda: shop.desk.search(B, "family77", NOW))
    timed("search2", lambda: shop.desk.search(B, "4501", NOW))
    from warmlist.followup.queue import _values, _where, _SQL, NO_FILTERS

    F = QueueFilters(label="intent:none", colour="red")
    v = _values(shop.desk.rows, B, F, NOW)
    base = _SQL.today + " AND " + _SQL.visible

    def ex(name, sql):
        print("==", name)
        for (l,) in shop.conn.execute(
            "EXPLAIN (ANALYZE, BUFFERS) " + sql,
            v | {"count": 51, "customers": list(range(1, 51)), "cut": 300},
        ):
            print(l)

    ex("page", _SQL.page.format(where=_where(F)))
    ex("counts", _SQL.counts.format(where=base))
    ex("lcounts", _SQL.labelled_counts.format(where=base))
    shop.conn.execute("set enable_seqscan=off")
    shop.conn.execute("set enable_bitmapscan=off")
    ex("counts ios", _SQL.counts.format(where=base))
    for cols in (
        "rank",
        "rank,due_by,due_from",
        "owner",
        "stopped",
        "wrote_at",
        "touches_7d",
        "snoozed_until",
        "customer_id,worth",
    ):
        print(
            cols,
            [
                l
                for (l,) in shop.conn.execute(
                    f"EXPLAIN SELECT {cols} FROM standings WHERE playbook is not null"
                )
            ],
        )
    for (l,) in shop.conn.execute(
        "select pg_size_pretty(pg_relation_size('standings_queue'))||' '||pg_size_pretty(pg_relation_size('standings'))|| current_setting('random_page_cost')"
    ):
        print(l)
    assert 0
