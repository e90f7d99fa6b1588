"""A hundred thousand customers, made inside PostgreSQL in a few seconds."""

from __future__ import annotations

from typing import Any

import psycopg

from warmlist.clock import DAY, HOUR

#: Every customer has a place n in 0..99999; owners, colours and moments follow from it.
_CROWD = """
INSERT INTO customers (created_at) SELECT 0 FROM generate_series(1, %(count)s);
INSERT INTO handles (handle, customer_id)
  SELECT '+39333' || lpad((id * 7919 %% 10000000)::text, 7, '0'), id FROM customers;
INSERT INTO events (ident, digest, type, source, external_id, handle_id, pos, known_at, backfill,
    body)
  SELECT gen_random_uuid(), 0, 'profile', 'crowd', id::text, id, (%(now)s - %(day)s::bigint) << 20,
    %(now)s - %(day)s::bigint, false,
    jsonb_build_object('name', (ARRAY['Anna', 'Bruno', 'Chiara', 'Dario'])[id %% 4 + 1]
      || ' ' || 'family' || id %% 5000)
  FROM handles;
INSERT INTO events (ident, digest, type, source, external_id, handle_id, pos, known_at, backfill,
    direction, kind, personal, key, body)
  SELECT gen_random_uuid(), 0, 'message', 'crowd', id || '.' || n, id,
    (%(now)s - (1 + n * 37 %% 600) * %(hour)s::bigint) << 20, %(now)s - (1 + n * 37 %% 600) * %(hour)s::bigint,
    false, CASE WHEN n %% 2 = 0 THEN 'in' ELSE 'out' END, 'text', n %% 2 = 1 OR NULL, id * 100 + n,
    jsonb_build_object('text', 'message ' || n || repeat(' and so on', 5))
  FROM handles, generate_series(1, %(messages)s) AS n;
INSERT INTO standings (customer_id, as_of, owner, playbook, due_from, due_by, rank, worth, facts)
  SELECT id, %(now)s, CASE WHEN id %% 10 = 0 THEN NULL ELSE 'rep' || id %% 20 END, 'FUP-1d',
    %(now)s - %(day)s::bigint, %(now)s + (id %% 240 - 120) * %(hour)s::bigint,
    (id * 31 %% 5) * 10 + id %% 4, id * 13 %% 5000,
    jsonb_build_object('last_inbound', %(now)s - (id %% 700) * %(hour)s::bigint, 'touches_7d', id %% 5,
      'last_touch', CASE WHEN id %% 3 = 0 THEN %(now)s - (id %% 500) * %(hour)s::bigint END,
      'open_message', CASE WHEN id %% 6 = 0 THEN %(now)s - (id %% 700) * %(hour)s::bigint END,
      'snoozed_until', CASE WHEN id %% 50 = 0 THEN %(now)s + %(hour)s::bigint END,
      'opted_out', CASE WHEN id %% 40 = 0 THEN %(now)s - %(day)s::bigint END,
      'opted_in', NULL, 'asked_to_stop', NULL, 'last_answer', %(now)s - %(day)s::bigint, 'red_since', NULL,
      'last_quote', NULL, 'last_order', %(now)s - 30 * %(day)s::bigint, 'paid_orders', 2,
      'spend_total', 123400, 'spend_365d', 45600, 'open_price', NULL, 'open_trigger', NULL)
  FROM customers;
INSERT INTO assignments (customer_id, dimension, label, since, rule, pack, origin, cause, evidence,
    because)
  SELECT c.id, d.dimension, d.labels[c.id %% 4 + 1], %(now)s - %(day)s::bigint, 'R-1', 'chat_sales 1.0.0',
    'rule', 'event', '{}', 'because it is so'
  FROM customers c, (VALUES
    ('activity', ARRAY['high', 'medium', 'low', 'dormant']),
    ('intent', ARRAY['high', 'medium', 'potential', 'none']),
    ('lifecycle', ARRAY['new', 'returning', 'dormant', 'new']),
    ('follow_up', ARRAY['red', 'orange', 'yellow', 'green'])) AS d (dimension, labels);
"""


def fill(conn: psycopg.Connection[Any], now: int, count: int = 100_000, messages: int = 0) -> None:
    """Write the crowd, commit, and tell PostgreSQL what it has."""
    values = {"now": now, "day": DAY, "hour": HOUR, "count": count, "messages": messages}
    for table in ("standings", "assignments", "events", "handles", "customers"):
        conn.execute(f"ALTER TABLE {table} SET (autovacuum_enabled = false)")
    conn.commit()  # a vacuum in the background would keep ours from marking pages as visible to all
    for statement in filter(str.strip, _CROWD.split(";\n")):
        conn.execute(statement, values)
    conn.commit()
    conn.autocommit = True
    conn.execute("VACUUM (ANALYZE)")
    conn.execute("VACUUM standings, events")  # the first round may come too early to mark all pages
    conn.autocommit = False
