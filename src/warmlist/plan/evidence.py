"""The evidence query: the very events that a fact counted, for the rules that matched."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from warmlist.facts.catalogue import Fact
from warmlist.plan.chain import Chain
from warmlist.plan.compile import Plan
from warmlist.plan.facts import add_facts, begin, condition, in_use
from warmlist.rules.model import Pack, Rule

#: Newest events kept with an assignment; the count tells how many there were.
KEPT = 20


def counting_rules(pack: Pack) -> list[Rule]:
    """Rules that rest on counts alone: no moment of theirs names an event."""
    return [
        rule
        for dimension in pack.dimensions
        for rule in dimension.rules
        if rule.facts and all(pack.facts[name].unit != "moment" for name in rule.facts)
    ]


def compile_evidence(plan: Plan, only: Collection[Rule] | None = None) -> str:
    """What the facts of rules (all, or `only` these) counted.

    SQL over spine and wanted(asked, rule): rows (asked, fact, event_id, pos, n, total), n = 1 for
    the newest event of a fact, at most KEPT each.
    """
    pack = plan.pack
    rules: dict[str, set[str]] = {}
    for rule in (r for d in pack.dimensions for r in d.rules):
        if only is not None and rule not in only:
            continue
        for name in rule.facts:
            for part in _parts(pack.facts, name):
                rules.setdefault(part, set()).add(rule.id)
    facts = in_use(pack.facts, sorted(rules))
    chain = Chain()
    begin(chain)
    made = add_facts(chain, facts, pack.thresholds, {})
    selects = [
        _select(pack.facts[name], made.table, sorted(ids)) for name, ids in sorted(rules.items())
    ]
    chain.add("counted", "every event that counted", "\nUNION ALL\n".join(selects))
    chain.add(
        "ranked",
        "newest first",
        "SELECT asked, fact, event_id, pos,\n"
        "  ROW_NUMBER() OVER (PARTITION BY asked, fact ORDER BY pos DESC, event_id DESC) AS n,\n"
        "  COUNT(*) OVER (PARTITION BY asked, fact) AS total\nFROM counted",
    )
    return chain.sql(f"SELECT asked, fact, event_id, pos, n, total FROM ranked WHERE n <= {KEPT}")


def _parts(facts: Mapping[str, Fact], name: str) -> set[str]:
    """A combined fact rests on the events of its parts."""
    fact = facts[name]
    if fact.source:
        return {name}
    return {part for need in fact.of for part in _parts(facts, need)}


def _select(fact: Fact, table: str, rules: list[str]) -> str:
    ids = ", ".join(f"'{r}'" for r in rules)
    tests = [condition(fact)] if condition(fact) else []
    if fact.unit == "moment":
        tests.append(f"s.pos = f.{fact.name}")
    where = f"\nWHERE {' AND '.join(tests)}" if tests else ""
    return (
        f"SELECT DISTINCT s.asked, '{fact.name}' AS fact, s.event_id, s.pos\n"
        f"FROM {fact.source} AS s\n"
        f"JOIN {table} AS f ON f.asked = s.asked\n"
        f"JOIN wanted AS w ON w.asked = s.asked AND w.rule IN ({ids}){where}"
    )
