"""Commands that read many lines: what cannot be read is reported with its number, the rest is kept."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

import typer

from warmlist.cli.output import err, plural
from warmlist.errors import BadInput

Read = TypeVar("Read")


class Reports:
    """Reads line after line, and says on stderr which could not be read."""

    def __init__(self) -> None:
        self.bad = 0
        self.number = 0

    def each(self, lines: Iterable[str], read: Callable[[str], Read]) -> Iterator[Read]:
        """What was read of every line that could be; empty lines are passed over."""
        for self.number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            try:
                yield read(line)
            except BadInput as error:
                self.bad += 1
                self.say(str(error))

    def say(self, reason: str) -> None:
        err.print(f"warmlist: line {self.number}: {reason}", markup=False, highlight=False)

    def close(self) -> None:
        """Ends with exit code 1 where a line could not be read."""
        if self.bad:
            lines = plural(self.bad, "line", "lines")
            err.print(f"warmlist: {lines} could not be read; the rest was", highlight=False)
            raise typer.Exit(1)
