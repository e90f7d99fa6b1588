"""`warmlist token`: make, list and revoke the bearer tokens of the HTTP API."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Any

import psycopg
import typer
from rich.console import Console
from rich.table import Table

from warmlist import clock, settings
from warmlist.store.database import migrate, open_store
from warmlist.web.api import tokens

token_commands = typer.Typer(no_args_is_help=True, help="Bearer tokens of the HTTP API.")
out = Console(soft_wrap=True)
err = Console(stderr=True, soft_wrap=True)


@contextmanager
def _connection() -> Iterator[psycopg.Connection[Any]]:
    with open_store(settings.load()) as store:
        migrate(store)
        with store.connect() as conn:
            yield conn


@token_commands.command("create")
def create(
    name: Annotated[str, typer.Argument(help="Whose it is; a rep's is the name of the user.")],
    role: Annotated[str, typer.Option(help="rep, lead or admin.")] = "rep",
) -> None:
    """Make a token and print it, once: only its hash is kept.

    Example: warmlist token create crm-sync --role lead
    """
    with _connection() as conn:
        token = tokens.create(conn, name, role, clock.now_ms())
        if role == "rep" and not tokens.is_user(conn, name.strip()):
            err.print(
                f"no user is called {name}: this token sees customers of an owner of that name "
                "and those of nobody",
                markup=False,
                highlight=False,
            )
    out.print(token, markup=False, highlight=False)


@token_commands.command("list")
def list_() -> None:
    """Show all tokens: id, name, role, since when, revoked when.

    Example: warmlist token list
    """
    with _connection() as conn:
        found = tokens.listed(conn)
    table = Table("id", "name", "role", "created", "revoked", box=None, header_style="bold")
    for one in found:
        created, revoked = clock.rfc3339(one.created_at), clock.rfc3339(one.revoked_at)
        table.add_row(one.id, one.name, one.role, created, revoked or "")
    out.print(table)


@token_commands.command("revoke")
def revoke(token: Annotated[str, typer.Argument(help="Its id, or its name.")]) -> None:
    """Revoke a token for good.

    Example: warmlist token revoke crm-sync
    """
    with _connection() as conn:
        gone = tokens.revoke(conn, token, clock.now_ms())
    out.print(f"token {gone.id} of {gone.name} is revoked", markup=False, highlight=False)
