"""Wiring: the only file that picks engine, store, reader and connectors and puts them together."""

from __future__ import annotations

import contextlib
import secrets
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from importlib import resources
from pathlib import Path
from typing import Any, cast

import orjson
import psycopg
import structlog
from argon2 import PasswordHasher
from psycopg_pool import ConnectionPool

from warmlist import clock
from warmlist.clock import MINUTE, SECOND
from warmlist.errors import BadSettings, WarmlistError
from warmlist.events.log import EventLog, Read
from warmlist.events.signals import mask
from warmlist.followup import openings, operations
from warmlist.followup.desk import PostgresDesk
from warmlist.followup.learnt import LearningDesk
from warmlist.followup.look import PackLook
from warmlist.followup.rows import RowBuilder
from warmlist.followup.rules_desk import RulesDesk
from warmlist.followup.segment_desk import SegmentDesk
from warmlist.followup.segments import Segments
from warmlist.followup.totals import KeptTotals
from warmlist.insights.jobs import Workspace
from warmlist.insights.nightly import Nightly
from warmlist.insights.regions import starting_table
from warmlist.insights.reviews.desk import ReviewDesk
from warmlist.insights.reviews.watch import AlertWatch
from warmlist.labels.assign import Labeller
from warmlist.labels.everybody import Everybody
from warmlist.packs import workspace
from warmlist.packs.workspace import InForce as RulesInForce
from warmlist.plan.compile import Plan, compile_plan
from warmlist.settings import Settings
from warmlist.store.database import Store, migrate, open_store
from warmlist.store.sql import queries
from warmlist.understanding.combined import CombinedReader
from warmlist.understanding.learning.chores import Chores, LogInForce, TaughtLog
from warmlist.understanding.learning.kept import InForce
from warmlist.understanding.llm import LanguageModel
from warmlist.understanding.products.labels import category_key
from warmlist.understanding.reader import Reader, default_reader
from warmlist.understanding.second_reader import SecondReader
from warmlist.understanding.told import found_row, handle_tags, message_tags, note_fields

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
#: How long the Team page tells the same review again, in ms.
REVIEWS_FRESH = 60 * SECOND
#: How often new goods are looked for, in ms.
GOODS_LOOK = MINUTE
#: How often changed rules are looked for where nobody tells of them, and after which time a run over
#: everybody that did not end is begun again, in ms.
RULES_LOOK, RULES_AGAIN = 5 * SECOND, 10 * MINUTE


