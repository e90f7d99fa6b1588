"""The plan over the mirror, chunk by chunk: tables wide, found and proof in a DuckDB."""

from __future__ import annotations

from collections.abc import Iterator

import duckdb

from warmlist.plan.compile import Plan
from warmlist.plan.dialects import at_moment
from warmlist.plan.evidence import compile_evidence, counting_rules
from warmlist.rules.model import Rule

#: Most rows of events a chunk, about: bounds the memory of a run whatever a customer's number of events.
ROWS = 4_500_000


def chunks(
    db: duckdb.DuckDBPyConnection, as_of: int, rows: int = ROWS
) -> Iterator[tuple[int, int]]:
    """Fill `spine` with one chunk of customers after another, in order of their handles.

    `events` shows the range of handles that the chunk needs, so that only its part of the files is
    read. Yields (customers so far, customers in all).
    """
    # As few chunks as there must be, of equal weight: each costs a plan.
    db.execute(
        "CREATE OR REPLACE TEMP TABLE everyone AS WITH weighed AS (SELECT h.customer_id, "
        "MIN(h.handle_id) AS low, MAX(h.handle_id) AS high, SUM(COALESCE(e.n, 0) + 1) AS weight "
        "FROM handles AS h LEFT JOIN "
        "(SELECT handle_id, COUNT(*) AS n FROM all_events GROUP BY handle_id) AS e "
        "ON e.handle_id = h.handle_id GROUP BY h.customer_id) "
        "SELECT customer_id, low, high, CAST(FLOOR("
        "(SUM(weight) OVER (ORDER BY low, customer_id) - weight) * CEIL(SUM(weight) OVER () / "
        f"{rows}) / SUM(weight) OVER ()) AS BIGINT) AS chunk FROM weighed"
    )
    done = 0
    parts = db.execute(
        "SELECT chunk, MIN(low), MAX(high), COUNT(*) FROM everyone GROUP BY chunk ORDER BY chunk"
    ).fetchall()
    total = sum(count for *_, count in parts)
    for chunk, low, high, count in parts:
        db.execute(
            "CREATE OR REPLACE TEMP TABLE spine AS SELECT customer_id AS asked, customer_id, "
            f"CAST({as_of} AS BIGINT) AS as_of FROM everyone WHERE chunk = {chunk}"
        )
        db.execute(
            "CREATE OR REPLACE TEMP VIEW events AS SELECT * FROM all_events "
            f"WHERE handle_id BETWEEN {low} AND {high}"
        )
        done += count
        yield done, total


def conclude(db: duckdb.DuckDBPyConnection, plan: Plan, as_of: int) -> None:
    """wide: the plan's rows for the spine, opens: its open labels, and `found`."""
    db.execute(f"CREATE OR REPLACE TEMP TABLE wide AS {plan.sql_at(as_of)}")
    if plan.open_sql is not None:
        db.execute(f"CREATE OR REPLACE TEMP TABLE opens AS {at_moment(plan.open_sql, as_of)}")
    find(db, plan)


def find(db: duckdb.DuckDBPyConnection, plan: Plan) -> None:
    """found: the labels of `wide` and those of `opens`, a row each."""
    labels = plan.long_sql("wide")
    if plan.open_sql is not None:
        labels += "\nUNION ALL\nSELECT * FROM opens"
        db.execute(
            "UPDATE wide SET recheck_at = LEAST(wide.recheck_at, o.ends) FROM (SELECT customer_id, "
            "MIN(ends) AS ends FROM opens WHERE ends IS NOT NULL GROUP BY customer_id) AS o "
            "WHERE o.customer_id = wide.customer_id"
        )
    db.execute(
        f"CREATE OR REPLACE TEMP TABLE found AS SELECT *, rule = 'manual' AS manual FROM ({labels})"
    )


def prove(db: duckdb.DuckDBPyConnection, plan: Plan, as_of: int, labels: str) -> None:
    """proof(customer_id, rule, events, n) for the labels of table `labels`.

    The events at the moments that a rule's facts hold; for rules that only count, the newest of those
    that they counted. n: how many there were.
    """
    facts = plan.pack.facts
    rules = [rule for d in plan.pack.dimensions for rule in d.rules]
    moments: list[str] = []
    counting = counting_rules(plan.pack)
    for rule in rules:
        names = [n for n in rule.facts if facts[n].unit == "moment"]
        if names:
            values = ", ".join(f"w.{n}" for n in names)
            moments.append(
                f"SELECT o.customer_id, o.rule, UNNEST([{values}]) AS pos FROM {labels} AS o "
                f"JOIN wide AS w ON w.customer_id = o.customer_id WHERE o.rule = '{rule.id}'"
            )
    db.execute(
        "CREATE OR REPLACE TEMP TABLE moments AS "
        + (
            "\nUNION ALL\n".join(moments)
            or "SELECT 0 AS customer_id, '' AS rule, 0 AS pos WHERE FALSE"
        )
    )
    db.execute(
        "CREATE OR REPLACE TEMP TABLE proof AS SELECT m.customer_id, m.rule, "
        "LIST(DISTINCT e.event_id ORDER BY e.event_id) AS events, "
        "COUNT(DISTINCT e.event_id) AS n FROM moments AS m "
        "JOIN handles AS h ON h.customer_id = m.customer_id "
        "JOIN events AS e ON e.handle_id = h.handle_id AND e.pos = m.pos "
        f"AND e.known_at < {as_of} AND (e.gone_at IS NULL OR e.gone_at >= {as_of}) "
        "WHERE m.pos IS NOT NULL GROUP BY m.customer_id, m.rule"
    )
    if counting:
        _count(db, plan, as_of, labels, counting)


def _count(
    db: duckdb.DuckDBPyConnection, plan: Plan, as_of: int, labels: str, counting: list[Rule]
) -> None:
    ids = ", ".join(f"'{rule.id}'" for rule in counting)
    db.execute(
        "CREATE OR REPLACE TEMP TABLE wanted AS SELECT customer_id AS asked, rule "
        f"FROM {labels} WHERE rule IN ({ids})"
    )
    db.execute("CREATE OR REPLACE TEMP TABLE whole_spine AS SELECT * FROM spine")
    db.execute(
        "CREATE OR REPLACE TEMP TABLE spine AS SELECT DISTINCT asked, asked AS customer_id, "
        f"CAST({as_of} AS BIGINT) AS as_of FROM wanted"
    )
    parts = ", ".join(f"('{rule.id}', '{part}')" for rule in counting for part in rule.facts)
    counted = at_moment(compile_evidence(plan, counting), as_of)
    db.execute(
        "INSERT INTO proof SELECT w.asked, w.rule, LIST(DISTINCT e.event_id ORDER BY e.event_id), "
        f"SUM(CASE WHEN e.n = 1 THEN e.total ELSE 0 END) FROM ({counted}) AS e "
        f"JOIN (VALUES {parts}) AS p (rule, fact) ON p.fact = e.fact "
        "JOIN wanted AS w ON w.asked = e.asked AND w.rule = p.rule "
        "GROUP BY w.asked, w.rule"
    )
    db.execute("CREATE OR REPLACE TEMP TABLE spine AS SELECT * FROM whole_spine")
