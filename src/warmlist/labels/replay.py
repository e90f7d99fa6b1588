"""Labels as of any moment, replayed with the pack in force from what was known by then."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import duckdb

from warmlist.engines.mirror import Mirror
from warmlist.engines.relations import Fetcher
from warmlist.labels.assign import Labeller
from warmlist.labels.changes import Held
from warmlist.labels.explain import label_line
from warmlist.labels.history import timeline
from warmlist.labels.over_mirror import chunks, conclude, find, prove
from warmlist.labels.over_spark import OverSpark
from warmlist.labels.sentences import because, shown_facts, tag_facts
from warmlist.plan.compile import Plan
from warmlist.store.sql import queries

SQL = queries("labels/replay.sql")
MEMORY = "600MB"


def everybody(
    dsn: str,
    plan: Plan,
    currency: str,
    mirror: Mirror,
    as_of: int,
    over: OverSpark | None = None,
) -> Iterator[dict[str, Any]]:
    """A label line for every label of every customer as of a moment.

    `since` is what was recorded, where the same label is recorded as holding; else null. over: a
    cluster that has computed the plan; without, DuckDB does, here.
    """
    with (
        Fetcher(dsn) as fetcher,
        duckdb.connect(config={"memory_limit": MEMORY, "threads": 2}) as db,
    ):
        mirror.open(db)
        db.register("names", fetcher.query(SQL.names))
        db.register("recorded", fetcher.query(SQL.recorded.format(as_of=as_of)))
        for _ in chunks(db, as_of):
            if over is None:
                conclude(db, plan, as_of)
            else:
                over.fetch(db)
                find(db, plan)
            prove(db, plan, as_of, "found")
            yield from _lines(db, fetcher, plan, currency, as_of)


def _lines(
    db: duckdb.DuckDBPyConnection, fetcher: Fetcher, plan: Plan, currency: str, as_of: int
) -> Iterator[dict[str, Any]]:
    names = [f.name for f in plan.facts]
    rows = db.execute(
        "SELECT n.handle, o.dimension, o.label, o.shade, o.rule, r.since, o.rank, "
        "CASE WHEN o.event_id IS NOT NULL THEN [o.event_id] ELSE p.events END, "
        f"{', '.join(f'w.{n}' for n in names)} FROM found AS o "
        "JOIN wide AS w ON w.customer_id = o.customer_id "
        "JOIN names AS n ON n.customer_id = o.customer_id "
        "LEFT JOIN proof AS p ON p.customer_id = o.customer_id AND p.rule = o.rule "
        "LEFT JOIN recorded AS r ON r.customer_id = o.customer_id AND r.dimension = o.dimension "
        "AND r.label = o.label AND r.shade IS NOT DISTINCT FROM o.shade "
        "ORDER BY n.handle, o.dimension, o.label"
    ).fetchall()
    called = _external_ids(fetcher, sorted({i for row in rows for i in row[7] or ()}))
    for handle, dimension, label, shade, rule_id, since, rank, events, *values in rows:
        rule = plan.pack.rule(rule_id, dimension)
        known = dict(zip(names, values, strict=True)) if rank is None else tag_facts(label, rank)
        facts = shown_facts(plan.pack, known, rule.facts if rule else ()) if rank is None else known
        ids = [called[i] for i in events or ()]
        yield label_line(
            handle,
            dimension,
            label,
            shade,
            since,
            None,
            rule_id,
            facts,
            ids,
            because(rule, plan.pack, known, as_of, currency),
        )


def one(
    labeller: Labeller, customer: int, handle: str, as_of: int, currency: str
) -> list[dict[str, Any]]:
    """Label lines of one customer as of a moment, with the exact beginnings that a walk finds."""
    customers = labeller.fetch([customer])
    pack = labeller.plan.pack
    begins = {
        (h.chosen.dimension, h.chosen.label, h.chosen.shade): h.since
        for h in timeline(labeller, customers, [customer], as_of)[customer]
        if h.until is None
    }
    (answer,) = labeller.asker.ask(customers, [(customer, as_of)])
    held = [
        Held(customer, c, begins.get((c.dimension, c.label, c.shade)), None, "", answer)
        for c in answer.concluded.labels
    ]
    proofs = labeller.evidence(customers, held)
    called = _external_ids(labeller.fetcher, sorted({i for p in proofs for i in p.events}))
    lines = []
    for h, proof in zip(held, proofs, strict=True):
        c = h.chosen
        rule = pack.rule(c.rule, c.dimension)
        values, facts = labeller.behind(h)
        lines.append(
            label_line(
                handle, c.dimension, c.label, c.shade, h.since, None, c.rule, facts,
                [called[i] for i in proof.events], because(rule, pack, values, as_of, currency),
            )
        )  # fmt: skip
    return lines


def _external_ids(fetcher: Fetcher, ids: list[int]) -> dict[int, str]:
    """How the sources call events."""
    if not ids:
        return {}
    found = fetcher.query(SQL.called.format(ids=", ".join(map(str, ids)))).to_pydict()
    return dict(zip(found["id"], found["external_id"], strict=True))
