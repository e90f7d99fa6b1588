"""A person says that a signal is right, wrong or missing: labels follow at once, and come back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from warmlist.clock import MINUTE, parse_instant
from warmlist.errors import BadInput, NotFound
from warmlist.followup.views import Judge, Message, Viewer

if TYPE_CHECKING:
    from conftest import Shop

pytestmark = pytest.mark.store

NOW = parse_instant("2026-03-03T09:30:00Z")
LATER = NOW + 2_000
ALICE, BOB, CARLA = (
    Viewer(1, "Alice", "admin"),
    Viewer(2, "Bob", "rep"),
    Viewer(3, "Carla", "rep"),
)
GIULIA = "+393331234501"


@pytest.fixture
def giulia(shop: Shop) -> int:
    """Bob's customer, whose message is read as a question for the price."""
    found = shop.is_called(GIULIA, NOW - 60 * MINUTE, name="Giulia Rossi", owner="Bob")
    shop.writes(GIULIA, "price_inquiry", NOW - 30 * MINUTE)
    shop.label()
    return found


def message(shop: Shop, customer: int, at: int = LATER) -> Message:
    return shop.desk.customer(BOB, customer, at).thread[-1]


def intents(shop: Shop, customer: int, at: int) -> set[str]:
    page = shop.desk.customer(BOB, customer, at)
    return {view.chip.label for view in page.labels if view.chip.dimension == "intent"}


def judged(shop: Shop, customer: int, at: int) -> dict[str, bool | None]:
    return {word.signal: word.judged for word in message(shop, customer, at).words}


def test_a_rejected_signal_takes_its_label_away_and_undoing_brings_both_back(
    shop: Shop, giulia: int
) -> None:
    assert intents(shop, giulia, LATER) == {"high"}
    deed = Judge(message(shop, giulia).event_id, "price_inquiry", False)
    acted = shop.desk.act(BOB, giulia, deed, NOW)
    assert intents(shop, giulia, LATER) != {"high"}
    assert judged(shop, giulia, LATER) == {"price_inquiry": False}
    for _ in range(2):
        assert shop.desk.undo(BOB, acted.undo_id, LATER) == giulia
    assert intents(shop, giulia, LATER + 1_000) == {"high"}
    assert judged(shop, giulia, LATER + 1_000) == {"price_inquiry": None}
    words = shop.conn.execute("SELECT count(*) FROM events WHERE type = 'signal'").fetchone()
    assert words == (2,)


def test_a_correction_holds_from_its_own_moment(shop: Shop, giulia: int) -> None:
    deed = Judge(message(shop, giulia).event_id, "price_inquiry", False)
    acted = shop.desk.act(BOB, giulia, deed, NOW)
    shop.desk.undo(BOB, acted.undo_id, LATER)
    rows = shop.conn.execute("SELECT known_at, gone_at, bits FROM signals ORDER BY 1").fetchall()
    assert rows == [(NOW - 30 * MINUTE, NOW, 1), (LATER, None, 1)]


def test_undoing_the_last_word_leaves_the_one_before(shop: Shop, giulia: int) -> None:
    event = message(shop, giulia).event_id
    shop.desk.act(BOB, giulia, Judge(event, "price_inquiry", True), NOW)
    second = shop.desk.act(BOB, giulia, Judge(event, "price_inquiry", False), NOW + 1_000)
    assert judged(shop, giulia, LATER) == {"price_inquiry": False}
    shop.desk.undo(BOB, second.undo_id, LATER)
    assert judged(shop, giulia, LATER + 1_000) == {"price_inquiry": True}


def test_a_missing_signal_is_added(shop: Shop, giulia: int) -> None:
    shop.writes(GIULIA, "and to the moon?", NOW - 20 * MINUTE)
    added = Judge(message(shop, giulia).event_id, "delivery_inquiry", True)
    shop.desk.act(BOB, giulia, added, NOW)
    word = message(shop, giulia).words[0]
    assert (word.signal, word.judged, word.confidence) == ("delivery_inquiry", True, 1.0)


