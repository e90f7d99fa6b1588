"""What is kept of the guard says, at every moment, what the guard itself says then."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from warmlist.clock import DAY, HOUR, MINUTE, parse_instant
from warmlist.followup import openings, queue
from warmlist.followup.people import held_labels
from warmlist.followup.standing import from_row
from warmlist.followup.views import QueueFilters, Viewer

if TYPE_CHECKING:
    from conftest import Shop

pytestmark = pytest.mark.store

#: A Tuesday, 10:30 in Rome.
NOW = parse_instant("2026-03-03T09:30:00Z")
ALICE = Viewer(1, "Alice", "admin")
EVERY_DAY = [1, 2, 3, 4, 5, 6, 7]


def people(shop: Shop) -> list[int]:
    """Customers who wish all sorts of things."""
    wishes: list[dict[str, Any]] = [
        {},
        {"windows": [{"days": EVERY_DAY, "from": "18:00", "to": "21:00"}]},
        {"avoid": [{"days": [2, 3], "from": "10:00", "to": "16:00"}]},
        {"windows": [{"days": EVERY_DAY, "from": "09:00", "to": "23:00"}],
         "avoid": [{"days": EVERY_DAY, "from": "12:00", "to": "14:00"}]},
        {"windows": [{"days": [7], "from": "10:00", "to": "11:00"}]},
        {"max_per_week": 1},
        {"max_per_week": 2},
        {"windows": [{"days": EVERY_DAY, "from": "22:00", "to": "02:00"}]},
    ]  # fmt: skip
    found = []
    for n, wish in enumerate(wishes):
        for place, phone in enumerate(("+3933312345", "+5511912345", "+8869123456")):
            handle = f"{phone}{n:02d}"
            found.append(shop.writes(handle, "spec_inquiry", NOW - 5 * DAY - n * HOUR - place))
            if wish:
                shop.tell(handle, "preference", NOW - 5 * DAY, origin="stated", **wish)
            if "max_per_week" in wish:
                shop.answers(handle, NOW - 3 * DAY - place * HOUR)
    shop.writes("+393331234599", "price_inquiry", NOW - 23 * HOUR)  # an answer for one hour more
    shop.label()
    shop.conn.execute("UPDATE standings SET due_from = %s, due_by = %s", (NOW - DAY, NOW))
    shop.conn.commit()
    return found


def parts(shop: Shop, as_of: int) -> tuple[set[int], set[int]]:
    """(open now, opens later today) by what is kept."""
    found = []
    for part, query in (("open_now", "first"), ("opens_later", "first_later")):
        where = queue._where(QueueFilters(), getattr(queue._SQL, part))
        values = queue._values(shop.desk.rows, ALICE, QueueFilters(), as_of) | {"count": 999}
        rows = shop.conn.execute(getattr(queue._SQL, query).format(where=where), values)
        found.append({row[4] for row in rows})
    shop.conn.commit()
    return found[0], found[1]


def asked(shop: Shop, as_of: int) -> tuple[set[int], set[int]]:
    """The same by the guard."""
    rows = shop.conn.execute(
        "SELECT customer_id, owner, playbook, due_from, due_by, rank, worth, facts FROM standings"
    ).fetchall()
    due = [
        s for row in rows if (s := from_row(row)) and not s.hidden(as_of, shop.desk.rows.figures)
    ]
    labels = held_labels(shop.conn, [s.customer_id for s in due])
    opens = shop.desk.rows.opens(shop.conn, due, labels, as_of)
    ends = queue._values(shop.desk.rows, ALICE, QueueFilters(), as_of)["day_ends"]
    shop.conn.commit()
    return {c for c, at in opens.items() if not at}, {c for c, at in opens.items() if 0 < at < ends}


def test_what_is_kept_says_at_every_moment_what_the_guard_says_then(shop: Shop) -> None:
    people(shop)
    seen = set()
    for half_hours in range(2 * 56):
        as_of = NOW + half_hours * 30 * MINUTE
        shop.ask_the_guard(as_of)
        now, later = parts(shop, as_of)
        assert (now, later) == asked(shop, as_of)
        seen.add((len(now), len(later)))
    assert len(seen) > 8


def test_a_worker_asks_again_when_a_stretch_is_over_and_not_before(shop: Shop) -> None:
    ines = shop.writes("+393331234502", "spec_inquiry", NOW - 3 * DAY)
    shop.label()
    kept = "SELECT shut_from, shut_until, look_at FROM openings WHERE customer_id = %s"
    assert openings.work(shop.conn, shop.desk.rows, NOW) == 1
    night, morning = (
        parse_instant(f"2026-03-0{d}T{h}:00:00+01:00") for d, h in ((3, 22), (4, "08"))
    )
    assert shop.conn.execute(kept, (ines,)).fetchone() == (night, morning, morning)
    assert openings.work(shop.conn, shop.desk.rows, morning - 1) == 0
    assert openings.work(shop.conn, shop.desk.rows, morning) == 1
    assert shop.conn.execute(kept, (ines,)).fetchone() == (
        night + DAY, morning + DAY, morning + DAY,
    )  # fmt: skip


def test_two_workers_never_wait_for_each_other(shop: Shop) -> None:
    for n in range(3):
        shop.writes(f"+3933312345{n:02d}", "spec_inquiry", NOW - 3 * DAY)
    shop.label()
    with shop.store.connect() as other:
        assert openings.work(other, shop.desk.rows, NOW, 2) == 2
        assert openings.work(shop.conn, shop.desk.rows, NOW) == 1
        other.rollback()
    shop.conn.commit()
    assert openings.work(shop.conn, shop.desk.rows, NOW) == 2


def test_other_rules_are_asked_anew(shop: Shop) -> None:
    shop.writes("+393331234502", "spec_inquiry", NOW - 3 * DAY)
    shop.label()
    shop.ask_the_guard()
    openings.forget(shop.conn)
    assert shop.conn.execute("SELECT shut_from, shut_until FROM openings").fetchall() == [
        (None, None)
    ]
    assert openings.work(shop.conn, shop.desk.rows, NOW) == 1
