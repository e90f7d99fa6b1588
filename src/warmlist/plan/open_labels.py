"""Labels that tags bring, for everybody: a chain of its own, since it reads nothing but tags."""

from __future__ import annotations

from warmlist.events.tags import BY_HANDLE, INFERRED
from warmlist.plan.chain import Chain
from warmlist.plan.conclude import add_manual_now
from warmlist.plan.facts import begin
from warmlist.rules.model import OpenRule, Pack


def compile_open(pack: Pack) -> str | None:
    """The open labels of a spine; None where the pack has none.

    Rows (customer_id, as_of, dimension, label, shade, rule, rank, event_id, ends): rank and event_id
    of the tag, NULL for labels set by hand; ends: the moment (ms) from which the tag is too old.
    """
    if not pack.open_rules:
        return None
    chain = Chain()
    begin(chain, one_pass=False)
    add_manual_now(chain)
    rules = pack.open_rules
    chain.add(
        "heard_of",
        "handles of which something was known by then: only those tell anything",
        "SELECT DISTINCT w.asked, w.handle_id\nFROM who AS w\nJOIN events AS e ON e.handle_id = w.handle_id\n"
        "WHERE e.known_at > 0 AND e.known_at < w.as_of AND e.pos < w.as_of * 1048576",
    )
    chain.add(
        "told",
        "words about the customer that were known by then",
        "SELECT w.asked, w.as_of, e.event_id, e.pos, e.kind, e.dimension, e.label, e.moment_at,\n"
        f"  CASE WHEN e.event_id IS NULL THEN {BY_HANDLE} ELSE COALESCE(e.number, {INFERRED}) END AS rank\n"
        "FROM who AS w\nJOIN events AS e ON e.handle_id = w.handle_id\n"
        "LEFT JOIN heard_of AS h ON h.asked = w.asked AND h.handle_id = w.handle_id\n"
        f"WHERE e.type IN ('tag', 'finding') AND e.dimension IN ({_listed(rules)})\n"
        "  AND e.known_at < w.as_of AND e.pos < w.as_of * 1048576\n"
        "  AND (e.gone_at IS NULL OR e.gone_at >= w.as_of)\n"
        "  AND (e.event_id IS NOT NULL OR h.handle_id IS NOT NULL)",
    )
    chain.add(
        "tag_acts",
        "the newest act on each word first, and when its kind was cleared",
        "SELECT asked, as_of, event_id, pos, kind, rank, dimension, label, moment_at,\n"
        "  ROW_NUMBER() OVER (PARTITION BY asked, dimension, rank, label\n"
        "    ORDER BY pos DESC, COALESCE(event_id, 0) DESC) AS n,\n"
        "  MAX(CASE WHEN kind = 'clear' THEN pos END)\n"
        "    OVER (PARTITION BY asked, dimension, rank) AS cleared\n"
        "FROM told",
    )
    often = _often(chain, rules)
    chain.add(
        "tags_now",
        "words that are added, not cleared since, and have neither run out nor grown too old",
        "SELECT asked, as_of, event_id, pos, rank, dimension, label,\n"
        f"  {_ends(rules)} AS ends,\n"
        "  MAX(rank) OVER (PARTITION BY asked, dimension) AS top\n"
        f"FROM {often}\n"
        "WHERE n = 1 AND kind = 'add' AND (moment_at IS NULL OR moment_at > as_of)\n"
        f"  AND (cleared IS NULL OR pos >= cleared){_young(rules)}{_beside(rules)}",
    )
    strongest = [r for r in rules if r.strongest]
    test = f"\nWHERE dimension NOT IN ({_listed(strongest)}) OR rank = top" if strongest else ""
    alone = [r for r in rules if r.exclusive]
    only_one = f" AND (dimension NOT IN ({_listed(alone)}) OR nth = 1)" if alone else ""
    chain.add(
        "tags_ranked",
        "the strongest of each, and the newest where only one can hold",
        "SELECT asked, as_of, event_id, rank, dimension, label, ends,\n"
        "  ROW_NUMBER() OVER (PARTITION BY asked, dimension, label\n"
        "    ORDER BY rank DESC) AS same,\n"
        "  ROW_NUMBER() OVER (PARTITION BY asked, dimension\n"
        "    ORDER BY rank DESC, pos DESC, COALESCE(event_id, 0) DESC, label) AS nth\n"
        f"FROM tags_now{test}",
    )
    names = " ".join(f"WHEN '{r.dimension}' THEN '{r.id}'" for r in rules)
    by_hand = f"dimension IN ({_listed(rules)}){_beside(rules)} AND kind = 'add'"
    replaced = " OR ".join(
        ["m.label = t.label AND m.dimension NOT IN (" + (_listed(alone) or "''") + ")"]
        + [
            f"m.kind = 'add' AND m.newest = 1 AND m.dimension IN ({_listed(alone)})"
            for _ in alone[:1]
        ]
    )
    chain.add(
        "open_labels",
        "the words that hold, where what was set by hand wins",
        "SELECT t.asked, t.dimension, t.label, CASE t.dimension "
        f"{names} END AS rule, t.rank, t.event_id, t.ends\nFROM tags_ranked AS t\n"
        f"WHERE t.same = 1{only_one}\n"
        "  AND NOT EXISTS (SELECT 1 FROM manual_now AS m WHERE m.asked = t.asked\n"
        f"    AND m.dimension = t.dimension AND ({replaced}))\n"
        "UNION ALL\n"
        "SELECT asked, dimension, label, 'manual' AS rule, NULL AS rank, NULL AS event_id, NULL AS ends\n"
        f"FROM manual_now\nWHERE {by_hand}"
        + (f" AND (newest = 1 OR dimension NOT IN ({_listed(alone)}))" if alone else ""),
    )
    return chain.sql(
        "SELECT s.customer_id, s.as_of, o.dimension, o.label, CAST(NULL AS VARCHAR) AS shade,\n"
        "  o.rule, CAST(o.rank AS BIGINT) AS rank, CAST(o.event_id AS BIGINT) AS event_id,\n"
        "  CAST(o.ends AS BIGINT) AS ends\n"
        "FROM open_labels AS o\nJOIN spine AS s ON s.asked = o.asked"
    )


