"""Pages that follow the queue live: one listener on PostgreSQL, many browsers on event streams.

A notice says which customers changed. Their rows are fetched and rendered once for each viewer and
language, however many browsers that viewer has open. A browser that reads too slowly loses its
backlog and is told to fetch the list again; the same happens to all after the listener was cut off.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field

import orjson
import psycopg
import structlog
from psycopg import sql

from warmlist.clock import HOUR
from warmlist.followup.views import Viewer
from warmlist.web.metrics import REFETCHES, STREAMS

CHANNEL = "labels"
HEARTBEAT_S = 15.0
LONGEST_STREAM_MS = 1 * HOUR
_BACKLOG = 32
_SETTLE_S = 1.5  # totals may be a little old; so long after the last news, pages are told them anew
_MOST_ROWS = 100  # more customers at once: fetching the list again is cheaper

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Notice:
    """Customers whose labels or follow-ups changed; None: too many to name, or some were missed.

    None of them: only the totals of the queue are to be told anew.
    """

    customers: frozenset[int] | None

    def __or__(self, other: Notice) -> Notice:
        if self.customers is None or other.customers is None:
            return EVERYBODY
        return Notice(self.customers | other.customers)


EVERYBODY = Notice(None)
NOBODY = Notice(frozenset())


def read_notice(payload: str) -> Notice:
    """The payload of a notification; anything that cannot be read means everybody."""
    try:
        customers = orjson.loads(payload)["customers"]
        return EVERYBODY if customers is None else Notice(frozenset(int(c) for c in customers))
    except (orjson.JSONDecodeError, KeyError, TypeError, ValueError):
        return EVERYBODY


async def listen(dsn: str, channel: str = CHANNEL) -> AsyncIterator[Notice]:
    """Notices for ever; reconnects with a growing pause, then says that some were missed."""
    pause = 0.5
    missed = False
    while True:
        try:
            async with await psycopg.AsyncConnection.connect(dsn, autocommit=True) as conn:
                await conn.execute(sql.SQL("LISTEN {}").format(sql.Identifier(channel)))
                pause = 0.5
                if missed:
                    yield EVERYBODY
                async for notification in conn.notifies():
                    yield read_notice(notification.payload)
        except psycopg.Error:
            log.warning("the live listener lost PostgreSQL", trying_again_in_s=pause)
        missed = True
        await asyncio.sleep(pause)
        pause = min(pause * 2, 15.0)


def message(event: str, data: bytes = b"{}", seq: int | None = None) -> bytes:
    """One server-sent event; JSON never holds a raw line feed, so one data line is enough."""
    number = b"" if seq is None else b"id: %d\n" % seq
    return number + b"event: " + event.encode() + b"\ndata: " + data + b"\n\n"


#: viewer, changed customers -> JSON of what the page must do.
RenderChanges = Callable[[Viewer, frozenset[int]], bytes]


@dataclass(eq=False, slots=True)
class Stream:
    """One browser."""

    viewer: Viewer
    token_hash: bytes
    queue: asyncio.Queue[bytes | None] = field(default_factory=lambda: asyncio.Queue(_BACKLOG))

    def put(self, data: bytes, seq: int) -> None:
        """Never waits: a full backlog is dropped for one word to fetch the list again."""
        if self.queue.full():
            self._empty()
            REFETCHES.inc()
            data = message("refetch", seq=seq)
        self.queue.put_nowait(data)

    def end(self) -> None:
        self._empty()
        self.queue.put_nowait(None)

    def _empty(self) -> None:
        while not self.queue.empty():
            self.queue.get_nowait()


class Hub:
    """Fans notices out to the open streams. Lives in one event loop.

    `seq` numbers the notices. A page carries the number that held before it was read; when its
    stream begins with another, something was missed in between and the page fetches its list again.
    """

    def __init__(self, render: RenderChanges, now: Callable[[], int]) -> None:
        self._render = render
        self._now = now
        self.seq = now()  # another number after a restart
        self._streams: set[Stream] = set()
        self._pending: Notice | None = None
        self._unsettled = False
        self._wake = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None

    async def run(self, notices: AsyncIterator[Notice]) -> None:
        """Until cancelled. Notices that arrive while rows are being rendered are taken together."""
        self._loop = asyncio.get_running_loop()
        reader = asyncio.create_task(self._collect(notices))
        try:
            while True:
                try:
                    await asyncio.wait_for(
                        self._wake.wait(), _SETTLE_S if self._unsettled else None
                    )
                except TimeoutError:
                    self._unsettled = False
                    await self._deliver(NOBODY)
                    continue
                self._wake.clear()
                notice, self._pending = self._pending, None
                if notice:
                    self._unsettled = True
                    await self._deliver(notice)
        finally:
            reader.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await reader

    async def stream(
        self, viewer: Viewer, token_hash: bytes, still_valid: Callable[[], bool]
    ) -> AsyncIterator[bytes]:
        """What one browser receives. Ends when the session does, or after an hour (it comes back).

        The heartbeat asks `still_valid` in a worker thread.
        """
        self._loop = asyncio.get_running_loop()
        stream = Stream(viewer, token_hash)
        self._streams.add(stream)
        self._unsettled = True
        self._wake.set()
        STREAMS.inc()
        ends_at = self._now() + LONGEST_STREAM_MS
        try:
            yield b"retry: 1500\n" + message("hello", seq=self.seq)
            while self._now() < ends_at:
                try:
                    data = await asyncio.wait_for(stream.queue.get(), HEARTBEAT_S)
                except TimeoutError:
                    if not await asyncio.to_thread(still_valid):
                        break
                    data = message("beat")
                if data is None:
                    break
                yield data
        finally:
            self._streams.discard(stream)
            STREAMS.dec()

    def disconnect(self, token_hash: bytes) -> None:
        """End the streams of a session that was closed; may be called from any thread."""
        if self._loop:
            self._loop.call_soon_threadsafe(self._disconnect, token_hash)

    def _disconnect(self, token_hash: bytes) -> None:
        for stream in [s for s in self._streams if s.token_hash == token_hash]:
            stream.end()

    async def _collect(self, notices: AsyncIterator[Notice]) -> None:
        async for notice in notices:
            self._pending = self._pending | notice if self._pending else notice
            self._wake.set()

    async def _deliver(self, notice: Notice) -> None:
        if notice != NOBODY:
            self.seq += 1
        seq = self.seq
        by_viewer: dict[Viewer, list[Stream]] = {}
        for stream in self._streams:
            by_viewer.setdefault(stream.viewer, []).append(stream)
        for viewer, streams in by_viewer.items():
            data = await self._data(viewer, notice, seq)
            for stream in streams:
                stream.put(data, seq)

    async def _data(self, viewer: Viewer, notice: Notice, seq: int) -> bytes:
        customers = notice.customers
        if customers is None or len(customers) > _MOST_ROWS:
            return message("refetch", seq=seq)
        try:
            data = await asyncio.to_thread(self._render, viewer, customers)
        except Exception as error:  # one viewer's failure must not end everybody's stream
            log.warning("live rows could not be rendered", error=type(error).__name__)
            return message("refetch", seq=seq)
        return message("changes", data, seq)
