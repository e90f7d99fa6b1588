"""What a person does: it takes the customer out of the queue at once, and can be taken back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from warmlist.clock import DAY, HOUR, LATEST_MS, MINUTE, parse_instant
from warmlist.errors import BadInput, NotFound, Refused
from warmlist.followup.views import (
    AddLabel,
    Assign,
    Deed,
    Done,
    LogContact,
    NotePreference,
    RemoveLabel,
    Skip,
    Snooze,
    Viewer,
)

if TYPE_CHECKING:
    from conftest import Shop

pytestmark = pytest.mark.store

#: A Tuesday, 10:30 in Rome.
NOW = parse_instant("2026-03-03T09:30:00Z")
LATER = NOW + 2_000
ALICE, BOB, CARLA = (
    Viewer(1, "Alice", "admin"),
    Viewer(2, "Bob", "rep"),
    Viewer(3, "Carla", "rep"),
)
GIULIA, INES = "+393331234501", "+34600123402"


@pytest.fixture
def giulia(shop: Shop) -> int:
    """Bob's customer, who has asked the price half an hour ago."""
    found = shop.is_called(GIULIA, NOW - 30 * DAY, name="Giulia Rossi", owner="Bob")
    shop.writes(GIULIA, "price_inquiry", NOW - 30 * MINUTE)
    shop.label()
    return found


@pytest.mark.parametrize(
    "deed",
    [Done(), Snooze(NOW + DAY), Skip("Already handled"), LogContact("call", "She will buy")],
)
def test_a_deed_takes_the_customer_out_at_once_and_undoing_puts_her_back(
    shop: Shop, giulia: int, deed: Deed
) -> None:
    assert shop.due(giulia)
    acted = shop.desk.act(BOB, giulia, deed, NOW)
    assert acted.customer_id == giulia
    assert not shop.due(giulia, LATER)
    assert giulia not in shop.ids(BOB, LATER)
    for _ in range(2):
        assert shop.desk.undo(BOB, acted.undo_id, LATER) == giulia
        assert shop.due(giulia, LATER + 1_000)
    undone = shop.conn.execute("SELECT count(*) FROM events WHERE kind = 'undo'").fetchone()
    assert undone == (1,)


@pytest.mark.parametrize("deed", [Done(), Skip("Wrong person"), LogContact("call", "")])
def test_what_is_done_counts_as_done_today(shop: Shop, giulia: int, deed: Deed) -> None:
    before = shop.queue(BOB, NOW)
    assert (before.done_today, before.due_today) == (0, 1)
    shop.desk.act(BOB, giulia, deed, NOW)
    after = shop.queue(BOB, LATER)
    assert (after.done_today, after.due_today) == (1, 1)
    tomorrow = shop.queue(BOB, NOW + DAY)
    assert tomorrow.done_today == 0


def test_minutes_of_the_viewers_own_contacts_are_used(shop: Shop, giulia: int) -> None:
    shop.desk.act(BOB, giulia, LogContact("call", ""), NOW)
    assert shop.queue(BOB, LATER).minutes_used == 6
    assert shop.queue(ALICE, LATER).minutes_used == 0


def test_a_snooze_ends(shop: Shop, giulia: int) -> None:
    shop.desk.act(BOB, giulia, Snooze(NOW + 2 * HOUR), NOW)
    assert not shop.due(giulia, NOW + 2 * HOUR - 1)
    assert shop.due(giulia, NOW + 2 * HOUR)
    page = shop.desk.customer(BOB, giulia, LATER)
    assert page.snoozed is not None
    assert (page.snoozed.until, page.snoozed.by) == (NOW + 2 * HOUR, "Bob")


def test_a_call_answers_the_question_and_shows_in_the_thread(shop: Shop, giulia: int) -> None:
    shop.desk.act(BOB, giulia, LogContact("visit", "Came to the shop"), NOW)
    last = shop.desk.customer(BOB, giulia, LATER).thread[-1]
    assert (last.direction, last.kind, last.text, last.agent) == (
        "out",
        "other",
        "Came to the shop",
        "Bob",
    )


def test_giving_a_customer_away_and_taking_that_back(shop: Shop, giulia: int) -> None:
    acted = shop.desk.act(BOB, giulia, Assign("Carla"), NOW)
    assert shop.ids(BOB, LATER) == []
    assert shop.ids(CARLA, LATER) == [giulia]
    with pytest.raises(NotFound):
        shop.desk.customer(BOB, giulia, LATER)
    shop.desk.undo(BOB, acted.undo_id, LATER)
    assert shop.ids(BOB, LATER + 1_000) == [giulia]
    assert shop.ids(CARLA, LATER + 1_000) == []


def test_a_customer_of_nobody_is_everybodys(shop: Shop, giulia: int) -> None:
    shop.desk.act(BOB, giulia, Assign(None), NOW)
    assert shop.ids(CARLA, LATER) == [giulia]
    assert shop.desk.customer(CARLA, giulia, LATER).owner is None
    row = shop.row(giulia, LATER)
    assert row is not None
    assert row.owner is None
    assert shop.ids(ALICE, LATER, owner="") == [giulia]


def test_labels_by_hand(shop: Shop, giulia: int) -> None:
    def labels(at: int) -> set[tuple[str, str]]:
        page = shop.desk.customer(BOB, giulia, at)
        return {(view.chip.dimension, view.chip.label) for view in page.labels}

    added = shop.desk.act(BOB, giulia, AddLabel("intent", "none", "asked for fun", None), NOW)
    assert ("intent", "none") in labels(LATER)
    assert ("intent", "high") not in labels(LATER)
    shop.desk.act(BOB, giulia, RemoveLabel("intent", "none", ""), LATER)
    assert ("intent", "high") in labels(LATER + 1_000)
    shop.desk.undo(BOB, added.undo_id, LATER + 2_000)
    assert ("intent", "high") in labels(LATER + 3_000)


