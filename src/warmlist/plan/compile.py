"""The whole plan of a pack: facts, labels with the manual overlay, recheck moments, follow-ups."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from warmlist.facts.catalogue import Fact
from warmlist.plan.chain import Chain
from warmlist.plan.facts import NEVER, add_facts, in_use
from warmlist.rules.expressions import Crossing
from warmlist.rules.model import Dimension, Pack, Playbook

#: Facts that the queue shows, whether a rule asks for them or not.
QUEUE_FACTS = (
    "open_message", "open_price", "open_trigger", "red_since", "last_inbound", "last_answer",
    "last_touch", "touches_7d", "snoozed_until", "last_quote", "last_order", "paid_orders",
    "spend_total", "spend_365d", "opted_out", "opted_in", "asked_to_stop",
)  # fmt: skip
COLOUR_ORDER = ("red", "orange", "yellow", "green", "grey")
ACTIVITY_ORDER = ("high", "medium", "low", "dormant")


@dataclass(frozen=True)
class Plan:
    """A compiled pack. `sql` gives a row each (customer_id, as_of) of the spine, in this order:

    customer_id, as_of, recheck_at (ms or NULL), every fact of `facts`; per exclusive dimension d:
    d, d__shade, d__rule, d__by_rule; per set label: d__label (true, NULL), d__label__rule; then
    playbook, due_from, due_by (ms), rank, worth.
    """

    pack: Pack
    facts: tuple[Fact, ...]
    sql: str
    chain: Chain

    @cached_property
    def set_labels(self) -> list[tuple[str, str]]:
        return [(d.key, l) for d in self.pack.dimensions if not d.exclusive for l in d.labels]

    @cached_property
    def exclusive(self) -> list[str]:
        return [d.key for d in self.pack.dimensions if d.exclusive]

    def long_sql(self, table: str) -> str:
        """The labels of a wide result as rows (customer_id, as_of, dimension, label, shade, rule)."""
        parts = [
            f"SELECT customer_id, as_of, '{d}' AS dimension, {d} AS label, {d}__shade AS shade, "
            f"{d}__rule AS rule FROM {table} WHERE {d} IS NOT NULL"
            for d in self.exclusive
        ] + [
            f"SELECT customer_id, as_of, '{d}', '{l}', CAST(NULL AS VARCHAR), {d}__{l}__rule "
            f"FROM {table} WHERE {d}__{l}"
            for d, l in self.set_labels
        ]
        return "\nUNION ALL\n".join(parts)


def compile_plan(pack: Pack, extra: Iterable[str] = ()) -> Plan:
    """Compile a pack; `extra` names facts to show besides those that rules and queue use."""
    nodes = [r.when for d in pack.dimensions for r in d.rules] + [p.when for p in pack.playbooks]
    wanted = {name for node in nodes for name in node.facts()}
    wanted |= {p.start for p in pack.playbooks} | {f for f in QUEUE_FACTS if f in pack.facts}
    wanted |= set(extra)
    facts = in_use(pack.facts, sorted(wanted))
    counts: dict[str, set[int]] = {}
    for node in nodes:
        for name, k in node.counts():
            counts.setdefault(name, set()).add(k)
    chain = Chain()
    chain.add(
        "who",
        "the customers asked about, by their handles",
        "SELECT s.customer_id, s.as_of, s.as_of * 1048576 AS now_pos, h.handle_id\n"
        "FROM spine AS s\nJOIN handles AS h ON h.customer_id = s.customer_id",
    )
    made = add_facts(chain, facts, pack.thresholds, counts)
    _manual(chain, pack)
    table = _labels(chain, pack, made.table)
    plays = _playbooks(chain, pack, table)
    crossings = sorted({c for n in nodes for c in n.crossings()}, key=lambda c: (c.fact, c.ms))
    last = _last(chain, pack, facts, plays, _moments(pack, crossings, made.leaving))
    return Plan(pack, tuple(facts), chain.sql(last), chain)


def _manual(chain: Chain, pack: Pack) -> None:
    """Labels set by hand: the newest act on each label, then one row a customer."""
    chain.add(
        "manual_acts",
        "labels set or removed by hand, the newest act on each first",
        "SELECT w.customer_id, w.as_of, e.event_id, e.pos, e.kind, e.dimension, e.label, e.moment_at,\n"
        "  ROW_NUMBER() OVER (PARTITION BY w.customer_id, w.as_of, e.dimension, e.label\n"
        "    ORDER BY e.pos DESC, e.event_id DESC) AS n\n"
        "FROM who AS w\nJOIN events AS e ON e.handle_id = w.handle_id\n"
        "WHERE e.type = 'label' AND e.known_at < w.as_of AND e.pos < w.now_pos\n"
        "  AND (e.gone_at IS NULL OR e.gone_at >= w.as_of)",
    )
    chain.add(
        "manual_now",
        "labels set or removed by hand that have not run out, newest first within a dimension",
        "SELECT customer_id, as_of, dimension, label, kind, moment_at,\n"
        "  ROW_NUMBER() OVER (PARTITION BY customer_id, as_of, dimension, kind\n"
        "    ORDER BY pos DESC, event_id DESC) AS newest\n"
        "FROM manual_acts\nWHERE n = 1 AND (moment_at IS NULL OR moment_at > as_of)",
    )
    columns = []
    for d in pack.dimensions:
        if d.exclusive:
            columns.append(
                f"MAX(CASE WHEN dimension = '{d.key}' AND kind = 'add' AND newest = 1 "
                f"THEN label END) AS manual_{d.key}"
            )
        else:
            columns += [
                f"MAX(CASE WHEN dimension = '{d.key}' AND label = '{label}' "
                f"THEN kind END) AS manual_{d.key}__{label}"
                for label in d.labels
            ]
    columns.append("MIN(moment_at) AS manual_until")
    rows = ",\n  ".join(["customer_id", "as_of", *columns])
    chain.add(
        "manual",
        "what was set by hand, a row a customer",
        f"SELECT {rows}\nFROM manual_now\nGROUP BY customer_id, as_of",
    )


def _labels(chain: Chain, pack: Pack, facts: str) -> str:
    """One step for each run of dimensions that read no dimension of the same run."""
    table = chain.add(
        "with_manual",
        "every fact, and what was set by hand",
        "SELECT f.*,\n  "
        + ",\n  ".join(f"m.{c}" for c in _manual_columns(pack))
        + f"\nFROM {facts} AS f\n"
        "LEFT JOIN manual AS m ON m.customer_id = f.customer_id AND m.as_of = f.as_of",
    )
    pending: list[Dimension] = []
    number = 0
    for dimension in [*pack.dimensions, None]:
        reads = set() if dimension is None else _reads(dimension)
        if dimension is None or any(p.key in reads for p in pending):
            number += 1
            table = _label_steps(chain, pending, table, number)
            pending = []
        if dimension is not None:
            pending.append(dimension)
    return table


def _reads(dimension: Dimension) -> set[str]:
    return {n for r in dimension.rules for n in r.when.dimensions()}


def _manual_columns(pack: Pack) -> list[str]:
    names = []
    for d in pack.dimensions:
        names += (
            [f"manual_{d.key}"] if d.exclusive else [f"manual_{d.key}__{l}" for l in d.labels]
        )
    return [*names, "manual_until"]


def _label_steps(chain: Chain, dimensions: list[Dimension], table: str, number: int) -> str:
    keys = ", ".join(d.key for d in dimensions)
    matched = chain.add(
        f"rules_{number}",
        f"which rule matches: {keys}",
        "SELECT *,\n  " + ",\n  ".join(c for d in dimensions for c in _matches(d)) + f"\nFROM {table}",
    )
    return chain.add(
        f"labels_{number}",
        f"labels, where those set by hand win: {keys}",
        "SELECT *,\n  " + ",\n  ".join(c for d in dimensions for c in _chosen(d)) + f"\nFROM {matched}",
    )


def _matches(d: Dimension) -> list[str]:
    if d.exclusive:
        cases = "\n    ".join(f"WHEN {r.when.sql()} THEN '{r.id}'" for r in d.rules)
        return [f"CASE\n    {cases}\n  END AS {d.key}__matched"]
    columns = []
    for label in d.labels:
        rules = [r for r in d.rules if r.label == label]
        cases = "\n    ".join(f"WHEN {r.when.sql()} THEN '{r.id}'" for r in rules)
        columns.append(f"CASE\n    {cases}\n  END AS {d.key}__{label}__matched")
    return columns


def _chosen(d: Dimension) -> list[str]:
    if d.exclusive:
        key = d.key
        labels = " ".join(f"WHEN '{r.id}' THEN '{r.label}'" for r in d.rules)
        shades = " ".join(f"WHEN '{r.id}' THEN '{r.shade}'" for r in d.rules if r.shade)
        by_rule = f"CASE {key}__matched {labels} END"
        shade = f"CASE {key}__matched {shades} END" if shades else "CAST(NULL AS VARCHAR)"
        return [
            f"COALESCE(manual_{key}, {by_rule}) AS {key}",
            f"CASE WHEN manual_{key} IS NULL THEN {shade} END AS {key}__shade",
            f"CASE WHEN manual_{key} IS NULL THEN {key}__matched ELSE 'manual' END AS {key}__rule",
            f"{by_rule} AS {key}__by_rule",
        ]
    columns = []
    for label in d.labels:
        name = f"{d.key}__{label}"
        columns += [
            f"CASE WHEN manual_{name} = 'add' OR (manual_{name} IS NULL AND {name}__matched IS NOT NULL) "
            f"THEN TRUE END AS {name}",
            f"CASE WHEN manual_{name} = 'add' THEN 'manual' ELSE {name}__matched END AS {name}__rule",
        ]
    return columns


def _playbooks(chain: Chain, pack: Pack, table: str) -> str:
    """When each playbook that applies is due next; NULL where it does not apply or is done."""
    starts = sorted({p.start for p in pack.playbooks})
    counts = ",\n  ".join(
        f"SUM(CASE WHEN t.pos > f.{s} THEN 1 ELSE 0 END) AS touches_{s}" for s in starts
    )
    chain.add(
        "touched",
        "contacts since the moments at which playbooks start",
        f"SELECT f.customer_id AS touched_id, f.as_of AS touched_as_of,\n  {counts}\nFROM {table} AS f\n"
        "JOIN touches AS t ON t.customer_id = f.customer_id AND t.as_of = f.as_of\n"
        "GROUP BY f.customer_id, f.as_of",
    )
    columns = ",\n  ".join(
        f"{_due(p, late)} AS {name}"
        for p in pack.playbooks
        for name, late in ((f"by_{_column(p)}", True), (f"from_{_column(p)}", False))
    )
    return chain.add(
        "due",
        "from when and by when each playbook asks for the next contact",
        f"SELECT l.*,\n  {columns}\nFROM {table} AS l\n"
        "LEFT JOIN touched AS t ON t.touched_id = l.customer_id AND t.touched_as_of = l.as_of",
    )


def _column(playbook: Playbook) -> str:
    return playbook.id.lower().replace("-", "_")


def _due(p: Playbook, late: bool) -> str:
    """The next contact: by when (late) or from when (not late), ms; NULL = none.

    A contact may be made from the start on; a repeated one from half its spacing on.
    """
    start = f"(l.{p.start} >> 20)"
    touches = f"COALESCE(t.touches_{p.start}, 0)"
    cases = [f"WHEN {touches} = 0 THEN {start}{f' + {p.first}' if late else ''}"]
    if p.every:
        more = f"{touches} < {p.touches}" if p.touches else "TRUE"
        step = p.every if late else p.every // 2
        cases.append(f"WHEN {more} THEN (l.last_touch >> 20) + {step}")
    due = f"CASE {' '.join(cases)} END"
    tests = [p.when.sql()]
    if p.ends:
        tests.append(f"l.as_of <= {start} + {p.ends}")
    if p.touches and not p.every:
        tests.append(f"{touches} < {p.touches}")
    return f"CASE WHEN {' AND '.join(tests)} THEN {due} END"


def _moments(pack: Pack, crossings: list[Crossing], leaving: list[str]) -> list[str]:
    """Every moment (ms) at which time alone can change a label or a follow-up."""
    moments = [f"(l.{c.fact} >> 20) + {c.ms}" for c in crossings]
    moments += [f"({'l.' + e[1:] if e.startswith('(') else e}" for e in leaving]
    moments += [f"(l.{p.start} >> 20) + {p.ends + 1}" for p in pack.playbooks if p.ends]
    return [*dict.fromkeys(moments), "l.manual_until", "n.next_at"]


def _last(
    chain: Chain, pack: Pack, facts: list[Fact], due: str, moments: list[str]
) -> str:
    chain.add(
        "to_come",
        "the first event that is in the log but not yet known or not yet past",
        "SELECT w.customer_id, w.as_of,\n"
        "  MIN(GREATEST(e.known_at, e.pos >> 20)) + 1 AS next_at\n"
        "FROM who AS w\nJOIN events AS e ON e.handle_id = w.handle_id\n"
        "WHERE e.known_at >= w.as_of OR e.pos >= w.now_pos\n"
        "GROUP BY w.customer_id, w.as_of",
    )
    later = ",\n    ".join(f"CASE WHEN {m} > l.as_of THEN {m} ELSE {NEVER} END" for m in moments)
    ids = [(p, _column(p)) for p in pack.playbooks]
    soonest = ", ".join(f"COALESCE(by_{c}, {NEVER})" for _, c in ids)
    chosen = " ".join(f"WHEN by_{c} = next_by THEN '{p.id}'" for p, c in ids)
    from_ = " ".join(f"WHEN by_{c} = next_by THEN from_{c}" for _, c in ids)
    labels = []
    for d in pack.dimensions:
        if d.exclusive:
            labels += [d.key, f"{d.key}__shade", f"{d.key}__rule", f"{d.key}__by_rule"]
        else:
            labels += [c for l in d.labels for c in (f"{d.key}__{l}", f"{d.key}__{l}__rule")]
    chain.add(
        "timed",
        "the next moment that time alone brings, and the most urgent playbook",
        f"SELECT l.*,\n  NULLIF(LEAST(\n    {later}\n  ), {NEVER}) AS recheck_at,\n"
        f"  NULLIF(LEAST({soonest}), {NEVER}) AS next_by\n"
        f"FROM {due} AS l\n"
        "LEFT JOIN to_come AS n ON n.customer_id = l.customer_id AND n.as_of = l.as_of",
    )
    columns = ",\n  ".join(
        [
            "customer_id", "as_of", "recheck_at", *(f.name for f in facts), *labels,
            f"CASE {chosen} END AS playbook",
            f"CASE {from_} END AS due_from",
            "next_by AS due_by",
            f"{_rank()} AS rank",
            f"{_worth(pack)} AS worth",
        ]
    )  # fmt: skip
    return f"SELECT {columns}\nFROM timed"


def _rank() -> str:
    colours = " ".join(f"WHEN '{c}' THEN {i * 10}" for i, c in enumerate(COLOUR_ORDER))
    active = " ".join(f"WHEN '{a}' THEN {i}" for i, a in enumerate(ACTIVITY_ORDER))
    return f"CASE follow_up {colours} ELSE 50 END + CASE activity {active} ELSE 4 END"


def _worth(pack: Pack) -> str:
    """Close rate of the colour times the customer's average order, minor units."""
    rates = " ".join(f"WHEN '{c}' THEN {p}" for c, p in pack.worth.items())
    average = "CASE WHEN paid_orders > 0 THEN spend_total / paid_orders ELSE 0 END"
    if not rates:
        return "CAST(0 AS BIGINT)"
    return f"CAST(FLOOR(({average}) * (CASE follow_up {rates} ELSE 0 END) / 100) AS BIGINT)"
