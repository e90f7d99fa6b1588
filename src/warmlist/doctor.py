"""`warmlist doctor`: what is wrong with this installation, and what to do about each thing."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import psycopg

from warmlist import clock
from warmlist.app import built_in_pack
from warmlist.connectors.base import receivers
from warmlist.errors import WarmlistError
from warmlist.followup.troubles import troubles
from warmlist.insights.regions import starting_table
from warmlist.labels.sentences import age
from warmlist.packs import workspace
from warmlist.settings import Settings
from warmlist.store.database import migrations, open_store
from warmlist.store.sql import queries
from warmlist.understanding.combined import CombinedReader
from warmlist.understanding.reader import default_reader

SQL = queries("doctor.sql")

#: Less free disk than this is worth a word, in bytes.
LITTLE_DISK = 2 << 30
#: A delivery that waits longer than this means that no worker runs, in ms.
LONG_WAIT = 60_000
#: Clocks further apart than this make windows and order wrong, in ms.
SKEW = 2_000


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at: how it stands, and what to do where it is not good."""

    state: Literal["good", "warning", "bad"]
    what: str
    do: str = ""


def examine(settings: Settings) -> list[Finding]:
    """Look at everything; a part that cannot be looked at is a finding, not an error."""
    findings = [*_settings(settings), *_disk(settings.home), *_reader()]
    try:
        with open_store(settings) as store, store.connect() as conn:
            findings += _database(conn)
            findings += _schema(conn)
            if findings[-1].state != "bad":
                findings += [*_inbox(conn), *_labels(conn), *_data(conn), *_pack(conn)]
                findings += _misfits(conn)
    except WarmlistError as error:
        findings.append(Finding("bad", f"database: {error.message}", error.hint or ""))
    except psycopg.Error as error:
        findings.append(
            Finding("bad", f"database: {type(error).__name__}", "look at the log of PostgreSQL")
        )
    return findings


def _settings(settings: Settings) -> Iterator[Finding]:
    yield Finding("good", f"settings: home {settings.home}, {settings.host}:{settings.port}")
    local = settings.host in ("127.0.0.1", "localhost", "::1")
    if not local:
        yield Finding(
            "warning",
            f"pages: served on {settings.host}, beyond this machine, without encryption",
            "put a reverse proxy with TLS in front, and serve on 127.0.0.1",
        )
    for name in receivers():
        if name == "whatsapp" and settings.whatsapp_app_secret is None:
            yield Finding(
                "warning",
                "connector whatsapp: no app secret, so the door stays closed",
                "set WARMLIST_WHATSAPP_APP_SECRET_FILE and WARMLIST_WHATSAPP_VERIFY_TOKEN_FILE",
            )
        elif name == "whatsapp" and settings.whatsapp_verify_token is None:
            yield Finding(
                "warning",
                "connector whatsapp: no verify token, so Meta cannot subscribe the webhook",
                "set WARMLIST_WHATSAPP_VERIFY_TOKEN_FILE",
            )
        else:
            yield Finding("good", f"connector {name}: its door is open")


def _disk(home: Path) -> Iterator[Finding]:
    place = next((p for p in (home, *home.absolute().parents) if p.exists()), Path("/"))
    free = shutil.disk_usage(place).free
    text = f"disk: {free / (1 << 30):,.1f} GiB free at {place}"
    if free < LITTLE_DISK:
        yield Finding("bad", text, "make room: PostgreSQL stops when the disk is full")
    else:
        yield Finding("good", text)


def _reader() -> Iterator[Finding]:
    try:
        reader = default_reader()
    except WarmlistError as error:
        yield Finding("bad", f"understanding: {error.message}", error.hint or "")
        return
    if isinstance(reader, CombinedReader):
        languages = len(reader.languages)
        yield Finding("good", f"understanding: lexicon and model, {languages} languages")
    else:
        yield Finding(
            "warning",
            "understanding: the model was not built, so the lexicon reads alone and finds less",
            "run: make model (a wheel carries it)",
        )


