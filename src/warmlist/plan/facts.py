"""Facts as steps of the chain: streams first, then one aggregate a stream, round by round.

A fact may count from another fact ("after the last order"), so facts are found in rounds: each round
takes all facts whose needs are known, and every stream that reads facts waits for its round.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from warmlist.events.signals import mask
from warmlist.facts.catalogue import Fact, Stream, streams
from warmlist.facts.clocks import RELATIONS, utc
from warmlist.facts.takes import COMBINES, TAKES
from warmlist.plan.chain import Chain
from warmlist.rules.expressions import Threshold

#: Stands for "never" where the smallest of several moments is sought.
NEVER = 9223372036854775807


@dataclass
class FactSteps:
    """What the fact part of the chain made.

    `table`: the step that holds every fact in use, a row for each of the spine.
    `leaving`: helper columns with a distance in ms: the column's moment plus the distance is when a
    windowed fact changes by time alone.
    """

    table: str
    leaving: list[tuple[str, int]] = field(default_factory=list)


LOG = (
    "SELECT w.asked, w.as_of, e.event_id, e.pos, e.type, e.direction, e.kind, e.purpose, "
    "e.personal,\n  e.status, e.key, e.value, e.number, e.sku, e.category, e.dimension, e.label, "
    "e.moment_at, e.bits\n"
    "FROM who AS w\nJOIN events AS e ON e.handle_id = w.handle_id\n"
    "WHERE e.type <> 'receipt' AND e.known_at < w.as_of AND e.pos < w.as_of * 1048576\n"
    "  AND (e.gone_at IS NULL OR e.gone_at >= w.as_of)"
)


def begin(chain: Chain, *, one_pass: bool = True) -> None:
    """The first steps of every chain: who is asked about and, in one pass, what was known of them.

    one_pass: few rows, where the number of steps is what costs: the log is a step, and facts are
    taken from it all at once. Otherwise each stream reads its own type of events, and no other
    column than it needs: that is what many rows want.
    """
    chain.add(
        "who",
        "the customers asked about, by their handles",
        "SELECT s.asked, s.as_of, h.handle_id\n"
        "FROM spine AS s\nJOIN handles AS h ON h.customer_id = s.customer_id",
    )
    if one_pass:
        chain.add("log", "what had happened and was known by then, but for receipts", LOG)


def in_use(facts: Mapping[str, Fact], wanted: Iterable[str]) -> list[Fact]:
    """The wanted facts and all that they rest on, in the order of declaration."""
    found: set[str] = set()

    def add(name: str) -> None:
        if name in found:
            return
        found.add(name)
        fact = facts[name]
        for need in fact.needs:
            add(need)
        for stream in stream_closure([fact.source] if fact.source else []):
            for need in stream.facts:
                add(need)

    for name in wanted:
        add(name)
    return [f for f in facts.values() if f.name in found]


def stream_closure(names: Iterable[str]) -> list[Stream]:
    """The named streams and those they read, each behind what it needs."""
    order: list[Stream] = []

    def add(name: str) -> None:
        stream = streams()[name]
        if stream in order:
            return
        for need in stream.needs:
            add(need)
        order.append(stream)

    for name in names:
        add(name)
    return order


def add_facts(
    chain: Chain,
    facts: list[Fact],
    thresholds: Mapping[str, Threshold],
    counts: Mapping[str, set[int]],
    *,
    one_pass: bool = True,
) -> FactSteps:
    """Add the steps for `facts` (closed under needs). `counts`: fact -> numbers rules compare it with.

    one_pass: as the chain was begun.
    """
    made = FactSteps(table="spine")
    builder = _Builder(chain, facts, thresholds, counts, made, one_pass)
    builder.run()
    return made


class _Builder:
    def __init__(
        self,
        chain: Chain,
        facts: list[Fact],
        thresholds: Mapping[str, Threshold],
        counts: Mapping[str, set[int]],
        made: FactSteps,
        one_pass: bool,
    ) -> None:
        self.chain, self.made, self.one_pass = chain, made, one_pass
        self.thresholds, self.counts = thresholds, counts
        self.waiting = {f.name: f for f in facts}
        self.streams = stream_closure(f.source for f in facts if f.source)
        self.horizons = _horizons(facts, self.streams, thresholds)
        self.emitted: set[str] = set()
        self.known: list[str] = []
        self.extra: list[str] = []  # helper columns that carry the moments of leaving

    def run(self) -> None:
        round_number = 0
        while self.waiting:
            self._emit_streams()
            ready = [
                f for f in self.waiting.values()
                if all(n in self.known for n in f.needs) and (not f.source or f.source in self.emitted)
            ]  # fmt: skip
            if not ready:
                raise AssertionError(f"facts that wait for each other: {sorted(self.waiting)}")
            round_number += 1
            self._take(ready, round_number)

    def _emit_streams(self) -> None:
        for stream in self.streams:
            if stream.name in self.emitted:
                continue
            if all(n in self.emitted for n in stream.needs) and all(
                f in self.known for f in stream.facts
            ):
                sql = fill(
                    stream, self.thresholds, self.made.table, self.horizons.get(stream.name, 0)
                )
                if not self.one_pass:
                    sql = sql.replace("FROM log\n", f"FROM (\n{LOG}\n) AS log\n")
                self._emit_relations(stream)
                self.chain.add(stream.name, stream.says, sql)
                self.emitted.add(stream.name)

    def _emit_relations(self, stream: Stream) -> None:
        """Steps for the rows that the stream reads and that are the same for everybody."""
        for name, relation in RELATIONS.items():
            if f"{{{name}}}" in stream.sql and name not in self.emitted:
                self.chain.add(name, relation.says, relation.sql())
                self.emitted.add(name)

    def _take(self, ready: list[Fact], number: int) -> None:
        taken = [f for f in ready if f.source]
        combined = [f for f in ready if not f.source]
        joins: list[str] = []
        columns = [f"b.{name}" for name in (*self.known, *self.extra)]
        for source in dict.fromkeys(self._relation(f) for f in taken):
            group = [f for f in taken if self._relation(f) == source]
            name = f"{source}_{number}"
            self.chain.add(
                name,
                f"taken from the {source}: {', '.join(f.name for f in group)}",
                self._aggregate(source, group),
            )
            joins.append(f"LEFT JOIN {name} ON {name}.asked = b.asked")
            for fact in group:
                columns.append(f"{_filled(fact, f'{name}.{fact.name}')} AS {fact.name}")
                columns += [f"{name}.{h}" for h in self._helpers(fact)]
            joins += self._nth(group, number, columns)
        for fact in combined:
            values = [f"b.{n}" for n in fact.of]
            sql = COMBINES[fact.take].sql.format(*values, all=", ".join(values))
            columns.append(f"{sql} AS {fact.name}")
        table = f"facts_{number}"
        rows = ",\n  ".join(["b.asked", "b.customer_id", "b.as_of", *columns])
        self.chain.add(
            table,
            f"known so far, with {', '.join(f.name for f in ready)}",
            "\n".join([f"SELECT {rows}", f"FROM {self.made.table} AS b", *joins]),
        )
        self.made.table = table
        self.known += [f.name for f in ready]
        for fact in ready:
            del self.waiting[fact.name]

    def _aggregate(self, source: str, group: list[Fact]) -> str:
        """One pass over a stream for all facts of a round."""
        joined = any(f.after or f.follows or f.before for f in group)
        lines = []
        for fact in group:
            lines.append(f"{self._taken(fact)} AS {fact.name}")
            lines += [f"{sql} AS {name}" for name, sql in self._helpers(fact).items()]
        body = ",\n  ".join(["s.asked", *lines])
        join = f"\nJOIN {self.made.table} AS f ON f.asked = s.asked" if joined else ""
        return f"SELECT {body}\nFROM {source} AS s{join}\nGROUP BY s.asked"

    def _taken(self, fact: Fact) -> str:
        what = {"moment": "s.pos", "money": "s.value", "number": "1"}[fact.unit]
        if fact.take == "sum" and fact.unit == "number":
            what = "s.value"
        test = self._test(fact)
        value = f"CASE WHEN {test} THEN {what} END" if test else what
        return TAKES[fact.take].sql.format(value=value)

    def _relation(self, fact: Fact) -> str:
        """In one pass, facts of base streams are taken from the log itself."""
        return "log" if self.one_pass and streams()[fact.source].base else fact.source

    def _test(self, fact: Fact, *, only_later: bool = False) -> str:
        """Which rows of the relation that the fact is taken from count."""
        base = streams()[fact.source].base if self._relation(fact) == "log" else ""
        tests = [f"({base})" if base else "", condition(fact, only_later=only_later)]
        return " AND ".join(t for t in tests if t)

    def _helpers(self, fact: Fact) -> dict[str, str]:
        """Columns that tell when a windowed fact changes by time alone."""
        if fact.window is None:
            return {}
        oldest, newest = fact.window
        helpers = {}
        k = self._kth(fact)
        if k == 1:
            helpers[f"{fact.name}__leaves"] = f"MAX(CASE WHEN {self._test(fact)} THEN s.pos END)"
        elif k is None:
            helpers[f"{fact.name}__leaves"] = f"MIN(CASE WHEN {self._test(fact)} THEN s.pos END)"
        elif self.one_pass:  # DuckDB's own words: one aggregate where others need a window
            newest_k = f"MAX(CASE WHEN {self._test(fact)} THEN s.pos END, {k})"
            helpers[f"{fact.name}__leaves"] = f"({newest_k})[{k}]"
        if newest:
            later = self._test(fact, only_later=True)
            helpers[f"{fact.name}__enters"] = f"MIN(CASE WHEN {later} THEN s.pos END)"
            self._leaving(f"{fact.name}__enters", newest + 1)
        if f"{fact.name}__leaves" in helpers:
            self._leaving(f"{fact.name}__leaves", oldest + 1)
        self.extra += [h for h in helpers if h not in self.extra]
        return helpers

    def _leaving(self, column: str, ms: int) -> None:
        if (column, ms) not in self.made.leaving:
            self.made.leaving.append((column, ms))

    def _kth(self, fact: Fact) -> int | None:
        """The one number that rules compare this count with; None where any change may matter."""
        numbers = self.counts.get(fact.name, set())
        return max(next(iter(numbers)), 1) if fact.take == "count" and len(numbers) == 1 else None

    def _nth(self, group: list[Fact], number: int, columns: list[str]) -> list[str]:
        """For `count >= k`: when the k-th newest row leaves the window."""
        joins = []
        for fact in group:
            k = self._kth(fact)
            if fact.window is None or k is None or k == 1 or self.one_pass:
                continue
            name = f"{fact.name}_{number}_nth"
            self.chain.add(
                name,
                f"the row that keeps {fact.name} at {k}",
                f"SELECT asked, MAX(CASE WHEN n = {k} THEN pos END) AS {fact.name}__leaves\n"
                f"FROM (\n  SELECT s.asked, s.pos, ROW_NUMBER() OVER (PARTITION BY "
                f"s.asked ORDER BY s.pos DESC, s.event_id) AS n\n"
                f"  FROM {fact.source} AS s\n  WHERE {condition(fact)}\n) AS ranked\n"
                f"GROUP BY asked",
            )
            joins.append(f"LEFT JOIN {name} ON {name}.asked = b.asked")
            columns.append(f"{name}.{fact.name}__leaves")
            self.extra.append(f"{fact.name}__leaves")
            self._leaving(f"{fact.name}__leaves", fact.window[0] + 1)
        return joins


def condition(fact: Fact, *, only_later: bool = False) -> str:
    """Which rows `s` of the stream count, given facts `f`; empty = all.

    only_later: instead the rows that are still too young for the fact's window.
    """
    tests = []
    if fact.where is not None:
        tests.append(f"({fact.where.sql(dialect='duckdb')})")
    tests += [f"s.pos > COALESCE(f.{n}, -1)" for n in fact.after]
    tests += [f"s.pos > f.{n}" for n in fact.follows]
    tests += [f"s.pos < f.{n}" for n in fact.before]
    if fact.window is not None:
        oldest, newest = fact.window
        if only_later:
            tests.append(f"s.pos >= (s.as_of - {newest}) * 1048576")
        else:
            tests.append(f"s.pos >= (s.as_of - {oldest}) * 1048576")
            if newest:
                tests.append(f"s.pos < (s.as_of - {newest}) * 1048576")
    return " AND ".join(tests)


def _filled(fact: Fact, column: str) -> str:
    return column if fact.unit == "moment" else f"COALESCE({column}, 0)"


_SAYS = re.compile(r"\{says:([\w,]+)\}")
_NAME = re.compile(r"\{(\w+)\}")


def fill(stream: Stream, thresholds: Mapping[str, Threshold], facts: str, horizon: int) -> str:
    """A stream's SQL with its figures in place."""
    sql = _SAYS.sub(lambda m: str(mask(*m[1].split(","))), stream.sql)

    def figure(match: re.Match[str]) -> str:
        if match[1] == "facts":
            return facts
        if match[1] == "horizon":
            return str(horizon)
        if match[1] in RELATIONS:
            return match[1]
        if match[1] == "utc":
            return str(utc())
        return str(thresholds[match[1]].value)

    return _NAME.sub(figure, sql)


def _horizons(
    facts: list[Fact], used: list[Stream], thresholds: Mapping[str, Threshold]
) -> dict[str, int]:
    """How far back each stream with a horizon must look: the largest window asked of it."""
    horizons = {}
    for stream in used:
        if not stream.horizon:
            continue
        asked = [f for f in facts if f.source == stream.name]
        windows = [f.window[0] if f.window else thresholds["touch_history"].value for f in asked]
        horizons[stream.name] = max(windows, default=0)
    return horizons
