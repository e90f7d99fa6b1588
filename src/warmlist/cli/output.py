"""What every command shares: two consoles, progress, settings, moments and tables."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Annotated, Any

import orjson
import typer
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from warmlist import clock, settings
from warmlist.errors import BadInput

#: Where nobody looks at a terminal, tables are as wide as they need to be.
WIDE = None if sys.stdout.isatty() else 1_000

out = Console(soft_wrap=True, width=WIDE)
err = Console(stderr=True, soft_wrap=True)

AsOf = Annotated[
    str | None,
    typer.Option("--as-of", help="A moment, RFC 3339, such as 2026-03-01T09:00:00+01:00."),
]
Format = Annotated[str, typer.Option("--format", help="table or jsonl.")]
Host = Annotated[str | None, typer.Option("--host", help="Address to listen on.")]
Port = Annotated[int | None, typer.Option("--port", help="Port to listen on; 0 takes a free one.")]


def read_settings(**given: Any) -> settings.Settings:
    """The settings of this run; logs go to stderr from now on."""
    loaded = settings.load(**given)
    settings.log_to_stderr(loaded.log_level)
    return loaded


@contextmanager
def progress(text: str) -> Iterator[Callable[[int], None]]:
    """A running count on a terminal; silent elsewhere. Yields update(count)."""
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=err, transient=True, disable=not err.is_terminal) as bar:
        task = bar.add_task(text, total=None)
        yield lambda count: bar.update(task, description=f"{text}: {count:,}")


def moment(as_of: str | None) -> int:
    """--as-of as epoch ms; now where it was not given."""
    return clock.now_ms() if as_of is None else clock.parse_instant(as_of, where="--as-of")


def write_line(line: dict[str, Any]) -> None:
    """One line of NDJSON."""
    sys.stdout.buffer.write(orjson.dumps(line) + b"\n")


def one_of(given: str, *allowed: str) -> str:
    """--format, checked."""
    if given not in allowed:
        raise BadInput(f"--format {given!r} is not one of {', '.join(allowed)}")
    return given


def print_table(columns: tuple[str, ...], rows: Iterable[Iterable[Any]]) -> None:
    """A plain table."""
    table = Table(*columns, box=None, header_style="bold")
    for row in rows:
        table.add_row(*(str(cell) for cell in row))
    out.print(table)


def plural(count: int, one: str, many: str) -> str:
    """'1 line', '12 lines'."""
    return f"{count:,} {one if count == 1 else many}"