@dataclass
class App:
    """One opened workspace. Close it through `open_app`."""

    settings: Settings
    store: Store
    reader: Reader
    plan: Plan
    currency: str
    time_zone: str
    rules: RulesInForce | None = None  # what the plan is made of, where it came from the workspace
    _changing: threading.Lock = field(default_factory=threading.Lock)
    _goods_at: int = 0
    #: The stamp that everybody was last to be labelled by, when that began, and what stood there before.
    _relabelling: tuple[str, int, str] = ("", 0, "")

    @cached_property
    def events(self) -> EventLog:
        """The log, with the reader in force: the shipped one and what the workspace taught."""
        shipped = event_log(self.reader)
        return TaughtLog(
            shipped.read, shipped.version, shipped.note, shipped.handle, shipped.category,
            self.log_in_force,
        )  # fmt: skip

    @cached_property
    def log_in_force(self) -> LogInForce:
        """The same, for one moment: its version is the one that reads now."""
        return LogInForce(InForce(self.reader), event_log)

    @cached_property
    def learning(self) -> LearningDesk:
        """The page of what the reader learnt."""
        return LearningDesk(self.pool.connection, self.log_in_force)

    @cached_property
    def second_reader(self) -> SecondReader | None:
        """The language model, where one is set and there is a shipped model to be in doubt."""
        given = self.settings
        if given.llm_url is None or not isinstance(self.reader, CombinedReader):
            return None
        key = given.llm_key.get_secret_value() if given.llm_key else None
        model = LanguageModel(given.llm_url, given.llm_model, key, given.llm_timeout)
        return SecondReader(
            self.store.connect, self.events, self.reader, model, given.llm_daily, clock.now_ms
        )

    @property
    def chores(self) -> Chores:
        """What a worker does about understanding when nothing else waits."""
        return Chores(self.log_in_force, clock.tick, (self.learn_goods,))

    def learn_goods(self, conn: psycopg.Connection[Any], now_ms: int) -> bool:
        """Once a minute the reader takes up which goods the workspace sells; never counts as work."""
        if isinstance(self.reader, CombinedReader) and now_ms - self._goods_at >= GOODS_LOOK:
            self._goods_at = now_ms
            self.reader.shelf.load(conn)
        return False

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
    def insights(self) -> Workspace:
        """Where jobs over the whole log find what they read."""
        figures = {name: t.value for name, t in self.plan.pack.thresholds.items()}
        return Workspace(self.store.dsn, self.mirror_folder, figures, self.currency, self.time_zone)

    @cached_property
    def nightly(self) -> Nightly:
        """Runs of the jobs that are due, in a process of their own."""
        return Nightly(self.insights, clock.now_ms, self.settings.log_level)

    @property
    def mirror_folder(self) -> Path:
        """Where the columnar mirror of this database lies."""
        return self.settings.home / "mirror"

    @cached_property
    def desk(self) -> PostgresDesk:
        """What the pages read and do."""

        def make() -> PostgresDesk:
            return PostgresDesk(
                self.pool, self.events, self.plan, self.currency, self.time_zone,
                KeptTotals(TOTALS_FRESH, TOTALS_USABLE),
            )  # fmt: skip

        return cast(PostgresDesk, Newest(make))

    @cached_property
    def segments(self) -> SegmentDesk:
        """What pages, API and command line ask about segments, and do to many customers."""

        def make() -> SegmentDesk:
            pack, connect = self.plan.pack, self.pool.connection
            look = PackLook(pack, self.currency)
            ask = Segments(connect, lambda: self.store.dsn, pack, look, self.mirror_folder)
            return SegmentDesk(ask, connect, pack, self.currency)

        return cast(SegmentDesk, Newest(make))

    def work_operations(self, conn: psycopg.Connection[Any], now_ms: int) -> int:
        """The next bit of what is to be done to many customers; how many it was about."""
        look = PackLook(self.plan.pack, self.currency)
        return operations.work(conn, self.events, look, now_ms)

    def work_openings(self, conn: psycopg.Connection[Any], now_ms: int) -> int:
        """Ask the guard about some more of the queue; how many."""
        return openings.work(conn, RowBuilder.of(self.plan, self.currency, self.time_zone), now_ms)

    @cached_property
    def reviews(self) -> ReviewDesk:
        """How the labels of the team stand, moved, and how right they were."""

        def make() -> ReviewDesk:
            return ReviewDesk(self.pool, self.plan.pack, self.time_zone, REVIEWS_FRESH)

        return cast(ReviewDesk, Newest(make))

    @cached_property
    def rules_desk(self) -> RulesDesk:
        """What pages, API and command line do with the rules."""
        return RulesDesk(
            self.pool.connection, self.store.dsn, built_in_pack(), self.mirror_folder,
            lambda: self.plan.pack, self.currency, self.refresh, frozenset(starting_table()),
        )  # fmt: skip

    @property
    def alert_watch(self) -> AlertWatch:
        """Looks at the alerts every hour."""
        return AlertWatch(self.store, lambda: self.plan.pack, clock.now_ms)

    def warm_up(self) -> None:
        """Load what the first messages would otherwise wait for: the goods, the words by language."""
        with self.store.connect() as conn:
            self.learn_goods(conn, clock.now_ms())
        for text in GREETINGS:
            self.reader.read(text)

    def refresh(self) -> None:
        """Take up the rules that are in force now; may be called from any thread, and often."""
        with self._changing, self.store.connect() as conn:
            if workspace.number(conn) == self.plan.pack.laid_over:
                return
            rules = workspace.in_force(conn, built_in_pack(), clock.now_ms())
            _told_problems(rules)
            self.plan, self.rules = compile_plan(rules.pack), rules
            openings.forget(conn)
            for name in ("desk", "segments", "reviews"):
                if name in self.__dict__:
                    cast(Newest, self.__dict__[name]).make_anew()
            if "nightly" in self.__dict__:
                self.nightly.workspace = self.insights

    def follow_rules(self, stopping: threading.Event) -> None:
        """Take up changed rules as they come, and have everybody labelled by them, until stopped."""
        while not stopping.is_set():
            try:
                with self.store.connect() as conn:
                    conn.autocommit = True
                    conn.execute("LISTEN pack")
                    while not stopping.is_set():
                        self.refresh()
                        self.label_by_the_rules()
                        for _ in conn.notifies(timeout=RULES_LOOK / SECOND, stop_after=1):
                            pass
            except (psycopg.Error, WarmlistError) as error:
                log.warning("rules cannot be followed", error=type(error).__name__)
                stopping.wait(RULES_LOOK / SECOND)

    def label_by_the_rules(self) -> None:
        """Have everybody labelled by the rules in force, where that was not done.

        The first rules of a workspace need no run: everybody is labelled by them as they come.
        """
        if self.rules is None:
            return
        stamp, now = self.rules.stamp, clock.now_ms()
        with self.store.connect() as conn:
            done = workspace.labelled_by(conn)
            if done is None:
                workspace.note_labelled(conn, stamp)
        if done is None or done == stamp:
            return
        asked, at, before = self._relabelling
        # A run notes the files that it read itself: newer ones, where Warmlist was upgraded meanwhile.
        if asked == stamp and (done != before or now - at < RULES_AGAIN):
            return
        if self.everybody.start("rule_change"):
            self._relabelling = (stamp, now, done)

    def labeller(self) -> Labeller:
        """A labeller of one's own by the rules in force; the caller closes it."""
        self.refresh()
        return Labeller(self.store.dsn, self.plan, self.currency)


