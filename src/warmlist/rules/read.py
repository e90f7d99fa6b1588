"""Reads a pack folder into a checked Pack; what is wrong is told with file, line and column."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from warmlist.errors import BadPack
from warmlist.events.signals import SIGNALS, mask
from warmlist.facts.catalogue import UNITS, Fact, streams
from warmlist.facts.takes import COMBINES, TAKES
from warmlist.rules.expressions import NEVER, Node, Threshold, Vocabulary
from warmlist.rules.idle import idle
from warmlist.rules.layers import Files, Layer
from warmlist.rules.model import (
    COLOURS,
    OUTCOMES,
    Dimension,
    Label,
    Pack,
    Rule,
)
from warmlist.rules.names import checked as _name
from warmlist.rules.open_rules import read_open_rule
from warmlist.rules.parts import all_different as _all_different
from warmlist.rules.parts import expression as _expression
from warmlist.rules.parts import in_every_language as _words
from warmlist.rules.parts import placeholders as _placeholders
from warmlist.rules.parts import whole as _whole
from warmlist.rules.playbooks import read_playbooks
from warmlist.rules.yaml_text import Rows, Table, Text, near

#: amount, currency (None = the workspace's) -> minor units of the workspace currency, None where no
#: rate is known
ToMinor = Callable[[Decimal, str | None], int | None]

_UNITS_MS = {"ms": 1, "s": 1_000, "min": 60_000, "h": 3_600_000, "d": 86_400_000}
_DURATION = re.compile(r"^(\d+)\s*(ms|s|min|h|d)$")
_MONEY = re.compile(r"^(\d+(?:\.\d+)?)\s*([A-Z]{3}|workspace)$")


def _us_dollars(amount: Decimal, currency: str | None) -> int | None:
    return int(amount * 100) if currency in ("USD", None) else None


def read_pack(folder: Path, to_minor: ToMinor = _us_dollars, layers: Sequence[Layer] = ()) -> Pack:
    """Read and check a whole pack, with files laid over it.

    `to_minor` brings money thresholds to the workspace currency. Raises BadPack at the first error.
    """
    files = Files(folder, layers)
    head = files.head.allow("name", "version", "says", "worth", "order", "sooner", "later")
    warnings: list[str] = []
    thresholds = _thresholds(files.thresholds, to_minor, warnings)
    facts = _facts(files.part("facts"), thresholds)
    label_files = _as_ordered(files.part("labels"), head.names("order"))
    closed = [t for t in label_files if "labels" in t]
    words = Vocabulary(
        {name: fact.unit for name, fact in facts.items()},
        thresholds,
        {t.text("dimension"): tuple(t.table("labels")) for t in closed
         if t.text("kind") == "exclusive"},
        {t.text("dimension"): tuple(t.table("labels")) for t in closed
         if t.text("kind") == "set"},
    )  # fmt: skip
    _all_different("dimension", (t.text("dimension") for t in label_files))
    _all_different("rule", (i for t in label_files for i in _rule_ids(t)))
    for table in label_files:
        _name(table.text("dimension"), "dimension", facts)
    dimensions = _in_order([_dimension(t, words) for t in closed])
    open_rules = tuple(
        read_open_rule(t, str(t.text("dimension")), _days(t), words)
        for t in label_files
        if "open" in t
    )
    listed: dict[str, Collection[str] | None] = {d.key: tuple(d.labels) for d in dimensions}
    playbooks = read_playbooks(
        files, words, facts, listed | {rule.dimension: None for rule in open_rules}
    )
    in_vain = _idle(dimensions, warnings)
    worth = {c: _whole(head.table("worth"), c) for c in head.get("worth", ())}
    return Pack(
        head.text("name"), head.text("version"), thresholds, facts, dimensions, playbooks,
        worth, tuple(warnings), open_rules, _optional(head, "sooner", words),
        _optional(head, "later", words), idle=in_vain,
    )  # fmt: skip


def _idle(dimensions: Iterable[Dimension], warnings: list[str]) -> tuple[str, ...]:
    """The ids of rules that can never hold, each told as a warning."""
    found: list[str] = []
    for dimension in dimensions:
        told = idle(dimension.rules, exclusive=dimension.exclusive)
        for rule in dimension.rules:
            if rule.id not in told:
                continue
            takes = " and ".join(told[rule.id])
            why = f"{takes} before it takes all" if takes else "its tests exclude each other"
            warnings.append(f"{rule.place}: {rule.id} ({rule.label}) can never hold: {why}")
            found.append(rule.id)
    return tuple(found)


def _optional(head: Table, key: str, words: Vocabulary) -> Node | None:
    return _expression(head.text(key), words) if key in head else None


# --- thresholds ---


def _thresholds(table: Table, to_minor: ToMinor, warnings: list[str]) -> dict[str, Threshold]:
    found = {}
    for name in table:
        row = table.table(name).allow("value", "since", "source", "says")
        text = row.text("value")
        kind, value = _figure(text, to_minor)
        if value is None:
            warnings.append(
                f"{text.at}: no rate brings {text} to the workspace currency: rules that use {name} "
                "do not match until one is set"
            )
            value = NEVER
        found[str(name)] = Threshold(name, kind, value, text, row.text("source"), row.text("since"))
    return found


def _figure(text: Text, to_minor: ToMinor) -> tuple[str, int | None]:
    if match := _DURATION.match(text):
        return "duration", int(match[1]) * _UNITS_MS[match[2]]
    if match := _MONEY.match(text):
        currency = None if match[2] == "workspace" else match[2]
        return "money", to_minor(Decimal(match[1]), currency)
    if text.isdigit():
        return "number", int(text)
    raise BadPack(
        f"{text.at}: {text!r} is no figure; write 24h, 8min, 30d, 10000 USD, 500 workspace or 3"
    )


# --- facts ---


def _facts(files: Iterable[Table], thresholds: Mapping[str, Threshold]) -> dict[str, Fact]:
    facts: dict[str, Fact] = {}
    for table in files:
        for name in table.keys_as_written():
            if name in facts:
                raise BadPack(f"{name.at}: fact {str(name)!r} is declared twice")
            facts[str(name)] = _fact(name, table.table(name), thresholds)
    for fact in facts.values():
        for need in fact.needs:
            if need not in facts:
                raise BadPack(f"{fact.place}: unknown fact {need!r}{near(need, list(facts))}")
        if fact.take in COMBINES:
            _right_units(fact, facts)
    _no_circle({f.name: f.needs for f in facts.values()}, {f.name: f.place for f in facts.values()})
    return facts


def _fact(name: Text, row: Table, thresholds: Mapping[str, Threshold]) -> Fact:
    row.allow("says", "from", "take", "of", "where", "after", "follows", "before", "window", "unit")
    take = row.text("take")
    common: dict[str, Any] = {
        "name": _name(name, "fact"),
        "says": _words(row, "says"),
        "take": str(take),
    }
    if take in COMBINES:
        return Fact(unit=COMBINES[take].unit, of=row.names("of"), place=name.at, **common)
    if take not in TAKES:
        raise BadPack(f"{take.at}: unknown take {take!r}{near(take, [*TAKES, *COMBINES])}")
    source = row.text("from")
    if source not in streams():
        raise BadPack(f"{source.at}: unknown stream {source!r}{near(source, list(streams()))}")
    unit = "moment" if TAKES[take].moment else row.text("unit", "number")
    if unit not in UNITS:
        raise BadPack(f"{row.text('unit').at}: unknown unit {unit!r}{near(unit, UNITS)}")
    window = _window(row, thresholds)
    if window and unit == "moment":
        raise BadPack(f"{name.at}: a moment takes no window; test its age in the rule instead")
    return Fact(
        unit=unit, source=str(source), where=_where(row, source, thresholds), window=window, place=name.at,
        after=row.names("after"), follows=row.names("follows"), before=row.names("before"), **common,
    )  # fmt: skip


def _right_units(fact: Fact, facts: Mapping[str, Fact]) -> None:
    """A fact made of others takes them in the units that its way of making asks for."""
    given = tuple(facts[name].unit for name in fact.of)
    takes = COMBINES[fact.take].takes or ("moment",) * len(given) or ("moment",)
    if given != takes:
        raise BadPack(
            f"{fact.place}: {fact.take} takes facts of the units {', '.join(takes)} in 'of', "
            f"not {', '.join(given) or 'none'}"
        )


def _window(row: Table, thresholds: Mapping[str, Threshold]) -> tuple[int, int] | None:
    names = row.names("window")
    if not names:
        return None
    for name in names:
        if name not in thresholds or thresholds[name].kind != "duration":
            raise BadPack(f"{name.at}: a window names durations{near(name, list(thresholds))}")
    ages = sorted(thresholds[n].value for n in names)
    return (ages[-1], ages[0] if len(ages) > 1 else 0)


def _where(row: Table, source: str, thresholds: Mapping[str, Threshold]) -> exp.Expr | None:
    """A test of the stream's columns; thresholds stand in it as figures."""
    if "where" not in row:
        return None
    text = row.text("where")
    try:
        tree = sqlglot.parse_one(text, read="duckdb")
    except SqlglotError as error:
        raise BadPack(f"{text.at}: not an expression: {str(error).splitlines()[0]}") from None
    columns = streams()[source].columns
    figures = {t.name: t for t in thresholds.values() if t.kind in ("number", "money")}
    for column in tree.find_all(exp.Column):
        if column.name not in columns and column.name not in figures:
            raise BadPack(
                f"{text.at}: {source} has no column {column.name!r}"
                f"{near(column.name, [*columns, *figures])}"
            )

    def filled(node: exp.Expr) -> exp.Expr:
        if isinstance(node, exp.Column) and node.name not in columns:
            value = figures[node.name].value
            return exp.Null() if value == NEVER else exp.Literal.number(value)
        return _says(node, text)

    found: exp.Expr = tree.transform(filled)
    return found


