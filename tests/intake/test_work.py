"""Waiting deliveries become events, each exactly once, and none stops another."""

from __future__ import annotations

from pathlib import Path

import psycopg
import pytest
from structlog.testing import capture_logs

from warmlist.connectors.base import Kept, Problem, Translation
from warmlist.connectors.whatsapp import connector as whatsapp
from warmlist.errors import StoreUnavailable
from warmlist.events.log import EventLog, Read
from warmlist.events.model import Event
from warmlist.intake import work
from warmlist.intake.work import counts, redo_failed, work_waiting

pytestmark = pytest.mark.store

NOON = 1_772_366_400_000
PAYLOADS = Path(__file__).parents[1] / "connectors" / "whatsapp" / "payloads"


class Lines:
    """A connector for tests: each line of a body is the id of an event, or a word for trouble."""

    def verify(self, headers, body, settings):
        pass

    def handshake(self, query, settings):
        return ""

    def translate(self, body, received_at):
        events, problems = [], []
        for place, line in enumerate(body.decode().split()):
            match line:
                case "crash":
                    raise ZeroDivisionError("words of the customer")
                case "aside" | "raw":
                    problems.append(Problem(f"line[{place}]", "said", Kept(line)))
                case "poison":
                    events.append(event("poison", received_at, text="a \x00 in it"))
                case _:
                    events.append(event(line, received_at))
        return Translation(events, problems)


def event(id, at, **fields):
    fields = {"direction": "in", "kind": "text", "text": id, **fields}
    return Event("message", id, "test", "+393331234567", at, at, fields=fields)


DOORS = {"lines": Lines(), "whatsapp": whatsapp}
LOG = EventLog(lambda text: Read(0, []), "none")


def deliver(conn, *bodies, door="lines"):
    for body in bodies:
        body = body.encode() if isinstance(body, str) else body
        conn.execute(
            "INSERT INTO deliveries (door, received_at, body) VALUES (%s, %s, %s)",
            (door, NOON, body),
        )
    conn.commit()


def run(conn, append=LOG.append, **options):
    return work_waiting(conn, append, now_ms=NOON + 1, known=DOORS, **options)


def states(conn):
    conn.rollback()
    return [s for (s,) in conn.execute("SELECT state FROM deliveries ORDER BY id")]


def problems(conn):
    conn.rollback()
    return [p for (p,) in conn.execute("SELECT problems FROM deliveries ORDER BY id")]


def stored(conn):
    conn.rollback()
    return [i for (i,) in conn.execute("SELECT external_id FROM events ORDER BY id")]


def test_a_delivery_becomes_its_events_and_is_done(conn):
    deliver(conn, "a b")

    worked = run(conn)

    assert (worked.deliveries, worked.failed, worked.events) == (1, 0, 2)
    assert len(worked.customer_ids) == 1
    assert stored(conn) == ["a", "b"]
    row = conn.execute("SELECT state, problems, events, worked_at FROM deliveries").fetchone()
    assert row == ("done", None, 2, NOON + 1)


def test_work_is_committed_and_not_done_twice(store, conn):
    deliver(conn, "a")
    run(conn)

    assert run(conn).deliveries == 0
    with store.connect() as other:
        assert stored(other) == ["a"]


def test_a_platform_that_delivers_twice_changes_nothing(conn):
    deliver(conn, "a b", "b a")

    assert run(conn).events == 2
    deliver(conn, "a")
    assert run(conn).events == 0
    assert sorted(stored(conn)) == ["a", "b"]
    assert states(conn) == ["done"] * 3


def test_states_say_how_much_was_understood(conn):
    deliver(conn, "a", "a aside", "aside", "a raw", "raw", "")

    run(conn)

    assert states(conn) == ["done", "done", "done", "partly", "failed", "done"]
    assert problems(conn)[3] == [{"path": "line[1]", "reason": "said", "kept": "raw"}]


def test_a_delivery_that_cannot_be_translated_fails_alone_and_its_words_stay_out_of_the_log(conn):
    deliver(conn, "a", "crash", "b")

    with capture_logs() as logs:
        worked = run(conn)

    assert (worked.deliveries, worked.failed) == (3, 1)
    assert states(conn) == ["done", "failed", "done"]
    reason = "translating it raised ZeroDivisionError"
    assert problems(conn)[1] == [{"path": "", "reason": reason, "kept": "raw"}]
    assert "words of the customer" not in str(logs)
    assert any("test_work.py:" in line.get("where", "") for line in logs)


