"""A small shop in memory for tests of the pages: a desk that remembers deeds, and its accounts."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from decimal import Decimal

from argon2 import PasswordHasher

from warmlist.clock import DAY, HOUR
from warmlist.errors import NotFound
from warmlist.followup.views import (
    COLOURS,
    Acted,
    AddLabel,
    Assign,
    Chip,
    CustomerPage,
    Deed,
    Done,
    FoundCustomer,
    HistoryEntry,
    Judge,
    LabelChoice,
    LabelView,
    Message,
    NextFollowUp,
    NotePreference,
    OrderView,
    QueueChanges,
    QueueFilters,
    QueuePage,
    QueueRow,
    RemoveLabel,
    Skip,
    Snooze,
    Snoozed,
    Viewer,
    Word,
)
from warmlist.web.desk import Account, Session
from warmlist.web.live import Notice
from web.people import ALICE, BOB, NOW, people, thread


class Shop:
    """The Desk, in memory. `now` may be set; `hostile` names a customer who writes nonsense."""

    def __init__(self) -> None:
        self.rows = people()
        self.names = people()
        self.due_today = 32
        self.done_today = 14
        self.deeds: list[tuple[str, int, Deed]] = []
        self._before: dict[str, tuple[QueueRow | None, int]] = {}
        self.threads = {i: thread(one) for i, one in self.rows.items()}
        self.notes: dict[int, str] = {1: "Giulia | text only | Mon–Fri 9–18 | max 2 a week"}
        self.by_hand: dict[int, list[Chip]] = {}
        self._threads: dict[str, tuple[Message, ...]] = {}
        self.long: dict[int, str] = {}

    def _seen(self, viewer: Viewer) -> list[QueueRow]:
        rows = [one for one in self.rows.values() if viewer.sees(one.owner)]
        if viewer.language == "zh_Hans":
            rows = [replace(one, missed="每晚一小时少 9 % 成交。") for one in rows]
        return sorted(rows, key=lambda one: one.sort_key)

    def _check(self, viewer: Viewer, customer_id: int) -> QueueRow:
        one = self.names.get(customer_id)
        if one is None or not viewer.sees(one.owner):
            raise NotFound(f"customer {customer_id} is not known", hint="go back to the queue")
        return one

    def queue(
        self, viewer: Viewer, filters: QueueFilters, as_of: int, cursor: str | None = None
    ) -> QueuePage:
        rows = self._seen(viewer)
        if filters.label:
            rows = [
                r for r in rows if filters.label in {f"{c.dimension}:{c.label}" for c in r.chips}
            ]
        if filters.owner is not None:
            rows = [one for one in rows if (one.owner or "") == filters.owner]
        counts = {c: sum(one.colour == c for one in rows) for c in COLOURS}
        if filters.colour:
            rows = [one for one in rows if one.colour == filters.colour]
        begin = int(cursor or 0)
        page = rows[begin : begin + 50]
        beyond = 8 if len(page) > 8 and not cursor else None
        return QueuePage(
            tuple(page),
            self.due_today,
            self.done_today,
            96,
            viewer.minutes_a_day,
            beyond,
            as_of,
            str(begin + 50) if len(rows) > begin + 50 else None,
            counts,
        )

    def changes(self, viewer: Viewer, customer_ids: Sequence[int], as_of: int) -> QueueChanges:
        page = self.queue(viewer, QueueFilters(), as_of)
        seen = {one.customer_id: one for one in self._seen(viewer)}
        beyond = page.rows[page.beyond_from].sort_key if page.beyond_from is not None else None
        return QueueChanges(
            tuple(seen[i] for i in customer_ids if i in seen),
            tuple(i for i in customer_ids if i not in seen),
            page.due_today,
            page.done_today,
            96,
            viewer.minutes_a_day,
            beyond,
            page.counts,
            as_of,
        )

    def customer(
        self, viewer: Viewer, customer_id: int, as_of: int, before: int | None = None
    ) -> CustomerPage:
        one = self._check(viewer, customer_id)
        due = self.rows.get(customer_id)
        colour = Chip(
            "follow_up", one.colour, one.shade, one.colour, one.colour.capitalize(), "COL-1"
        )
        chips = (colour, *one.chips, *self.by_hand.get(customer_id, ()))
        labels = tuple(
            LabelView(
                chip,
                one.why,
                NOW - (i + 1) * 7 * HOUR,
                None,
                "person" if chip.rule == "manual" else "rule",
                {"inbound_30d": 7, "unanswered_price_age": "2 h", "last_inbound": NOW},
                (customer_id * 100 + 4,),
                3,
                chip.dimension != "follow_up",
            )
            for i, chip in enumerate(chips)
        )
        yellow = Chip("follow_up", "yellow", None, "yellow", "Yellow", "COL-3")
        orange = Chip("follow_up", "orange", None, "orange", "Orange", "COL-2")
        history = (
            HistoryEntry(colour, NOW - 2 * HOUR, None, one.why, "rule", "event", "chat_sales 1.0"),
            HistoryEntry(
                orange,
                NOW - 20 * DAY,
                NOW - 2 * HOUR,
                "Quoted and undecided",
                "rule",
                "event",
                "chat_sales 1.0",
            ),
            HistoryEntry(
                yellow,
                NOW - 27 * DAY,
                NOW - 20 * DAY,
                "First contact",
                "rule",
                "time",
                "chat_sales 1.0",
            ),
        )
        heat = tuple(
            tuple(
                max(0, (6 if d < 5 else 2) - abs(h - 10)) + max(0, 4 - 2 * abs(h - 20))
                for h in range(24)
            )
            for d in range(7)
        )
        thread = [m for m in self.threads[customer_id] if before is None or m.event_id < before]
        messages = tuple(replace(m, text=m.text[:4000]) for m in thread[-60:])
        snoozed = next(
            (
                Snoozed(d.until, w, None)
                for w, i, d in reversed(self.deeds)
                if i == customer_id and isinstance(d, Snooze)
            ),
            None,
        )
        return CustomerPage(
            customer_id,
            one.name,
            (one.handle, f"email:c{customer_id}@example.org"),
            one.owner,
            "IT",
            "Europe/Rome",
            "phone",
            one.what_language,
            one.simulated,
            messages,
            len(thread) > 60,
            labels,
            history,
            self.notes.get(customer_id),
            heat,
            (
                OrderView(
                    "1001",
                    NOW - 40 * DAY,
                    "paid",
                    Decimal("248.00"),
                    "EUR",
                    ("2 × Kettle", "1 × Filter"),
                ),
                OrderView(
                    "1000", NOW - 400 * DAY, "returned", Decimal("19.90"), "EUR", ("1 × Spoon",)
                ),
            ),
            Decimal("248.00"),
            "EUR",
            as_of,
            due,
            (NextFollowUp("FUP-2", "Second touch of the quote", NOW + DAY, NOW + 2 * DAY, "call"),),
            snoozed if due is None else None,
        )

    def message(self, viewer: Viewer, customer_id: int, event_id: int, as_of: int) -> Message:
        self._check(viewer, customer_id)
        for one in self.threads[customer_id]:
            if one.event_id == event_id:
                return one
        raise NotFound(f"message {event_id} is not known")

    def act(self, viewer: Viewer, customer_id: int, deed: Deed, as_of: int) -> Acted:
        self._check(viewer, customer_id)
        undo_id = str(len(self.deeds) + 1)
        before = self.rows.get(customer_id)
        self._before[undo_id] = (before, customer_id)
        self._threads[undo_id] = self.threads[customer_id]
        self.deeds.append((viewer.name, customer_id, deed))
        if isinstance(deed, Done | Snooze | Skip):
            self.rows.pop(customer_id, None)
            self.done_today += 1
        if isinstance(deed, Assign) and before:
            self.rows[customer_id] = replace(before, owner=deed.owner)
            self.names[customer_id] = self.rows[customer_id]
        if isinstance(deed, AddLabel):
            chip = Chip(deed.dimension, deed.label, None, "gold", deed.label.title(), "manual")
            self.by_hand.setdefault(customer_id, []).append(chip)
        if isinstance(deed, RemoveLabel):
            kept = [c for c in self.by_hand.get(customer_id, []) if c.label != deed.label]
            self.by_hand[customer_id] = kept
        if isinstance(deed, NotePreference):
            self.notes[customer_id] = deed.line
        if isinstance(deed, Judge):
            self.threads[customer_id] = tuple(
                judged(m, deed) if m.event_id == deed.message else m
                for m in self.threads[customer_id]
            )
        return Acted(customer_id, undo_id)

    def undo(self, viewer: Viewer, undo_id: str, as_of: int) -> int:
        before, customer_id = self._before.pop(undo_id)
        self.threads[customer_id] = self._threads.pop(undo_id)
        if before:
            if customer_id not in self.rows:
                self.done_today -= 1
            self.rows[customer_id] = before
            self.names[customer_id] = before
        return customer_id

    def search(self, viewer: Viewer, text: str, as_of: int) -> tuple[FoundCustomer, ...]:
        return tuple(
            FoundCustomer(i, one.name, one.handle, one.owner, one.colour, one.shade)
            for i, one in self.names.items()
            if viewer.sees(one.owner) and text.casefold() in (one.name + one.handle).casefold()
        )

    def owners(self) -> tuple[str, ...]:
        return ("Alice", "Bob")

    def label_choices(self, viewer: Viewer) -> tuple[LabelChoice, ...]:
        return (
            LabelChoice("intent", "high", "High intent", "Intent", "red", True),
            LabelChoice("loyalty", "loyal", "Loyal", "Loyalty", "gold", True),
            LabelChoice("care", "need", "Has a need", "Care", None, True),
        )


def judged(message: Message, deed: Judge) -> Message:
    """The message after a person's word about one of its signals."""
    others = [w for w in message.words if w.signal != deed.signal]
    return replace(message, words=(*others, Word(deed.signal, 1.0, "", deed.wanted)))


