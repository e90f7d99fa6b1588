"""Imports files: finds out what they are, reads them into events, adds these to the log.

Every batch is a transaction of its own and changes nothing when it comes again, so an import that
was killed half-way is simply run again.
"""

import contextlib
import gzip
import itertools
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, Protocol, cast

import psycopg

from warmlist.errors import BadInput, NotFound, WarmlistError
from warmlist.events.log import Appended
from warmlist.events.model import Event
from warmlist.intake.chat_export import ChatOptions, read_chat
from warmlist.intake.chat_export.stamps import read_stamp
from warmlist.intake.lines import Door, read_body, read_lines
from warmlist.intake.orders import OrderOptions, read_customers, read_orders, read_shopify
from warmlist.intake.orders.table import open_table
from warmlist.intake.problems import LineProblem

#: What a file can be, with the source that its events get when none is stated. A shop's own name
#: lets its export and its webhooks tell of the same order.
KINDS: Mapping[str, str] = {
    "events": "import",
    "whatsapp-chat": "import",
    "shopify-orders": "shopify",
    "woocommerce-orders": "woocommerce",
    "orders-csv": "import",
    "customers-csv": "import",
}
BATCH = 5_000
#: How many line numbers a report keeps for each reason.
_SHOWN = 5
_PEEK = 1 << 16


@dataclass(frozen=True, slots=True)
class ImportOptions:
    """What the person who imports says of the files.

    kind: one of KINDS, None to find out. source: None for the kind's own. time_zone: of times
    without an offset (IANA). currency: of amounts without one (ISO 4217). columns: name -> heading
    (--map). team: authors of a chat who are ours. customer: handle of a chat's only customer.
    date_order: dmy, mdy, ymd. return_prefix: order numbers that begin so are returns.
    """

    kind: str | None = None
    source: str | None = None
    time_zone: str = "UTC"
    currency: str | None = None
    columns: Mapping[str, str] = field(default_factory=dict)
    team: tuple[str, ...] = ()
    customer: str | None = None
    date_order: str | None = None
    return_prefix: str | None = None


@dataclass(slots=True)
class Trouble:
    """Lines with the same trouble: how many, and the first of them as (file, line), from 1.

    kept: nothing was lost, it is a warning.
    """

    kept: bool
    count: int = 0
    first: list[tuple[int, int]] = field(default_factory=list)


@dataclass(slots=True)
class ImportReport:
    """What an import did. In a dry run nothing is new: only `read`, `customers`, `problems` count.

    read: events in the files. customers: how many handles they are about. failed: files that
    could not be read (place among the files, from 1 -> why).
    """

    read: int = 0
    new: int = 0
    repeated: int = 0
    conflicts: int = 0
    unrated: int = 0
    customers: int = 0
    problems: dict[str, Trouble] = field(default_factory=dict)
    failed: dict[int, str] = field(default_factory=dict)

    def note(self, file: int, problem: LineProblem) -> None:
        """Counts a problem under its reason."""
        trouble = self.problems.setdefault(problem.reason, Trouble(problem.kept))
        trouble.count += 1
        trouble.kept = trouble.kept and problem.kept
        if len(trouble.first) < _SHOWN:
            trouble.first.append((file, problem.number))


class Log(Protocol):
    """The part of the event log that an import needs."""

    def append(
        self, conn: psycopg.Connection, events: Sequence[Event], *, now_ms: int
    ) -> Appended: ...


#: Called after every batch with the number of events read so far.
Progress = Callable[[int], None]


def run_import(
    connect: Callable[[], psycopg.Connection],
    log: Log,
    paths: Sequence[Path],
    options: ImportOptions,
    *,
    now_ms: int,
    dry_run: bool = False,
    progress: Progress = lambda _read: None,
) -> ImportReport:
    """Reads files into the log; a file that cannot be read does not keep the others out.

    connect: opens a connection of the import's own. now_ms: the moment of the import. Raises what
    the store raises; what was committed until then stays, and the same import can be run again.
    """
    report = ImportReport()
    handles: set[str] = set()
    with contextlib.ExitStack() as stack:
        conn = None if dry_run else stack.enter_context(connect())
        for batch in _batches(paths, options, now_ms, report):
            handles.update(event.handle for event in batch)
            if conn is not None:
                _append(conn, log, batch, now_ms, report)
            progress(report.read)
    report.customers = len(handles)
    return report


