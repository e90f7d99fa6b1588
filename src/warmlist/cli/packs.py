"""`warmlist pack`: check, test and compare packs of rules; take a workspace's own files out and in."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from warmlist.cli.output import (
    Format,
    one_of,
    out,
    print_table,
    progress,
    read_settings,
    write_line,
)

commands = typer.Typer(
    no_args_is_help=True, help="Check, test and change the rules that make labels and follow-ups."
)

Folder = Annotated[
    Path | None,
    typer.Argument(help="A pack's folder, or one of files to be laid over the built-in pack."),
]
Note = Annotated[str, typer.Option("--note", help="Why the rules change.")]
TakeAway = Annotated[
    bool, typer.Option("--take-away", help="Labels that customers carry may be taken away.")
]


@commands.command("check")
def pack_check(
    pack: Folder = None,
    customers: Annotated[
        bool,
        typer.Option("--customers", help="Also say which customers of the workspace it hurts."),
    ] = False,
) -> None:
    """Read a pack and say what is wrong, with file, line and column.

    Example: warmlist pack check my-rules --customers
    """
    from warmlist.app import open_app
    from warmlist.cli.rules import check_pack

    if not customers:
        out.print(check_pack(pack), markup=False, highlight=False)
        return
    with open_app(read_settings()) as app:
        out.print(check_pack(pack, app), markup=False, highlight=False)


@commands.command("test")
def pack_test(pack: Folder = None) -> None:
    """Run a pack's dated sentences, listed by rule.

    Example: warmlist pack test my-rules
    """
    from warmlist.cli.rules import test_pack

    text, passed = test_pack(pack)
    out.print(text, markup=False, highlight=False)
    if not passed:
        raise typer.Exit(1)


@commands.command("diff")
def pack_diff(
    pack: Annotated[Path, typer.Argument(help="A folder of files laid over the built-in pack.")],
    format: Format = "table",
) -> None:
    """Who would change by these files: who comes to which label and who goes, and some of them.

    Example: warmlist pack diff my-rules
    """
    from warmlist.app import open_app
    from warmlist.cli.rules import carried_lines, diff_jsonl, diff_lines, diff_text, pack_of

    one_of(format, "table", "jsonl")
    with open_app(read_settings()) as app, progress("asking everybody") as update:
        wanted = pack_of(app, pack)
        found, names = diff_lines(app, wanted, lambda done, _: update(done))
        doubts = [*wanted.warnings, *carried_lines(app, wanted)]
    if format == "jsonl":
        for line in [*diff_jsonl(found, names), *({"doubt": doubt} for doubt in doubts)]:
            write_line(line)
    else:
        out.print("\n".join([diff_text(found, names), *doubts]), markup=False, highlight=False)


@commands.command("export")
def pack_export(
    folder: Annotated[Path, typer.Argument(help="Where to; made where it is not there.")],
    version: Annotated[
        int | None, typer.Option("--version", help="An earlier version's number.")
    ] = None,
) -> None:
    """Write the workspace's own files into a folder, to look at, change and import again.

    Example: warmlist pack export my-rules
    """
    from warmlist.app import open_app
    from warmlist.cli.rules import export

    with open_app(read_settings()) as app:
        out.print(export(app, folder, version), highlight=False)


@commands.command("import")
def pack_import(
    folder: Annotated[Path, typer.Argument(help="A folder of files to lay over the pack.")],
    note: Note,
    by: Annotated[str, typer.Option("--by", help="Who changes them.")] = "command line",
    take_away: TakeAway = False,
) -> None:
    """Lay the files of a folder over the built-in pack, instead of those that lay over it so far.

    Example: warmlist pack import my-rules --note "our own tiers"
    """
    from warmlist.app import open_app
    from warmlist.cli.rules import bring_in

    with open_app(read_settings()) as app, progress("asking everybody") as update:
        told = bring_in(app, folder, note, by, lambda done, _: update(done), take_away=take_away)
    out.print(told, markup=False, highlight=False)


@commands.command("versions")
def pack_versions(format: Format = "table") -> None:
    """Every change of the workspace's rules: when, who and why.

    Example: warmlist pack versions
    """
    from warmlist.app import open_app
    from warmlist.cli.rules import version_lines

    one_of(format, "table", "jsonl")
    with open_app(read_settings()) as app:
        lines = version_lines(app)
    if format == "jsonl":
        for line in lines:
            write_line(line)
        return
    columns = ("version", "at", "by", "note")
    print_table(columns, ((line[name] for name in columns) for line in lines))


@commands.command("back")
def pack_back(
    version: Annotated[int, typer.Argument(help="The number; 0 is the built-in pack alone.")],
    by: Annotated[str, typer.Option("--by", help="Who goes back.")] = "command line",
) -> None:
    """Go back to the rules of an earlier version, as a version of its own.

    Example: warmlist pack back 3
    """
    from warmlist.app import open_app
    from warmlist.cli.rules import back

    with open_app(read_settings()) as app:
        out.print(back(app, version, by), highlight=False)
