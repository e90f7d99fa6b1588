"""The chain under construction: named steps, each with a sentence, in the order they run."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Step:
    """One CTE: its name, what it says, its SQL."""

    name: str
    says: str
    sql: str


@dataclass
class Chain:
    """Steps in order; a step reads only relations of the engine and steps before it."""

    steps: list[Step] = field(default_factory=list)

    def add(self, name: str, says: str, sql: str) -> str:
        self.steps.append(Step(name, says, sql))
        return name

    def sql(self, last: str) -> str:
        """The whole query; `last` is the SELECT that ends it."""
        parts = [f"-- {s.says}\n{s.name} AS (\n{_indent(s.sql)}\n)" for s in self.steps]
        return "WITH\n" + ",\n".join(parts) + f"\n{last}"


def _indent(sql: str) -> str:
    return "\n".join("  " + line for line in sql.strip().splitlines())