def _says(node: exp.Expr, text: Text) -> exp.Expr:
    """`says('a', 'b')` on readings becomes a test of bits."""
    if not (isinstance(node, exp.Anonymous) and str(node.this).lower() == "says"):
        return node
    names = [n.this for n in node.expressions]
    for name in names:
        if name not in SIGNALS:
            raise BadPack(f"{text.at}: unknown signal {name!r}{near(str(name), SIGNALS)}")
    return sqlglot.parse_one(f"(bits & {mask(*names)}) <> 0", read="duckdb")


# --- dimensions ---


def _dimension(table: Table, words: Vocabulary) -> Dimension:
    table.allow(
        "dimension",
        "kind",
        "names",
        "says",
        "colour",
        "review",
        "labels",
        "rules",
        "open",
        "source",
    )
    kind = table.text("kind")
    if kind not in ("exclusive", "set"):
        raise BadPack(f"{kind.at}: kind is exclusive or set, not {kind!r}")
    rows = table.table("labels")
    usual = _colour(table)
    labels = {str(key): _label(key, rows.table(key), usual) for key in rows.keys_as_written()}
    rules = tuple(_rule(row, labels, words) for row in table.rows("rules"))
    if kind == "exclusive":
        _none_in_vain(rules)
    return Dimension(
        str(table.text("dimension")), kind == "exclusive", _words(table, "names"),
        _days(table), labels, rules, table.text("dimension").at,
        _words(table, "says") if "says" in table else None,
    )  # fmt: skip


