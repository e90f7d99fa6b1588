"""Runs a pack's own tests: dated sentences, each with a small history and the labels it must give.

A file `tests/*.yaml` of the pack:

    tests:
      - says: A customer who wrote counts as highly active for exactly 24 hours
        zone: Europe/Rome                      # of the times below; UTC where absent
        events:
          - 2026-03-02 09:00 in price_inquiry
        then:
          - {at: "2026-03-03 09:00", activity: high ACT-1}
          - {at: "2026-03-03 09:00:00.001", activity: medium ACT-2}

An expectation names what holds for a dimension: `label RULE`, `label/shade RULE`, `label manual`, or
`nothing`; for a set dimension a list. What FOLLOW_UP names may be expected too. `EVENTS` below
lists the ways to write an event; behind any of them may stand `known TIME`, when it was learnt later.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from warmlist.clock import rfc3339, to_ms
from warmlist.engines.duckdb import InProcess
from warmlist.engines.relations import SCHEMAS, Rows, spine, table
from warmlist.errors import BadPack
from warmlist.events.model import hash64, position
from warmlist.events.signals import SIGNALS, mask
from warmlist.events.tags import INFERRED, LIFE_POINT, NOTED, STATED
from warmlist.plan.compile import Plan
from warmlist.rules.yaml_text import Rows as Lines
from warmlist.rules.yaml_text import Table, Text, near, read

_TIME = r"\d{4}-\d\d-\d\d \d\d:\d\d(?::\d\d(?:\.\d{3})?)?(?:[+-]\d\d:\d\d)?"
_EVENT = re.compile(rf"^(?P<at>{_TIME}) (?P<what>.+?)(?: known (?P<known>{_TIME}))?$")

#: What a test may expect besides labels: the follow-up, from and by when, which contact of it (0 the
#: first), and the place in the queue (see `rules.model.COLOUR_ORDER`).
FOLLOW_UP = ("playbook", "due_from", "due_by", "touch", "rank")
_RANKS = {"stated": STATED, "noted": NOTED, "found": INFERRED}
_VIEW = re.compile(r"^(\d+)?(?: ?of (\S+))?(?: ?in (\S+))?(?: ?for (\S+))?$")

#: Every way to write an event, with what it means.
EVENTS: Mapping[str, str] = {
    "in [SIGNAL ...] [speaking LANGUAGE]": "the customer writes; the signals that the message is read as, "
    "and the language",
    "out [PURPOSE]": "we write to this customer; quote, promotion, content or service",
    "broadcast [PURPOSE]": "we write to many",
    "read N": "the customer reads the message of the N-th line",
    "paid ORDER AMOUNT": "an order is paid, in the workspace currency; ? = no rate is known",
    "cancelled ORDER AMOUNT": "an order is cancelled",
    "returned ORDER AMOUNT": "goods of an order for this amount come back",
    "view [SECONDS] [of SKU] [in CATEGORY] [for PRICE]": "the customer looks at a page, or at a product; "
    "the price in the workspace currency",
    "click": "the customer follows a link",
    "cart": "the customer fills a cart",
    "form": "the customer fills in a form",
    "event PLACE": "the customer attends an event; online or offline",
    "feedback SCORE": "the customer gives a score, 1 to 5",
    "profile KIND": "the customer's data says what they are (b2b, b2c) or where they come from: website, "
    "community, offline, ad, referral",
    "joined TIME": "the customer's data says when they joined",
    "done": "a person marks the follow-up done",
    "snooze TIME": "a person puts the follow-up off until then",
    "stated DIMENSION LABEL [until TIME]": "the customer says so: a word about them, such as a country",
    "noted DIMENSION LABEL [until TIME]": "the team notes it, or data from elsewhere says so",
    "number DIMENSION LABEL": "the customer's number tells it by itself, since they were first heard of",
    "life STAGE on DAY": "a turn of life is noted, with its day: birth on 2026-03-14",
    "found DIMENSION LABEL [until TIME]": "a job, or a reading of messages, works it out",
    "unfound DIMENSION LABEL": "a job finds that it holds no more",
    "cleared DIMENSION": "a new note line says nothing of this dimension any more",
    "label DIMENSION LABEL [until TIME]": "a person sets a label",
    "unlabel DIMENSION LABEL [until TIME]": "a person removes a label",
}


@dataclass(frozen=True, slots=True)
class Result:
    """One expectation as of one moment. `place`: file:line:column; texts as the file writes them."""

    place: str
    sentence: str
    as_of: int
    name: str  # a dimension, or one of FOLLOW_UP
    expected: tuple[str, ...]
    got: tuple[str, ...]

    @property
    def passed(self) -> bool:
        return self.expected == self.got

    def __str__(self) -> str:
        wanted, found = ", ".join(self.expected), ", ".join(self.got)
        at = rfc3339(self.as_of)
        return f"{self.place}: {self.sentence}: as of {at}, {self.name} is {found}, not {wanted}"


@dataclass(frozen=True, slots=True)
class _Expected:
    customer: int
    as_of: int
    sentence: str
    name: str
    labels: tuple[str, ...]
    place: str


def run_tests(folder: Path, plan: Plan) -> list[Result]:
    """Run all dated sentences of the pack in `folder`.

    Raises BadPack, with file, line and column, for a test that cannot be read.
    """
    events: list[dict[str, Any]] = []
    expected: list[_Expected] = []
    customer = 0
    for path in sorted((folder / "tests").glob("*.yaml")):
        for test in read(path, f"tests/{path.name}").allow("tests").rows("tests"):
            customer += 1
            test.allow("says", "zone", "events", "then")
            zone = _zone(test)
            events += _events(test, zone, customer)
            expected += _expectations(test, zone, customer, plan)
    if not expected:
        return []
    numbers = [*range(1, customer + 1)]  # each test is one customer with one handle
    rows = Rows(
        table("handles", {"handle_id": numbers, "customer_id": numbers}),
        table("events", {n: [e.get(n) for e in events] for n in SCHEMAS["events"].names}),
    )
    moments = sorted({(e.customer, e.as_of) for e in expected})
    with InProcess() as engine:
        found = {
            (r["customer_id"], r["as_of"]): r for r in engine.run(plan.sql, spine(moments), rows)
        }
        opened: dict[tuple[int, int], list[dict[str, Any]]] = {}
        for r in engine.run(plan.open_sql, spine(moments), rows) if plan.open_sql else ():
            opened.setdefault((r["customer_id"], r["as_of"]), []).append(r)
    return [
        Result(
            e.place,
            e.sentence,
            e.as_of,
            e.name,
            e.labels,
            _got(plan, found[e.customer, e.as_of], opened.get((e.customer, e.as_of), ()), e.name),
        )
        for e in expected
    ]


# --- reading ---


def _zone(test: Table) -> ZoneInfo:
    name = test.text("zone", "UTC")
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        raise BadPack(f"{name.at}: {name!r} is no time zone; write one like Europe/Rome") from None


def _ms(text: str, zone: ZoneInfo, at: str) -> int:
    """A moment; one that the zone's clocks show twice or never needs an offset."""
    if not re.fullmatch(_TIME, text):
        raise BadPack(
            f"{at}: {text!r} is no time; write 2026-03-03 09:00, seconds and offset may follow"
        )
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise BadPack(f"{at}: {text!r} is in no calendar") from None
    if moment.tzinfo is None:
        first, second = (moment.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
        if first != second:
            raise BadPack(
                f"{at}: the clocks of {zone.key} change at {text}; add an offset, such as +02:00"
            )
        return to_ms(first)
    return to_ms(moment)


def _events(test: Table, zone: ZoneInfo, customer: int) -> Iterable[dict[str, Any]]:
    lines = test.get("events", Lines())
    if not isinstance(lines, Lines):
        raise BadPack(f"{test.at}: 'events' takes a list of lines")
    for number, line in enumerate(lines, 1):
        if not isinstance(line, Text):
            raise BadPack(f"{getattr(line, 'at', lines.at)}: an event is one line of text")
        match = _EVENT.match(line)
        if not match:
            raise BadPack(f"{line.at}: {line!r} is no event; write a time, then {_ways()}")
        at = _ms(match["at"], zone, line.at)
        common = {
            "event_id": customer * 1_000 + number, "handle_id": customer, "pos": position(at, number),
            "known_at": _ms(match["known"], zone, line.at) if match["known"] else at,
        }  # fmt: skip
        for columns in _columns(match["what"], zone, customer, number, line.at):
            yield common | columns


def _columns(
    what: str, zone: ZoneInfo, customer: int, number: int, at: str
) -> list[dict[str, Any]]:
    """The rows that one event line stands for: a message that says something is two."""
    word, _, rest = what.partition(" ")
    words = rest.split()

    def key(name: object) -> int:
        return hash64(str(customer), str(name))

    match word, words:
        case "in", [*signals, "speaking", language]:
            return [*_message(signals, key(number), at), _word("language", language, INFERRED)]
        case "in", signals:
            return _message(signals, key(number), at)
        case "out" | "broadcast", [] | ["quote" | "promotion" | "content" | "service"]:
            purpose = words[0] if words else None
            return [{"type": "message", "direction": "out", "kind": "text", "purpose": purpose,
                     "personal": word == "out", "key": key(number)}]  # fmt: skip
        case "read", [line] if line.isdigit():
            return [{"type": "receipt", "status": "read", "key": key(int(line))}]
        case "paid" | "cancelled" | "returned", [order, amount]:
            value = _minor(amount, at)
            signed = value if value is None or word == "paid" else -value
            return [{"type": "order", "status": word, "key": key(order), "value": signed}]
        case "view", _ if match := _VIEW.match(rest):
            seconds, sku, category, price = match.groups()
            return [{"type": "view", "number": int(seconds) if seconds else None, "sku": sku,
                     "category": category, "value": _minor(price, at) if price else None}]  # fmt: skip
        case "event", ["online" | "offline"]:
            return [{"type": "event", "kind": rest}]
        case "feedback", ["1" | "2" | "3" | "4" | "5"]:
            return [{"type": "feedback", "number": int(rest)}]
        case "profile", ["b2b" | "b2c"]:
            return [{"type": "profile", "kind": rest}]
        case "profile", ["website" | "community" | "offline" | "ad" | "referral"]:
            return [{"type": "profile", "category": rest}]
        case "click" | "cart" | "form", []:
            return [{"type": word}]
        case "joined", _:
            return [{"type": "profile", "moment_at": _ms(rest, zone, at)}]
        case "done", []:
            return [{"type": "follow_up", "kind": "done"}]
        case "snooze", _:
            return [{"type": "follow_up", "kind": "snooze", "moment_at": _ms(rest, zone, at)}]
        case "stated" | "noted" | "found", [dimension, label, *end] if not end or end[0] == "until":
            until = _ms(" ".join(end[1:]), zone, at) if end else None
            return [_word(dimension, label, _RANKS[word]) | {"moment_at": until}]
        case "life", [stage, "on", day]:
            until = _ms(f"{day} 00:00", ZoneInfo("UTC"), at)
            return [_word(LIFE_POINT, stage, NOTED) | {"moment_at": until}]
        case "number", [dimension, label]:
            # Of no time, as what a handle tells is in the log.
            return [_word(dimension, label, INFERRED) | {"event_id": None, "pos": 0, "known_at": 0}]
        case "unfound", [dimension, label]:
            return [{"type": "finding", "kind": "remove", "dimension": dimension, "label": label}]
        case "cleared", [dimension]:
            return [{"type": "tag", "kind": "clear", "number": NOTED, "dimension": dimension}]
        case "label" | "unlabel", [dimension, label, *end] if not end or end[0] == "until":
            until = _ms(" ".join(end[1:]), zone, at) if end else None
            return [{"type": "label", "kind": "add" if word == "label" else "remove",
                     "dimension": dimension, "label": label, "moment_at": until}]  # fmt: skip
    raise BadPack(f"{at}: {what!r} is no event; write {_ways()}")


def _message(signals: list[str], key: int, at: str) -> list[dict[str, Any]]:
    for name in signals:
        if name not in SIGNALS:
            raise BadPack(f"{at}: unknown signal {name!r}{near(name, SIGNALS)}")
    message = {"type": "message", "direction": "in", "kind": "text", "key": key}
    return [message, *([{"type": "reading", "bits": mask(*signals)}] if signals else [])]


def _word(dimension: str, label: str, rank: int) -> dict[str, Any]:
    return {"type": "tag", "kind": "add", "number": rank, "dimension": dimension, "label": label}


def _minor(amount: str, at: str) -> int | None:
    if amount == "?":
        return None
    try:
        return int(Decimal(amount).scaleb(2))
    except InvalidOperation:
        raise BadPack(
            f"{at}: {amount!r} is no amount; write 120.00, or ? for an unknown one"
        ) from None


def _ways() -> str:
    return "; ".join(EVENTS)


def _expectations(test: Table, zone: ZoneInfo, customer: int, plan: Plan) -> Iterable[_Expected]:
    names = [*plan.pack.keys, *FOLLOW_UP]
    sentence = str(test.text("says"))
    for row in test.rows("then"):
        row.allow("at", *names)
        as_of = _ms(row.text("at"), zone, row.text("at").at)
        for name in names:
            if name not in row:
                continue
            wanted = row.names(name)
            if name in ("due_from", "due_by"):
                labels = tuple(str(rfc3339(_ms(t, zone, t.at))) for t in wanted)
            else:
                labels = tuple(sorted(map(str, wanted))) or ("nothing",)
            yield _Expected(customer, as_of, sentence, name, labels, row.at)


# --- what the plan says, in the same words ---


def _got(
    plan: Plan, row: Mapping[str, Any], opened: Iterable[Mapping[str, Any]], name: str
) -> tuple[str, ...]:
    found: Sequence[str | None]
    if name in ("due_from", "due_by"):
        found = [rfc3339(row[name])]
    elif name in FOLLOW_UP:
        found = [None if row[name] is None else str(row[name])]
    elif name in plan.exclusive:
        label, shade, rule = row[name], row[f"{name}__shade"], row[f"{name}__rule"]
        found = [f"{label}/{shade} {rule}" if shade else f"{label} {rule}" if label else None]
    else:
        found = [
            f"{key} {row[f'{name}__{key}__rule']}"
            for d, key in plan.set_labels
            if d == name and row[f"{name}__{key}"]
        ] + [f"{o['label']} {o['rule']}" for o in opened if o["dimension"] == name]
    return tuple(sorted(f for f in found if f)) or ("nothing",)
