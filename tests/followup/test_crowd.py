"""A hundred thousand customers: every query of the queue goes by an index, and what SQL says of who
belongs into it, Python says too."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import psycopg
import pytest

from warmlist.clock import DAY, HOUR, parse_instant
from warmlist.followup import queue
from warmlist.followup import search as searching
from warmlist.followup.figures import Day, Figures
from warmlist.followup.standing import from_row
from warmlist.followup.views import QueueFilters, QueuePage, Viewer

if TYPE_CHECKING:
    from conftest import Shop

pytestmark = pytest.mark.store

NOW = parse_instant("2026-03-03T09:30:00Z")
ALICE, REP = Viewer(1, "Alice", "admin"), Viewer(2, "rep3", "rep")

#: Every customer has a number id; owner, colour and moments follow from it.
CROWD = """
INSERT INTO customers (created_at) SELECT 0 FROM generate_series(1, %(count)s);
INSERT INTO handles (handle, customer_id)
  SELECT '+39333' || lpad((id * 7919 %% 10000000)::text, 7, '0'), id FROM customers;
INSERT INTO events (ident, digest, type, source, external_id, handle_id, pos, known_at, backfill,
    body)
  SELECT gen_random_uuid(), 0, 'profile', 'crowd', id::text, id, (%(now)s - %(day)s) << 20,
    %(now)s - %(day)s, false,
    jsonb_build_object('name', (ARRAY['Anna', 'Bruno', 'Chiara', 'Dario'])[id %% 4 + 1]
      || ' family' || id %% 5000)
  FROM handles;
INSERT INTO standings (customer_id, as_of, owner, playbook, due_from, due_by, rank, worth, facts)
  SELECT id, %(now)s, CASE WHEN id %% 10 = 0 THEN NULL ELSE 'rep' || id %% 20 END,
    CASE WHEN id %% 11 > 0 THEN 'FUP-1d' END, %(now)s + (id %% 70 - 60) * %(hour)s,
    %(now)s + (id %% 240 - 120) * %(hour)s, (id * 31 %% 6) * 10 + id %% 5, id * 13 %% 5000,
    jsonb_build_object('last_inbound', %(now)s - (id %% 400) * %(hour)s, 'touches_7d', id %% 5,
      'last_touch', CASE WHEN id %% 3 = 0 THEN %(now)s - (id %% 500) * %(hour)s END,
      'last_answer', CASE WHEN id %% 3 = 0 THEN %(now)s - (id %% 50) * %(hour)s END,
      'open_message', CASE WHEN id %% 7 = 0 THEN %(now)s - (id %% 400) * %(hour)s END,
      'snoozed_until', CASE WHEN id %% 13 = 0 THEN %(now)s + (id %% 3 - 1) * %(hour)s END,
      'opted_out', CASE WHEN id %% 17 = 0 THEN %(now)s - (id %% 5) * %(day)s END,
      'asked_to_stop', CASE WHEN id %% 14 = 0 THEN %(now)s - (id %% 300) * %(hour)s END,
      'opted_in', CASE WHEN id %% 19 = 0 THEN %(now)s - 3 * %(day)s END)
  FROM customers;
UPDATE openings SET look_at = NULL, shut_from = %(now)s + (customer_id %% 7 - 5) * %(hour)s,
    shut_until = CASE WHEN customer_id %% 23 > 0
      THEN %(now)s + (customer_id %% 7 - 5 + customer_id %% 29 + 1) * %(hour)s END
  WHERE customer_id %% 3 > 0;
INSERT INTO assignments (customer_id, dimension, label, since, rule, pack, origin, cause, evidence,
    because)
  SELECT c.id, d.dimension, d.labels[c.id %% 4 + 1], %(now)s - %(day)s, 'R-1', 'chat_sales 1.0.0',
    'rule', 'event', '{}', 'because it is so'
  FROM customers c, (VALUES
    ('activity', ARRAY['high', 'medium', 'low', 'dormant']),
    ('intent', ARRAY['high', 'medium', 'potential', 'none'])) AS d (dimension, labels)
