"""Conclusions in SQL: labels with the manual overlay, recheck moments, follow-ups, for everybody."""

from __future__ import annotations

from collections.abc import Callable

from warmlist.facts.catalogue import Fact
from warmlist.plan.chain import Chain
from warmlist.plan.facts import LOG, NEVER
from warmlist.rules.model import ACTIVITY_ORDER, COLOUR_ORDER, LAST, Dimension, Pack, Playbook


def add_touches(chain: Chain, pack: Pack, table: str) -> str:
    """Add to each row how many contacts there were since each moment a playbook starts from."""
    starts = sorted({p.start for p in pack.playbooks})
    if not starts:
        return table
    counts = ",\n  ".join(
        f"COUNT(CASE WHEN t.pos > f.{s} THEN 1 END) AS touches_{s}" for s in starts
    )
    chain.add(
        "touched",
        "contacts since the moments at which playbooks start",
        f"SELECT f.asked,\n  {counts}\nFROM {table} AS f\n"
        "JOIN touches AS t ON t.asked = f.asked\nGROUP BY f.asked",
    )
    columns = ",\n  ".join(f"COALESCE(t.touches_{s}, 0) AS touches_{s}" for s in starts)
    return chain.add(
        "known",
        "every fact",
        f"SELECT f.*,\n  {columns}\nFROM {table} AS f\nLEFT JOIN touched AS t ON t.asked = f.asked",
    )


def add_conclusions(
    chain: Chain, pack: Pack, facts: list[Fact], table: str, moments: list[tuple[str, int]]
) -> str:
    """Add labels, timing and follow-ups; returns the SELECT that ends the plan."""
    add_manual_now(chain)
    _manual(chain, pack)
    _to_come(chain)
    timed = _timing(chain, pack, _labels(chain, pack, table), moments)
    labels = []
    for d in pack.dimensions:
        if d.exclusive:
            labels += [d.key, f"{d.key}__shade", f"{d.key}__rule"]
        else:
            labels += [c for key in d.labels for c in (f"{d.key}__{key}", f"{d.key}__{key}__rule")]
    columns = ",\n  ".join(
        [
            "customer_id", "as_of", "recheck_at", *(f.name for f in facts), *labels,
            "playbook",
            f"CASE WHEN {_of(pack, _touches)} = 0 THEN {_of(pack, _start)} "
            f"ELSE (last_touch >> 20) + {_of(pack, _half)} END AS due_from"
            if pack.playbooks
            else "CAST(NULL AS BIGINT) AS due_from",
            "due_by",
            f"{_of(pack, _touches)} AS touch",
            f"{_rank(pack)} AS rank",
            f"{_worth(pack)} AS worth",
        ]
    )  # fmt: skip
    return f"SELECT {columns}\nFROM {timed}"


def add_manual_now(chain: Chain) -> None:
    """Labels set by hand: the newest act on each label, as far as it stands."""
    chain.add(
        "manual_acts",
        "labels set or removed by hand, the newest act on each first",
        "SELECT asked, as_of, event_id, pos, kind, dimension, label, moment_at,\n"
        "  ROW_NUMBER() OVER (PARTITION BY asked, dimension, label\n"
        "    ORDER BY pos DESC, event_id DESC) AS n,\n"
        "  ROW_NUMBER() OVER (PARTITION BY asked, dimension, kind\n"
        "    ORDER BY pos DESC, event_id DESC) AS newest\n"
        f"FROM (\n{LOG}\n) AS log\nWHERE type = 'label'",
    )
    chain.add(
        "manual_now",
        "labels set or removed by hand that no later act undid and that have not run out",
        "SELECT asked, dimension, label, kind, moment_at, newest\n"
        "FROM manual_acts\nWHERE n = 1 AND (moment_at IS NULL OR moment_at > as_of)",
    )


def _manual(chain: Chain, pack: Pack) -> None:
    """What was set by hand, one row a customer."""
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
    rows = ",\n  ".join(["asked", *columns])
    chain.add(
        "manual",
        "what was set by hand, a row a customer",
        f"SELECT {rows}\nFROM manual_now\nGROUP BY asked",
    )