def test_what_was_read_before_a_correction_is_not_read_again(shop: Shop, giulia: int) -> None:
    """Another version is in force by now; what it would say must not change the past."""
    shop.writes(GIULIA, "stock_inquiry", NOW - 20 * MINUTE)
    shop.conn.execute("UPDATE signals SET version = 'older', bits = 4 WHERE bits = 4")
    event = message(shop, giulia).event_id
    shop.conn.execute("UPDATE signals SET bits = 5 WHERE event_id = %s", (event,))
    shop.conn.commit()
    shop.desk.act(BOB, giulia, Judge(event, "stock_inquiry", False), NOW)
    rows = shop.conn.execute(
        "SELECT version, bits, gone_at FROM signals WHERE event_id = %s ORDER BY known_at", (event,)
    ).fetchall()
    assert rows == [("older", 5, NOW), ("person", 1, None)]


def test_only_customers_messages_of_ones_own_customers_and_known_signals(
    shop: Shop, giulia: int
) -> None:
    event = message(shop, giulia).event_id
    shop.answers(GIULIA, NOW - 10 * MINUTE)
    answer = message(shop, giulia).event_id
    with pytest.raises(NotFound):
        shop.desk.act(CARLA, giulia, Judge(event, "price_inquiry", False), NOW)
    with pytest.raises(NotFound):
        shop.desk.act(BOB, giulia, Judge(event, "weather_inquiry", True), NOW)
    with pytest.raises(BadInput):
        shop.desk.act(BOB, giulia, Judge(answer, "price_inquiry", True), NOW)
    other = shop.writes("+34600123402", "stock_inquiry", NOW - MINUTE)
    theirs = shop.desk.customer(BOB, other, LATER).thread[-1].event_id
    with pytest.raises(NotFound):
        shop.desk.act(BOB, giulia, Judge(theirs, "stock_inquiry", False), NOW)


def test_nobody_takes_back_somebody_elses_word(shop: Shop, giulia: int) -> None:
    deed = Judge(message(shop, giulia).event_id, "price_inquiry", False)
    acted = shop.desk.act(BOB, giulia, deed, NOW)
    with pytest.raises(NotFound):
        shop.desk.undo(ALICE, acted.undo_id, LATER)


def test_a_suspected_stop_holds_and_asks_until_a_person_says(shop: Shop, giulia: int) -> None:
    shop.writes(GIULIA, "opt_out", NOW - 5 * MINUTE)
    found = '[{"name": "opt_out", "confidence": 0.55}]'
    shop.conn.execute("UPDATE signals SET found = %s WHERE bits & 2048 <> 0", (found,))
    shop.conn.commit()
    shop.label()

    def stopped() -> bool:
        row = shop.conn.execute("SELECT stopped FROM standings").fetchone()
        shop.conn.commit()
        assert row is not None
        return bool(row[0])

    asked = shop.desk.customer(BOB, giulia, LATER).suspected_stop
    assert asked is not None
    assert stopped()
    acted = shop.desk.act(BOB, giulia, Judge(asked.event_id, "opt_out", False), NOW)
    assert not stopped()
    assert shop.desk.customer(BOB, giulia, LATER).suspected_stop is None
    shop.desk.undo(BOB, acted.undo_id, LATER)
    assert stopped()
    shop.desk.act(BOB, giulia, Judge(asked.event_id, "opt_out", True), LATER + 1_000)
    assert stopped()
    assert shop.desk.customer(BOB, giulia, LATER + 2_000).suspected_stop is None


def test_the_team_is_never_read(shop: Shop, giulia: int) -> None:
    shop.tell(GIULIA, "message", NOW - MINUTE, direction="out", text="opt_out price_inquiry")
    assert message(shop, giulia).signals == ()