def test_a_delivery_that_cannot_be_appended_fails_alone(conn):
    deliver(conn, "a", "poison c", "b")

    worked = run(conn)

    assert (worked.deliveries, worked.failed, worked.events) == (3, 1, 2)
    assert states(conn) == ["done", "failed", "done"]
    assert stored(conn) == ["a", "b"]
    assert problems(conn)[1][0]["reason"].startswith("appending its events raised ")


def test_a_door_without_a_connector_keeps_its_deliveries(conn):
    deliver(conn, "a", door="nowhere")

    run(conn)

    assert states(conn) == ["failed"]
    assert "no connector for the door 'nowhere'" in problems(conn)[0][0]["reason"]


def test_after_an_update_what_failed_is_worked_on_again(conn):
    deliver(conn, "a", "poison", "b raw")
    run(conn)

    assert redo_failed(conn) == 1
    conn.commit()
    assert states(conn) == ["done", "waiting", "partly"]
    assert redo_failed(conn, partly=True) == 1
    conn.commit()
    again = run(conn, limit=1)
    assert (again.deliveries, again.failed) == (1, 1)
    assert run(conn).events == 0  # b was in the log already
    assert stored(conn) == ["a", "b"]


def test_two_workers_never_take_the_same_delivery(store, conn):
    deliver(conn, "a", "b", "c")
    with store.connect() as other:
        taken = other.execute(work.SQL.claim, {"limit": 2}).fetchall()
        assert len(taken) == 2

        assert run(conn).deliveries == 1
        assert stored(conn) == ["c"]
        other.rollback()
    assert run(conn).deliveries == 2


def test_the_oldest_are_worked_on_first_and_no_more_than_asked(conn):
    deliver(conn, "a", "b", "c")

    assert run(conn, limit=2).deliveries == 2
    assert stored(conn) == ["a", "b"]


def test_no_more_is_read_than_fits_into_memory(conn, monkeypatch):
    monkeypatch.setattr(work, "LIMIT_BYTES", 5)
    deliver(conn, "aaa", "bbb", "c" * 20, "d")

    assert [run(conn).deliveries for _ in range(4)] == [1, 1, 1, 1]
    assert len(stored(conn)) == 4


def test_when_the_database_fails_everything_still_waits(conn):
    deliver(conn, "a", "b")

    def fail(conn, events, *, now_ms):
        LOG.append(conn, events, now_ms=now_ms)
        raise psycopg.OperationalError("gone")

    with pytest.raises(StoreUnavailable):
        run(conn, fail)

    assert states(conn) == ["waiting", "waiting"]
    assert stored(conn) == []
    assert run(conn).events == 2


def test_of_very_many_problems_the_first_are_written_and_the_rest_counted(conn):
    deliver(conn, "raw " * 250)

    run(conn)

    written = problems(conn)[0]
    assert len(written) == work.PROBLEMS + 1
    assert written[-1]["reason"] == "and 150 more"


def test_deliveries_are_counted_by_door_and_state(conn):
    deliver(conn, "a", "raw")
    run(conn)
    deliver(conn, "b")

    assert counts(conn) == {
        ("lines", "done"): 1,
        ("lines", "failed"): 1,
        ("lines", "waiting"): 1,
    }


def test_every_whatsapp_payload_goes_all_the_way_into_the_log(conn):
    files = sorted(PAYLOADS.glob("*.json"))
    deliver(conn, *(file.read_bytes() for file in files), door="whatsapp")

    worked = run(conn)

    assert worked.deliveries == len(files)
    assert dict(zip([f.stem for f in files], states(conn), strict=True)) == {
        "address_book": "partly",
        "batch": "done",
        "broken": "partly",
        "calls": "done",
        "corrections": "partly",
        "echoes": "partly",
        "history": "partly",
        "history_declined": "done",
        "history_media": "done",
        "media": "partly",
        "not_customers": "done",
        "order": "partly",
        "places": "done",
        "preferences": "partly",
        "reactions": "done",
        "referral": "done",
        "replies": "partly",
        "statuses": "partly",
        "system": "partly",
        "unknown": "partly",
        "user_ids": "partly",
    }
    deliver(conn, *(file.read_bytes() for file in reversed(files)), door="whatsapp")
    assert run(conn).events == 0


def test_one_customer_by_phone_number_by_user_id_and_after_a_number_change(conn):
    for name in ("user_ids", "batch", "system"):
        deliver(conn, (PAYLOADS / f"{name}.json").read_bytes(), door="whatsapp")
        run(conn)

    rows = conn.execute("SELECT handle, customer_id FROM handles").fetchall()
    customer = dict(rows)
    luca = {"+393331234567", "wa:IT.8842019", "+393339876543", "wa:IT.9990001"}
    assert len({customer[handle] for handle in luca}) == 1
    assert [h for h, c in rows if c == customer["+393331234567"] and h not in luca] == []
