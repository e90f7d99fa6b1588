"""`warmlist user`: who may sign in."""

from __future__ import annotations

import getpass
import secrets
import sys
from typing import Annotated

import typer

from warmlist.app import add_user, open_app, set_password, users
from warmlist.cli.output import out, print_table, read_settings
from warmlist.errors import BadInput, NotFound

commands = typer.Typer(no_args_is_help=True, help="Who may sign in.")

ROLES = ("rep", "lead", "admin")


@commands.command("add")
def add(
    name: Annotated[str, typer.Argument(help="Sign-in name; events name owners and agents so.")],
    role: Annotated[str, typer.Option(help="rep, lead or admin.")] = "rep",
    language: Annotated[str, typer.Option(help="Of the pages: en or zh_Hans.")] = "en",
) -> None:
    """Add a user; the password is asked for, or made and printed where nobody sits in front.

    Example: warmlist user add "Lin Yue" --role rep --language zh_Hans
    """
    if role not in ROLES:
        raise BadInput(f"--role {role!r} is not one of {', '.join(ROLES)}")
    with open_app(read_settings()) as app, app.store.connect() as conn:
        if any(found == name for found, _, _ in users(conn)):
            raise BadInput(f"there is a user {name!r} already", hint="warmlist user password NAME")
        password = _password()
        add_user(conn, name, password, role, language)


@commands.command("password")
def password(name: Annotated[str, typer.Argument(help="Sign-in name.")]) -> None:
    """Give a user a new password and end the sessions that are open.

    Example: warmlist user password "Lin Yue"
    """
    with open_app(read_settings()) as app, app.store.connect() as conn:
        if all(found != name for found, _, _ in users(conn)):
            raise NotFound(f"there is no user {name!r}", hint="warmlist user list")
        set_password(conn, name, _password())


@commands.command("list")
def list_() -> None:
    """The users, with their roles.

    Example: warmlist user list
    """
    with open_app(read_settings()) as app, app.store.connect() as conn:
        print_table(("name", "role", "language"), users(conn))


def _password() -> str:
    """A password from the person in front, else a made one, printed once."""
    if not sys.stdin.isatty():
        made = secrets.token_urlsafe(12)
        out.print(f"password: {made}", highlight=False)
        return made
    first = getpass.getpass("Password: ")
    if len(first) < 8:
        raise BadInput("a password has at least 8 characters")
    if getpass.getpass("Once more: ") != first:
        raise BadInput("the two passwords differ")
    return first