def _database(conn: psycopg.Connection[Any]) -> Iterator[Finding]:
    row = conn.execute(SQL.server).fetchone()
    assert row is not None
    version, server_now, size = row
    yield Finding("good", f"database: PostgreSQL {version}, {size / (1 << 20):,.0f} MiB")
    skew = abs(clock.now_ms() - server_now)
    if skew > SKEW:
        yield Finding(
            "bad",
            f"clock: this machine and the database differ by {age(skew, 'en')}",
            "run a time service (chrony, systemd-timesyncd) on both machines",
        )
    else:
        yield Finding("good", "clock: agrees with the database")


def _schema(conn: psycopg.Connection[Any]) -> Iterator[Finding]:
    row = conn.execute("SELECT to_regclass('migrations') IS NOT NULL").fetchone()
    done = conn.execute("SELECT count(*) FROM migrations").fetchone() if row and row[0] else (0,)
    missing = len(migrations()) - int(done[0] if done else 0)
    if missing:
        yield Finding("bad", f"schema: {missing} migrations are missing", "run: warmlist serve")
    else:
        yield Finding("good", "schema: newest")


def _inbox(conn: psycopg.Connection[Any]) -> Iterator[Finding]:
    row = conn.execute(SQL.inbox).fetchone()
    assert row is not None
    waiting, oldest, failed, partly, last = row
    now = clock.now_ms()
    if waiting and now - oldest > LONG_WAIT:
        yield Finding(
            "bad",
            f"inbox: {waiting:,} deliveries wait, the oldest for {age(now - oldest, 'en')}",
            "no worker runs: start warmlist serve",
        )
    else:
        yield Finding("good", f"inbox: {waiting:,} deliveries wait")
    if failed or partly:
        yield Finding(
            "warning",
            f"inbox: {failed:,} deliveries were not understood, {partly:,} only in part; all are kept",
            "see the column problems of table deliveries",
        )
    if last is not None:
        yield Finding("good", f"inbox: last WhatsApp delivery {age(now - last, 'en')} ago")


def _labels(conn: psycopg.Connection[Any]) -> Iterator[Finding]:
    row = conn.execute(SQL.labels, {"now": clock.now_ms()}).fetchone()
    assert row is not None
    customers, unlabelled, marks, overdue = row
    text = f"labels: {customers:,} customers, {unlabelled:,} never labelled, {marks:,} marks wait"
    if overdue or (unlabelled and not marks):
        yield Finding(
            "bad", f"{text}, {overdue:,} rechecks overdue", "start warmlist serve and look again"
        )
    else:
        yield Finding("good", text)


def _misfits(conn: psycopg.Connection[Any]) -> Iterator[Finding]:
    """What rules and data do not fit together, with how many customers are concerned."""
    pack = workspace.in_force(conn, built_in_pack(), clock.now_ms()).pack
    for one in troubles(conn, pack, frozenset(starting_table())):
        if one.kind not in ("no_rate", "idle_rule"):  # those are told beside the money and the pack
            yield Finding("warning", f"data: {one.says}: {one.customers:,} customers", one.do)


def _data(conn: psycopg.Connection[Any]) -> Iterator[Finding]:
    for currency, count in conn.execute(SQL.money):
        yield Finding(
            "warning",
            f"money: {count:,} orders in {currency or 'no currency'} are left out of sums",
            f"run: warmlist rate {currency or 'EUR'} <what one unit is worth>",
        )
    row = conn.execute(SQL.changed).fetchone()
    if row and row[0]:
        yield Finding(
            "warning",
            f"events: {row[0]:,} came again with other content; the later version counts",
            "nothing, unless a source sends wrong things",
        )


def _pack(conn: psycopg.Connection[Any]) -> Iterator[Finding]:
    rules = workspace.in_force(conn, built_in_pack(), clock.now_ms())
    pack = rules.pack
    if rules.problem is not None:
        yield Finding(
            "bad",
            f"pack: the workspace's version w{rules.version.number} is left out: {rules.problem}",
            "mend it: warmlist pack export FOLDER, then warmlist pack import FOLDER",
        )
    yield Finding("good", f"pack: {pack.key}")
    for warning in pack.warnings:
        rate = "no rate" in warning
        do = (
            "run: warmlist rate USD <what one unit is worth>"
            if rate
            else "change or take out the rule"
        )
        yield Finding("warning", f"pack: {warning}", do)
