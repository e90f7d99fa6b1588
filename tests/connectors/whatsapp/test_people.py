"""Whose message it is: phone numbers, business-scoped ids, and how they change."""

import pytest

from warmlist.connectors.base import Kept

pytestmark = pytest.mark.unit

LUCA, LUCA_ID = "+393331234567", "wa:IT.8842019"


def by_id(translation):
    return {e.id: e for e in translation.events}


def test_without_a_phone_number_the_user_id_is_the_handle(read):
    got = by_id(read("user_ids"))

    assert (got["wamid.I1"].handle, got["wamid.I1"].links) == ("wa:DE.55012", ())
    assert got["wamid.I2"].handle == "wa:DE.55012"
    assert got["wamid.OUT5"].handle == "wa:DE.55012"


def test_a_phone_number_in_the_contacts_is_linked_to_the_user_id(read):
    message = by_id(read("user_ids"))["wamid.I3"]

    assert (message.handle, message.links) == (LUCA, (LUCA_ID,))


def test_a_message_that_could_be_anybodys_is_nobodys(read):
    got = read("user_ids")

    assert "wamid.I4" not in by_id(got)
    assert [(p.path, p.kept) for p in got.problems] == [
        ("entry[0].changes[1].value.messages[2].from", Kept.RAW)
    ]


def test_the_user_name_goes_into_the_profile(read):
    profile = next(e for e in read("user_ids").events if e.type == "profile")

    assert profile.fields == {"name": "Mia", "username": "mia.t", "name_by": "customer"}


def test_a_new_number_keeps_the_customer(read):
    event = by_id(read("system"))["wamid.S1"]

    assert (event.type, event.handle) == ("identity", LUCA)
    assert event.fields == {"action": "number_changed", "new_handle": "+393339876543"}
    assert event.links == (LUCA_ID, "wa:IT.9990001")


def test_a_new_user_id_keeps_the_customer(read):
    got = read("system")
    system, update = (e for e in got.events if e.fields.get("action") == "linked")

    assert (system.handle, system.fields["new_handle"]) == ("wa:IT.111", "wa:IT.222")
    assert (update.handle, update.fields["new_handle"]) == (LUCA, "wa:IT.9990001")


def test_other_system_messages_are_no_events(read):
    got = read("system")

    assert {e.type for e in got.events} == {"identity"}
    assert [(p.path, p.kept) for p in got.problems] == [
        ("entry[0].changes[2].value.messages[0].system", Kept.ASIDE),
        ("entry[0].changes[3].value.messages[0].system.type", Kept.RAW),
    ]


def test_the_address_book_of_the_phone_names_customers(read):
    got = read("address_book")
    (profile,) = got.events

    assert profile.handle == LUCA
    assert profile.fields == {"name": "Luca tenda verde", "name_by": "team"}
    assert [p.kept for p in got.problems] == [Kept.ASIDE, Kept.RAW]


def test_stopping_and_resuming_marketing_are_stated_preferences(read):
    got = read("preferences")
    said = [e for e in got.events if e.type == "preference"]

    assert [(e.handle, e.fields["origin"], e.fields["marketing"]) for e in said] == [
        (LUCA, "stated", "stop"),
        (LUCA, "stated", "resume"),
        ("wa:DE.55012", "stated", "resume"),
    ]
    assert len({e.ident for e in said}) == 3
    assert said[1].occurred_at - said[0].occurred_at == 3_600_000
    assert [p.path for p in got.problems] == ["entry[0].changes[0].value.user_preferences[3].value"]
