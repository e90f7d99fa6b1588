"""Event lines: one JSON object each, in a file (NDJSON) or in the body of a request.

A bad line is reported with its number and reason, good lines are kept, the order does not matter.
"""

import io
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from difflib import get_close_matches
from functools import lru_cache
from typing import Any, BinaryIO, NoReturn

from pydantic import ValidationError

from warmlist.clock import MINUTE
from warmlist.errors import BadInput
from warmlist.events.model import Event
from warmlist.intake.model import MODELS, EventLine
from warmlist.intake.problems import LineProblem
from warmlist.intake.text import clean_json, clean_strings

LONGEST_LINE = 1 << 20  # bytes
#: How far another machine's clock may run ahead of ours before its times are refused.
CLOCK_SKEW = MINUTE
_BOM = b"\xef\xbb\xbf"
_UTF16 = (b"\xff\xfe", b"\xfe\xff")


@dataclass(frozen=True, slots=True)
class Door:
    """What a door knows about every line that comes through it.

    source: the source of lines that name none. received_at: epoch ms. backfill: what holds for
    lines that do not say. currency: for money whose line names none (ISO 4217).
    """

    source: str
    received_at: int
    backfill: bool
    currency: str | None = None


def read_lines(stream: BinaryIO, door: Door) -> Iterator[Event | LineProblem]:
    """Every event of an NDJSON stream; memory is bounded by one line.

    A warning about a line (`LineProblem.kept`) follows the event of that line.
    """
    for number, raw in _numbered(stream):
        if raw is None:
            yield LineProblem(number, "is longer than 1 MiB")
        elif raw.strip():
            yield from _read_one(number, raw, door)


def read_body(body: bytes, door: Door) -> Iterator[Event | LineProblem]:
    """Every event of a request's body: a JSON array, one JSON object, or NDJSON.

    Problems are numbered by element, from 1, or by line. BadInput: an array that is not JSON.
    """
    text = body.removeprefix(_BOM).strip()
    if text.startswith(b"["):
        for number, record in enumerate(_array(text), start=1):
            yield from _read_one(number, record, door)
    elif b"\n" in text and _is_one_object(text):
        yield from _read_one(1, text, door)
    else:
        yield from read_lines(io.BytesIO(body), door)


def event_of(record: bytes | Mapping[str, Any], door: Door) -> tuple[Event, tuple[str, ...]]:
    """One line of the contract -> its event and warnings; BadInput says what is wrong with it."""
    try:
        found = parse(record) if isinstance(record, bytes) else clean_strings(record)
        return _checked(found, door)
    except RecursionError:
        raise BadInput("is nested too deeply") from None


def parse(raw: bytes) -> Any:
    """JSON bytes -> Python values, numbers with a fraction as Decimal; BadInput otherwise."""
    try:
        found = _DECODER.decode(raw.decode("utf-8"))
        return clean_strings(found) if b"\\u" in raw else found
    except UnicodeDecodeError:
        raise BadInput("is not UTF-8 text") from None
    except json.JSONDecodeError as error:
        raise BadInput(f"is not JSON: {error.msg.lower()}") from None
    except RecursionError:
        raise BadInput("is nested too deeply") from None
    except ValueError:  # integers of thousands of digits
        raise BadInput("holds a number that is too long") from None


def _checked(found: Any, door: Door) -> tuple[Event, tuple[str, ...]]:
    if not isinstance(found, Mapping):
        raise BadInput("is not a JSON object")
    given = {key: value for key, value in found.items() if value is not None}
    model = _model(given)
    if door.currency and "currency" not in given and not _MONEY.isdisjoint(given):
        given["currency"] = door.currency
    try:
        line = model.model_validate(given)
    except ValidationError as error:
        raise BadInput(_reason(given["type"], error)) from None
    return _event(str(given["type"]), line, door)


def _refuse_constant(_name: str) -> NoReturn:
    raise json.JSONDecodeError("a number that is not finite", "", 0)


_MONEY = frozenset({"amount", "price"})
_DECODER = json.JSONDecoder(parse_float=Decimal, parse_constant=_refuse_constant)