def _none_in_vain(rules: Sequence[Rule]) -> None:
    """Two rules that ask the same contradict each other: the later one can never win."""
    first: dict[Node, Rule] = {}
    for rule in rules:
        other = first.setdefault(rule.when, rule)
        if other is not rule:
            raise BadPack(
                f"{rule.place}: {rule.id} ({rule.label}) asks the same as {other.id} ({other.label}), "
                "which stands before it: it would never hold; change one of them or take one out"
            )


def _colour(row: Table) -> str | None:
    colour = row.text("colour") if row.get("colour") else None
    if colour and colour not in COLOURS:
        raise BadPack(f"{colour.at}: unknown colour {colour!r}{near(colour, COLOURS)}")
    return str(colour) if colour else None


def _days(table: Table) -> int:
    _kind, review = _figure(table.text("review"), _us_dollars)
    return (review or 0) // 86_400_000


def _rule_ids(table: Table) -> Iterable[Text]:
    opened = [table.table("open")] if "open" in table else []
    rules = table.rows("rules") if "rules" in table else ()
    return (row.text("id") for row in [*rules, *opened] if "id" in row)


def _label(key: Text, row: Table, colour: str | None) -> Label:
    """colour: where the row names none."""
    row.allow("names", "says", "colour", "share", "outcome", "outcome_of", "source")
    of = row.text("outcome_of", "sales")
    if of not in OUTCOMES:
        raise BadPack(f"{of.at}: unknown outcome {of!r}{near(of, OUTCOMES)}")
    return Label(
        _name(key, "label"), _words(row, "names"), _colour(row) or colour, _range(row, "share"),
        _range(row, "outcome"), str(of), str(row.text("source", "")),
        _words(row, "says") if "says" in row else None,
    )  # fmt: skip