_PAST = "e.known_at < w.as_of AND e.pos < w.as_of * 1048576"
#: (moment ahead, which events have one): by itself each test lets an engine skip what lies behind.
_TO_COME = (
    ("GREATEST(e.known_at, e.pos >> 20)", "e.known_at >= w.as_of"),
    ("GREATEST(e.known_at, e.pos >> 20)", "e.pos >= w.as_of * 1048576"),
    ("e.gone_at", f"e.gone_at >= w.as_of AND {_PAST}"),
    ("e.moment_at", f"e.type = 'profile' AND e.moment_at >= w.as_of AND {_PAST}"),
    ("e.moment_at - 1", f"e.type IN ('tag', 'finding') AND e.moment_at > w.as_of AND {_PAST}"),
)


def _to_come(chain: Chain) -> None:
    rows = "FROM who AS w JOIN events AS e ON e.handle_id = w.handle_id"
    ahead = "\nUNION ALL\n".join(
        f"SELECT w.asked, {moment} AS moment {rows}\nWHERE {test}" for moment, test in _TO_COME
    )
    chain.add(
        "to_come",
        "when the next event of the log becomes known, past or void, a joining date past, or a word runs out",
        f"SELECT asked, MIN(moment) + 1 AS next_at\nFROM (\n{ahead}\n) AS ahead\nGROUP BY asked",
    )


def _labels(chain: Chain, pack: Pack, facts: str) -> str:
    """One step for each run of dimensions that read no dimension of the same run."""
    table = chain.add(
        "with_manual",
        "every fact, what was set by hand, and what is to come",
        "SELECT f.*,\n  "
        + ",\n  ".join(f"m.{c}" for c in _manual_columns(pack))
        + f",\n  n.next_at\nFROM {facts} AS f\n"
        "LEFT JOIN manual AS m ON m.asked = f.asked\n"
        "LEFT JOIN to_come AS n ON n.asked = f.asked",
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
            [f"manual_{d.key}"] if d.exclusive else [f"manual_{d.key}__{key}" for key in d.labels]
        )
    return [*names, "manual_until"]


def _label_steps(chain: Chain, dimensions: list[Dimension], table: str, number: int) -> str:
    keys = ", ".join(d.key for d in dimensions)
    matched = chain.add(
        f"rules_{number}",
        f"which rule matches: {keys}",
        "SELECT *,\n  "
        + ",\n  ".join(c for d in dimensions for c in _matches(d))
        + f"\nFROM {table}",
    )
    return chain.add(
        f"labels_{number}",
        f"labels, where those set by hand win: {keys}",
        "SELECT *,\n  "
        + ",\n  ".join(c for d in dimensions for c in _chosen(d))
        + f"\nFROM {matched}",
    )


def _matches(d: Dimension) -> list[str]:
    if d.exclusive:
        cases = "\n    ".join(f"WHEN {r.when.sql()} THEN '{r.id}'" for r in d.rules)
        return [f"{_case(cases)} AS {d.key}__matched"]
    columns = []
    for label in d.labels:
        rules = [r for r in d.rules if r.label == label]
        cases = "\n    ".join(f"WHEN {r.when.sql()} THEN '{r.id}'" for r in rules)
        columns.append(f"{_case(cases)} AS {d.key}__{label}__matched")
    return columns


def _case(cases: str) -> str:
    """Labels without a rule are set by hand alone."""
    return f"CASE\n    {cases}\n  END" if cases else "CAST(NULL AS VARCHAR)"


