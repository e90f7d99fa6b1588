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
    t=time.time(); crowd.fill(shop.conn, NOW, messages=20); print("fill", time.time()-t)
    A=Viewer(1,"Alice","admin"); B=Viewer(2,"rep3","rep")
    def timed(name, f):
        for i in range(8):
            t=time.perf_counter(); r=f(); d=time.perf_counter()-t
            print(name, round(d*1000,1), end=" ")
        print()
        return r
    r=timed("admin", lambda: shop.desk.queue(A, QueueFilters(), NOW)); print(r.counts, r.due_today, r.done_today, r.next_cursor)
    timed("page2", lambda: shop.desk.queue(A, QueueFilters(), NOW, r.next_cursor))
    timed("rep", lambda: shop.desk.queue(B, QueueFilters(), NOW))
    timed("label", lambda: shop.desk.queue(A, QueueFilters(label="intent:high"), NOW))
    timed("labelrep", lambda: shop.desk.queue(B, QueueFilters(label="intent:none", colour="red"), NOW))
    timed("owner", lambda: shop.desk.queue(A, QueueFilters(owner="rep5"), NOW))
    timed("changes", lambda: shop.desk.changes(A, [5,6,7,17], NOW))
    timed("search", lambda: shop.desk.search(A, "anna fam", NOW))
    timed("search1", lambda: shop.desk.search(B, "family77", NOW))
    timed("search2", lambda: shop.desk.search(B, "4501", NOW))
    from warmlist.followup.queue import _values,_where,_SQL,NO_FILTERS
    v=_values(shop.desk.rows, A, NO_FILTERS, NOW)
    for name, sql in dict(page=_SQL.page.format(where=_where(NO_FILTERS)), counts=_SQL.counts.format(where=_where(NO_FILTERS)), done=_SQL.done.format(visible=_SQL.visible,today=_SQL.today), first=_SQL.first.format(where=_where(NO_FILTERS)), last=_SQL.last_messages, prof=_SQL.profiles, labels=_SQL.labels,own=_SQL.own_contacts).items():
        print("==",name)
        for (l,) in shop.conn.execute("EXPLAIN (ANALYZE, BUFFERS OFF) "+sql, v|{"count":51,"customers":list(range(1,51)),"cut":300}): print(l)
    assert 0
