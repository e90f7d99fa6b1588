"""Commands that bring data in and keep it safe."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from warmlist import clock
from warmlist.app import open_app
from warmlist.cli.output import err, out, plural, progress, read_settings
from warmlist.errors import BadInput

commands = typer.Typer()


@commands.command("import")
def import_(
    files: Annotated[
        list[Path], typer.Argument(help="Files to read.", exists=True, dir_okay=False)
    ],
    kind: Annotated[
        str | None, typer.Option(help="What the files are; found out when left out.")
    ] = None,
    map_: Annotated[
        list[str] | None,
        typer.Option("--map", help="NAME=COLUMN, for a CSV of your own; repeatable."),
    ] = None,
    source: Annotated[str | None, typer.Option(help="What the source is called.")] = None,
    time_zone: Annotated[str | None, typer.Option(help="Of times without an offset.")] = None,
    currency: Annotated[str | None, typer.Option(help="Of amounts without one.")] = None,
    team: Annotated[list[str] | None, typer.Option(help="Authors of a chat who are ours.")] = None,
    customer: Annotated[str | None, typer.Option(help="Handle of a chat's only customer.")] = None,
    date_order: Annotated[str | None, typer.Option(help="dmy, mdy or ymd.")] = None,
    return_prefix: Annotated[
        str | None, typer.Option(help="Order numbers that are returns.")
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Read and report, write nothing.")
    ] = False,
) -> None:
    """Read events, chats, orders or customers from files. The same file twice changes nothing.

    Example: warmlist import orders.csv --kind orders-csv --map order=InvoiceNo --map at=InvoiceDate
    """
    from warmlist.cli.lines import label_news
    from warmlist.intake.imports import ImportOptions, run_import

    columns = dict(_pair(item) for item in map_ or [])
    with open_app(read_settings()) as app:
        options = ImportOptions(
            kind=kind, source=source, time_zone=time_zone or app.time_zone, columns=columns,
            currency=currency, team=tuple(team or ()), customer=customer, date_order=date_order,
            return_prefix=return_prefix,
        )  # fmt: skip
        with progress("events read") as update:
            report = run_import(
                app.store.connect, app.events, files, options, now_ms=clock.now_ms(),
                dry_run=dry_run, progress=update,
            )  # fmt: skip
        if report.new:
            with progress("customers labelled") as update:
                label_news(app, update)
    out.print(
        f"{plural(report.read, 'event', 'events')} read about "
        f"{plural(report.customers, 'handle', 'handles')}: {report.new:,} new, "
        f"{report.repeated:,} known already, {report.conflicts:,} with other content than before",
        highlight=False,
    )
    if report.unrated:
        out.print(f"{report.unrated:,} orders in a currency without a rate: left out of sums")
    for reason, trouble in sorted(report.problems.items(), key=lambda p: -p[1].count):
        first = ", ".join(f"{files[f - 1].name}:{n}" for f, n in trouble.first)
        what = "kept" if trouble.kept else "left out"
        lines = plural(trouble.count, "line", "lines")
        err.print(f"{lines} {what}: {reason} (first: {first})", markup=False)
    for file, why in report.failed.items():
        err.print(f"warmlist: {files[file - 1]}: {why}", markup=False)
    if report.failed:
        raise typer.Exit(1)


def _pair(item: str) -> tuple[str, str]:
    name, sign, column = item.partition("=")
    if not sign:
        raise BadInput(f"--map {item!r}: write NAME=COLUMN, such as order=InvoiceNo")
    return name.strip(), column.strip()


@commands.command()
def rate(
    currency: Annotated[str, typer.Argument(help="ISO 4217 code, such as EUR.")],
    value: Annotated[str, typer.Argument(help="What one unit is worth in the workspace currency.")],
    from_: Annotated[str, typer.Option("--from", help="The first day it holds.")] = "2000-01-01",
) -> None:
    """Say what another currency is worth; money in the log is valued anew.

    Example: warmlist rate EUR 1.08 --from 2026-01-01
    """
    from warmlist.cli.lines import set_rate

    out.print(set_rate(read_settings(), currency, value, from_), highlight=False)


@commands.command()
def backup(file: Annotated[Path, typer.Argument(help="Where to write it.")]) -> None:
    """Write the whole database to one file.

    Example: warmlist backup monday.sql.gz
    """
    from warmlist.store.database import open_store
    from warmlist.store.transfer import backup as write

    with open_store(read_settings()) as store:
        out.print(f"{write(store, file):,} bytes written to {file}", highlight=False)


@commands.command()
def restore(file: Annotated[Path, typer.Argument(help="A backup.", exists=True)]) -> None:
    """Bring a backup into an empty database.

    Example: WARMLIST_HOME=new warmlist restore monday.sql.gz
    """
    from warmlist.store.database import open_store
    from warmlist.store.transfer import restore as read

    with open_store(read_settings(), serving=True) as store:
        read(store, file)
    out.print(f"{file} is restored", highlight=False)


@commands.command()
def upgrade() -> None:
    """Bring an embedded database of an older PostgreSQL to the one that comes with Warmlist.

    Example: warmlist upgrade
    """
    from warmlist.store.upgrade import upgrade as run

    before, now = run(read_settings().home)
    out.print(f"PostgreSQL {before} -> {now}", highlight=False)