def test_a_label_of_a_set_that_a_rule_gave_can_be_taken_away(shop: Shop, giulia: int) -> None:
    removed = shop.desk.act(BOB, giulia, RemoveLabel("buying", "new_subscriber", "no"), NOW)
    row = shop.row(giulia, LATER)
    assert row is not None
    assert "buying" not in {chip.dimension for chip in row.chips}
    shop.desk.undo(BOB, removed.undo_id, LATER)
    row = shop.row(giulia, LATER + 1_000)
    assert row is not None
    assert "buying" in {chip.dimension for chip in row.chips}


def test_a_note_of_preferences_and_its_undoing(shop: Shop, giulia: int) -> None:
    first = shop.desk.act(BOB, giulia, NotePreference("Giulia | text only"), NOW)
    assert shop.desk.customer(BOB, giulia, LATER).note == "Giulia | text only"
    shop.desk.undo(BOB, first.undo_id, LATER)
    assert shop.desk.customer(BOB, giulia, LATER + 1_000).note is None


@pytest.mark.parametrize(
    "deed",
    [
        Snooze(NOW),
        Snooze(LATEST_MS + 1),
        Skip("  "),
        Assign("Nobody of this name"),
        AddLabel("intent", "hihg", "", None),
        AddLabel("intent", "none", "", NOW),
        RemoveLabel("intent", "high", ""),
        RemoveLabel("intent", "none", ""),
        LogContact("call", "x" * 4_001),
        NotePreference("\0"),
    ],
)
def test_deeds_that_make_no_sense_are_refused_and_change_nothing(
    shop: Shop, giulia: int, deed: Deed
) -> None:
    with pytest.raises(BadInput):
        shop.desk.act(BOB, giulia, deed, NOW)
    assert shop.conn.execute("SELECT count(*) FROM events").fetchone() == (2,)


def test_the_nearest_label_is_offered(shop: Shop, giulia: int) -> None:
    with pytest.raises(BadInput, match="did you mean intent:high"):
        shop.desk.act(BOB, giulia, AddLabel("intent", "hihg", "", None), NOW)


@pytest.mark.parametrize("deed", [Done(), Assign("Carla"), LogContact("call", "")])
def test_nobody_acts_on_a_customer_whom_they_may_not_see(
    shop: Shop, giulia: int, deed: Deed
) -> None:
    for customer_id in (giulia, 999):
        with pytest.raises(NotFound):
            shop.desk.act(CARLA, customer_id, deed, NOW)
        with pytest.raises(NotFound):
            shop.desk.customer(CARLA, customer_id, NOW)
    assert shop.conn.execute("SELECT count(*) FROM events").fetchone() == (2,)


def test_only_ones_own_deeds_can_be_taken_back(shop: Shop, giulia: int) -> None:
    acted = shop.desk.act(BOB, giulia, Done(), NOW)
    for viewer in (CARLA, ALICE):
        with pytest.raises(NotFound):
            shop.desk.undo(viewer, acted.undo_id, LATER)
    for wrong in ("", "x", "-1", "٣", "9" * 30, "1"):
        with pytest.raises(NotFound):
            shop.desk.undo(BOB, wrong, LATER)
    assert not shop.due(giulia, LATER)


def test_an_undo_cannot_be_undone(shop: Shop, giulia: int) -> None:
    acted = shop.desk.act(BOB, giulia, Done(), NOW)
    shop.desk.undo(BOB, acted.undo_id, LATER)
    newest = shop.conn.execute("SELECT max(id) FROM events").fetchone()
    with pytest.raises(NotFound):
        shop.desk.undo(BOB, str(newest[0]), LATER + 1)  # type: ignore[index]


def test_merging_two_customers_by_hand(shop: Shop, giulia: int) -> None:
    ines = shop.writes(INES, "spec_inquiry", NOW - DAY)
    shop.label()
    with pytest.raises(Refused):
        shop.desk.merge(BOB, giulia, ines, "the same person", NOW)
    with pytest.raises(BadInput):
        shop.desk.merge(ALICE, giulia, giulia, "the same person", NOW)
    with pytest.raises(NotFound):
        shop.desk.merge(ALICE, giulia, 999, "the same person", NOW)
    merge_id = shop.desk.merge(ALICE, giulia, ines, "the same person", NOW)
    assert shop.ids(ALICE, LATER) == [giulia]
    assert set(shop.desk.customer(ALICE, giulia, LATER).handles) == {GIULIA, INES}
    with pytest.raises(NotFound):
        shop.desk.customer(ALICE, ines, LATER)
    with pytest.raises(Refused):
        shop.desk.undo_merge(BOB, merge_id, LATER)
    assert shop.desk.undo_merge(ALICE, merge_id, LATER) == (giulia, ines)
    assert shop.desk.customer(ALICE, ines, LATER + 1_000).handles == (INES,)
    with pytest.raises(NotFound):
        shop.desk.undo_merge(ALICE, merge_id, LATER)


def test_the_worker_finds_nothing_left_to_do(shop: Shop, giulia: int) -> None:
    shop.desk.act(BOB, giulia, Done(), NOW)
    assert shop.conn.execute("SELECT count(*) FROM dirty").fetchone() == (0,)
    before = shop.conn.execute("SELECT * FROM assignments ORDER BY id").fetchall()
    shop.label(LATER)
    assert shop.conn.execute("SELECT * FROM assignments ORDER BY id").fetchall() == before
