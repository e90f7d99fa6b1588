"""Requirements that are numbers: '20000 mAh', '五百克', '42 码', 'size M', '180 x 200 cm', '6 months'."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from warmlist.understanding.products import around
from warmlist.understanding.products.numbers import MULTIPLIERS, chinese, parse, plain
from warmlist.understanding.products.trades import (
    BABY,
    FOOD,
    FURNITURE,
    MAKE_UP,
    MEASURING,
    OUTDOOR,
    SCREENS,
    STORED,
    WORN,
)
from warmlist.understanding.products.units import Unit, unit_at
from warmlist.understanding.products.words import Phrase


@dataclass(frozen=True, slots=True)
class Number:
    """A number in a text. words: written as a word of the lists ('zwei')."""

    start: int
    end: int
    value: Decimal
    words: bool = False


@dataclass(frozen=True, slots=True)
class Measure:
    """An attribute. start, end: of the spelled text. because: for people."""

    name: str
    value: str
    start: int
    end: int
    because: str


def measures(
    text: str, lang: str, phrases: Sequence[Phrase], categories: Collection[str]
) -> list[Measure]:
    """Every number of a spelled text that is a requirement, in order, none overlapping another.

    lang: of LANGUAGES. phrases: all words of the lists in it. categories: those that it names.
    """
    if not (numbers := _numbers(text, lang, phrases)):
        return []
    masked = [match.span() for match in around.MASKED.finditer(text)]
    beside = _Beside(phrases, categories)
    found = [
        Measure(name, match[0].replace(" ", ""), *match.span(), "a code")
        for pattern, name in around.CODES
        for match in pattern.finditer(text)
    ]
    masked += [(one.start, one.end) for one in found]
    done = 0
    for at, number in enumerate(numbers):
        if number.start < done or any(
            start < number.end and number.start < end for start, end in masked
        ):
            continue
        measure = _measure(text, number, numbers[at + 1 :], beside)
        if measure:
            found.append(measure)
            done = measure.end
    return found


class _Beside:
    """What stands beside numbers: words by the place where they begin or end."""

    def __init__(self, phrases: Sequence[Phrase], categories: Collection[str]) -> None:
        self.categories = frozenset(categories)
        self.begins: dict[tuple[str, int], Phrase] = {}
        self.ends: dict[tuple[str, int], Phrase] = {}
        self.child = bool(self.categories & BABY)
        for phrase in phrases:
            kind = phrase.sense.kind
            self.begins[kind, phrase.start] = max(
                phrase, self.begins.get((kind, phrase.start), phrase), key=lambda one: one.end
            )
            self.ends[kind, phrase.end] = phrase

    def after(self, kind: str, place: int) -> Phrase | None:
        return self.begins.get((kind, place)) or self.begins.get((kind, place + 1))

    def goods_soon(self, text: str, place: int) -> bool:
        """Whether one or two words behind a place, such as a colour, the goods are named."""
        between = around.FEW_WORDS.match(text, place)
        return between is not None and any(
            ("category", at) in self.begins for at in range(place + 2, between.end() + 1)
        )

    def before(self, kind: str, place: int) -> Phrase | None:
        return next((p for gap in (0, 1, 2) if (p := self.ends.get((kind, place - gap)))), None)


def _numbers(text: str, lang: str, phrases: Sequence[Phrase]) -> list[Number]:
    found = []
    for match in around.NUMBER.finditer(text):
        start, end = match.span()
        digits = text[start].isdigit()
        value = parse(match[0], lang) if digits else chinese(match[0])
        if value is None:
            continue
        if digits:
            more = around.MULTIPLIER.match(text, end)
            if more and not (more[1] == "k" and value > 999):
                value, end = value * MULTIPLIERS[more[1]], more.end()
        if half := around.HALF.match(text, end):
            value, end = value + Decimal("0.5"), half.end()
        found.append(Number(start, end, value))
    found += [
        Number(phrase.start, phrase.end, Decimal(phrase.sense.value), words=True)
        for phrase in phrases
        if phrase.sense.kind == "number"
    ]
    return sorted(found, key=lambda number: (number.start, -number.end))


def _measure(
    text: str, number: Number, following: Sequence[Number], beside: _Beside
) -> Measure | None:
    """What one number says together with its neighbours, None where it is no requirement."""
    if around.MONEY_BEFORE.search(text, max(0, number.start - 6), number.start):
        return None
    joined, end, last = _joined(text, number, following)
    if around.MONEY_AFTER.match(text, end):
        return None
    if minus := around.MINUS.search(text, max(0, number.start - 7), number.start):
        joined = "-" + joined
    if (unit := unit_at(text, end)) and _stands(unit[0], number, text[end], beside):
        if unit[0].name == "m" and last is number and following:
            joined, unit = _centimetres(text, joined, unit, following[0])
        if (half := around.HALF.match(text, unit[1])) and joined == plain(number.value):
            joined, unit = plain(number.value + Decimal("0.5")), (unit[0], half.end())
        return _with_unit(number, joined, *unit, beside)
    if minus:
        if "sleeping_bag" in beside.categories:
            return Measure("range", joined + "C", minus.start(), end, "a number below zero")
        joined = joined[1:]
    if age := _age(text, number, joined, end, beside):
        return age
    if "x" in joined:
        return Measure("size", joined, number.start, end, "a size of two sides")
    short = len(text) <= around.SHORT and not number.words and not following
    if size := _size(number, joined, end, beside, short=short):
        return size
    return _quantity(text, number, last, end, beside)


def _stands(unit: Unit, number: Number, gap: str, beside: _Beside) -> bool:
    """Whether what reads like a unit is one: '43 ma', 'two bars' and '3 persons' seldom are."""
    if unit.name == "pax":
        return bool(beside.categories & around.FOR_PEOPLE)
    if unit.name in ("mA", "TB", "t"):
        return gap not in " -" or number.value < 10
    return not (number.words and unit.name in ("bar", "in", "A", "V", "C"))


def _centimetres(
    text: str, joined: str, unit: tuple[Unit, int], other: Number
) -> tuple[str, tuple[Unit, int]]:
    """Metres with what follows them: '1米8' and '1m80' are 1.8 m."""
    written = text[other.start : other.end]
    gap = text[unit[1] : other.start]
    if gap not in ("", " e ", " y ") or other.value >= 100 or "." in written:
        return joined, unit
    part = plain(other.value).rjust(len(written), "0")
    return f"{joined}.{part.rstrip('0') or '0'}", (unit[0], other.end)


def _joined(text: str, number: Number, following: Sequence[Number]) -> tuple[str, int, Number]:
    """A number, or two or three joined to a range or to sides: its value, end and last number."""
    value, end, last = plain(number.value), number.end, number
    for other in following[:2]:
        gap = text[last.end : other.start]
        side = unit_at(text, last.end)
        within = text[side[1] : other.start] if side and side[1] <= other.start else gap
        if other.start < last.end:
            continue
        if other.words and other.value < 1:
            break  # "6 chili e mezzo"
        if around.BY.fullmatch(gap) or around.BY.fullmatch(within):
            value += "x" + plain(other.value)
        elif last is number and (around.TO.fullmatch(gap) or around.TO.fullmatch(within)):
            value += "-" + plain(other.value)
        else:
            break
        end, last = other.end, other
    return value, end, last


def _with_unit(number: Number, joined: str, unit: Unit, end: int, beside: _Beside) -> Measure:
    named, unit_name, name = beside.categories, unit.name, unit.attribute
    if unit_name == "g" and named & STORED and number.value in around.STORED:
        return Measure("capacity", joined + "GB", number.start, end, "a number of GB")
    if number.value < 1 and unit_name in ("g", "mg", "mm") and named & {"scale", "caliper"}:
        name = "accuracy"
    elif name == "weight" and named & FOOD:
        name = "quantity"
    elif name == "volume" and named & OUTDOOR:
        name = "capacity"
    elif unit_name == "in" and (named & SCREENS or (not named and number.value > 20)):
        name = "screen"
    elif unit_name in around.SIDES and ("x" in joined or name == "length"):
        measured = "x" in joined or named & (FURNITURE | WORN)
        name = "size" if measured else name
    return Measure(name, joined + unit.name, number.start, end, f"a number of {unit.name}")


def _age(text: str, number: Number, joined: str, end: int, beside: _Beside) -> Measure | None:
    """An age, where a child or goods for one are spoken of."""
    for pattern, unit in ((around.MONTHS, "months"), (around.YEARS, "years")):
        match = pattern.match(text, end)
        if not match:
            continue
        near = text[max(0, number.start - 12) : number.start]
        if around.AGO.match(text, match.end()) or around.BEFORE_AGO.search(near):
            return None
        if not beside.child and not _has_child(beside, match.start(), match.end()):
            return None
        return Measure("age", joined + unit, number.start, match.end(), "the age of a child")
    return None


def _has_child(beside: _Beside, start: int, end: int) -> bool:
    """Whether a child is named, by another word than the one for the months themselves."""
    return any(kind == "age_word" and not start <= place <= end for kind, place in beside.begins)


def _size(number: Number, joined: str, end: int, beside: _Beside, *, short: bool) -> Measure | None:
    """A size, by the word for it or by the goods that have such sizes."""
    if number.words and number.value < 20:
        return None
    before = beside.before("size_word", number.start)
    after = beside.after("size_word", end)
    for word, start, stop in (
        (before, before.start if before else 0, end),
        (after, number.start, after.end if after else 0),
    ):
        if word is None:
            continue
        shade = word.sense.value == "shade" or beside.categories & MAKE_UP
        if not shade and number.value > 400:
            continue
        name = "colour" if shade else "size"
        told = f"shade_{joined}" if shade else joined
        return Measure(name, told, start, stop, f"a number beside '{word.sense.word}'")
    worn = beside.categories & WORN and Decimal(30) <= number.value <= Decimal(62)
    low, high = around.SIZES
    half = number.value % 1 == Decimal("0.5") and (
        low <= number.value <= high or 4 <= number.value <= 15 or 22 <= number.value <= 30
    )
    if worn or half or (short and low <= number.value <= high):
        return Measure("size", joined, number.start, end, "a number that is a size of such goods")
    if number.value in around.STORES and (short or beside.categories & STORED):
        return Measure("capacity", joined + "GB", number.start, end, "a number of GB")
    if "power_bank" in beside.categories and number.value >= 3000:
        return Measure("capacity", joined + "mAh", number.start, end, "a number of mAh")
    if number.value < 1 and beside.categories & MEASURING:
        return Measure("accuracy", joined, number.start, end, "a number under one")
    return None


def _quantity(text: str, number: Number, last: Number, end: int, beside: _Beside) -> Measure | None:
    if last is not number or number.value > 100_000:
        return None
    goods = beside.after("category", end)
    if counter := beside.after("counter", end):
        any_thing = counter.sense.word == around.ANY_COUNTER
        no_goods = any_thing and around.NO_GOODS.match(text, counter.end)
        if not no_goods and (number.value >= 2 or beside.after("category", counter.end)):
            return Measure("quantity", plain(number.value), number.start, counter.end,
                           f"a number of '{counter.sense.word}'")  # fmt: skip
        return None
    if not 2 <= number.value <= 2000:
        return None
    if goods or beside.goods_soon(text, end):
        return Measure(
            "quantity", plain(number.value), number.start, number.end, "a number of goods"
        )
    wished = around.BUYS.search(text, max(0, number.start - 12), number.start)
    alone = number.words and around.CLAUSE_END.match(text, end)
    if alone or around.OF_THEM.match(text, end) or (wished and not around.TIME.match(text, end)):
        return Measure("quantity", plain(number.value), number.start, number.end, "a number alone")
    return None


def letter_sizes(message: str) -> Iterator[tuple[int, int, str]]:
    """Sizes written as capitals ('M', 'XL') in a message as it was typed: from, to, size."""
    for match in around.SIZE_LETTERS.finditer(message):
        yield match.start(), match.end(), match[0].lower()
