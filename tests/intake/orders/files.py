"""Order files for tests, and what was read from them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from warmlist.clock import parse_instant
from warmlist.events.model import Event
from warmlist.intake.orders import OrderOptions
from warmlist.intake.problems import LineProblem

NOW = parse_instant("2026-03-01T12:00:00Z")
Reader = Callable[[Path, OrderOptions], Iterator[Event | LineProblem]]


def write(folder: Path, text: str | bytes, name: str = "orders.csv") -> Path:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def read(reader: Reader, path: Path, **said) -> list[Event | LineProblem]:
    return list(reader(path, OrderOptions(**({"now_ms": NOW} | said))))


def events(found: list[Event | LineProblem], type_name: str = "order") -> list[Event]:
    return [x for x in found if isinstance(x, Event) and x.type == type_name]


def problems(found: list[Event | LineProblem]) -> list[LineProblem]:
    return [x for x in found if isinstance(x, LineProblem)]
