"""Commands that run Warmlist, and look whether it is well."""

from __future__ import annotations

import sys
import webbrowser
from pathlib import Path

import typer

from warmlist import clock
from warmlist.app import App, add_user, ensure_owner, open_app
from warmlist.cli.output import Host, Port, out, progress, read_settings

commands = typer.Typer()


@commands.command()
def serve(host: Host = None, port: Port = None) -> None:
    """Run the pages, the doors and the worker until stopped.

    Example: warmlist serve --port 8000
    """
    from warmlist.web.start import serve as run

    with open_app(read_settings(host=host, port=port), serving=True) as app:
        _say_sign_in(app)
        run(app, say=_say_address)


@commands.command()
def worker() -> None:
    """Run one more worker, beside a serve that uses the same database.

    Example: WARMLIST_DATABASE_URL=postgresql://... warmlist worker
    """
    from warmlist.web.start import worker_of

    with open_app(read_settings()) as app:
        running = worker_of(app)
        try:
            running.run()
        except KeyboardInterrupt:
            running.stop()


@commands.command()
def demo(host: Host = None, port: Port = None) -> None:
    """Open a sample shop, invented and marked so, whose day goes on while you look.

    Example: warmlist demo
    """
    from warmlist.demo import run as shop
    from warmlist.demo.shop import TEAM
    from warmlist.web.start import serve as run

    loaded = read_settings(host=host, port=port)
    if "home" not in loaded.model_fields_set and loaded.database_url is None:
        loaded = read_settings(host=host, port=port, home=Path("warmlist-demo"))
    with open_app(loaded, serving=True) as app:
        now = clock.now_ms()
        with progress("building the sample shop: events") as update:
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
                lambda stopping: shop.play(app.store, app.events, past_ends, clock.now_ms, stopping)
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
    """Print how to sign in; returns the password of an owner that was just made.

    A password that was given is not repeated: what is printed may end up in a log.
    """
    owner = ensure_owner(app)
    if owner.password is None:
        out.print(f"Sign in as {owner.name} with the password that was printed at the first start.")
        return None
    if app.settings.owner_password is not None:
        out.print(f"Sign in as {owner.name} with the password of WARMLIST_OWNER_PASSWORD.")
        return owner.password
    out.print(f"Sign in as {owner.name} with the password {owner.password}", highlight=False)
    out.print("It is not shown again.")
    return owner.password


@commands.command()
def doctor() -> None:
    """Check settings, database, connectors and clock; each finding with what to do.

    Example: warmlist doctor
    """
    from warmlist.doctor import examine

    findings = examine(read_settings())
    for finding in findings:
        mark = {"good": "ok  ", "warning": "note", "bad": "BAD "}[finding.state]
        out.print(f"{mark}  {finding.what}", markup=False, highlight=False)
        if finding.do:
            out.print(f"      {finding.do}", markup=False, highlight=False)
    if any(f.state == "bad" for f in findings):
        raise typer.Exit(1)
