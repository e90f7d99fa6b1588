"""Rule expressions: SQL text -> a small checked tree that gives SQL, plain meaning and crossings.

Grammar (SQL, read by SQLGlot): `and`, `or`, `not`, brackets; comparisons of facts with thresholds,
numbers or other facts, numbers also as multiples (`fact * 2 >= other`); `age(moment) <= duration`;
`gap(earlier, later) <= duration`;
`known(fact)`, `unknown(fact)`; `dimension = 'label'`; for sets `has(dimension, 'label')`, which is
also written `'label' in dimension`.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from warmlist.errors import BadPack
from warmlist.rules.operators import AGES, COMPARISONS

#: Larger than any sum: what a money threshold without a rate holds. Nothing compares with it.
NEVER = 1 << 62

#: fact name -> value (position, number, minor units) or None; label names of dimensions as text.
Values = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Crossing:
    """Time alone may flip a test `ms` after the moment that `fact` holds."""

    fact: str
    ms: int


@dataclass(frozen=True, slots=True)
class Threshold:
    """A figure kept apart from logic: `kind` is duration (ms), number or money (minor units)."""

    name: str
    kind: str
    value: int
    text: str
    source: str
    since: str


class Node:
    """Part of an expression."""

    def sql(self) -> str:
        raise NotImplementedError

    def holds(self, values: Values, as_of: int) -> bool:
        raise NotImplementedError

    def parts(self) -> tuple[Node, ...]:
        return ()

    def walk(self) -> Iterator[Node]:
        yield self
        for part in self.parts():
            yield from part.walk()

    def facts(self) -> set[str]:
        return {name for node in self.walk() for name in getattr(node, "uses", ())}

    def dimensions(self) -> set[str]:
        return {n.dimension for n in self.walk() if isinstance(n, (IsLabel, HasLabel))}

    def crossings(self) -> set[Crossing]:
        return {c for node in self.walk() for c in getattr(node, "flips", ())}

    def counts(self) -> set[tuple[str, int]]:
        """(fact, k): the answer turns when the number falls below k."""
        return {c for node in self.walk() for c in getattr(node, "steps", ())}


@dataclass(frozen=True, slots=True)
class Both(Node):
    items: tuple[Node, ...]
    word: str  # AND, OR

    def sql(self) -> str:
        return "(" + f" {self.word} ".join(i.sql() for i in self.items) + ")"

    def holds(self, values: Values, as_of: int) -> bool:
        answers = (i.holds(values, as_of) for i in self.items)
        return all(answers) if self.word == "AND" else any(answers)

    def parts(self) -> tuple[Node, ...]:
        return self.items


@dataclass(frozen=True, slots=True)
class Not(Node):
    item: Node

    def sql(self) -> str:
        return f"(NOT {self.item.sql()})"

    def holds(self, values: Values, as_of: int) -> bool:
        return not self.item.holds(values, as_of)

    def parts(self) -> tuple[Node, ...]:
        return (self.item,)


@dataclass(frozen=True, slots=True)
class Age(Node):
    fact: str
    symbol: str
    ms: int

    @property
    def uses(self) -> tuple[str, ...]:
        return (self.fact,)

    @property
    def flips(self) -> tuple[Crossing, ...]:
        return (Crossing(self.fact, self.ms + AGES[self.symbol].flips_after),)

    def sql(self) -> str:
        return f"COALESCE({AGES[self.symbol].sql.format(fact=self.fact, ms=self.ms)}, FALSE)"

    def holds(self, values: Values, as_of: int) -> bool:
        moment = values[self.fact]
        return moment is not None and AGES[self.symbol].meaning(as_of - (moment >> 20), self.ms)


@dataclass(frozen=True, slots=True)
class Gap(Node):
    earlier: str
    later: str
    symbol: str
    ms: int

    @property
    def uses(self) -> tuple[str, ...]:
        return (self.earlier, self.later)

    def sql(self) -> str:
        test = f"({self.later} >> 20) - ({self.earlier} >> 20) {self.symbol} {self.ms}"
        return f"COALESCE({test}, FALSE)"

    def holds(self, values: Values, as_of: int) -> bool:
        first, second = values[self.earlier], values[self.later]
        if first is None or second is None:
            return False
        return COMPARISONS[self.symbol].meaning((second >> 20) - (first >> 20), self.ms)


@dataclass(frozen=True, slots=True)
class Compare(Node):
    left: str  # a fact
    symbol: str
    right: str | int  # a fact, or a value in the fact's unit
    times: int = 1  # how many of the left
    right_times: int = 1  # against how many of the right

    @property
    def uses(self) -> tuple[str, ...]:
        return (self.left, self.right) if isinstance(self.right, str) else (self.left,)

    @property
    def steps(self) -> tuple[tuple[str, int], ...]:
        if isinstance(self.right, str):  # two steps of one fact: any change may turn the answer
            return tuple((name, k) for name in self.uses for k in (0, 1))
        above = self.right + 1
        both = (self.right, above)
        by_symbol = {">": (above,), "<=": (above,), "=": both, "<>": both}
        return tuple((self.left, k) for k in by_symbol.get(self.symbol, (self.right,)))

    def sql(self) -> str:
        if self.right == NEVER:
            return "FALSE"
        left, right = _times(self.left, self.times), _times(self.right, self.right_times)
        return f"COALESCE({left} {self.symbol} {right}, FALSE)"

    def holds(self, values: Values, as_of: int) -> bool:
        left = values[self.left]
        right = values[self.right] if isinstance(self.right, str) else self.right
        if left is None or right is None or right == NEVER:
            return False
        meaning = COMPARISONS[self.symbol].meaning
        return meaning(left * self.times, right * self.right_times)


def _times(value: str | int, times: int) -> str:
    return str(value) if times == 1 else f"{value} * {times}"


@dataclass(frozen=True, slots=True)
class Known(Node):
    fact: str
    wanted: bool

    @property
    def uses(self) -> tuple[str, ...]:
        return (self.fact,)

    def sql(self) -> str:
        return f"({self.fact} IS {'NOT ' if self.wanted else ''}NULL)"

    def holds(self, values: Values, as_of: int) -> bool:
        return (values[self.fact] is not None) == self.wanted


@dataclass(frozen=True, slots=True)
class IsLabel(Node):
    dimension: str
    labels: tuple[str, ...]

    def sql(self) -> str:
        names = ", ".join(f"'{label}'" for label in self.labels)
        return f"COALESCE({self.dimension} IN ({names}), FALSE)"

    def holds(self, values: Values, as_of: int) -> bool:
        return values.get(self.dimension) in self.labels


@dataclass(frozen=True, slots=True)
class HasLabel(Node):
    dimension: str
    label: str

    def sql(self) -> str:
        return f"COALESCE({self.dimension}__{self.label}, FALSE)"

    def holds(self, values: Values, as_of: int) -> bool:
        return self.label in (values.get(self.dimension) or ())


@dataclass(frozen=True)
class Vocabulary:
    """What an expression may name: facts with their units, thresholds, dimensions with labels."""

    units: Mapping[str, str]
    thresholds: Mapping[str, Threshold]
    exclusive: Mapping[str, tuple[str, ...]]
    sets: Mapping[str, tuple[str, ...]]


def parse(text: str, words: Vocabulary, place: str, line: int = 1, column: int = 1) -> Node:
    """Read and check one expression. `place`, `line`, `column` say where its text begins.

    Raises BadPack: place:line:column, what is wrong, and the nearest name where one is unknown.
    """
    reader = _Reader(text, words, place, line, column)
    try:
        tree = sqlglot.parse_one(text, read="duckdb")
    except SqlglotError as error:
        first = (getattr(error, "errors", None) or [{}])[0]
        raise reader.wrong(
            f"not an expression: {first.get('description', error)}", max(first.get("col", 1) - 1, 0)
        ) from None
    return reader.node(tree)


_SYMBOLS: Mapping[type[exp.Expr], str] = {
    exp.LTE: "<=", exp.LT: "<", exp.GTE: ">=", exp.GT: ">", exp.EQ: "=", exp.NEQ: "<>",
}  # fmt: skip


class _Reader:
    def __init__(self, text: str, words: Vocabulary, place: str, line: int, column: int) -> None:
        self.text, self.words, self.place = text, words, place
        self.line, self.column = line, column

    def wrong(self, message: str, offset: int | exp.Expr = 0) -> BadPack:
        if isinstance(offset, exp.Expr):
            starts = [n.meta["start"] for n in offset.walk() if "start" in n.meta]
            offset = min(starts, default=0)
        return BadPack(f"{self.place}:{self.line}:{self.column + offset}: {message}")

    def node(self, tree: exp.Expr) -> Node:
        match tree:
            case exp.Paren():
                return self.node(tree.this)
            case exp.And() | exp.Or():
                word = "AND" if isinstance(tree, exp.And) else "OR"
                return Both((self.node(tree.left), self.node(tree.right)), word)
            case exp.Not():
                return Not(self.node(tree.this))
            case exp.LTE() | exp.LT() | exp.GTE() | exp.GT() | exp.EQ() | exp.NEQ():
                return self.compare(tree)
            case exp.In() if tree.args.get("field") is not None:
                return self.has_label(tree.args["field"], tree.this)
            case exp.In():
                dimension = self.name(tree.this)
                return self.is_label(dimension, tree.expressions, tree)
            case exp.Anonymous():
                return self.call(tree)
        raise self.wrong(
            f"{tree.sql()} is not a test; use comparisons, and, or, not, known(), has()", tree
        )

    def call(self, tree: exp.Anonymous) -> Node:
        word = str(tree.this).lower()
        args = tree.expressions
        if word in ("known", "unknown") and len(args) == 1:
            return Known(self.fact(args[0]), word == "known")
        if word == "has" and len(args) == 2:
            return self.has_label(args[0], args[1])
        raise self.wrong(
            f"{word}() with {len(args)} value(s) is not a test; there are known(fact), "
            "unknown(fact), has(dimension, 'label')", tree
        )  # fmt: skip

    def compare(self, tree: exp.Expr) -> Node:
        symbol = _SYMBOLS[type(tree)]
        left, right = tree.this, tree.expression
        if isinstance(left, exp.Anonymous):
            return self.timed(left, symbol, right)
        left, times = self.multiple(left)
        name = self.name(left)
        if name in self.words.exclusive or name in self.words.sets:
            if symbol not in ("=", "<>"):
                raise self.wrong(f"a label is compared with = or <>, not with {symbol}", left)
            node = self.is_label(name, [right], tree)
            return node if symbol == "=" else Not(node)
        fact = self.fact(left)
        unit = self.words.units[fact]
        right, right_times = self.multiple(right)
        if unit == "moment" and (times, right_times) != (1, 1):
            raise self.wrong(f"{fact} is a moment: there is no multiple of it", left)
        if isinstance(right, exp.Column) and self.name(right) in self.words.units:
            other = self.name(right)
            if self.words.units[other] != unit:
                raise self.wrong(f"{fact} is a {unit}, {other} a {self.words.units[other]}", right)
            return Compare(fact, symbol, other, times, right_times)
        if (times, right_times) != (1, 1):
            raise self.wrong("multiples are compared with another fact", right)
        if unit == "moment":
            raise self.wrong(
                f"{fact} is a moment: compare it with another moment, or write age({fact})", right
            )
        return Compare(fact, symbol, self.value(right, unit))

    def multiple(self, tree: exp.Expr) -> tuple[exp.Expr, int]:
        """`fact * number`: the fact and the number; anything else is one of itself."""
        if not isinstance(tree, exp.Mul):
            return tree, 1
        return tree.this, self.value(tree.expression, "number")

    def timed(self, call: exp.Anonymous, symbol: str, right: exp.Expr) -> Node:
        word, args = str(call.this).lower(), call.expressions
        if word == "age" and len(args) == 1:
            if symbol not in AGES:
                raise self.wrong("an age is compared with <, <=, > or >=", call)
            return Age(self.moment(args[0]), symbol, self.value(right, "duration"))
        if word == "gap" and len(args) == 2:
            first, second = self.moment(args[0]), self.moment(args[1])
            return Gap(first, second, symbol, self.value(right, "duration"))
        raise self.wrong(
            f"{word}() with {len(args)} value(s) cannot be compared; there are age(fact) and "
            "gap(earlier, later)", call
        )  # fmt: skip

    def has_label(self, named: exp.Expr, label: exp.Expr) -> Node:
        dimension = self.name(named)
        if dimension in self.words.exclusive:
            raise self.wrong(f"{dimension} has one label: write {dimension} = 'label'", named)
        if dimension not in self.words.sets:
            raise self.unknown("set dimension", dimension, self.words.sets, named)
        return HasLabel(dimension, self.label(label, self.words.sets[dimension]))

    def is_label(self, name: str, items: list[exp.Expr], tree: exp.Expr) -> Node:
        if name in self.words.sets:
            raise self.wrong(f"{name} holds several labels: write 'label' in {name}", tree)
        if name not in self.words.exclusive:
            raise self.unknown("dimension", name, self.words.exclusive, tree)
        labels = self.words.exclusive[name]
        return IsLabel(name, tuple(self.label(i, labels) for i in items))

    def label(self, tree: exp.Expr, labels: tuple[str, ...]) -> str:
        if not (isinstance(tree, exp.Literal) and tree.is_string):
            raise self.wrong(f"a label in quotes belongs here, one of {', '.join(labels)}", tree)
        if tree.this not in labels:
            raise self.unknown("label", tree.this, labels, tree)
        return str(tree.this)

    def name(self, tree: exp.Expr) -> str:
        if not isinstance(tree, exp.Column):
            raise self.wrong(f"a name belongs here, not {tree.sql()}", tree)
        return tree.name

    def fact(self, tree: exp.Expr) -> str:
        name = self.name(tree)
        if name not in self.words.units:
            every = [*self.words.units, *self.words.exclusive]
            raise self.unknown("fact", name, every, tree)
        return name

    def moment(self, tree: exp.Expr) -> str:
        fact = self.fact(tree)
        if self.words.units[fact] != "moment":
            raise self.wrong(f"{fact} is a {self.words.units[fact]}, a moment belongs here", tree)
        return fact

    def value(self, tree: exp.Expr, unit: str) -> int:
        if isinstance(tree, exp.Column):
            threshold = self.words.thresholds.get(tree.name)
            if threshold is None:
                raise self.unknown("threshold", tree.name, self.words.thresholds, tree)
            if threshold.kind != unit:
                raise self.wrong(f"{tree.name} is a {threshold.kind}, a {unit} belongs here", tree)
            return threshold.value
        if isinstance(tree, exp.Literal) and tree.is_int and unit == "number":
            return int(tree.this)
        raise self.wrong(f"a {unit} belongs here: name a threshold", tree)

    def unknown(self, what: str, name: str, known: object, tree: exp.Expr) -> BadPack:
        near = difflib.get_close_matches(name, list(known), n=1)  # type: ignore[call-overload]
        hint = f"; did you mean {near[0]}?" if near else ""
        return self.wrong(f"unknown {what} {name!r}{hint}", tree)
