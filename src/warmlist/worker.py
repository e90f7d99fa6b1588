"""The worker: deliveries become events, customers with news get new labels, time moves labels too.

One thread inside `serve` (and any number of `warmlist worker` processes elsewhere) runs these rounds:
the inbox first, then customers with news, then rechecks, then one piece of history. It sleeps until
somebody wakes it or the next recheck is due.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field

import psycopg
import structlog

from warmlist import clock
from warmlist.clock import DAY, HOUR
from warmlist.errors import StoreUnavailable, WarmlistError
from warmlist.events.log import EventLog
from warmlist.insights.nightly import Nightly
from warmlist.intake.work import work_waiting
from warmlist.labels.assign import SQL as ASSIGN
from warmlist.labels.assign import Labeller
from warmlist.labels.everybody import Everybody
from warmlist.labels.history import replay_some
from warmlist.packs.workspace import OtherRules
from warmlist.store.database import Store

log = structlog.get_logger(__name__)

#: Customers labelled in one transaction: small, so that the single message waits for few others.
BATCH = 64
#: With more marks waiting than this, larger transactions cost less a customer.
CROWD, LARGE_BATCH = 256, 512
#: Deliveries of one transaction, and how many such transactions before labels are looked at.
DELIVERIES, FLOOD = 500, 4
#: More marks than this are cheaper to answer for everybody at once, in a process of its own.
BULK = 5_000
#: Longest sleep, in seconds; a recheck or a wake ends it sooner.
IDLE = 1.0
#: The first run over everybody comes this long after the start, in ms, then one a day.
FIRST_NIGHTLY = 6 * HOUR
#: Longest pause after the database failed, in seconds.
LONGEST_PAUSE = 15.0


@dataclass
class Counters:
    """What the worker did since it started."""

    deliveries: int = 0
    events: int = 0
    relabelled: int = 0
    changed: int = 0
    rechecked: int = 0
    failures: int = 0
    backlog: int = 0  # marks that waited when last looked at
    last_round_at: int = 0


class _Stopped(Exception):
    """The worker is to stop in the middle of what is done again later."""


@dataclass
class Worker:
    """One worker; `run` blocks until `stop`. `wake` may be called from any thread."""

    store: Store
    events: EventLog
    labeller: Callable[[], Labeller]
    everybody: Everybody
    now: Callable[[], int] = clock.now_ms
    further: Callable[[psycopg.Connection, int], int] | None = None  # deeds to many customers
    openings: Callable[[psycopg.Connection, int], int] | None = (
        None  # what the guard says of the queue
    )
    chores: Callable[[psycopg.Connection, int], bool] | None = None  # when all else is done
    nightly: Nightly | None = None  # jobs over the whole log
    counters: Counters = field(default_factory=Counters)
    _wake: threading.Event = field(default_factory=threading.Event)
    _stop: threading.Event = field(default_factory=threading.Event)
    _nightly_at: int = 0

    def wake(self) -> None:
        """There is something to do."""
        self._wake.set()

    def stop(self) -> None:
        """Finish the round under way, then return from `run`."""
        self._stop.set()
        self._wake.set()

    def run(self) -> None:
        """Work until stopped; a failing database is waited for, nothing is lost meanwhile."""
        pause = 0.5
        listener = threading.Thread(target=self._listen, name="worker-listener", daemon=True)
        listener.start()
        while not self._stop.is_set():
            try:
                self._rounds()
                pause = 0.5
            except (StoreUnavailable, psycopg.OperationalError, psycopg.InterfaceError) as error:
                self.counters.failures += 1
                log.warning(
                    "the database does not answer; trying again", error=type(error).__name__
                )
                self._stop.wait(pause)
                pause = min(pause * 2, LONGEST_PAUSE)
            except Exception as error:
                # A defect must not stop labelling for good; it is logged, counted and tried again.
                self.counters.failures += 1
                log.exception("the worker met a defect", error=type(error).__name__)
                self._stop.wait(pause)
                pause = min(pause * 2, LONGEST_PAUSE)
        self.everybody.stop()
        if self.nightly is not None:
            self.nightly.stop()

    def _rounds(self) -> None:
        labeller = self.labeller()
        try:
            with self.store.connect() as conn:
                while not self._stop.is_set():
                    self._wake.clear()
                    try:
                        done = self.round(conn, labeller)
                    except OtherRules:
                        conn.rollback()
                        former, labeller, done = labeller, self.labeller(), True
                        former.close()
                    except _Stopped:
                        conn.rollback()
                        break
                    if not done:
                        self._wake.wait(self._nap(conn))
        finally:
            labeller.close()

    def round(self, conn: psycopg.Connection, labeller: Labeller) -> bool:
        """One round; says whether anything was done."""
        now = self.now()
        self.counters.last_round_at = now
        done = self._urgent(conn, labeller)
        done |= self._openings(conn, now)
        done |= self._further(conn, now)
        done = done or self._history(conn, labeller, now)
        if not done and self.chores is not None:
            done = self.chores(conn, now)
        if not done:
            self._nightly(now)
        return done

    def _urgent(self, conn: psycopg.Connection, labeller: Labeller) -> bool:
        """What somebody may be waiting for."""
        done = self._inbox(conn)
        done |= self._label_news(conn, labeller)
        return done | self._recheck(conn, labeller)

    def _history(self, conn: psycopg.Connection, labeller: Labeller, now: int) -> bool:
        """A piece of the past, which takes seconds: what is urgent is done in between."""
        with ExitStack() as stack:
            other: psycopg.Connection | None = None

            def between() -> None:
                nonlocal other
                if self._stop.is_set():
                    raise _Stopped
                if other is None:
                    other = stack.enter_context(self.store.connect())
                self.counters.last_round_at = self.now()
                self._urgent(other, labeller)

            return replay_some(conn, labeller, now, between)

    def _inbox(self, conn: psycopg.Connection) -> bool:
        """Deliveries first: in a flood several batches before any label, since labels may lag."""
        done = False
        for _ in range(FLOOD):
            worked = work_waiting(conn, self.events.append, now_ms=self.now(), limit=DELIVERIES)
            conn.commit()
            self.counters.deliveries += worked.deliveries
            self.counters.events += worked.events
            done |= bool(worked.deliveries)
            if worked.deliveries < DELIVERIES:
                break
        return done

    def _nightly(self, now: int) -> None:
        """Once a day ask the plan about everybody: it must find nothing, and what it finds is logged."""
        if now - self._nightly_at >= DAY and not self.counters.backlog:
            if self._nightly_at:
                self.everybody.start("repair")
                if self.nightly is not None:
                    self.nightly.start()
            self._nightly_at = now if self._nightly_at else now - DAY + FIRST_NIGHTLY

    def _label_news(self, conn: psycopg.Connection, labeller: Labeller) -> bool:
        self.counters.backlog = waiting = _count(conn, BULK + 1)
        conn.commit()
        if waiting > BULK:
            self.everybody.start()
        if not waiting:
            return False
        after = self.everybody.taking_up_to()
        news = labeller.claim_news(conn, BATCH if waiting <= CROWD else LARGE_BATCH, after)
        self._relabel(conn, labeller, news)
        return bool(news)

    def _recheck(self, conn: psycopg.Connection, labeller: Labeller) -> bool:
        now = self.now()
        due = labeller.claim_due(conn, now, BATCH)
        self._relabel(conn, labeller, dict.fromkeys(due, now + 1))
        self.counters.rechecked += len(due)
        return bool(due)

    def _openings(self, conn: psycopg.Connection, now: int) -> bool:
        """Ask the guard about a few more, as long as few wait for labels."""
        if self.openings is None or self.counters.backlog > CROWD:
            return False
        done = self.openings(conn, now)
        conn.commit()
        return bool(done)

    def _further(self, conn: psycopg.Connection, now: int) -> bool:
        """A bit of what is to be done to many, as long as few wait for the labels of the bits before."""
        if self.further is None or self.counters.backlog > CROWD:
            return False
        try:
            done = self.further(conn, now)
        except WarmlistError as error:
            conn.rollback()
            log.error("a deed to many customers cannot go on", error=type(error).__name__)
            return False
        conn.commit()
        return bool(done)

    def _relabel(
        self, conn: psycopg.Connection, labeller: Labeller, news: Mapping[int, int | None]
    ) -> None:
        if news:
            done = labeller.relabel(conn, news, self.now())
            self.counters.relabelled += done.customers
            self.counters.changed += len(done.changed)
        conn.commit()

    def _nap(self, conn: psycopg.Connection) -> float:
        row = conn.execute(ASSIGN.next_due).fetchone()
        conn.commit()
        if row is None or row[0] is None:
            return IDLE
        return max(0.0, min(IDLE, (int(row[0]) - self.now()) / 1_000))

    def _listen(self) -> None:
        """Wakes the worker when another process brings events."""
        while not self._stop.is_set():
            try:
                with self.store.connect() as conn:
                    conn.autocommit = True
                    conn.execute("LISTEN work")
                    while not self._stop.is_set():
                        for _ in conn.notifies(timeout=IDLE, stop_after=1):
                            self._wake.set()
            except (psycopg.Error, WarmlistError):
                time.sleep(IDLE)


def _count(conn: psycopg.Connection, limit: int) -> int:
    row = conn.execute(ASSIGN.waiting, {"limit": limit}).fetchone()
    return int(row[0]) if row else 0
