"""The same question to the oracle and to the plan, with answers in one form."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

from oracle import Oracle
from people import COLUMNS
from warmlist.engines.duckdb import InProcess
from warmlist.engines.relations import Rows, spine, table
from warmlist.labels.timeline import Answer
from warmlist.plan.compile import Plan, compile_plan
from warmlist.rules.read import read_pack

Answers = dict[tuple[int, int], dict[str, Any]]  # (customer, as_of) -> answer


PACK = Path(str(resources.files("warmlist") / "packs/chat_sales"))


@cache
def plan() -> Plan:
    """The built-in pack, compiled."""
    return compile_plan(read_pack(PACK))


@cache
def engine() -> InProcess:
    """One engine, so that plans are prepared once."""
    return InProcess()


def relations(rows: Sequence[dict[str, Any]], customers: Sequence[int]) -> Rows:
    """Rows for an engine. customers: of the handles 1, 2, ..."""
    return Rows(
        table(
            "handles", {"handle_id": [*range(1, len(customers) + 1)], "customer_id": [*customers]}
        ),
        table("events", {c: [r[c] for r in rows] for c in COLUMNS}),
    )


def by_oracle(rows: Sequence[dict[str, Any]], customers: Sequence[int],
              moments: Iterable[tuple[int, int]]) -> Answers:  # fmt: skip
    mine: dict[int, list[dict[str, Any]]] = {c: [] for c in customers}
    for row in rows:
        mine[customers[row["handle_id"] - 1]].append(row)
    shown = {f.name for f in plan().facts}
    found = {}
    for customer, as_of in moments:
        answer = Oracle(plan().pack, mine[customer], as_of).answer()
        answer["facts"] = {n: v for n, v in answer["facts"].items() if n in shown}
        found[customer, as_of] = answer
    return found


def of_wide(wide: Iterable[dict[str, Any]], opened: Iterable[dict[str, Any]]) -> Answers:
    """Answers from rows of `Plan.sql` and `Plan.open_sql`."""
    found: Answers = {}
    for row in wide:
        labels = {
            (d, row[d]): (row[f"{d}__shade"], row[f"{d}__rule"]) for d in plan().exclusive if row[d]
        }
        labels |= {
            (d, k): (None, row[f"{d}__{k}__rule"]) for d, k in plan().set_labels if row[f"{d}__{k}"]
        }
        found[row["customer_id"], row["as_of"]] = {
            "facts": {f.name: row[f.name] for f in plan().facts},
            "labels": labels,
            **{
                k: row[k]
                for k in ("recheck_at", "playbook", "due_from", "due_by", "touch", "rank", "worth")
            },
        }
    for row in opened:
        answer = found[row["customer_id"], row["as_of"]]
        answer["labels"][row["dimension"], row["label"]] = (row["shade"], row["rule"])
        moments = [m for m in (answer["recheck_at"], row["ends"]) if m is not None]
        answer["recheck_at"] = min(moments, default=None)
    return found


def everybody(
    asked: Sequence[tuple[int, int]], given: Rows, by: InProcess | None = None
) -> Answers:
    """What both statements of the plan say in DuckDB."""
    by = by or engine()
    wide, opened = (by.run(sql, spine(asked), given) for sql in (plan().sql, plan().open_sql or ""))
    return of_wide(wide, opened)


def of_answers(answers: Iterable[Answer]) -> Answers:
    """Answers from `labels.ask`."""
    found = {}
    for a in answers:
        c = a.concluded
        found[a.customer_id, a.as_of] = {
            "facts": {f.name: a.values[f.name] for f in plan().facts},
            "labels": {(x.dimension, x.label): (x.shade, x.rule) for x in c.labels},
            "recheck_at": c.recheck_at, "playbook": c.playbook, "due_from": c.due_from,
            "due_by": c.due_by, "touch": c.touch, "rank": c.rank, "worth": c.worth,
        }  # fmt: skip
    return found


def assert_same(expected: Answers, got: Answers) -> None:
    """Equal to the value; the message names only what differs."""
    wrong = {}
    for key in sorted({*expected, *got}):
        a, b = expected.get(key), got.get(key)
        if a != b:
            wrong[key] = _differences(a, b) if a and b else (a, b)
    assert not wrong, f"(customer, as_of): name: (oracle, plan) {wrong}"


def _differences(a: dict[str, Any], b: dict[str, Any]) -> dict[str, Any]:
    found = {}
    for name in a:
        if isinstance(a[name], dict):
            found |= {k: (a[name].get(k), b[name].get(k))
                      for k in {*a[name], *b[name]} if a[name].get(k) != b[name].get(k)}  # fmt: skip
        elif a[name] != b[name]:
            found[name] = (a[name], b[name])
    return found
