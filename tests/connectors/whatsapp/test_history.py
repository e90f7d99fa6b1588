"""Past chats: an import that is known when it happened."""

import pytest

from warmlist.connectors.base import Kept

pytestmark = pytest.mark.unit

LUCA, JONAS = "+393331234567", "+4915123456789"


def by_id(translation, type="message"):
    return {e.id: e for e in translation.events if e.type == type}


def test_past_messages_are_backfill_known_when_they_happened(read):
    got = read("history")

    assert all(e.backfill and e.known_at == e.occurred_at for e in got.events)
    assert by_id(got)["wamid.H1"].occurred_at == 1_764_579_600_000


def test_chunks_and_messages_come_in_any_order(read):
    got = by_id(read("history"))

    assert {id: (e.handle, e.fields["direction"]) for id, e in got.items()} == {
        "wamid.H0": (LUCA, "in"),
        "wamid.H1": (LUCA, "in"),
        "wamid.H2": (LUCA, "out"),
        "wamid.H3": (LUCA, "out"),
        "wamid.H5": (JONAS, "in"),
    }
    assert got["wamid.H5"].links == ("wa:DE.77",)


def test_how_far_our_past_messages_came_is_kept(read):
    got = by_id(read("history"), "receipt")

    assert {id: e.status for id, e in got.items()} == {"wamid.H2": "read", "wamid.H3": "failed"}
    assert got["wamid.H2"].fields["timing"] == "message"


def test_a_past_message_without_a_time_is_not_made_a_new_one(read):
    got = read("history")

    assert "wamid.H4" not in by_id(got)
    path = "entry[0].changes[0].value.history[0].threads[0].messages[3].timestamp"
    assert (path, Kept.RAW) in [(p.path, p.kept) for p in got.problems]


def test_what_the_platform_itself_said_in_the_past_is_no_message(read):
    got = read("history")

    assert "wamid.H7" not in by_id(got)
    assert [p.kept for p in got.problems] == [Kept.RAW, Kept.ASIDE]


def test_a_picture_that_follows_later_counts_before_its_announcement(read):
    announced = by_id(read("history"))["wamid.H3"]
    picture = by_id(read("history_media"))["wamid.H3"]

    assert announced.fields["raw_type"] == "media_placeholder"
    assert (picture.fields["kind"], picture.fields["direction"]) == ("image", "out")
    assert picture.ident == announced.ident
    assert picture.occurred_at == announced.occurred_at + 1  # of one identity, the later counts
    assert picture.backfill


def test_media_of_the_customer_are_inbound(read):
    voice = by_id(read("history_media"))["wamid.H6"]

    assert (voice.handle, voice.fields["direction"]) == (LUCA, "in")


def test_a_shop_that_shares_no_history_is_no_error(read):
    got = read("history_declined")

    assert not got.events
    assert [p.kept for p in got.problems] == [Kept.ASIDE]
