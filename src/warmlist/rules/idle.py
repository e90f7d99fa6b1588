"""Finds rules that can never hold: their tests exclude each other, or rules before them take all.

It follows limits of single facts and labels through `and`, `or` and `not`. What it finds is so; what it
does not find may still never happen.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import product

from warmlist.rules.expressions import (
    NEVER,
    Age,
    Both,
    Compare,
    HasLabel,
    IsLabel,
    Known,
    Node,
    Not,
)
from warmlist.rules.model import Rule

#: More ways than this to fulfil an expression are not looked through.
MOST = 512
#: A test, and whether it must hold or must not.
Atom = tuple[Node, bool]
_OTHER = {"<": ">=", "<=": ">", ">": "<=", ">=": "<", "=": "<>", "<>": "="}
_FOREVER = 1 << 63


def never(node: Node) -> bool:
    """Whether no customer can ever pass the test."""
    ways = _ways(node, wanted=True)
    return ways is not None and not any(_possible(way) for way in ways)


def idle(rules: Sequence[Rule], *, exclusive: bool) -> dict[str, tuple[str, ...]]:
    """Rules that can never hold: id -> the ids of those before it that take all; () = by itself."""
    found: dict[str, tuple[str, ...]] = {}
    for place, rule in enumerate(rules):
        if never(rule.when):
            found[rule.id] = ()
        elif exclusive and (takes := _taken(rule, rules[:place])):
            found[rule.id] = takes
    return found


def _taken(rule: Rule, before: Sequence[Rule]) -> tuple[str, ...]:
    """One rule that takes all that this one would, or several that do so together."""
    for other in before:
        if never(Both((rule.when, Not(other.when)), "AND")):
            return (other.id,)
    if before and never(Both((rule.when, *(Not(other.when) for other in before)), "AND")):
        return tuple(other.id for other in before)
    return ()


def _ways(node: Node, *, wanted: bool) -> list[list[Atom]] | None:
    """The ways to fulfil it, each a list of tests; None where there are too many."""
    if isinstance(node, Not):
        return _ways(node.item, wanted=not wanted)
    if not isinstance(node, Both):
        return [[(node, wanted)]]
    parts = [_ways(item, wanted=wanted) for item in node.items]
    if any(part is None for part in parts):
        return None
    known = [part for part in parts if part is not None]
    if (node.word == "OR") == wanted:
        ways = [way for part in known for way in part]
        return ways if len(ways) <= MOST else None
    count = 1
    for part in known:
        count *= len(part)
    if count > MOST:
        return None
    return [[atom for way in chosen for atom in way] for chosen in product(*known)]


def _possible(way: Iterable[Atom]) -> bool:
    atoms = set(way)
    if any((node, not wanted) in atoms for node, wanted in atoms):
        return False
    return _labels_possible(atoms) and _facts_possible(atoms)


def _labels_possible(atoms: set[Atom]) -> bool:
    """An exclusive dimension has one label at a time."""
    allowed: dict[str, set[str]] = {}
    for node, wanted in atoms:
        if isinstance(node, IsLabel) and wanted:
            mine = allowed.setdefault(node.dimension, set(node.labels))
            mine &= set(node.labels)
    for node, wanted in atoms:
        if isinstance(node, IsLabel) and not wanted and node.dimension in allowed:
            allowed[node.dimension] -= set(node.labels)
    return all(allowed.values())


def _facts_possible(atoms: set[Atom]) -> bool:
    """Whether some value of each fact, or that it is unknown, passes all tests of it alone."""
    known = {fact for node, wanted in atoms if wanted for fact in _needs(node)}
    known |= {n.fact for n, w in atoms if isinstance(n, Known) and n.wanted == w}
    unknown = {n.fact for n, w in atoms if isinstance(n, Known) and n.wanted != w}
    if known & unknown:
        return False
    limits: dict[tuple[str, str], tuple[int, int]] = {}
    for node, wanted in atoms:
        if isinstance(node, Compare) and node.right == NEVER and wanted:
            return False
        told = _limit(node, wanted=wanted, known=known)
        if told is not None:
            key, low, high = told
            before = limits.get(key, (-_FOREVER, _FOREVER))
            limits[key] = (max(low, before[0]), min(high, before[1]))
    return all(low <= high for low, high in limits.values())


def _needs(node: Node) -> tuple[str, ...]:
    """Facts without which the test does not hold."""
    return tuple(getattr(node, "uses", ())) if not isinstance(node, Known | HasLabel) else ()


def _limit(node: Node, *, wanted: bool, known: set[str]) -> tuple[tuple[str, str], int, int] | None:
    """What a test says of one known fact's age or value: (key, least, most)."""
    if isinstance(node, Age):
        key, symbol, figure = ("age", node.fact), node.symbol, node.ms
    elif isinstance(node, Compare) and isinstance(node.right, int) and node.right != NEVER:
        key, symbol, figure = ("value", node.left), node.symbol, node.right
    else:
        return None
    if key[1] not in known:  # then that it is unknown fulfils what must not hold
        return None
    low, high = {
        "<": (-_FOREVER, figure - 1), "<=": (-_FOREVER, figure), ">": (figure + 1, _FOREVER),
        ">=": (figure, _FOREVER), "=": (figure, figure), "<>": (-_FOREVER, _FOREVER),
    }[symbol if wanted else _OTHER[symbol]]  # fmt: skip
    return key, low, high
