"""`warmlist pack`: check and test packs of rules."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from warmlist.cli.output import out

commands = typer.Typer(no_args_is_help=True, help="Check and test packs of rules.")


@commands.command("check")
def pack_check(
    pack: Annotated[Path | None, typer.Argument(help="A pack's folder.")] = None,
) -> None:
    """Read a pack and say what is wrong, with file, line and column.

    Example: warmlist pack check src/warmlist/packs/chat_sales
    """
    from warmlist.cli.lines import check_pack

    out.print(check_pack(pack), highlight=False)


@commands.command("test")
def pack_test(pack: Annotated[Path | None, typer.Argument(help="A pack's folder.")] = None) -> None:
    """Run a pack's dated sentences, listed by rule.

    Example: warmlist pack test
    """
    from warmlist.cli.lines import test_pack

    text, passed = test_pack(pack)
    out.print(text, markup=False, highlight=False)
    if not passed:
        raise typer.Exit(1)