class Book:
    """The Accounts, in memory."""

    PASSWORD = "correct horse battery staple"

    def __init__(self) -> None:
        hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
        self.accounts = {
            viewer.name: Account(viewer, hasher.hash(self.PASSWORD)) for viewer in (ALICE, BOB)
        }
        self.sessions: dict[bytes, Session] = {}

    def account(self, name: str) -> Account | None:
        return self.accounts.get(name)

    def session(self, token_hash: bytes, as_of: int) -> Session | None:
        found = self.sessions.get(token_hash)
        if not found or found.expires_at <= as_of:
            return None
        return replace(found, viewer=self.accounts[found.viewer.name].viewer)

    def open_session(
        self, token_hash: bytes, user_id: int, csrf: str, created_at: int, expires_at: int
    ) -> None:
        viewer = next(a.viewer for a in self.accounts.values() if a.viewer.user_id == user_id)
        self.sessions[token_hash] = Session(viewer, csrf, expires_at)

    def close_session(self, token_hash: bytes) -> None:
        self.sessions.pop(token_hash, None)

    def set_language(self, user_id: int, language: str) -> None:
        for name, account in self.accounts.items():
            if account.viewer.user_id == user_id:
                self.accounts[name] = replace(
                    account, viewer=replace(account.viewer, language=language)
                )

    def set_minutes(self, user_id: int, minutes: int) -> None:
        for name, account in self.accounts.items():
            if account.viewer.user_id == user_id:
                self.accounts[name] = replace(
                    account, viewer=replace(account.viewer, minutes_a_day=minutes)
                )

    def set_password_hash(self, user_id: int, password_hash: str) -> None:
        for name, account in self.accounts.items():
            if account.viewer.user_id == user_id:
                self.accounts[name] = replace(account, password_hash=password_hash)

    def ping(self) -> None:
        pass


class Bell:
    """Stands for PostgreSQL's channel: `ring` from any thread."""

    def __init__(self) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None
        self._queue: asyncio.Queue[Notice] | None = None

    async def notices(self) -> AsyncIterator[Notice]:
        self._loop, self._queue = asyncio.get_running_loop(), asyncio.Queue()
        while True:
            yield await self._queue.get()

    def ring(self, *customers: int, everybody: bool = False) -> None:
        assert self._loop
        assert self._queue
        notice = Notice(None if everybody else frozenset(customers))
        self._loop.call_soon_threadsafe(self._queue.put_nowait, notice)