def _often(chain: Chain, rules: tuple[OpenRule, ...]) -> str:
    """Leave out words that were worked out too seldom; returns the step that holds the others."""
    asked = {r.dimension: r.often for r in rules if r.often is not None}
    if not asked:
        return "tag_acts"

    def figure(name: str) -> str:
        cases = " ".join(f"WHEN '{d}' THEN {getattr(often, name)}" for d, often in asked.items())
        return f"CASE dimension {cases} END"

    dimensions = ", ".join(f"'{d}'" for d in asked)
    chain.add(
        "worked_out",
        "words that were worked out, the newest first",
        "SELECT asked, dimension, label,\n"
        "  ROW_NUMBER() OVER (PARTITION BY asked, dimension ORDER BY pos DESC, label) AS place\n"
        f"FROM told\nWHERE dimension IN ({dimensions}) AND rank = {INFERRED} AND kind = 'add'",
    )
    chain.add(
        "counted_words",
        "how often each came among the newest",
        "SELECT asked, dimension, label, COUNT(*) AS times\n"
        f"FROM worked_out\nWHERE place <= {figure('of')}\nGROUP BY asked, dimension, label",
    )
    chain.add(
        "compared_words",
        "and how many those were",
        "SELECT asked, dimension, label, times, SUM(times) OVER (PARTITION BY asked, dimension) AS total\n"
        "FROM counted_words",
    )
    chain.add(
        "often_words",
        "words that came often enough to count",
        "SELECT asked, dimension, label\nFROM compared_words\n"
        f"WHERE times >= {figure('least')} AND times * 100 >= total * {figure('share')}",
    )
    return chain.add(
        "tags_often",
        "words but for those that were worked out too seldom",
        "SELECT t.*\nFROM tag_acts AS t\n"
        "LEFT JOIN often_words AS o\n"
        "  ON o.asked = t.asked AND o.dimension = t.dimension AND o.label = t.label\n"
        f"WHERE t.rank <> {INFERRED} OR t.dimension NOT IN ({dimensions}) OR o.label IS NOT NULL",
    )


def _listed(rules: tuple[OpenRule, ...] | list[OpenRule]) -> str:
    return ", ".join(f"'{r.dimension}'" for r in rules)


def _ends(rules: tuple[OpenRule, ...]) -> str:
    cases = " ".join(
        f"WHEN '{r.dimension}' THEN (pos >> 20) + {r.lasts + 1}" for r in rules if r.lasts
    )
    return f"CASE dimension {cases} END" if cases else "CAST(NULL AS BIGINT)"


def _young(rules: tuple[OpenRule, ...]) -> str:
    return "".join(
        f"\n  AND (dimension <> '{r.dimension}' OR pos >= (as_of - {r.lasts}) * 1048576)"
        for r in rules
        if r.lasts
    )


def _beside(rules: tuple[OpenRule, ...]) -> str:
    """Labels that ordinary rules give are theirs alone."""
    return "".join(
        f"\n  AND NOT (dimension = '{r.dimension}' AND label IN "
        f"({', '.join(repr(label) for label in sorted(r.beside))}))"
        for r in rules
        if r.beside
    )