def _numbered(stream: BinaryIO) -> Iterator[tuple[int, bytes | None]]:
    """Line numbers with their bytes; None for a line that is too long."""
    number = 0
    while raw := stream.readline(LONGEST_LINE + 1):
        number += 1
        if number == 1:
            if raw.startswith(_UTF16):
                raise BadInput("the file is UTF-16", hint="save it as UTF-8")
            raw = raw.removeprefix(_BOM)
        if len(raw) > LONGEST_LINE and not raw.endswith(b"\n"):
            _skip_line(stream)
            yield number, None
        else:
            yield number, raw


def _skip_line(stream: BinaryIO) -> None:
    while (rest := stream.readline(LONGEST_LINE)) and not rest.endswith(b"\n"):
        pass


def _read_one(
    number: int, record: bytes | Mapping[str, Any], door: Door
) -> Iterator[Event | LineProblem]:
    try:
        event, warnings = event_of(record, door)
    except BadInput as error:
        yield LineProblem(number, error.message)
        return
    yield event
    for warning in warnings:
        yield LineProblem(number, warning, kept=True)


def _array(text: bytes) -> list[Any]:
    try:
        found = parse(text)
    except BadInput as error:
        raise BadInput(f"the body {error.message}") from None
    return found if isinstance(found, list) else [found]


def _is_one_object(text: bytes) -> bool:
    try:
        return isinstance(parse(text), dict)
    except BadInput:
        return False


def _model(given: Mapping[str, Any]) -> type[EventLine]:
    type_name = given.get("type")
    if type_name is None:
        raise BadInput("type is missing")
    if not isinstance(type_name, str):
        raise BadInput("type must be text")
    model = MODELS.get(type_name)
    if model is None:
        near = get_close_matches(type_name[:40], MODELS, n=1)
        hint = f"did you mean {near[0]}?" if near else f"it is one of {', '.join(MODELS)}"
        raise BadInput(f"type is unknown; {hint}")
    return model


def _event(type_name: str, line: EventLine, door: Door) -> tuple[Event, tuple[str, ...]]:
    backfill = door.backfill if line.backfill is None else line.backfill
    unknown = line.unknown_keys()
    warnings = tuple(_unknown_key(type_name, key[:60]) for key in unknown)
    ahead = line.at - door.received_at
    if ahead > CLOCK_SKEW:
        if not backfill:
            raise BadInput(f"{type_name}: at lies in the future of its arrival")
        warnings += (f"{type_name}: at lies in the future",)
    event = Event(
        type=type_name,
        id=line.id,
        source=line.source or door.source,
        handle=line.customer,
        occurred_at=line.at,
        known_at=line.at if backfill else max(door.received_at, line.at),
        backfill=backfill,
        fields=_fields(line, is_free=bool(unknown)),
        links=tuple(link for link in dict.fromkeys(line.linked()) if link != line.customer),
    )
    return event, warnings


def _fields(line: EventLine, *, is_free: bool) -> dict[str, Any]:
    """The event's fields; `is_free` says that some values passed no validator."""
    fields = line.model_dump(exclude=line.common, exclude_none=True, by_alias=True)
    return clean_json(fields) if is_free or line.free else fields


@lru_cache(maxsize=1024)
def _unknown_key(type_name: str, key: str) -> str:
    known = [name for name in MODELS[type_name].model_fields if name != "type"]
    near = get_close_matches(key, known, n=1, cutoff=0.75)
    hint = f"; did you mean {near[0]}?" if near else ""
    return f"{type_name}: the key {key!a} is not of the contract and was kept as it is{hint}"


def _reason(type_name: str, error: ValidationError) -> str:
    """The first thing that is wrong, without any value of the line."""
    first = error.errors(include_url=False, include_input=False)[0]
    place = ".".join(str(part) for part in first["loc"] if not isinstance(part, int))
    said = first["msg"]
    match first["type"]:
        case "missing":
            said = "is missing"
        case "literal_error":
            said = f"must be {first['ctx']['expected']}"
        case "contract":
            pass
        case _:
            said = said.replace("Input should", "must")
    return f"{type_name}: {place} {said}" if place else f"{type_name}: {said}"