class Newest:
    """Stands for an object that is made anew when the rules change: each use goes to the newest."""

    def __init__(self, make: Callable[[], Any]) -> None:
        self._make, self._made = make, make()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._made, name)

    def make_anew(self) -> None:
        """What was under way with the old one ends there."""
        self._made, old = self._make(), self._made
        if hasattr(old, "close"):
            old.close()


def event_log(reader: Reader) -> EventLog:
    """The log with a reader: what it finds becomes the bits and the evidence of signals."""

    def read(text: str) -> Read:
        reading = reader.read(text)
        found = reading.signals
        rows = [found_row(f) for f in found]
        said = [f.name for f in found]
        return Read(mask(*said), rows, message_tags(text, reading))

    return EventLog(read, reader.version, note_fields, handle_tags, category_key)


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
            rules = workspace.in_force(conn, built_in_pack(), clock.now_ms())
        _told_problems(rules)
        plan = compile_plan(rules.pack)
        app = App(settings, store, default_reader(), plan, currency, time_zone, rules)
        try:
            yield app
        finally:
            if "desk" in app.__dict__:
                app.desk.close()
            if "segments" in app.__dict__:
                app.segments.close()
            if "rules_desk" in app.__dict__:
                app.rules_desk.close()
            if "pool" in app.__dict__:
                app.pool.close()


def _told_problems(rules: RulesInForce) -> None:
    for warning in rules.pack.warnings:
        log.warning(warning)
    if rules.problem is not None:
        log.error(
            "the rules of the workspace do not fit and are left out", place=rules.problem,
            version=rules.version.number,
        )  # fmt: skip


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
