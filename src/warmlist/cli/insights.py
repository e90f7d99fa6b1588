"""`warmlist insights`: what the workspace's own data tell, and the labels made of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any

import typer

from warmlist import clock
from warmlist.app import App, open_app
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
from warmlist.errors import BadInput, NotFound
from warmlist.intake.identity import canonical
from warmlist.labels import explain

if TYPE_CHECKING:
    from warmlist.insights.runs import Run

commands = typer.Typer(no_args_is_help=True, help="What the data tell, and labels made of it.")

Record = Annotated[
    bool, typer.Option("--record", help="Keep the result and give customers their labels now.")
]
Recorded = Annotated[
    bool, typer.Option("--recorded", help="Show the newest kept result instead of computing anew.")
]
#: Longest bar of a histogram, in characters.
BAR = 40


@commands.command()
def windows(
    as_of: AsOf = None,
    format: Format = "table",
    record: Record = False,
    recorded: Recorded = False,
    customer: Annotated[str | None, typer.Option(help="One customer's habits, by handle.")] = None,
) -> None:
    """When customers read and answer by their own clocks; golden hours and evenings.

    Example: warmlist insights windows --customer +393331234567
    """
    if customer is None:
        _tell("windows", as_of, format, record, recorded)
        return
    from warmlist.insights import habits
    from warmlist.insights.lines import habit_lines

    one_of(format, "table", "jsonl")
    if record or recorded:
        raise BadInput("habits of one customer are not kept; leave --record and --recorded out")
    name = canonical(customer)
    with open_app(read_settings()) as app, app.store.connect() as conn:
        found = habits.of_customer(conn, app.insights, explain.find(conn, name), moment(as_of))
    rows = list(habit_lines(name, found))
    if format == "jsonl":
        for line in rows:
            write_line(line)
        return
    print_table(("part", "best", "worst"), ((x["part"], x["best"], x["worst"]) for x in rows))
    acts = int(found.heat.sum())
    out.print(f"{acts:,} acts, by the clock of {found.zone}", markup=False, highlight=False)


@commands.command()
def tiers(
    as_of: AsOf = None, format: Format = "table", record: Record = False, recorded: Recorded = False
) -> None:
    """Tiers of spend in 12 months by rank, and who moved since the last run.

    Example: warmlist insights tiers
    """
    _tell("tiers", as_of, format, record, recorded)


@commands.command()
def regions(
    as_of: AsOf = None,
    format: Format = "table",
    record: Record = False,
    recorded: Recorded = False,
    freight: Annotated[
        list[str] | None,
        typer.Option(
            help="COUNTRY=PERCENT, freight's part of the cost; repeatable. BR= forgets it."
        ),
    ] = None,
) -> None:
    """Countries: orders, average order, reply speed, windows, returns; high value and costly freight.

    Example: warmlist insights regions --freight BR=35
    """
    if freight:
        with open_app(read_settings()) as app:
            _set_freight(app, freight)
    _tell("regions", as_of, format, record, recorded)


@commands.command()
def breakpoints(
    as_of: AsOf = None,
    format: Format = "table",
    record: Record = False,
    recorded: Recorded = False,
    accept: Annotated[
        str | None, typer.Option(help="orders or year: its proposed limits hold from now on.")
    ] = None,
    by: Annotated[str, typer.Option(help="Who accepts them.")] = "command line",
) -> None:
    """Where amounts of orders and of yearly spend have natural limits.

    Example: warmlist insights breakpoints --accept orders --by Mei
    """
    if accept is None:
        _tell("breakpoints", as_of, format, record, recorded)
        return
    from warmlist.insights import breakpoints as found_in
    from warmlist.insights.jobs import run

    if accept not in found_in.THRESHOLDS:
        raise BadInput(f"--accept {accept!r} is not one of {', '.join(found_in.THRESHOLDS)}")
    if as_of is not None:
        raise BadInput("--accept holds from now on; leave --as-of out")
    with open_app(read_settings()) as app:
        now = clock.now_ms()
        run_now = run(app.insights, "breakpoints", now, app.events)
        with app.store.connect() as conn:
            limits = found_in.accept(conn, accept, run_now, by, now)
            figures = {name: f"{value} {app.currency}" for name, value in limits.items()}
            app.rules_desk.set_figures(
                conn, figures, by, f"limits of {accept} where the data have them", now
            )
        for name, value in limits.items():
            out.print(f"{name} = {value} {app.currency}", highlight=False)


@commands.command()
def associations(
    as_of: AsOf = None, format: Format = "table", record: Record = False, recorded: Recorded = False
) -> None:
    """What is bought after what, beyond chance; who has the one without the other.

    Example: warmlist insights associations --as-of 2026-03-01T00:00:00Z
    """
    _tell("associations", as_of, format, record, recorded)


@commands.command()
def seasons(
    as_of: AsOf = None, format: Format = "table", record: Record = False, recorded: Recorded = False
) -> None:
    """What sells in the season at hand, and who bought it in the same season last year.

    Example: warmlist insights seasons
    """
    _tell("seasons", as_of, format, record, recorded)


@commands.command()
def replenishment(
    as_of: AsOf = None, format: Format = "table", record: Record = False, recorded: Recorded = False
) -> None:
    """What customers buy again and again, and who soon needs more.

    Example: warmlist insights replenishment --format jsonl
    """
    _tell("replenishment", as_of, format, record, recorded)


def _tell(name: str, as_of: str | None, format: str, record: bool, recorded: bool) -> None:
    """Compute, keep or look up, then print."""
    one_of(format, "table", "jsonl")
    if record and (recorded or as_of is not None):
        raise BadInput("--record runs the job now; leave --as-of and --recorded out")
    at = moment(as_of)
    with open_app(read_settings()) as app:
        found = _found(app, name, at, record, recorded)
    _print(found, format)


def _found(app: App, name: str, at: int, record: bool, recorded: bool) -> Run:
    from warmlist.insights import jobs, runs

    if recorded:
        with app.store.connect() as conn:
            found = runs.newest(conn, name, at)
        if found is None:
            raise NotFound(
                f"no result of {name} was kept by then",
                hint=f"run: warmlist insights {name} --record",
            )
        return found
    with progress(f"looking at {name}"):
        if record:
            return jobs.run(app.insights, name, at, app.events)
        return jobs.look(app.insights, name, at)


def _print(found: Run, format: str) -> None:
    from warmlist.insights.lines import COLUMNS, lines, summary

    rows = list(lines(found))
    if format == "jsonl":
        for line in rows:
            write_line(line)
    elif rows:
        columns = tuple(COLUMNS[found.job])
        shown = [[_cell(line.get(c)) for c in columns] for line in rows]
        if found.job == "breakpoints":
            columns, shown = (*columns, ""), list(_with_bars(rows, shown))
        print_table(columns, shown)
    told = err if format == "jsonl" else out
    for sentence in summary(found):
        told.print(sentence, markup=False, highlight=False)
    for sentence in found.withheld:
        err.print(f"withheld: {sentence}", markup=False, highlight=False)


def _cell(value: Any) -> str:
    if value is None or value is False:
        return ""
    if value is True:
        return "yes"
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def _with_bars(rows: list[dict[str, Any]], shown: list[list[str]]) -> Iterator[list[str]]:
    """The rows of a histogram with bars as long as their counts."""
    most = {row["of"]: max(r["count"] for r in rows if r["of"] == row["of"]) for row in rows}
    for row, cells in zip(rows, shown, strict=True):
        yield [*cells, "█" * round(BAR * row["count"] / max(most[row["of"]], 1))]


def _set_freight(app: App, items: list[str]) -> None:
    """Keep what part of the cost freight is, by country."""
    from warmlist.insights import runs
    from warmlist.insights.jobs import FREIGHT
    from warmlist.insights.regions import freight_shares

    with app.store.connect() as conn:
        before = runs.setting(conn, FREIGHT) or {}
        runs.put_setting(conn, FREIGHT, freight_shares(before, items))
