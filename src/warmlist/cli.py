"""The command line: reads what was asked, calls the part that does it, says what happened.

Exit code 0: done; 1: the work failed; 2: wrong use. Errors are one line on stderr with the next step.
"""

from __future__ import annotations

import sys
import webbrowser
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import orjson
import psycopg
import typer
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from warmlist import clock, settings
from warmlist.app import App, add_user, ensure_owner, open_app
from warmlist.errors import BadInput, BadPack, BadSettings, WarmlistError
from warmlist.token_commands import token_commands

cli = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help="Warmlist: every chat customer labelled, with reasons, and one queue of who is next.",
)
pack_commands = typer.Typer(no_args_is_help=True, help="Check and test packs of rules.")
cli.add_typer(pack_commands, name="pack")
cli.add_typer(token_commands, name="token")

out = Console(soft_wrap=True)
err = Console(stderr=True, soft_wrap=True)

AsOf = Annotated[
    str | None,
    typer.Option("--as-of", help="A moment, RFC 3339, such as 2026-03-01T09:00:00+01:00."),
]
Format = Annotated[str, typer.Option("--format", help="table or jsonl.")]


def main() -> None:
    """The entry point: errors that Warmlist foresees become one line and an exit code."""
    try:
        sys.exit(cli(prog_name="warmlist", standalone_mode=False) or 0)
    except typer.TyperException as error:
        sys.exit(_wrong_use(error))
    except (BadInput, BadSettings, BadPack) as error:
        err.print(f"warmlist: {error}", markup=False, highlight=False)
        sys.exit(2)
    except WarmlistError as error:
        err.print(f"warmlist: {error}", markup=False, highlight=False)
        sys.exit(1)
    except (psycopg.OperationalError, psycopg.InterfaceError) as error:
        reason = f"PostgreSQL broke off the work ({type(error).__name__})"
        err.print(f"warmlist: {reason}; what was committed stays (run it again)", markup=False)
        sys.exit(1)
    except BrokenPipeError:
        sys.exit(1)


def _wrong_use(error: typer.TyperException) -> int:
    """One line on stderr, but for the help where a command is missing; returns the exit code."""
    message = error.format_message()
    if "\n" not in message:
        asked = getattr(error, "ctx", None)
        where = asked.command_path if asked else "warmlist"
        message = f"warmlist: {message.rstrip('.')} (see: {where} --help)"
    err.print(message, markup=False, highlight=False)
    return int(error.exit_code)


def _settings(**given: Any) -> settings.Settings:
    loaded = settings.load(**given)
    settings.log_to_stderr(loaded.log_level)
    return loaded


@contextmanager
def _progress(text: str) -> Iterator[Any]:
    """A running count on a terminal; silent elsewhere. Yields update(count)."""
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=err, transient=True, disable=not err.is_terminal) as bar:
        task = bar.add_task(text, total=None)
        yield lambda count: bar.update(task, description=f"{text}: {count:,}")


def _moment(as_of: str | None) -> int:
    return clock.now_ms() if as_of is None else clock.parse_instant(as_of, where="--as-of")


def _write(line: dict[str, Any]) -> None:
    sys.stdout.buffer.write(orjson.dumps(line) + b"\n")


def _format(given: str, *allowed: str) -> str:
    if given not in allowed:
        raise BadInput(f"--format {given!r} is not one of {', '.join(allowed)}")
    return given


@cli.command()
def serve(host: str | None = None, port: int | None = None) -> None:
    """Run the pages, the doors and the worker until stopped.

    Example: warmlist serve --port 8000
    """
    from warmlist.web.start import serve as run

    with open_app(_settings(host=host, port=port), serving=True) as app:
        _say_sign_in(app)
        run(app, say=_say_address)


@cli.command()
def worker() -> None:
    """Run one more worker, beside a serve that uses the same database.

    Example: WARMLIST_DATABASE_URL=postgresql://... warmlist worker
    """
    from warmlist.web.start import worker_of

    with open_app(_settings()) as app:
        running = worker_of(app)
        try:
            running.run()
        except KeyboardInterrupt:
            running.stop()


