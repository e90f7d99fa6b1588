"""The plan of a pack: facts for few customers, or everything for everybody, from the same steps."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from warmlist.facts.catalogue import Fact
from warmlist.plan import conclude
from warmlist.plan.chain import Chain
from warmlist.plan.dialects import at_moment
from warmlist.plan.facts import add_facts, begin, in_use
from warmlist.plan.open_labels import compile_open
from warmlist.rules.conclude import moments_of
from warmlist.rules.model import Pack

#: Facts that the queue shows, whether a rule asks for them or not.
QUEUE_FACTS = (
    "open_message", "open_price", "open_trigger", "red_since", "last_inbound", "last_answer",
    "last_touch", "touches_7d", "snoozed_until", "last_quote", "last_order", "paid_orders",
    "spend_total", "spend_365d", "opted_out", "opted_in", "asked_to_stop", "promotions_30d",
)  # fmt: skip


_NO_TAG = (
    "CAST(NULL AS BIGINT) AS rank, CAST(NULL AS BIGINT) AS event_id, CAST(NULL AS BIGINT) AS ends"
)


@dataclass(frozen=True)
class Plan:
    """A compiled pack.

    `facts_sql` gives a row each (customer_id, as_of) of the spine: those two, every fact of `facts`,
    the helper moments that `moments` names, and `touches_<fact>` for every fact that a playbook starts from.
    `rules.conclude` makes labels of such a row.

    `sql` does the latter too, for many at once: customer_id, as_of, recheck_at (ms or NULL),
    every fact; per exclusive dimension d: d, d__shade, d__rule; per set label d__label (true or
    NULL), d__label__rule; then playbook, due_from, due_by (ms), touch, rank, worth.

    `open_sql` gives the labels that tags bring (see `plan.open_labels`); None where there are none.
    """

    pack: Pack
    facts: tuple[Fact, ...]
    moments: tuple[tuple[str, int], ...]
    facts_sql: str
    sql: str
    chain: Chain
    open_sql: str | None

    def sql_at(self, as_of: int) -> str:
        """`sql` for a spine of this one moment (ms), which stands in it as a figure.

        Engines then skip what is too old to count without reading it, and carry one column less.
        """
        return at_moment(self.sql, as_of)

    @cached_property
    def queue_facts(self) -> Mapping[str | None, tuple[str, ...]]:
        """Playbook (None = no follow-up) -> the facts kept with a standing for the queue's sentence."""
        always = {f for f in QUEUE_FACTS if f in self.pack.facts}
        more: dict[str | None, tuple[str, ...]] = {
            p.id: tuple(sorted({*always, *p.facts})) for p in self.pack.playbooks
        }
        return more | {None: tuple(sorted(always))}

    @cached_property
    def set_labels(self) -> list[tuple[str, str]]:
        """(dimension, label) of every label of a set."""
        return [(d.key, key) for d in self.pack.dimensions if not d.exclusive for key in d.labels]

    @cached_property
    def exclusive(self) -> list[str]:
        """The exclusive dimensions."""
        return [d.key for d in self.pack.dimensions if d.exclusive]

    def long_sql(self, table: str) -> str:
        """The labels of a wide result as rows.

        Columns: customer_id, as_of, dimension, label, shade, rule, then the NULLs rank, event_id and
        ends, which open labels have.
        """
        parts = [
            f"SELECT customer_id, as_of, '{d}' AS dimension, {d} AS label, {d}__shade AS shade, "
            f"{d}__rule AS rule, {_NO_TAG} FROM {table} WHERE {d} IS NOT NULL"
            for d in self.exclusive
        ] + [
            f"SELECT customer_id, as_of, '{d}', '{key}', CAST(NULL AS VARCHAR), {d}__{key}__rule, "
            f"{_NO_TAG} FROM {table} WHERE {d}__{key}"
            for d, key in self.set_labels
        ]
        return "\nUNION ALL\n".join(parts)


def compile_plan(pack: Pack, extra: Iterable[str] = ()) -> Plan:
    """Compile a pack; `extra` names facts to show besides those that rules and queue use."""
    wanted = {name for d in pack.dimensions for rule in d.rules for name in rule.facts}
    wanted |= {name for p in pack.playbooks for name in p.facts}
    wanted |= {f for f in QUEUE_FACTS if f in pack.facts}
    wanted |= {name for node in (pack.sooner, pack.later) if node for name in node.facts()}
    wanted |= set(extra)
    facts = in_use(pack.facts, sorted(wanted))
    counts: dict[str, set[int]] = {}
    for node in pack.nodes:
        for name, k in node.counts():
            counts.setdefault(name, set()).add(k)
    if "touch_cap" in pack.thresholds:  # what the queue compares with, though no rule does
        counts.setdefault("touches_7d", set()).add(pack.thresholds["touch_cap"].value)
    few = Chain()
    begin(few)
    made = add_facts(few, facts, pack.thresholds, counts)
    facts_sql = few.sql(f"SELECT * FROM {conclude.add_touches(few, pack, made.table)}")
    many = Chain()
    begin(many, one_pass=False)
    made = add_facts(many, facts, pack.thresholds, counts, one_pass=False)
    table = conclude.add_touches(many, pack, made.table)
    moments = moments_of(pack, made.leaving)
    last = conclude.add_conclusions(many, pack, facts, table, moments)
    return Plan(
        pack, tuple(facts), tuple(moments), facts_sql, many.sql(last), many, compile_open(pack)
    )
