"""The command line: reads what was asked, calls the part that does it, says what happened.

Exit code 0: done; 1: the work failed; 2: wrong use. Errors are one line on stderr with the next step.
"""

from __future__ import annotations

import sys

import psycopg
import typer

from warmlist.cli import (
    asking,
    insights,
    keeping,
    notes,
    packs,
    reread,
    reviews,
    running,
    segments,
    tokens,
    understand,
    users,
)
from warmlist.cli.output import err
from warmlist.errors import BadInput, BadPack, BadSettings, WarmlistError

cli = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help="Warmlist: every chat customer labelled, with reasons, and one queue of who is next.",
)
for group in (running, keeping, asking, understand, reviews, reread):
    cli.add_typer(group.commands)
cli.add_typer(notes.commands, name="note")
cli.add_typer(packs.commands, name="pack")
cli.add_typer(insights.commands, name="insights")
cli.add_typer(segments.commands, name="segment")
cli.add_typer(users.commands, name="user")
cli.add_typer(tokens.token_commands, name="token")


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