@cli.command()
def demo(host: str | None = None, port: int | None = None) -> None:
    """Open a sample shop, invented and marked so, whose day goes on while you look.

    Example: warmlist demo
    """
    from warmlist.demo import run as shop
    from warmlist.demo.shop import TEAM
    from warmlist.web.start import serve as run

    loaded = _settings(host=host, port=port)
    if "home" not in loaded.model_fields_set and loaded.database_url is None:
        loaded = _settings(host=host, port=port, home=Path("warmlist-demo"))
    with open_app(loaded, serving=True) as app:
        now = clock.now_ms()
        with _progress("building the sample shop: events") as update:
            past_ends = shop.fill(app.store, app.events, now, update)
        password = _say_sign_in(app)
        if password is not None:
            with app.store.connect() as conn:
                for member in TEAM:
                    add_user(conn, member.name, password, member.role, member.interface)
            out.print("The team may sign in with the same password: ", end="")
            out.print(", ".join(f"{m.name} ({m.role})" for m in TEAM), highlight=False)
        run(
            app,
            beside=[
                lambda stopping: shop.play(
                    app.store, app.events, past_ends, clock.now_ms, lambda: None, stopping
                )
            ],
            say=_open_address,
        )


def _open_address(address: str) -> None:
    """Print the address and open it where a person sits in front."""
    _say_address(address)
    if sys.stdout.isatty():
        webbrowser.open(address)


def _say_address(address: str) -> None:
    out.print(f"Warmlist: {address}", highlight=False)


def _say_sign_in(app: App) -> str | None:
    """Print how to sign in; returns the owner's password when it was just made."""
    owner = ensure_owner(app)
    if owner.password is None:
        out.print(f"Sign in as {owner.name} with the password that was printed at the first start.")
        return None
    out.print(f"Sign in as {owner.name} with the password {owner.password}", highlight=False)
    out.print("It is not shown again.")
    return owner.password


@cli.command("import")
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
    from warmlist.commands import label_news
    from warmlist.intake.imports import ImportOptions, run_import

    columns = dict(_pair(item) for item in map_ or [])
    with open_app(_settings()) as app:
        options = ImportOptions(
            kind=kind, source=source, time_zone=time_zone or app.time_zone, columns=columns,
            currency=currency, team=tuple(team or ()), customer=customer, date_order=date_order,
            return_prefix=return_prefix,
        )  # fmt: skip
        with _progress("events read") as update:
            report = run_import(
                app.store.connect, app.events, files, options, now_ms=clock.now_ms(),
                dry_run=dry_run, progress=update,
            )  # fmt: skip
        if report.new:
            with _progress("customers labelled") as update:
                label_news(app, update)
    out.print(
        f"{report.read:,} events read about {report.customers:,} handles: {report.new:,} new, "
        f"{report.repeated:,} known already, {report.conflicts:,} with other content than before",
        highlight=False,
    )
    if report.unrated:
        out.print(f"{report.unrated:,} orders in a currency without a rate: left out of sums")
    for reason, trouble in sorted(report.problems.items(), key=lambda p: -p[1].count):
        first = ", ".join(f"{files[f - 1].name}:{n}" for f, n in trouble.first)
        what = "kept" if trouble.kept else "left out"
        err.print(f"{trouble.count:,} lines {what}: {reason} (first: {first})", markup=False)
    for file, why in report.failed.items():
        err.print(f"warmlist: {files[file - 1]}: {why}", markup=False)
    if report.failed:
        raise typer.Exit(1)


def _pair(item: str) -> tuple[str, str]:
    name, sign, column = item.partition("=")
    if not sign:
        raise BadInput(f"--map {item!r}: write NAME=COLUMN, such as order=InvoiceNo")
    return name.strip(), column.strip()


@cli.command()
def label(
    as_of: AsOf = None,
    customer: Annotated[str | None, typer.Option(help="One customer, by handle.")] = None,
    engine: Annotated[str, typer.Option(help="duckdb.")] = "duckdb",
    format: Format = "table",
) -> None:
    """Labels as of a moment, replayed from what was known by then; everybody's or one customer's.

    Example: warmlist label --as-of 2026-03-01T00:00:00Z --format jsonl
    """
    from warmlist.commands import label_lines

    if engine != "duckdb":
        raise BadInput(f"--engine {engine!r}: only duckdb runs in this version")
    _format(format, "table", "jsonl")
    with open_app(_settings()) as app:
        lines = label_lines(app, _moment(as_of), customer)
        if format == "jsonl":
            for line in lines:
                _write(line)
            return
        _print_table(
            ("customer", "dimension", "label", "since", "because"),
            (
                (x["customer"], x["dimension"], _shaded(x), x["since"] or "", x["because"])
                for x in lines
            ),
        )


def _shaded(line: dict[str, Any]) -> str:
    return f"{line['label']} ({line['shade']})" if line.get("shade") else str(line["label"])


