"""`warmlist segment`: count, list, label and take out the customers that an expression means."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import typer

from warmlist import clock
from warmlist.app import App, open_app
from warmlist.cli.output import (
    Format,
    one_of,
    out,
    plural,
    print_table,
    progress,
    read_settings,
    write_line,
)
from warmlist.errors import BadInput
from warmlist.followup.operations import Deed, Operation
from warmlist.followup.views import AddLabel, RemoveLabel, Viewer
from warmlist.labels.segment_text import Segment

commands = typer.Typer(no_args_is_help=True, help="Customers that an expression means.")

#: The command line sees everyone's customers.
OPERATOR = Viewer(0, "command line", "admin")

Asked = Annotated[
    str,
    typer.Argument(help="An expression, such as \"follow_up = 'red'\", or a kept segment's name."),
]
Label = Annotated[str, typer.Argument(help="dimension:label, such as value:high.")]
Reason = Annotated[str, typer.Option(help="Why; kept with the label.")]


@contextmanager
def _opened(asked: str) -> Iterator[tuple[App, Segment, int]]:
    """The workspace, the segment that is meant, and now."""
    with open_app(read_settings()) as app:
        now = clock.now_ms()
        ask = app.segments.ask
        kept = next((one for one in ask.saved() if one.name == asked), None)
        yield app, ask.read(kept.expression if kept else asked, now), now


@commands.command("count")
def count(asked: Asked) -> None:
    """How many customers there are.

    Example: warmlist segment count "follow_up = 'orange' and age(last_inbound) <= 7d"
    """
    with _opened(asked) as (app, segment, now):
        found = app.segments.ask.find(segment, now + 1)
        out.print(plural(app.segments.ask.count(OPERATOR, found), "customer", "customers"))


@commands.command("export")
def export(
    asked: Asked,
    format: Annotated[str, typer.Option("--format", help="csv or ndjson.")] = "csv",
) -> None:
    """Write them to standard output: name, handles, owner, labels.

    Example: warmlist segment export "activity = 'high'" --format ndjson > active.ndjson
    """
    one_of(format, "csv", "ndjson")
    with _opened(asked) as (app, segment, now):
        for line in app.segments.export(OPERATOR, segment, format, now + 1):
            sys.stdout.buffer.write(line.encode("utf-8", "replace"))


@commands.command("label")
def label(
    asked: Asked,
    label: Label,
    reason: Reason = "",
    until: Annotated[
        str | None, typer.Option(help="When it ends by itself, RFC 3339; never without.")
    ] = None,
) -> None:
    """Set a label by hand on all of them, and wait until it is done.

    Example: warmlist segment label "spend_365d > 5000 USD" value:high --reason "trade fair"
    """
    dimension, name = _label(label)
    ends = None if until is None else clock.parse_instant(until, where="--until")
    _do(asked, AddLabel(dimension, name, reason, ends))


@commands.command("unlabel")
def unlabel(asked: Asked, label: Label, reason: Reason = "") -> None:
    """Remove a label by hand from all of them, and wait until it is done.

    Example: warmlist segment unlabel "value = 'high'" value:high
    """
    dimension, name = _label(label)
    _do(asked, RemoveLabel(dimension, name, reason))


@commands.command("undo")
def undo(operation: Annotated[int, typer.Argument(help="Its number, as it was printed.")]) -> None:
    """Take back exactly what a label or unlabel did.

    Example: warmlist segment undo 12
    """
    with open_app(read_settings()) as app:
        app.segments.undo(OPERATOR, operation)
        ended = _finish(app, operation, "taking it back")
        out.print(f"{plural(ended.undone, 'customer', 'customers')}: as before")


@commands.command("save")
def save(
    name: Annotated[str, typer.Argument(help="What the team will call it.")],
    expression: Annotated[str, typer.Argument(help="An expression.")],
) -> None:
    """Keep an expression by name for the whole team.

    Example: warmlist segment save "Hot and rich" "follow_up = 'red' and spend_365d > 5000 USD"
    """
    with open_app(read_settings()) as app:
        kept = app.segments.save(OPERATOR, name, expression, clock.now_ms())
        out.print(f"kept as {kept.name}", markup=False, highlight=False)


@commands.command("list")
def list_(format: Format = "table") -> None:
    """Show all kept segments.

    Example: warmlist segment list
    """
    one_of(format, "table", "jsonl")
    with open_app(read_settings()) as app:
        kept = app.segments.ask.saved()
    if format == "jsonl":
        for one in kept:
            write_line({"name": one.name, "expression": one.expression, "by": one.by})
        return
    rows = ((one.name, one.expression, one.by) for one in kept)
    print_table(("name", "expression", "by"), rows)


def _label(text: str) -> tuple[str, str]:
    dimension, colon, name = text.partition(":")
    if not (dimension and colon and name):
        raise BadInput(f"{text!r} is not a label", hint="write dimension:label, such as value:high")
    return dimension, name


def _do(asked: str, deed: Deed) -> None:
    with _opened(asked) as (app, segment, now):
        begun = app.segments.begin(OPERATOR, segment, deed, now, None)
        ended = _finish(app, begun.id, "labelling")
        out.print(f"operation {ended.id}: {plural(ended.done, 'customer', 'customers')} done")
        for reason, number in sorted(ended.left.items()):
            out.print(f"left out: {number:,} ({reason})", highlight=False)


def _finish(app: App, operation_id: int, says: str) -> Operation:
    """Work beside whatever worker runs until an operation is over, then label whom it touched."""
    from warmlist.cli.lines import label_news

    operation: Operation = app.segments.operation(OPERATOR, operation_id)
    with progress(says) as update, app.store.connect() as conn:
        while operation.open:
            if not app.work_operations(conn, clock.now_ms()):
                time.sleep(0.2)  # another worker has it
            conn.commit()
            operation = app.segments.operation(OPERATOR, operation_id)
            update(operation.undone if operation.state == "undoing" else operation.done)
    with progress("labels") as update:
        label_news(app, update)
    return operation