"""


def crowd(shop: Shop, count: int) -> None:
    """Write the customers, commit, and tell PostgreSQL what it has."""
    conn = shop.conn
    values = {"now": NOW, "day": DAY, "hour": HOUR, "count": count}
    for table in ("standings", "openings", "assignments", "events", "handles"):
        conn.execute(f"ALTER TABLE {table} SET (autovacuum_enabled = false)")
    for statement in re.sub(r"%\((\w+)\)s", r"%(\1)s::bigint", CROWD).split(";\n"):
        conn.execute(statement, values)
    conn.commit()
    conn.autocommit = True
    conn.execute("VACUUM (ANALYZE)")
    for table in ("standings", "assignments", "openings"):
        _mark_visible(conn, table)
    conn.autocommit = False


def _mark_visible(conn: psycopg.Connection[Any], table: str) -> None:
    """Vacuum until every page is marked: whoever else is busy on the server can hold that up."""
    visible = "SELECT relallvisible = relpages FROM pg_class WHERE relname = %s"
    for _ in range(100):
        if conn.execute(visible, (table,)).fetchone() == (True,):
            return
        time.sleep(0.1)
        conn.execute(f"VACUUM {table}")
    pytest.fail(f"somebody keeps {table} from being vacuumed")


def test_sql_and_python_agree_on_who_is_due(shop: Shop) -> None:
    crowd(shop, 20_000)
    figures = Figures.of(shop.plan.pack)
    rows = shop.conn.execute(
        "SELECT customer_id, owner, playbook, due_from, due_by, rank, worth, facts, opens_at,"
        " wrote_at, stopped, shut_from, shut_until FROM standings LEFT JOIN openings USING (customer_id)"
    ).fetchall()
    for as_of in (NOW, NOW + 9 * HOUR, NOW + 14 * HOUR):
        day = Day.at(as_of, ZoneInfo("Europe/Rome"))
        due = dict.fromkeys(("red", "orange", "yellow", "green", "grey"), 0)
        now = later = 0
        for *row, opens_at, wrote_at, stopped, shut_from, shut_until in rows:
            standing = from_row(row)
            if standing is None:
                continue
            assert (standing.opens_at, standing.wrote_at, standing.stopped) == (
                opens_at,
                wrote_at,
                stopped,
            )
            if not standing.due_today(as_of, day, figures):
                continue
            shut = shut_from is not None and shut_from <= as_of < (shut_until or as_of + 1)
            if not shut or standing.answers(as_of, figures):
                now += 1
            elif shut_until is not None and shut_until < day.ends:
                later += 1
            else:
                continue
            due[standing.colour] += 1
        page = shop.queue(ALICE, as_of)
        assert page.counts == due
        assert all(due.values())
        assert min(now, later) > 50
        for part, count, wanted in (
            ("open_now", "first", now),
            ("opens_later", "first_later", later),
        ):
            where = queue._where(QueueFilters(), getattr(queue._SQL, part))
            values = queue._values(shop.desk.rows, ALICE, QueueFilters(), as_of) | {"count": 20_000}
            query = getattr(queue._SQL, count).format(where=where)
            assert len(shop.conn.execute(query, values).fetchall()) == wanted


def test_every_query_of_the_queue_goes_by_an_index(shop: Shop) -> None:
    crowd(shop, 100_000)
    plans: list[str] = []

    class Watching:
        """A connection that asks for the plan of every query before it runs it."""

        def execute(self, query: str, values: Any = None, **more: Any) -> Any:
            if query.startswith("SELECT"):
                rows = shop.conn.execute(f"EXPLAIN {query}", values, prepare=False)
                plans.append(query + "\n" + "\n".join(line for (line,) in rows))
            return shop.conn.execute(query, values, **more)

    watching: Any = Watching()
    rows = shop.desk.rows

    def page(viewer: Viewer, filters: QueueFilters, cursor: str | None = None) -> QueuePage:
        totals = queue.count(watching, rows, viewer, filters, NOW)
        return queue.queue_page(watching, rows, viewer, filters, NOW, totals, cursor)

    first = page(ALICE, QueueFilters())
    assert first.next_cursor
    page(ALICE, QueueFilters(), first.next_cursor)
    page(REP, QueueFilters(colour="orange"))
    page(ALICE, QueueFilters(label="intent:none"))
    page(REP, QueueFilters(label="intent:high", owner=""))
    totals = queue.count(watching, rows, REP, QueueFilters(), NOW)
    queue.queue_changes(watching, rows, REP, [1, 2, 3], NOW, totals)
    for text in ("anna family77", "4501", "+39333", "nobody@example.org"):
        searching.search(watching, ALICE, text, NOW)
    assert len(plans) > 50
    big = "customers|handles|events|standings|assignments"
    scans = [plan for plan in plans if re.search(rf"Seq Scan on ({big})\b", plan)]
    # Openings are a few bytes each: a count over everybody reads them all, a page must not.
    scans += [plan for plan in plans if "LIMIT" in plan and "Seq Scan on openings" in plan]
    assert not scans, scans[0]
