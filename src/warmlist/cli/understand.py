"""`warmlist understand`: lines of messages to lines of what they say."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from typing import Annotated, Any

import typer

from warmlist.cli.output import one_of
from warmlist.cli.reports import Reports
from warmlist.errors import BadInput

commands = typer.Typer()


@commands.command()
def understand(
    format: Annotated[str, typer.Option("--format", help="jsonl.")] = "jsonl",
) -> None:
    """Read lines {"id", "text", "lang"?, "after"?} on standard input; write what each message says.

    after is the seller's last message. Other keys are ignored.

    Example: warmlist understand < messages.jsonl
    """
    from warmlist.understanding.reader import default_reader

    one_of(format, "jsonl")
    reader = default_reader()
    reports = Reports()
    for given in reports.each(_lines(), _given):
        read = reader.read(given["text"], given.get("lang"), given.get("after"))
        _write(
            {
                "id": given["id"],
                "signals": [
                    {
                        "name": s.name,
                        "confidence": s.confidence,
                        "span": s.span,
                        "because": s.because,
                    }
                    for s in read.signals
                ],
                "entities": [
                    {
                        "kind": e.kind,
                        "value": e.value,
                        "confidence": e.confidence,
                        "span": e.span,
                        "because": e.because,
                    }
                    for e in read.entities
                ],
                "lang": read.lang,
            }
        )
    sys.stdout.buffer.flush()
    reports.close()


def _lines() -> Iterator[str]:
    """The lines of standard input; bytes that are no UTF-8 become U+FFFD."""
    for raw in sys.stdin.buffer:
        yield raw.decode("utf-8", "replace").strip().removeprefix("\ufeff")


def _given(line: str) -> dict[str, Any]:
    """The object of a line, checked; raises BadInput."""
    try:
        given = json.loads(line)
    except (ValueError, RecursionError):
        raise BadInput('this is no JSON (write {"id": "1", "text": "how much is it?"})') from None
    if not isinstance(given, dict):
        raise BadInput("this is no JSON object")
    if not isinstance(given.get("text"), str):
        raise BadInput("'text' is missing or no text")
    if not isinstance(given.get("id"), str | int):
        raise BadInput("'id' is missing, or neither text nor a whole number")
    for key in ("lang", "after"):
        if not isinstance(given.get(key), str | None):
            raise BadInput(f"'{key}' is no text")
    return given


def _write(line: dict[str, Any]) -> None:
    text = json.dumps(line, ensure_ascii=False, separators=(",", ":"))
    try:
        data = text.encode()
    except UnicodeEncodeError:  # half of a surrogate pair in an id
        data = json.dumps(line, separators=(",", ":")).encode()
    sys.stdout.buffer.write(data + b"\n")
