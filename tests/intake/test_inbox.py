"""A door is answered once its delivery is on disk, and never before."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager

import pytest

from warmlist.errors import Busy, StoreUnavailable
from warmlist.intake.inbox import BATCH, Inbox

pytestmark = pytest.mark.store

NOON = 1_772_366_400_000


@asynccontextmanager
async def opened(store, **options):
    async with store.async_pool(max_size=2) as pool, Inbox(pool, **options) as inbox:
        yield inbox


def kept(conn):
    conn.rollback()  # see what others committed
    return conn.execute(
        "SELECT id, door, received_at, body, state FROM deliveries ORDER BY id"
    ).fetchall()


@asynccontextmanager
async def locked(conn):
    """The database takes no deliveries for a while."""
    conn.execute("LOCK TABLE deliveries IN ACCESS EXCLUSIVE MODE")
    try:
        yield
    finally:
        conn.rollback()


def test_a_kept_delivery_is_on_disk_to_the_byte(store, conn):
    body = bytes(range(256)) + b"\x00{}"

    async def run():
        async with opened(store) as inbox:
            id = await inbox.keep("whatsapp", body, NOON)
            assert kept(conn) == [(id, "whatsapp", NOON, body, "waiting")]

    asyncio.run(run())


def test_deliveries_that_come_together_share_commits_and_keep_their_order(store, conn):
    count = 3 * BATCH

    async def run():
        async with opened(store) as inbox:
            return await asyncio.gather(
                *(inbox.keep("whatsapp", b"%d" % n, NOON) for n in range(count))
            )

    ids = asyncio.run(run())

    assert ids == sorted(ids)
    assert [(id, body) for id, _, _, body, _ in kept(conn)] == [
        (id, b"%d" % n) for n, id in enumerate(ids)
    ]
    row = conn.execute("SELECT count(DISTINCT xmin::text) FROM deliveries").fetchone()
    assert 3 <= row[0] <= 5


def test_when_the_database_fails_nobody_is_told_it_was_kept(store, conn):
    async def run():
        async with opened(store) as inbox:
            conn.execute("ALTER TABLE deliveries RENAME TO elsewhere")
            conn.commit()
            answers = await asyncio.gather(
                *(inbox.keep("whatsapp", b"x", NOON) for _ in range(3)), return_exceptions=True
            )
            assert [type(answer) for answer in answers] == [StoreUnavailable] * 3
            assert not answers[0].permanent

            conn.execute("ALTER TABLE elsewhere RENAME TO deliveries")
            conn.commit()
            await inbox.keep("whatsapp", b"again", NOON)

    asyncio.run(run())
    assert [body for _, _, _, body, _ in kept(conn)] == [b"again"]


def test_a_database_that_hangs_is_not_waited_for_without_end(store, conn):
    async def run():
        async with opened(store, patience=0.3) as inbox:
            async with locked(conn):
                with pytest.raises(StoreUnavailable):
                    await inbox.keep("whatsapp", b"lost", NOON)
            await inbox.keep("whatsapp", b"kept", NOON)

    asyncio.run(run())
    assert [body for _, _, _, body, _ in kept(conn)] == [b"kept"]


@pytest.mark.parametrize(
    ("limits", "size"), [({"waiting": 2}, 1), ({"waiting_bytes": 2_000}, 1_000)]
)
def test_when_too_much_waits_the_next_is_sent_away(store, conn, limits, size):
    async def run():
        async with opened(store, **limits) as inbox:
            async with locked(conn):
                first = asyncio.create_task(inbox.keep("whatsapp", b"1", NOON))
                await asyncio.sleep(0.1)  # the writer has taken the first and hangs in its commit
                waiting = [
                    asyncio.create_task(inbox.keep("whatsapp", b"w" * size, NOON)) for _ in range(2)
                ]
                await asyncio.sleep(0)
                with pytest.raises(Busy):
                    await inbox.keep("whatsapp", b"n" * size, NOON)
            await asyncio.gather(first, *waiting)
            await inbox.keep("whatsapp", b"later", NOON)

    asyncio.run(run())
    assert len(kept(conn)) == 4


def test_a_delivery_larger_than_the_limit_is_taken_when_nothing_waits(store, conn):
    async def run():
        async with opened(store, waiting_bytes=10) as inbox:
            await inbox.keep("whatsapp", b"x" * 100, NOON)

    asyncio.run(run())
    assert len(kept(conn)) == 1


def test_closing_commits_what_waits_and_takes_no_more(store, conn):
    async def run():
        async with opened(store) as inbox:
            tasks = [asyncio.create_task(inbox.keep("whatsapp", b"x", NOON)) for _ in range(5)]
            await asyncio.sleep(0)
        await asyncio.gather(*tasks)
        with pytest.raises(Busy):
            await inbox.keep("whatsapp", b"late", NOON)

    asyncio.run(run())
    assert len(kept(conn)) == 5


def test_a_caller_that_went_away_harms_nobody(store, conn):
    async def run():
        async with opened(store) as inbox:
            async with locked(conn):
                first = asyncio.create_task(inbox.keep("whatsapp", b"1", NOON))
                gone = asyncio.create_task(inbox.keep("whatsapp", b"2", NOON))
                await asyncio.sleep(0.1)
                gone.cancel()
            await first
            await inbox.keep("whatsapp", b"3", NOON)

    asyncio.run(run())
    assert [body for _, _, _, body, _ in kept(conn)] == [b"1", b"2", b"3"]


def test_a_cancelled_writer_leaves_nobody_waiting(store, conn):
    async def run():
        async with store.async_pool(max_size=2) as pool:
            inbox = Inbox(pool)
            await inbox.__aenter__()
            async with locked(conn):
                first = asyncio.create_task(inbox.keep("whatsapp", b"1", NOON))
                await asyncio.sleep(0.1)
                second = asyncio.create_task(inbox.keep("whatsapp", b"2", NOON))
                await asyncio.sleep(0)
                inbox._writer.cancel()
                answers = await asyncio.gather(first, second, return_exceptions=True)
            assert [type(answer) for answer in answers] == [StoreUnavailable] * 2

    asyncio.run(run())
