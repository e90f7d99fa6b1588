"""Files into the log: found out what they are, added once however often they come."""

from __future__ import annotations

import gzip
import json
import zipfile
from dataclasses import dataclass, field

import pytest

from warmlist.clock import parse_instant
from warmlist.errors import BadInput, StoreUnavailable
from warmlist.events.log import Appended, EventLog, Read
from warmlist.events.model import Event
from warmlist.intake import imports
from warmlist.intake.imports import KINDS, ImportOptions, detect, read, run_import

NOW = parse_instant("2026-03-01T12:00:00Z")
CHAT = "15/03/24, 18:05 - Anna: quanto costa?\n15/03/24, 18:06 - Negozio: 40 €\n"
LINE = {"type": "view", "customer": "email:jo@example.com", "at": "2026-02-01T00:00:00Z"}
SHOPIFY = (
    "Name,Email,Financial Status,Paid at,Created at,Currency,Total,Lineitem name\n"
    "#1,jo@example.com,paid,2024-03-15 18:05:09 +0100,2024-03-15 18:05:09 +0100,EUR,5,x\n"
)
ORDERS = "InvoiceNo,InvoiceDate,CustomerID,Amount\n1,2024-03-15,7,5\n"
CUSTOMERS = "name,email\nJo,jo@example.com\n"
WOO = (
    "Order Number,Order Date,Order Status,Email (Billing),Order Total\n"
    "1,2024-03-15,completed,j@e.it,5\n"
)


def file(folder, text, name):
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def ndjson(count, start=0):
    return "".join(
        json.dumps(LINE | {"id": str(n), "sku": "A"}) + "\n" for n in range(start, count)
    )


def zipped(folder):
    path = folder / "WhatsApp Chat - Anna.zip"
    with zipfile.ZipFile(path, "w") as bundle:
        bundle.writestr("_chat.txt", CHAT)
    return path


@dataclass
class Memory:
    """A log in memory, for what an import does around it; `refuse` is an id it will not take."""

    idents: set[bytes] = field(default_factory=set)
    refuse: str | None = None
    sizes: list[int] = field(default_factory=list)

    def append(self, conn, events, *, now_ms):
        if any(event.id == self.refuse for event in events):
            raise BadInput("amount is too large to be money")
        self.sizes.append(len(events))
        new = {event.ident for event in events} - self.idents
        self.idents |= new
        return Appended(new=len(new), repeated=len(events) - len(new))


class Unconnected:
    """Stands for a connection where nothing is stored."""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        return None

    def transaction(self):
        return Unconnected()

    def commit(self):
        return None


def run(paths, log=None, **said):
    dry_run = said.pop("dry_run", False)
    options = ImportOptions(**({"time_zone": "Europe/Rome"} | said))
    log = Memory() if log is None else log
    return run_import(Unconnected, log, paths, options, now_ms=NOW, dry_run=dry_run)


@pytest.mark.unit
@pytest.mark.parametrize(
    ("text", "name", "kind"),
    [
        (ndjson(1), "a.ndjson", "events"),
        ("[]", "a.json", "events"),
        (gzip.compress(ndjson(1).encode(), mtime=0), "a.ndjson.gz", "events"),
        ("\ufeff" + CHAT, "_chat.txt", "whatsapp-chat"),
        (SHOPIFY, "orders_export.csv", "shopify-orders"),
        (WOO, "orders.csv", "woocommerce-orders"),
        (ORDERS, "orders.csv", "orders-csv"),
        (gzip.compress(ORDERS.encode(), mtime=0), "orders.csv.gz", "orders-csv"),
        (CUSTOMERS, "people.csv", "customers-csv"),
    ],
)
def test_a_file_is_known_by_its_first_lines(tmp_path, text, name, kind):
    assert detect(file(tmp_path, text, name)) == kind


@pytest.mark.unit
def test_a_zip_is_a_chat_and_an_unknown_file_is_asked_about(tmp_path):
    assert detect(zipped(tmp_path)) == "whatsapp-chat"
    with pytest.raises(BadInput, match="--kind"):
        detect(file(tmp_path, "a,b\n1,2\n", "a.csv"))
    with pytest.raises(BadInput, match="no header"):
        detect(file(tmp_path, "", "a.csv"))


@pytest.mark.unit
def test_every_kind_is_read(tmp_path):
    files = {
        "events": file(tmp_path, ndjson(1), "a.ndjson"),
        "whatsapp-chat": zipped(tmp_path),
        "shopify-orders": file(tmp_path, SHOPIFY, "s.csv"),
        "woocommerce-orders": file(tmp_path, WOO, "w.csv"),
        "orders-csv": file(tmp_path, ORDERS, "o.csv"),
        "customers-csv": file(tmp_path, CUSTOMERS, "c.csv"),
    }
    assert files.keys() == KINDS.keys()
    options = ImportOptions(currency="eur")
    for kind, path in files.items():
        found = [x for x in read(path, kind, options, now_ms=NOW) if isinstance(x, Event)]
        assert found
        assert {event.source for event in found} == {KINDS[kind]}
        assert all(event.backfill for event in found)
        assert found == list(read(path, kind, options, now_ms=NOW))
    with pytest.raises(BadInput, match="--kind letters"):
        read(files["events"], "letters", options, now_ms=NOW)