def _range(row: Table, key: str) -> tuple[float, float] | None:
    value = row.get(key)
    if value is None:
        return None
    numbers = [float(v) for v in (value if isinstance(value, Rows) else [value])]
    return (numbers[0], numbers[-1])


def _rule(row: Table, labels: Mapping[str, Label], words: Vocabulary) -> Rule:
    row.allow("id", "label", "shade", "when", "because", "note")
    label, text = row.text("label"), row.text("when")
    if label not in labels:
        raise BadPack(f"{label.at}: unknown label {label!r}{near(label, list(labels))}")
    because = _words(row, "because")
    _placeholders(because, words, row.at)
    return Rule(
        str(row.text("id")), str(label), str(row.text("shade")) if row.get("shade") else None,
        _expression(text, words), " ".join(text.split()), because, text.at,
    )  # fmt: skip


def _as_ordered(files: list[Table], order: tuple[Text, ...]) -> list[Table]:
    """The dimensions named in `order` first, as people want to see them; the rest by file name."""
    keys = [str(t.text("dimension")) for t in files]
    for name in order:
        if name not in keys:
            raise BadPack(f"{name.at}: unknown dimension {name!r}{near(name, keys)}")
    places = {str(name): place for place, name in enumerate(order)}
    return sorted(files, key=lambda t: places.get(t.text("dimension"), len(order)))


def _in_order(dimensions: list[Dimension]) -> tuple[Dimension, ...]:
    """Each dimension behind those that its rules read, in as few layers as that takes.

    A circle is refused.
    """
    needs = {
        d.key: tuple(sorted({n for r in d.rules for n in r.when.dimensions()})) for d in dimensions
    }
    layer: dict[str, int] = {}
    for key in _no_circle(needs, {d.key: d.place for d in dimensions}):
        layer[key] = 1 + max((layer[n] for n in needs[key]), default=0)
    return tuple(sorted(dimensions, key=lambda d: layer[d.key]))


def _no_circle(needs: Mapping[str, tuple[str, ...]], places: Mapping[str, str]) -> list[str]:
    order: list[str] = []
    state: dict[str, int] = {}

    def visit(name: str, path: tuple[str, ...]) -> None:
        if state.get(name) == 2:
            return
        if name in path:
            circle = " -> ".join((*path[path.index(name) :], name))
            raise BadPack(f"{places[name]}: {name} needs itself: {circle}; take one of these out")
        for need in needs[name]:
            visit(need, (*path, name))
        state[name] = 2
        order.append(name)

    for name in needs:
        visit(name, ())
    return order
