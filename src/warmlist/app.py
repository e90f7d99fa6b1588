"""Wiring: the only file that picks engine, store, reader and connectors and puts them together."""

from __future__ import annotations

import contextlib
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from importlib import resources
from pathlib import Path
from typing import Any

import orjson
import psycopg
import structlog
from argon2 import PasswordHasher
from psycopg_pool import ConnectionPool

from warmlist import clock
from warmlist.clock import SECOND
from warmlist.errors import BadSettings
from warmlist.events.log import EventLog, Read, load_money
from warmlist.events.model import hash64
from warmlist.events.signals import mask
from warmlist.followup.desk import PostgresDesk
from warmlist.followup.totals import KeptTotals
from warmlist.labels.assign import Labeller
from warmlist.labels.everybody import Everybody
from warmlist.plan.compile import Plan, compile_plan
from warmlist.rules.read import read_pack
from warmlist.settings import Settings
from warmlist.store.database import Store, migrate, open_store
from warmlist.store.sql import queries
from warmlist.understanding.reader import Reader, default_reader

log = structlog.get_logger(__name__)
SQL = queries("app.sql")

#: A few words in each language that the reader keeps apart.
GREETINGS = (
    "how much is it?", "quanto costa questo?", "was kostet das bitte?", "请问这个多少钱？",
    "¿cuánto cuesta este, por favor?", "quanto custa esse, por favor?",
)  # fmt: skip
#: Connections that pages and the API share.
POOL = 8
#: How long the queue's totals are told again, and how long while they are counted anew, in ms.
TOTALS_FRESH, TOTALS_USABLE = 1 * SECOND, 10 * SECOND


@dataclass
class App:
    """One opened workspace. Close it through `open_app`."""

    settings: Settings
    store: Store
    reader: Reader
    plan: Plan
    currency: str
    time_zone: str

    @cached_property
    def events(self) -> EventLog:
        """The log, with the reader in force."""
        return event_log(self.reader)

    @cached_property
    def pool(self) -> ConnectionPool[psycopg.Connection[tuple[Any, ...]]]:
        """Connections for pages and the API; each commits when it is given back."""
        return ConnectionPool(self.store.dsn, min_size=2, max_size=POOL, open=True)

    @cached_property
    def everybody(self) -> Everybody:
        """Runs over everybody, in a process of their own."""
        return Everybody(
            self.store.dsn,
            built_in_pack(),
            self.mirror_folder,
            clock.now_ms,
            self.settings.log_level,
        )

    @property
    def mirror_folder(self) -> Path:
        """Where the columnar mirror of this database lies."""
        return self.settings.home / "mirror"

    @cached_property
    def desk(self) -> PostgresDesk:
        """What the pages read and do."""
        return PostgresDesk(
            self.pool, self.events, self.plan, self.currency, self.time_zone,
            KeptTotals(TOTALS_FRESH, TOTALS_USABLE),
        )  # fmt: skip

    def warm_up(self) -> None:
        """Load what the first messages would otherwise wait for: the reader's words by language."""
        for text in GREETINGS:
            self.reader.read(text)

    def note_pack(self) -> bool:
        """Remember which pack is in force; says whether it is another than at the last start."""
        content = "".join(p.read_text("utf-8") for p in sorted(built_in_pack().rglob("*.yaml")))
        now = f"{self.plan.pack.key} {hash64(content, self.currency):x}"
        with self.store.connect() as conn:
            row = conn.execute(SQL.setting, {"key": "pack"}).fetchone()
            conn.execute(SQL.put_setting, {"key": "pack", "value": orjson.dumps(now).decode()})
        return row is not None and row[0] != now

    def labeller(self) -> Labeller:
        """A labeller of one's own; the caller closes it."""
        return Labeller(self.store.dsn, self.plan, self.currency)


def event_log(reader: Reader) -> EventLog:
    """The log with a reader: what it finds becomes the bits and the evidence of signals."""

    def read(text: str) -> Read:
        found = reader.read(text).signals
        rows = [
            {
                "name": f.name,
                "confidence": f.confidence,
                "span": list(f.span) if f.span else None,
                "because": f.because,
            }
            for f in found
        ]
        return Read(mask(*(f.name for f in found)), rows)

    return EventLog(read, reader.version)


def built_in_pack() -> Path:
    """The folder of the pack that comes with Warmlist."""
    return Path(str(resources.files("warmlist") / "packs" / "chat_sales"))


@contextlib.contextmanager
def open_app(settings: Settings, *, serving: bool = False) -> Iterator[App]:
    """Open the store, bring it to the newest schema and read the pack.

    serving: claim the embedded database for this `serve`. Raises Busy, BadSettings, BadPack.
    """
    with open_store(settings, serving=serving) as store:
        migrate(store)
        with store.connect() as conn:
            currency = _workspace(conn, settings, "currency")
            time_zone = _workspace(conn, settings, "time_zone")
            money = load_money(conn)
        plan = compile_plan(read_pack(built_in_pack(), money.at(clock.now_ms())))
        for warning in plan.pack.warnings:
            log.warning(warning)
        app = App(settings, store, default_reader(), plan, currency, time_zone)
        try:
            yield app
        finally:
            if "desk" in app.__dict__:
                app.desk.close()
            if "pool" in app.__dict__:
                app.pool.close()


def _workspace(conn: psycopg.Connection[Any], settings: Settings, key: str) -> str:
    """A value that the first start takes from the settings and that later ones must not change."""
    wanted = str(getattr(settings, key))
    conn.execute(SQL.first_setting, {"key": key, "value": orjson.dumps(wanted).decode()})
    row = conn.execute(SQL.setting, {"key": key}).fetchone()
    stored = str(row[0]) if row else wanted
    if key in settings.model_fields_set and stored != wanted:
        raise BadSettings(
            f"WARMLIST_{key.upper()} is {wanted}, but this workspace was begun with {stored}",
            hint="unset it, or begin a new workspace",
        )
    return stored


@dataclass(frozen=True, slots=True)
class Owner:
    """The account made at the first start; `password` is None where it existed already."""

    name: str
    password: str | None


def ensure_owner(app: App) -> Owner:
    """Make the first admin where there is no user yet."""
    name = app.settings.owner_name
    given = app.settings.owner_password
    with app.store.connect() as conn:
        row = conn.execute(SQL.users).fetchone()
        if row is not None and row[0]:
            return Owner(name, None)
        password = given.get_secret_value() if given else secrets.token_urlsafe(12)
        add_user(conn, name, password, "admin")
    return Owner(name, password)


def add_user(
    conn: psycopg.Connection[Any], name: str, password: str, role: str, language: str = "en"
) -> None:
    """Add a user, or leave the one of that name as it is."""
    values = {
        "name": name, "hash": PasswordHasher().hash(password), "role": role,
        "language": language, "now": clock.now_ms(),
    }  # fmt: skip
    conn.execute(SQL.add_user, values)


def users(conn: psycopg.Connection[Any]) -> list[tuple[str, str, str]]:
    """(name, role, language) of every user, by name."""
    return conn.execute(SQL.all_users).fetchall()


def set_password(conn: psycopg.Connection[Any], name: str, password: str) -> None:
    """A new password for a user; sessions that are open end."""
    conn.execute(SQL.end_sessions, {"name": name})
    conn.execute(SQL.set_password, {"name": name, "hash": PasswordHasher().hash(password)})