@pytest.mark.unit
def test_a_report_counts_what_happened(tmp_path):
    text = ndjson(3) + "{\n" + ndjson(1) + "{\n"
    report = run([file(tmp_path, text, "a.ndjson"), zipped(tmp_path)])
    assert (report.read, report.new, report.repeated, report.customers) == (7, 6, 1, 2)
    trouble = report.problems["is not JSON: expecting property name enclosed in double quotes"]
    assert (trouble.count, trouble.first, trouble.kept) == (2, [(1, 4), (1, 6)], False)
    assert report.failed == {}


@pytest.mark.unit
def test_a_dry_run_connects_to_nothing(tmp_path):
    def connect():
        raise AssertionError("a dry run must not connect")

    path = file(tmp_path, ndjson(3), "a.ndjson")
    report = run_import(connect, Memory(), [path], ImportOptions(), now_ms=NOW, dry_run=True)
    assert (report.read, report.new, report.customers) == (3, 0, 1)


@pytest.mark.unit
def test_a_file_that_cannot_be_read_does_not_keep_the_others_out(tmp_path):
    good = file(tmp_path, ndjson(1), "a.ndjson")
    strange = file(tmp_path, "a,b\n1,2\n", "b.csv")
    damaged = file(tmp_path, gzip.compress(ndjson(9).encode())[:-9], "c.ndjson.gz")
    report = run([tmp_path / "none.csv", strange, damaged, good])
    assert report.new == 1
    assert report.failed.keys() == {1, 2, 3}
    assert "no such file" in report.failed[1]
    assert "damaged" in report.failed[3]


@pytest.mark.unit
def test_batches_are_bounded_and_progress_is_told(tmp_path, monkeypatch):
    monkeypatch.setattr(imports, "BATCH", 4)
    log, told = Memory(), []
    path = file(tmp_path, ndjson(10), "a.ndjson")
    run_import(Unconnected, log, [path], ImportOptions(), now_ms=NOW, progress=told.append)
    assert log.sizes == [4, 4, 2]
    assert told == [4, 8, 10]


@pytest.mark.unit
def test_an_event_that_the_log_refuses_costs_only_itself(tmp_path):
    report = run([file(tmp_path, ndjson(7), "a.ndjson")], Memory(refuse="5"))
    assert (report.read, report.new) == (7, 6)
    assert report.problems["was refused by the log: amount is too large to be money"].count == 1


LOG = EventLog(lambda text: Read(0, []), "none")


def stored(conn):
    conn.rollback()  # see what others committed
    return conn.execute(
        "SELECT type, source, external_id, pos, known_at, backfill FROM events ORDER BY ident"
    ).fetchall()


@pytest.mark.store
def test_importing_twice_is_importing_once(tmp_path, store, conn):
    paths = [file(tmp_path, ndjson(20), "a.ndjson"), zipped(tmp_path),
             file(tmp_path, ORDERS, "o.csv")]  # fmt: skip
    options = ImportOptions(currency="USD", time_zone="Europe/Rome")
    first = run_import(store.connect, LOG, paths, options, now_ms=NOW)
    once = stored(conn)
    again = run_import(store.connect, LOG, paths, options, now_ms=NOW + 5)
    assert (first.read, first.new, first.repeated) == (24, 24, 0)
    assert (again.new, again.repeated, again.conflicts) == (0, 24, 0)
    assert stored(conn) == once
    assert all(row[5] and row[4] == row[3] >> 20 for row in once)


@pytest.mark.store
def test_an_import_that_was_cut_off_is_finished_by_the_next(tmp_path, store, conn, monkeypatch):
    monkeypatch.setattr(imports, "BATCH", 5)
    path = file(tmp_path, ndjson(20), "a.ndjson")

    @dataclass
    class Failing:
        left: int = 2

        def append(self, conn, events, *, now_ms):
            done = LOG.append(conn, events, now_ms=now_ms)
            self.left -= 1
            if self.left < 0:
                raise StoreUnavailable("gone")
            return done

    with pytest.raises(StoreUnavailable):
        run_import(store.connect, Failing(), [path], ImportOptions(), now_ms=NOW)
    assert len(stored(conn)) == 10
    report = run_import(store.connect, LOG, [path], ImportOptions(), now_ms=NOW)
    assert (report.new, report.repeated) == (10, 10)
    assert len(stored(conn)) == 20