@cli.command()
def queue(
    as_of: AsOf = None,
    owner: Annotated[str | None, typer.Option(help="Only this rep's customers.")] = None,
    format: Format = "table",
) -> None:
    """Who is next, why, by when, how and with what words.

    Example: warmlist queue --owner Mei
    """
    from warmlist.commands import queue_lines

    _format(format, "table", "jsonl")
    with open_app(_settings()) as app:
        lines = queue_lines(app, None if as_of is None else _moment(as_of), owner)
        if format == "jsonl":
            for line in lines:
                _write(line)
            return
        _print_table(
            ("colour", "customer", "owner", "by", "how", "why"),
            (
                (x["colour"], x["name"], x["owner"] or "", x["by"], x["how"], x["why"])
                for x in lines
            ),
        )


@cli.command()
def why(
    handle: Annotated[str, typer.Argument(help="The customer, such as +393331234567.")],
    as_of: AsOf = None,
    format: Annotated[str, typer.Option("--format", help="text or json.")] = "text",
) -> None:
    """Why a customer has these labels, as they were recorded: rule, facts, messages, since when.

    Example: warmlist why +393331234567
    """
    from warmlist.commands import why_json, why_text

    _format(format, "text", "json")
    at = None if as_of is None else _moment(as_of)
    with open_app(_settings()) as app:
        if format == "json":
            _write(why_json(app, handle, at))
        else:
            out.print(why_text(app, handle, at), markup=False, highlight=False)


@pack_commands.command("check")
def pack_check(
    pack: Annotated[Path | None, typer.Argument(help="A pack's folder.")] = None,
) -> None:
    """Read a pack and say what is wrong, with file, line and column.

    Example: warmlist pack check src/warmlist/packs/chat_sales
    """
    from warmlist.commands import check_pack

    out.print(check_pack(pack), highlight=False)


@pack_commands.command("test")
def pack_test(pack: Annotated[Path | None, typer.Argument(help="A pack's folder.")] = None) -> None:
    """Run a pack's dated sentences, listed by rule.

    Example: warmlist pack test
    """
    from warmlist.commands import test_pack

    text, passed = test_pack(pack)
    out.print(text, markup=False, highlight=False)
    if not passed:
        raise typer.Exit(1)


@cli.command()
def doctor() -> None:
    """Check settings, database, connectors and clock; each finding with what to do.

    Example: warmlist doctor
    """
    from warmlist.doctor import examine

    findings = examine(_settings())
    for finding in findings:
        mark = {"good": "ok  ", "warning": "note", "bad": "BAD "}[finding.state]
        out.print(f"{mark}  {finding.what}", markup=False, highlight=False)
        if finding.do:
            out.print(f"      {finding.do}", markup=False, highlight=False)
    if any(f.state == "bad" for f in findings):
        raise typer.Exit(1)


@cli.command()
def rate(
    currency: Annotated[str, typer.Argument(help="ISO 4217 code, such as EUR.")],
    value: Annotated[str, typer.Argument(help="What one unit is worth in the workspace currency.")],
    from_: Annotated[str, typer.Option("--from", help="The first day it holds.")] = "2000-01-01",
) -> None:
    """Say what another currency is worth; money in the log is valued anew.

    Example: warmlist rate EUR 1.08 --from 2026-01-01
    """
    from warmlist.commands import set_rate

    out.print(set_rate(_settings(), currency, value, from_), highlight=False)


@cli.command()
def backup(file: Annotated[Path, typer.Argument(help="Where to write it.")]) -> None:
    """Write the whole database to one file.

    Example: warmlist backup monday.sql.gz
    """
    from warmlist.store.database import open_store
    from warmlist.store.transfer import backup as write

    with open_store(_settings()) as store:
        out.print(f"{write(store, file):,} bytes written to {file}", highlight=False)


@cli.command()
def restore(file: Annotated[Path, typer.Argument(help="A backup.", exists=True)]) -> None:
    """Bring a backup into an empty database.

    Example: WARMLIST_HOME=new warmlist restore monday.sql.gz
    """
    from warmlist.store.database import open_store
    from warmlist.store.transfer import restore as read

    with open_store(_settings(), serving=True) as store:
        read(store, file)
    out.print(f"{file} is restored", highlight=False)


@cli.command()
def upgrade() -> None:
    """Bring an embedded database of an older PostgreSQL to the one that comes with Warmlist.

    Example: warmlist upgrade
    """
    from warmlist.store.upgrade import upgrade as run

    before, now = run(_settings().home)
    out.print(f"PostgreSQL {before} -> {now}", highlight=False)


def _print_table(columns: tuple[str, ...], rows: Any) -> None:
    table = Table(*columns, box=None, header_style="bold")
    for row in rows:
        table.add_row(*(str(cell) for cell in row))
    out.print(table)
