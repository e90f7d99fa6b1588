"""`warmlist reread`: the messages of the past, read again with the reader in force."""

from __future__ import annotations

from typing import Annotated

import typer

from warmlist import clock
from warmlist.app import open_app
from warmlist.cli.output import out, plural, progress, read_settings
from warmlist.errors import BadInput

commands = typer.Typer()


@commands.command()
def reread(
    since: Annotated[
        str | None, typer.Option(help="Only messages from this moment on, RFC 3339.")
    ] = None,
    version: Annotated[
        str | None,
        typer.Option(help="The version that must be in force, or none is read."),
    ] = None,
) -> None:
    """Read past messages again with the reader in force; labels follow from now on.

    What was recorded stays. A run that was broken off, or that `serve` began, goes on where it was.

    Example: warmlist reread --since 2026-01-01T00:00:00Z
    """
    from warmlist.cli.lines import label_news
    from warmlist.intake import reread as again

    first = clock.parse_instant(since, where="--since") if since else 0
    with open_app(read_settings()) as app:
        with app.store.connect() as conn:
            in_force = app.log_in_force(conn).version
            if version is not None and version != in_force:
                raise BadInput(
                    f"--version {version} is not in force: {in_force} is",
                    hint="leave it out, or install the version of Warmlist that has it",
                )
            again.begin(conn, in_force, clock.now_ms(), first)
        with progress("messages read") as update:
            run = again.all_of_it(app.store.connect, app.log_in_force, clock.now_ms, update)
        with progress("customers labelled") as update:
            label_news(app, update)
    if run is not None:
        out.print(
            f"{plural(run.seen, 'message', 'messages')} read with {run.version}: "
            f"{run.changed:,} say other things than before",
            highlight=False,
        )
