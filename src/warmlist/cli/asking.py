"""Commands that answer questions: labels, queue, why."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from warmlist.app import open_app
from warmlist.cli.output import (
    AsOf,
    Format,
    moment,
    one_of,
    out,
    print_table,
    read_settings,
    write_line,
)
from warmlist.errors import BadInput

commands = typer.Typer()


@commands.command()
def label(
    as_of: AsOf = None,
    customer: Annotated[str | None, typer.Option(help="One customer, by handle.")] = None,
    engine: Annotated[str, typer.Option(help="duckdb, or spark: on a cluster.")] = "duckdb",
    format: Format = "table",
) -> None:
    """Labels as of a moment, replayed from what was known by then; everybody's or one customer's.

    Example: warmlist label --as-of 2026-03-01T00:00:00Z --format jsonl
    """
    from warmlist.cli.lines import label_lines

    if engine not in ("duckdb", "spark"):
        raise BadInput(f"--engine {engine!r} is not one of duckdb, spark")
    one_of(format, "table", "jsonl")
    if engine == "spark" and customer is not None:
        raise BadInput("--engine spark answers for everybody", hint="leave out --customer")
    with open_app(read_settings()) as app:
        lines = label_lines(app, moment(as_of), customer, engine)
        if format == "jsonl":
            for line in lines:
                write_line(line)
            return
        print_table(
            ("customer", "dimension", "label", "since", "because"),
            (
                (x["customer"], x["dimension"], _shaded(x), x["since"] or "", x["because"])
                for x in lines
            ),
        )


def _shaded(line: dict[str, Any]) -> str:
    return f"{line['label']} ({line['shade']})" if line.get("shade") else str(line["label"])


@commands.command()
def queue(
    as_of: AsOf = None,
    owner: Annotated[str | None, typer.Option(help="Only this rep's customers.")] = None,
    format: Format = "table",
) -> None:
    """Who is next, why, by when, how and with what words.

    Example: warmlist queue --owner Mei
    """
    from warmlist.cli.lines import queue_lines

    one_of(format, "table", "jsonl")
    with open_app(read_settings()) as app:
        lines = queue_lines(app, None if as_of is None else moment(as_of), owner)
        if format == "jsonl":
            for line in lines:
                write_line(line)
            return
        print_table(
            ("colour", "customer", "owner", "not before", "by", "how", "why"),
            (
                (
                    x["colour"],
                    x["name"],
                    x["owner"] or "",
                    x["not_before"] or "",
                    x["by"],
                    x["how"],
                    x["why"],
                )
                for x in lines
            ),
        )


@commands.command()
def why(
    handle: Annotated[str, typer.Argument(help="The customer, such as +393331234567.")],
    as_of: AsOf = None,
    format: Annotated[str, typer.Option("--format", help="text or json.")] = "text",
) -> None:
    """Why a customer has these labels, as they were recorded: rule, facts, messages, since when.

    Example: warmlist why +393331234567
    """
    from warmlist.cli.lines import why_json, why_text

    one_of(format, "text", "json")
    at = None if as_of is None else moment(as_of)
    with open_app(read_settings()) as app:
        if format == "json":
            write_line(why_json(app, handle, at))
        else:
            out.print(why_text(app, handle, at), markup=False, highlight=False)
