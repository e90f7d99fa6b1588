"""What became of what the team sent: receipts, calls."""

import pytest

from warmlist.connectors.base import Kept

pytestmark = pytest.mark.unit

LUCA = "+393331234567"


def receipts(translation):
    return [e for e in translation.events if e.type == "receipt"]


def test_statuses_in_any_order_are_receipts_under_the_id_of_the_message(read):
    got = receipts(read("statuses"))

    assert [(e.id, e.status) for e in got[:5]] == [
        ("wamid.OUT1", "read"),
        ("wamid.OUT1", "sent"),
        ("wamid.OUT2", "failed"),
        ("wamid.OUT3", "failed"),
        ("wamid.OUT4", "played"),
    ]
    assert got[0].ident != got[1].ident
    assert got[0].fields == {"message": "wamid.OUT1", "status": "read"}


def test_price_and_own_data_are_kept(read):
    sent = receipts(read("statuses"))[1].fields

    assert sent["pricing"]["category"] == "marketing"
    assert sent["callback_data"] == "send-17"


def test_errors_are_kept(read):
    capped = receipts(read("statuses"))[2].fields

    assert capped["error"] == "131049"
    assert capped["errors"][0]["details"] == "capped"


def test_the_error_that_means_opted_out_is_a_preference_too(read):
    (stop,) = (e for e in read("statuses").events if e.type == "preference")

    assert (stop.id, stop.handle) == ("wamid.OUT3:131050", LUCA)
    assert (stop.fields["marketing"], stop.fields["origin"]) == ("stop", "stated")


def test_each_member_of_a_group_has_a_receipt(read):
    got = [e for e in receipts(read("statuses")) if e.fields.get("group")]

    assert [e.handle for e in got] == [LUCA, "+4915123456789"]
    assert len({e.ident for e in got}) == 2
    assert {e.fields["message"] for e in got} == {"wamid.OUT6"}


def test_an_unknown_status_is_reported(read):
    assert [(p.path, p.reason, p.kept) for p in read("statuses").problems] == [
        (
            "entry[0].changes[0].value.statuses[5].status",
            "the status 'warning' is unknown",
            Kept.RAW,
        )
    ]


def test_calls_are_messages_and_an_answered_one_is_an_answer(read):
    got = read("calls")
    calls = [e for e in got.events if e.type == "message"]

    assert [(e.id, e.fields["direction"], e.fields["kind"]) for e in calls] == [
        ("wacid.1", "in", "call"),
        ("wacid.1:answered", "out", "call"),
        ("wacid.2", "out", "call"),
    ]
    answered = calls[1]
    assert (answered.fields["seconds"], answered.fields["reply_to"]) == (90, "wacid.1")
    assert answered.occurred_at - calls[0].occurred_at == 10_000


def test_how_far_a_call_of_ours_came_is_a_receipt(read):
    got = read("calls")

    assert [(e.id, e.status) for e in receipts(got)] == [
        ("wacid.2", "delivered"),
        ("wacid.2", "failed"),
    ]
    assert [p.kept for p in got.problems] == [Kept.ASIDE]