def read(
    path: Path, kind: str, options: ImportOptions, *, now_ms: int
) -> Iterator[Event | LineProblem]:
    """Every event of one file of a known kind, and every line that gave none."""
    if kind not in KINDS:
        raise BadInput(f"--kind {kind}: it is one of {', '.join(KINDS)}")
    source = options.source or KINDS[kind]
    if kind == "events":
        door = Door(source, now_ms, backfill=True, currency=options.currency)
        return _read_events(path, door)
    if kind == "whatsapp-chat":
        return read_chat(
            path,
            ChatOptions(
                time_zone=options.time_zone,
                now_ms=now_ms,
                source=source,
                team=options.team,
                customer=options.customer,
                date_order=options.date_order,
            ),
        )
    orders = OrderOptions(
        now_ms=now_ms,
        source=source,
        time_zone=options.time_zone,
        currency=options.currency and options.currency.upper(),
        columns=options.columns,
        date_order=options.date_order,
        return_prefix=options.return_prefix,
    )
    readers = {"shopify-orders": read_shopify, "customers-csv": read_customers}
    return readers.get(kind, read_orders)(path, orders)


def detect(path: Path) -> str:
    """What a file is, by its first lines; BadInput when it is nothing that Warmlist reads."""
    with path.open("rb") as file:
        start = file.read(4)
    if start.startswith(b"PK"):
        return "whatsapp-chat"
    with _open(path) as stream:
        peeked = stream.read(_PEEK)
    text = peeked.removeprefix(b"\xef\xbb\xbf").decode("utf-8", "replace")
    if text.lstrip()[:1] in ("{", "["):
        return "events"
    if any(read_stamp(line) for line in text.splitlines()[:50]):
        return "whatsapp-chat"
    with open_table(path) as table:
        kind = _kind_of_header({heading.casefold() for heading in table.header})
    if kind is None:
        raise BadInput(
            "what is in the file is not known",
            hint=f"say it with --kind, one of {', '.join(KINDS)}",
        )
    return kind


def _kind_of_header(headings: set[str]) -> str | None:
    if {"lineitem name", "financial status"} <= headings:
        return "shopify-orders"
    if any("billing" in h for h in headings) and any("order" in h for h in headings):
        return "woocommerce-orders"
    orders = {"order", "order id", "order_id", "order number", "invoiceno", "invoice", "order #"}
    if headings & orders:
        return "orders-csv"
    if headings & {"email", "e-mail", "phone", "email address", "phone number", "mobile"}:
        return "customers-csv"
    return None


def _batches(
    paths: Sequence[Path], options: ImportOptions, now_ms: int, report: ImportReport
) -> Iterator[list[Event]]:
    for file, path in enumerate(paths, start=1):
        events = _events(file, path, options, now_ms, report)
        while batch := list(itertools.islice(events, BATCH)):
            report.read += len(batch)
            yield batch


def _events(
    file: int, path: Path, options: ImportOptions, now_ms: int, report: ImportReport
) -> Iterator[Event]:
    """The events of one file; its problems go to the report, so does its failure as a whole."""
    try:
        if not path.is_file():
            raise NotFound("there is no such file")
        kind = options.kind or detect(path)
        for found in read(path, kind, options, now_ms=now_ms):
            if isinstance(found, LineProblem):
                report.note(file, found)
            else:
                yield found
    except WarmlistError as error:
        report.failed[file] = str(error)
    except OSError as error:
        report.failed[file] = f"the file cannot be read: {error.strerror or 'it is damaged'}"
    except (EOFError, zlib.error):
        report.failed[file] = "the gzip file is damaged (download it again)"


def _append(
    conn: psycopg.Connection,
    log: Log,
    batch: Sequence[Event],
    now_ms: int,
    report: ImportReport,
) -> None:
    """One batch, one transaction; an event that the log refuses is found by halving."""
    try:
        with conn.transaction():
            done = log.append(conn, batch, now_ms=now_ms)
    except BadInput as error:
        if len(batch) == 1:
            report.note(0, LineProblem(0, f"was refused by the log: {error.message}"))
            return
        half = len(batch) // 2
        _append(conn, log, batch[:half], now_ms, report)
        _append(conn, log, batch[half:], now_ms, report)
        return
    conn.commit()
    report.new += done.new
    report.repeated += done.repeated
    report.conflicts += done.conflicts
    report.unrated += done.unrated


def _open(path: Path) -> BinaryIO:
    with path.open("rb") as file:
        packed = file.read(2) == b"\x1f\x8b"
    return cast(BinaryIO, gzip.open(path, "rb")) if packed else path.open("rb")


def _read_events(path: Path, door: Door) -> Iterator[Event | LineProblem]:
    """NDJSON, or a JSON array (read as a whole)."""
    with _open(path) as stream:
        first = stream.read(_PEEK).removeprefix(b"\xef\xbb\xbf").lstrip()[:1]
    with _open(path) as stream:
        if first == b"[":
            yield from read_body(stream.read(), door)
        else:
            yield from read_lines(stream, door)
