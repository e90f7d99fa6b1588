"""The inbox, back side: waiting deliveries become events, each exactly once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

import orjson
import psycopg
import structlog

from warmlist.connectors.base import Kept, Problem, Receiver, Translation, receivers
from warmlist.errors import StoreUnavailable
from warmlist.events.model import Event
from warmlist.store.sql import queries

if TYPE_CHECKING:
    from warmlist.events.log import Appended

SQL = queries("intake/inbox.sql")
log = structlog.get_logger(__name__)

Connection = psycopg.Connection[tuple[Any, ...]]

LIMIT = 200
#: One transaction holds at most so many bytes of deliveries, or a single larger one.
LIMIT_BYTES = 32 * 1024 * 1024
#: So many problems of one delivery are written down; the rest is counted.
PROBLEMS = 100


class Append(Protocol):
    """`EventLog.append`."""

    def __call__(self, conn: Connection, events: Sequence[Event], *, now_ms: int) -> Appended: ...


@dataclass
class Worked:
    """What one round of work did."""

    deliveries: int = 0
    failed: int = 0  # of the deliveries: nothing could be made of them
    events: int = 0  # that were new to the log
    customer_ids: set[int] = field(default_factory=set)  # whose labels must be looked at again


@dataclass(slots=True)
class _Delivery:
    """A claimed delivery on its way to a state."""

    id: int
    events: Sequence[Event]
    problems: Sequence[Problem]

    @property
    def state(self) -> str:
        """done: all was understood; partly: some of it; failed: none of it."""
        if all(problem.kept is Kept.ASIDE for problem in self.problems):
            return "done"
        return "partly" if self.events else "failed"


def work_waiting(
    conn: Connection,
    append: Append,
    *,
    now_ms: int,
    limit: int = LIMIT,
    known: Mapping[str, Receiver] | None = None,
) -> Worked:
    """Turn the oldest waiting deliveries into events, in one transaction that is committed.

    append: writes events in that transaction. known: the connectors by door; those installed, by
    default. Several workers may do this at once. A delivery that cannot be translated or appended
    fails alone. Raises StoreUnavailable when the database fails; then all of them still wait.
    """
    doors = receivers() if known is None else known
    try:
        with conn.transaction():
            claimed = [_translate(doors, *row) for row in _claim(conn, limit)]
            worked = _append_all(conn, append, claimed, now_ms)
            _finish(conn, claimed, now_ms)
    except (psycopg.OperationalError, psycopg.InterfaceError) as error:
        raise StoreUnavailable(
            f"the inbox could not be worked on: {type(error).__name__}", hint="it is tried again"
        ) from None
    worked.deliveries = len(claimed)
    worked.failed = sum(delivery.state == "failed" for delivery in claimed)
    return worked


def redo_failed(conn: Connection, *, partly: bool = False) -> int:
    """Let failed deliveries wait again, after an update that understands them; returns how many.

    partly: those that were understood in part as well. What was made of them before is not made
    twice. In the caller's transaction.
    """
    states = ["failed", "partly"] if partly else ["failed"]
    return conn.execute(SQL.redo, {"states": states}).rowcount


def counts(conn: Connection) -> dict[tuple[str, str], int]:
    """How many deliveries there are, by (door, state)."""
    return {(door, state): n for door, state, n in conn.execute(SQL.count_by_state)}


def _claim(conn: Connection, limit: int) -> Iterable[tuple[int, str, int, bytes]]:
    """Lock the oldest waiting deliveries, but read no more than fits into memory."""
    ids: list[int] = []
    size = 0
    for id, length in conn.execute(SQL.claim, {"limit": limit}).fetchall():
        if ids and size + length > LIMIT_BYTES:
            break
        ids.append(id)
        size += length
    if not ids:
        return
    with conn.cursor(binary=True) as cursor:
        yield from cursor.execute(SQL.bodies, {"ids": ids})


def _translate(
    doors: Mapping[str, Receiver], id: int, door: str, received_at: int, body: bytes
) -> _Delivery:
    receiver = doors.get(door)
    if receiver is None:
        translation = _nothing(f"no connector for the door {door!r} is installed")
    else:
        try:
            translation = receiver.translate(body, received_at)
        except Exception as error:
            log.error("a delivery could not be translated", delivery=id, door=door, **_what(error))
            translation = _nothing(f"translating it raised {type(error).__name__}")
    return _Delivery(id, translation.events, translation.problems)


def _append_all(
    conn: Connection, append: Append, claimed: Sequence[_Delivery], now_ms: int
) -> Worked:
    """Append the events of all deliveries together; when that fails, of each by itself."""
    events = [event for delivery in claimed for event in delivery.events]
    worked = Worked()
    if not events:
        return worked
    try:
        _append(conn, append, events, now_ms, worked)
    except (psycopg.OperationalError, psycopg.InterfaceError):
        raise
    except Exception as error:
        log.warning("a batch could not be appended", **_what(error))
        for delivery in claimed:
            _append_one(conn, append, delivery, now_ms, worked)
    return worked


def _append_one(
    conn: Connection, append: Append, delivery: _Delivery, now_ms: int, worked: Worked
) -> None:
    if not delivery.events:
        return
    try:
        _append(conn, append, delivery.events, now_ms, worked)
    except (psycopg.OperationalError, psycopg.InterfaceError):
        raise
    except Exception as error:
        log.error("a delivery could not be appended", delivery=delivery.id, **_what(error))
        failure = Problem("", f"appending its events raised {type(error).__name__}", Kept.RAW)
        delivery.events, delivery.problems = (), (failure, *delivery.problems)


def _append(
    conn: Connection, append: Append, events: Sequence[Event], now_ms: int, worked: Worked
) -> None:
    with conn.transaction():
        appended = append(conn, events, now_ms=now_ms)
    worked.events += appended.new
    worked.customer_ids |= appended.customer_ids


def _finish(conn: Connection, claimed: Sequence[_Delivery], now_ms: int) -> None:
    if claimed:
        conn.execute(
            SQL.finish,
            {
                "now": now_ms,
                "ids": [delivery.id for delivery in claimed],
                "states": [delivery.state for delivery in claimed],
                "problems": [_written(delivery.problems) for delivery in claimed],
                "events": [len(delivery.events) for delivery in claimed],
            },
        )


def _written(problems: Sequence[Problem]) -> str | None:
    """Problems as JSON, None when there are none: [{path, reason, kept}], at most PROBLEMS."""
    if not problems:
        return None
    said: list[dict[str, Any]] = [
        {"path": p.path, "reason": p.reason, "kept": str(p.kept)} for p in problems[:PROBLEMS]
    ]
    if len(problems) > PROBLEMS:
        said.append({"path": "", "reason": f"and {len(problems) - PROBLEMS} more", "kept": "raw"})
    return orjson.dumps(said).decode()


def _what(error: Exception) -> dict[str, str]:
    """An unforeseen error for the log: its type and place; its words may be the customer's."""
    frame = error.__traceback__
    while frame is not None and frame.tb_next is not None:
        frame = frame.tb_next
    where = f"{frame.tb_frame.f_code.co_filename}:{frame.tb_lineno}" if frame else "unknown"
    return {"error": type(error).__name__, "where": where}


def _nothing(reason: str) -> Translation:
    return Translation((), (Problem("", reason, Kept.RAW),))
