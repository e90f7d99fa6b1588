"""The command that tells how labels and team stand: review."""

from __future__ import annotations

from typing import Annotated, Any, cast

import typer

from warmlist.app import open_app
from warmlist.cli.lines import OPERATOR
from warmlist.cli.output import (
    AsOf,
    Format,
    err,
    moment,
    one_of,
    out,
    print_table,
    progress,
    read_settings,
    write_line,
)
from warmlist.errors import BadInput
from warmlist.insights.reviews.lines import figure_line, lines
from warmlist.insights.reviews.model import LENGTHS, Period, Review

commands = typer.Typer()


@commands.command()
def review(
    period: Annotated[str, typer.Argument(help="weekly, monthly or quarterly.")],
    as_of: AsOf = None,
    owner: Annotated[str | None, typer.Option(help="Only this rep's customers.")] = None,
    format: Format = "table",
) -> None:
    """How labels and team stand: shares, leaks, accuracy, who moved; with the alerts that are open.

    Example: warmlist review weekly --as-of 2026-03-01T00:00:00Z --format jsonl
    """
    if period not in LENGTHS:
        raise BadInput(f"{period!r} is not one of {', '.join(LENGTHS)}")
    one_of(format, "table", "jsonl")
    with open_app(read_settings()) as app:
        with progress(f"{period} review"):
            told = app.reviews.review(
                OPERATOR, cast(Period, period), moment(as_of), owner=owner, live=as_of is None
            )
        if format == "jsonl":
            for line in lines(told):
                write_line(line)
            return
        _print(told)


def _print(told: Review) -> None:
    for alert in told.alerts:
        whose = f"{alert.owner}: " if alert.owner else ""
        err.print(f"! {whose}{alert.says}: {alert.do}", markup=False, highlight=False)
    if told.replaying:
        err.print(
            f"the imported past of {told.replaying:,} customers is still being replayed; "
            "figures of the past will change",
            highlight=False,
        )
    if not told.figures:
        out.print("There is nothing to review yet.", highlight=False)
        return
    print_table(
        ("section", "figure", "owner", "label", "value", "before", "interval", "expected", ""),
        (_row(figure_line(figure)) for figure in told.figures),
    )


def _row(line: dict[str, Any]) -> tuple[str, ...]:
    label = " ".join(str(line[key]) for key in ("dimension", "label", "detail") if line[key])
    value = "withheld" if line["value"] is None else f"{line['value']:g} {line['unit']}"
    return (
        line["section"],
        line["name"],
        line["owner"] or "",
        label,
        value if line["value"] is not None or line["note"] is None else f"{value}: {line['note']}",
        "" if line["previous"] is None else f"{line['previous']:g}",
        _range(line["low"], line["high"]),
        _range(line["expected_low"], line["expected_high"]),
        {"bad": "!", "few": "(few)"}.get(line["verdict"], ""),
    )


def _range(low: float | None, high: float | None) -> str:
    return "" if low is None or high is None else f"{low:g} to {high:g}"
