"""A segment that labels alone decide, as a condition over the assignments that hold."""

from __future__ import annotations

from typing import Any

from warmlist.rules.expressions import Both, HasLabel, IsLabel, Node, Not
from warmlist.store.sql import queries

SQL = queries("labels/segments.sql")


def asked_labels(node: IsLabel | HasLabel) -> tuple[str, ...]:
    """The labels of which a customer must have one."""
    return node.labels if isinstance(node, IsLabel) else (node.label,)


def condition(node: Node, values: dict[str, Any]) -> str:
    """PostgreSQL's condition on `standings s`; what it compares with is added to `values`.

    Raises ValueError for a node that reads facts.
    """
    match node:
        case Both(items, word):
            return "(" + f" {word} ".join(condition(item, values) for item in items) + ")"
        case Not(item):
            return f"NOT ({condition(item, values)})"
        case IsLabel() | HasLabel():
            number = len(values)
            dimension, labels = f"dimension_{number}", f"labels_{number}"
            values[dimension], values[labels] = node.dimension, list(asked_labels(node))
            return SQL.member.format(dimension=dimension, labels=labels)
    raise ValueError(f"{type(node).__name__} reads facts, which labels do not tell")