def _chosen(d: Dimension) -> list[str]:
    if d.exclusive:
        key = d.key
        labels = " ".join(f"WHEN '{r.id}' THEN '{r.label}'" for r in d.rules)
        shades = " ".join(f"WHEN '{r.id}' THEN '{r.shade}'" for r in d.rules if r.shade)
        by_rule = f"CASE {key}__matched {labels} END" if labels else "CAST(NULL AS VARCHAR)"
        shade = f"CASE {key}__matched {shades} END" if shades else "CAST(NULL AS VARCHAR)"
        return [
            f"COALESCE(manual_{key}, {by_rule}) AS {key}",
            f"CASE WHEN manual_{key} IS NULL THEN {shade} END AS {key}__shade",
            f"CASE WHEN manual_{key} IS NULL THEN {key}__matched ELSE 'manual' END AS {key}__rule",
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


def _due(p: Playbook) -> str:
    """By when the playbook asks for the next contact, ms; NULL = none."""
    cases = [f"WHEN {_touches(p)} = 0 THEN {_start(p)} + {p.first}"]
    if p.every:
        more = f"{_touches(p)} < {p.touches}" if p.touches else "TRUE"
        cases.append(f"WHEN {more} THEN (last_touch >> 20) + {p.every}")
    due = f"CASE {' '.join(cases)} END"
    tests = [p.when.sql()]
    if p.ends:
        tests.append(f"as_of <= {_start(p)} + {p.ends}")
    return f"CASE WHEN {' AND '.join(tests)} THEN {due} END"


def _start(p: Playbook) -> str:
    return f"({p.start} >> 20)"


def _touches(p: Playbook) -> str:
    return f"touches_{p.start}"


def _half(p: Playbook) -> str:
    """A repeated contact may be made from half its spacing on, the first one from the start on."""
    return str(p.every // 2)


def _of(pack: Pack, part: Callable[[Playbook], str]) -> str:
    """What `part` says of the playbook that was chosen; those that say the same stand together."""
    same: dict[str, list[str]] = {}
    for p in pack.playbooks:
        same.setdefault(part(p), []).append(f"'{p.id}'")
    cases = " ".join(
        f"WHEN playbook IN ({', '.join(ids)}) THEN {says}" for says, ids in same.items()
    )
    return f"CASE {cases} END" if cases else "CAST(NULL AS BIGINT)"


def _timing(chain: Chain, pack: Pack, table: str, moments: list[tuple[str, int]]) -> str:
    due = chain.add(
        "due",
        "by when each playbook asks for the next contact",
        ",\n  ".join(["SELECT *", *(f"{_due(p)} AS by_{p.column}" for p in pack.playbooks)])
        + f"\nFROM {table}",
    )
    turns = [f"({fact} >> 20) + {ms}" for fact, ms in moments]
    turns += ["manual_until", "next_at"]
    later = ",\n    ".join(f"CASE WHEN {m} > as_of THEN {m} ELSE {NEVER} END" for m in turns)
    timed = chain.add(
        "timed",
        "the next moment that time alone brings, and by when the most urgent playbook is due",
        f"SELECT *,\n  NULLIF(LEAST(\n    {later}\n  ), {NEVER}) AS recheck_at,\n"
        f"  {_most_urgent(pack)} AS due_by\nFROM {due}",
    )
    chosen = " ".join(f"WHEN by_{p.column} = due_by THEN '{p.id}'" for p in pack.playbooks)
    playbook = f"CASE {chosen} END" if chosen else "CAST(NULL AS VARCHAR)"
    return chain.add(
        "chosen",
        "which playbook that is; of two that ask for the same moment, the one named first",
        f"SELECT *, {playbook} AS playbook\nFROM {timed}",
    )


def _most_urgent(pack: Pack) -> str:
    """When the contact is due that the playbooks of the lowest urgency ask for first."""
    first = []
    for urgency in sorted({p.urgency for p in pack.playbooks}):
        asks = (f"COALESCE(by_{p.column}, {NEVER})" for p in pack.playbooks if p.urgency == urgency)
        first.append(f"NULLIF(LEAST({', '.join(asks)}, {NEVER}), {NEVER})")
    return f"COALESCE({', '.join(first)})" if first else "CAST(NULL AS BIGINT)"


def _rank(pack: Pack) -> str:
    colours = " ".join(f"WHEN '{c}' THEN {i * 10}" for i, c in enumerate(COLOUR_ORDER))
    active = " ".join(f"WHEN '{a}' THEN {i}" for i, a in enumerate(ACTIVITY_ORDER, 1))
    ends = [
        f"WHEN {node.sql()} THEN {place}"
        for node, place in ((pack.sooner, 0), (pack.later, LAST))
        if node is not None
    ]
    within = f"CASE activity {active} ELSE 5 END"
    if ends:
        within = f"CASE {' '.join(ends)} ELSE {within} END"
    return f"CASE follow_up {colours} ELSE 50 END + {within}"


def _worth(pack: Pack) -> str:
    """Close rate of the colour times the average order, whole minor units, rounded down."""
    rates = " ".join(f"WHEN '{c}' THEN {p}" for c, p in pack.worth.items())
    if not rates:
        return "CAST(0 AS BIGINT)"
    # One division of two doubles: every engine rounds it alike.
    worth = f"CAST(spend_total * (CASE follow_up {rates} ELSE 0 END) AS DOUBLE)"
    average = f"CAST(FLOOR({worth} / CAST(100 * paid_orders AS DOUBLE)) AS BIGINT)"
    return f"CASE WHEN paid_orders > 0 THEN {average} ELSE CAST(0 AS BIGINT) END"
