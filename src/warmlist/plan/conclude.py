"""Conclusions in SQL: labels with the manual overlay, recheck moments, follow-ups, for everybody."""

from __future__ import annotations

from warmlist.facts.catalogue import Fact
from warmlist.plan.chain import Chain
from warmlist.plan.facts import LOG, NEVER
from warmlist.rules.model import ACTIVITY_ORDER, COLOUR_ORDER, Dimension, Pack, Playbook


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
    _manual(chain, pack)
    _to_come(chain)
    timed = _timing(chain, pack, _labels(chain, pack, table), moments)
    labels = []
    for d in pack.dimensions:
        if d.exclusive:
            labels += [d.key, f"{d.key}__shade", f"{d.key}__rule"]
        else:
            labels += [c for key in d.labels for c in (f"{d.key}__{key}", f"{d.key}__{key}__rule")]
    chosen = " ".join(f"WHEN by_{p.column} = due_by THEN '{p.id}'" for p in pack.playbooks)
    from_ = " ".join(f"WHEN by_{p.column} = due_by THEN from_{p.column}" for p in pack.playbooks)
    columns = ",\n  ".join(
        [
            "customer_id", "as_of", "recheck_at", *(f.name for f in facts), *labels,
            f"CASE {chosen} END AS playbook" if chosen else "CAST(NULL AS VARCHAR) AS playbook",
            f"CASE {from_} END AS due_from" if from_ else "CAST(NULL AS BIGINT) AS due_from",
            "due_by",
            f"{_rank()} AS rank",
            f"{_worth(pack)} AS worth",
        ]
    )  # fmt: skip
    return f"SELECT {columns}\nFROM {timed}"


def _manual(chain: Chain, pack: Pack) -> None:
    """Labels set by hand: the newest act on each label, then one row a customer."""
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
)


def _to_come(chain: Chain) -> None:
    rows = "FROM who AS w JOIN events AS e ON e.handle_id = w.handle_id"
    ahead = "\nUNION ALL\n".join(
        f"SELECT w.asked, {moment} AS moment {rows}\nWHERE {test}" for moment, test in _TO_COME
    )
    chain.add(
        "to_come",
        "when the next event of the log becomes known, past or void, or a joining date past",
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


def _due(p: Playbook, *, late: bool) -> str:
    """The next contact: by when (late) or from when (not late), ms; NULL = none.

    A contact may be made from the start on; a repeated one from half its spacing on.
    """
    start = f"({p.start} >> 20)"
    touches = f"touches_{p.start}"
    cases = [f"WHEN {touches} = 0 THEN {start}{f' + {p.first}' if late else ''}"]
    if p.every:
        more = f"{touches} < {p.touches}" if p.touches else "TRUE"
        step = p.every if late else p.every // 2
        cases.append(f"WHEN {more} THEN (last_touch >> 20) + {step}")
    due = f"CASE {' '.join(cases)} END"
    tests = [p.when.sql()]
    if p.ends:
        tests.append(f"as_of <= {start} + {p.ends}")
    return f"CASE WHEN {' AND '.join(tests)} THEN {due} END"


def _timing(chain: Chain, pack: Pack, table: str, moments: list[tuple[str, int]]) -> str:
    due = chain.add(
        "due",
        "from when and by when each playbook asks for the next contact",
        "SELECT *,\n  "
        + ",\n  ".join(
            f"{_due(p, late=late)} AS {name}_{p.column}"
            for p in pack.playbooks
            for name, late in (("by", True), ("from", False))
        )
        + f"\nFROM {table}",
    )
    turns = [f"({fact} >> 20) + {ms}" for fact, ms in moments]
    turns += ["manual_until", "next_at"]
    later = ",\n    ".join(f"CASE WHEN {m} > as_of THEN {m} ELSE {NEVER} END" for m in turns)
    soonest = ", ".join(f"COALESCE(by_{p.column}, {NEVER})" for p in pack.playbooks)
    return chain.add(
        "timed",
        "the next moment that time alone brings, and by when the most urgent playbook is due",
        f"SELECT *,\n  NULLIF(LEAST(\n    {later}\n  ), {NEVER}) AS recheck_at,\n"
        f"  NULLIF(LEAST({soonest}, {NEVER}), {NEVER}) AS due_by\nFROM {due}",
    )


def _rank() -> str:
    colours = " ".join(f"WHEN '{c}' THEN {i * 10}" for i, c in enumerate(COLOUR_ORDER))
    active = " ".join(f"WHEN '{a}' THEN {i}" for i, a in enumerate(ACTIVITY_ORDER))
    return f"CASE follow_up {colours} ELSE 50 END + CASE activity {active} ELSE 4 END"


def _worth(pack: Pack) -> str:
    """Close rate of the colour times the average order, whole minor units, rounded down."""
    rates = " ".join(f"WHEN '{c}' THEN {p}" for c, p in pack.worth.items())
    if not rates:
        return "CAST(0 AS BIGINT)"
    # One division of two doubles: every engine rounds it alike.
    worth = f"CAST(spend_total * (CASE follow_up {rates} ELSE 0 END) AS DOUBLE)"
    average = f"CAST(FLOOR({worth} / CAST(100 * paid_orders AS DOUBLE)) AS BIGINT)"
    return f"CASE WHEN paid_orders > 0 THEN {average} ELSE CAST(0 AS BIGINT) END"
