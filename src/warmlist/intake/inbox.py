"""The inbox, front side: a door hands a delivery in and is answered once it is safe on disk."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from types import TracebackType
from typing import Any

import psycopg
import structlog
from psycopg_pool import AsyncConnectionPool

from warmlist.errors import Busy, StoreUnavailable
from warmlist.store.sql import queries

SQL = queries("intake/inbox.sql")
log = structlog.get_logger(__name__)

Pool = AsyncConnectionPool[psycopg.AsyncConnection[tuple[Any, ...]]]

MEBIBYTE = 1024 * 1024
#: One commit takes at most so many deliveries, and so many bytes of them.
BATCH, BATCH_BYTES = 200, 16 * MEBIBYTE
#: How long a commit waits for others when several arrive at once, in seconds.
LINGER = 0.010
#: More than this waiting for a commit, and the platform is asked to come again.
WAITING, WAITING_BYTES = 2_000, 128 * MEBIBYTE
#: How long a commit may take, in seconds, before the platform is asked to come again.
PATIENCE = 10.0


@dataclass(slots=True)
class _Waiting:
    """A delivery that is not on disk yet, and who wants to know when it is."""

    door: str
    received_at: int
    body: bytes
    kept: asyncio.Future[int]


class Inbox:
    """Keeps deliveries, many in one commit: `async with Inbox(pool) as inbox`.

    A delivery that arrives alone is committed at once; what arrives while a commit is under way
    shares the next one. Belongs to one event loop.
    """

    def __init__(
        self,
        pool: Pool,
        *,
        waiting: int = WAITING,
        waiting_bytes: int = WAITING_BYTES,
        patience: float = PATIENCE,
    ) -> None:
        """waiting, waiting_bytes: beyond either, `keep` refuses. patience: seconds for a commit."""
        self._pool = pool
        self._most, self._most_bytes, self._patience = waiting, waiting_bytes, patience
        self._queue: deque[_Waiting] = deque()
        self._bytes = 0
        self._arrived = asyncio.Event()
        self._closed = True
        self._writer: asyncio.Task[None] | None = None

    async def keep(self, door: str, body: bytes, received_at: int) -> int:
        """Write a delivery down; returns its id once it is committed.

        received_at: epoch ms. Raises Busy when too many wait already and StoreUnavailable when the
        database did not take it; either way it was perhaps not kept and has to come again, which
        does no harm if it was.
        """
        if self._closed:
            raise Busy("the inbox is closed", hint="Warmlist is stopping; send it again")
        heavy = self._bytes > 0 and self._bytes + len(body) > self._most_bytes
        if heavy or len(self._queue) >= self._most:
            raise Busy("the inbox is full", hint="the database is slow; send it again")
        kept = asyncio.get_running_loop().create_future()
        self._queue.append(_Waiting(door, received_at, body, kept))
        self._bytes += len(body)
        self._arrived.set()
        return int(await kept)

    async def __aenter__(self) -> Inbox:
        self._closed = False
        self._writer = asyncio.create_task(self._write(), name="inbox")
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Take no more, commit what waits, end."""
        self._closed = True
        self._arrived.set()
        if self._writer is not None:
            await self._writer

    async def _write(self) -> None:
        """Commit batch after batch until the inbox is closed and empty."""
        try:
            while self._queue or not self._closed:
                self._arrived.clear()
                if not self._queue:
                    await self._arrived.wait()
                    continue
                if 1 < len(self._queue) < BATCH and not self._closed:
                    await asyncio.sleep(LINGER)
                await self._commit(self._take())
        finally:  # nobody may wait for a writer that was cancelled
            self._closed = True
            self._fail(self._queue)

    def _take(self) -> list[_Waiting]:
        batch: list[_Waiting] = []
        size = 0
        while self._queue and len(batch) < BATCH:
            if batch and size + len(self._queue[0].body) > BATCH_BYTES:
                break
            batch.append(self._queue.popleft())
            size += len(batch[-1].body)
        self._bytes -= size
        return batch

    async def _commit(self, batch: list[_Waiting]) -> None:
        try:
            async with asyncio.timeout(self._patience):
                ids = await self._insert(batch)
        except Exception as error:
            name = type(error).__name__
            log.warning("the database took no deliveries", error=name, deliveries=len(batch))
            self._fail(batch)
        except asyncio.CancelledError:
            self._fail(batch)
            raise
        else:
            for waiting, id in zip(batch, ids, strict=True):
                if not waiting.kept.done():
                    waiting.kept.set_result(id)

    async def _insert(self, batch: list[_Waiting]) -> list[int]:
        async with self._pool.connection() as conn:
            cursor = await conn.execute(
                SQL.keep,
                {
                    "doors": [waiting.door for waiting in batch],
                    "received": [waiting.received_at for waiting in batch],
                    "bodies": [waiting.body for waiting in batch],
                },
            )
            return sorted(id for (id,) in await cursor.fetchall())

    def _fail(self, batch: Iterable[_Waiting]) -> None:
        for waiting in batch:
            if not waiting.kept.done():
                waiting.kept.set_exception(
                    StoreUnavailable(
                        "the delivery was not kept: the database did not take it",
                        hint="send it again",
                    )
                )
