"""The desk: the queue, the customers, and what a person does with them, over PostgreSQL."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from zoneinfo import ZoneInfo

import psycopg
import structlog
from psycopg_pool import ConnectionPool, PoolTimeout

from warmlist.engines.duckdb import InProcess
from warmlist.engines.relations import Fetcher
from warmlist.errors import StoreUnavailable, WarmlistError
from warmlist.events.log import EventLog
from warmlist.followup import actions, customer, openings, queue
from warmlist.followup.customer import Connection
from warmlist.followup.figures import Day
from warmlist.followup.rows import RowBuilder
from warmlist.followup.search import search
from warmlist.followup.totals import KeptTotals, Totals
from warmlist.followup.views import (
    Acted,
    CustomerPage,
    Deed,
    FoundCustomer,
    LabelChoice,
    Message,
    QueueChanges,
    QueueFilters,
    QueuePage,
    QueueRow,
    Viewer,
)
from warmlist.labels import assign
from warmlist.labels.ask import Asker, Customers
from warmlist.labels.assign import Labeller
from warmlist.plan.compile import Plan
from warmlist.store.sql import queries

_SQL = queries("followup/actions.sql")
_SNAPSHOT = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY"

#: Customers that a replay asks about at once.
_BATCH = 500

log = structlog.get_logger(__name__)


class PostgresDesk:
    """The `Desk` of the pages. Every method may be called from several threads at once.

    A deed is followed by the customer's new labels before `act` and `undo` return, so that whoever
    asks next sees what follows from it; the worker does the same for all other news.
    """

    def __init__(
        self,
        pool: ConnectionPool[Connection],
        events: EventLog,
        plan: Plan,
        currency: str,
        time_zone: str,
        totals: KeptTotals | None = None,
    ) -> None:
        """currency: ISO 4217 of sums. time_zone: IANA, whose midnight ends the team's day.

        totals: how long the queue's totals are kept; by default they are counted for every page.

        The pool stays the caller's. Raises BadPack when the pack lacks a figure of the queue.
        """
        self._pool, self._log, self._plan = pool, events, plan
        self._currency, self._zone = currency, time_zone
        self.rows = RowBuilder.of(plan, currency, time_zone)
        self._figures, self._look = self.rows.figures, self.rows.look
        self._totals = totals or KeptTotals()
        self._labeller: Labeller | None = None
        self._labelling = threading.Lock()

    def close(self) -> None:
        """Give back what deeds are labelled with; the next deed takes it anew."""
        with self._labelling:
            self._forget_labeller()

    # Reading

    def queue(
        self, viewer: Viewer, filters: QueueFilters, as_of: int, cursor: str | None = None
    ) -> QueuePage:
        totals = self._totals_for(viewer, filters, as_of)
        with self._snapshot() as conn:
            return queue.queue_page(conn, self.rows, viewer, filters, as_of, totals, cursor)

    def queue_as_of(self, viewer: Viewer, filters: QueueFilters, as_of: int) -> Iterator[QueueRow]:
        """The whole queue of a past moment, most urgent first: the plan in force is asked about
        every customer from what was known by then, a batch at a time."""
        with self._snapshot() as conn, Fetcher(self._dsn) as fetcher, InProcess() as engine:
            asker = Asker(self._plan, engine)
            answers = (
                asker.ask(Customers(fetcher.rows(ids)), [(one, as_of) for one in ids])
                for ids in queue.batches(conn, _BATCH)
            )
            yield from queue.rows_from_answers(conn, self.rows, viewer, filters, answers, as_of)

    def changes(self, viewer: Viewer, customer_ids: Sequence[int], as_of: int) -> QueueChanges:
        if not customer_ids:  # only the totals are asked for: as they are now
            self._totals.forget()
        totals = self._totals_for(viewer, queue.NO_FILTERS, as_of)
        with self._snapshot() as conn:
            return queue.queue_changes(conn, self.rows, viewer, customer_ids, as_of, totals)

    def customer(
        self, viewer: Viewer, customer_id: int, as_of: int, before: int | None = None
    ) -> CustomerPage:
        with self._snapshot() as conn:
            return customer.customer_page(
                conn,
                viewer,
                customer_id,
                as_of,
                look=self._look,
                currency=self._currency,
                workspace_zone=self._zone,
                row=queue.row_of(conn, self.rows, viewer, customer_id, as_of),
                upcoming=queue.upcoming(conn, self.rows, viewer, customer_id, as_of),
                before=before,
            )

    def message(self, viewer: Viewer, customer_id: int, event_id: int, as_of: int) -> Message:
        with self._snapshot() as conn:
            return customer.whole_message(conn, viewer, customer_id, event_id, as_of)

    def search(self, viewer: Viewer, text: str, as_of: int) -> tuple[FoundCustomer, ...]:
        with self._snapshot() as conn:
            return search(conn, viewer, text, as_of)

    def owners(self) -> tuple[str, ...]:
        with self._snapshot() as conn:
            return actions.users(conn)

    def label_choices(self, viewer: Viewer) -> tuple[LabelChoice, ...]:
        return self._look.choices(viewer.language)

    # Acting

    def act(self, viewer: Viewer, customer_id: int, deed: Deed, as_of: int) -> Acted:
        with self._transaction() as conn:
            done = actions.act(
                conn, self._log, self._look, self._figures, viewer, customer_id, deed, as_of
            )
        self._relabel([customer_id], as_of)
        return done

    def undo(self, viewer: Viewer, undo_id: str, as_of: int) -> int:
        with self._transaction() as conn:
            customer_id = actions.undo(conn, self._log, viewer, undo_id, as_of)
        self._relabel([customer_id], as_of)
        return customer_id

    def merge(self, viewer: Viewer, kept: int, gone: int, reason: str, as_of: int) -> int:
        """Make two customers one, for a lead or an admin; the id for `undo_merge`."""
        with self._transaction() as conn:
            merge_id = actions.merge(conn, viewer, kept, gone, reason, as_of)
        self._relabel([kept, gone], as_of)
        return merge_id

    def undo_merge(self, viewer: Viewer, merge_id: int, as_of: int) -> tuple[int, int]:
        """Separate them again; (kept, gone)."""
        with self._transaction() as conn:
            kept, gone = actions.undo_merge(conn, viewer, merge_id, as_of)
        self._relabel([kept, gone], as_of)
        return kept, gone

    # Inside

    def _totals_for(self, viewer: Viewer, filters: QueueFilters, as_of: int) -> Totals:
        def count() -> Totals:
            with self._snapshot() as conn:
                return queue.count(conn, self.rows, viewer, filters, as_of)

        whose = None if viewer.sees_everyone else viewer.name
        today = Day.at(as_of, ZoneInfo(self._zone)).begins
        return self._totals.get((whose, filters.owner, filters.label, today), as_of, count)

    def _relabel(self, customer_ids: Sequence[int], as_of: int) -> None:
        """Bring the labels of these customers up to date, unless the worker was quicker.

        A failure is no failure of the deed: its mark stays in the log's list, and the worker, who
        was woken by the commit, takes it up.
        """
        try:
            with self._labelling, self._transaction() as conn:
                conn.execute(assign.SQL.lock, {"customers": sorted(customer_ids)})
                news: dict[int, int | None] = {}
                for customer_id in customer_ids:
                    marks = conn.execute(_SQL.take_news, {"customer": customer_id}).fetchall()
                    if marks:
                        known = [from_at for (from_at,) in marks]
                        news[customer_id] = None if None in known else min(known)
                self._ready_labeller().relabel(conn, news, as_of)
                openings.settle(conn, self.rows, customer_ids, as_of)
        except (WarmlistError, psycopg.Error):
            log.warning("labels after a deed are left to the worker", exc_info=True)
            with self._labelling:
                self._forget_labeller()
        finally:
            self._totals.forget()

    @property
    def _dsn(self) -> str:
        address = self._pool.conninfo
        return address() if callable(address) else address

    def _ready_labeller(self) -> Labeller:
        if self._labeller is None:
            self._labeller = Labeller(self._dsn, self._plan, self._currency)
        return self._labeller

    def _forget_labeller(self) -> None:
        if self._labeller is not None:
            self._labeller.close()
            self._labeller = None

    @contextmanager
    def _transaction(self) -> Iterator[Connection]:
        try:
            with self._pool.connection() as conn:
                yield conn
        except (PoolTimeout, psycopg.OperationalError) as error:
            raise StoreUnavailable("PostgreSQL does not answer") from error

    @contextmanager
    def _snapshot(self) -> Iterator[Connection]:
        """One state of the database for all queries of a page."""
        with self._transaction() as conn:
            conn.execute(_SNAPSHOT)
            yield conn
