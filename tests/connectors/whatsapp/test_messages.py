"""Every kind of message a customer can send, and what it becomes."""

import pytest

from warmlist.connectors.base import Kept

pytestmark = pytest.mark.unit

NINE = 1_772_355_600_000  # 2026-03-01 09:00 UTC, when the messages were written
NOON = 1_772_366_400_000  # when they arrived
LUCA, LUCA_ID = "+393331234567", "wa:IT.8842019"


def of(translation, *types):
    return [e for e in translation.events if e.type in (types or ("message",))]


def problems(translation):
    return [(p.path, p.kept) for p in translation.problems]


def test_every_message_of_every_change_of_every_entry_is_read(read):
    got = read("batch")

    assert [(e.id, e.handle, e.fields["text"]) for e in of(got)] == [
        ("wamid.A1", LUCA, "Buongiorno! Quanto costa la tenda?"),
        ("wamid.A2", LUCA, "Quella verde 🏕️"),
        ("wamid.B1", "+5511987654321", "Oi, tem desconto?"),
        ("wamid.C1", "+4915123456789", "Passt, ich nehme zwei."),
    ]
    assert [e.id for e in of(got, "receipt")] == ["wamid.OUT1"]
    assert not got.problems


def test_a_live_message_is_known_when_it_arrives_and_comes_from_its_own_number(read):
    first, *_, last = of(read("batch"))

    assert (first.occurred_at, first.known_at, first.backfill) == (NINE, NOON, False)
    assert (first.source, last.source) == ("whatsapp:700100200300", "whatsapp:700100200301")
    assert first.links == (LUCA_ID,)


def test_messages_of_one_second_keep_the_order_of_their_payload(read):
    got = read("batch").events

    assert [e.seq for e in got] == list(range(len(got)))
    first, second = (e for e in got if e.id in ("wamid.A1", "wamid.A2"))
    assert first.occurred_at == second.occurred_at
    assert first.pos < second.pos


def test_the_name_of_a_contact_is_one_profile_event_a_day_with_the_same_id_each_time(read):
    names = of(read("batch"), "profile")
    again = of(read("media"), "profile")

    assert [(e.handle, e.fields["name"]) for e in names] == [
        (LUCA, "Luca Verdi"),
        ("+5511987654321", "Ana Souza"),
        ("+4915123456789", "Jonas"),
    ]
    assert [(e.ident, e.digest) for e in again] == [(names[0].ident, names[0].digest)]
    assert names[0].occurred_at == NINE - 9 * 3_600_000  # the day's first moment


def test_media_keep_what_is_needed_to_fetch_them_and_the_caption_is_the_text(read):
    got = read("media")

    assert [(e.fields["kind"], e.fields.get("text")) for e in of(got)] == [
        ("image", "La mia vecchia tenda"),
        ("video", None),
        ("document", "Ecco l'ordine"),
        ("sticker", None),
        ("audio", None),
        ("audio", None),
        ("image", None),
    ]
    image, _, document, _, voice, file, empty = (e.fields.get("media") for e in of(got))
    assert image == {
        "id": "900001",
        "mime_type": "image/jpeg",
        "caption": "La mia vecchia tenda",
    }
    assert document["filename"] == "ordine.pdf"
    assert (voice["voice"], file["voice"], empty) == (True, False, None)
    assert problems(got) == [("entry[0].changes[0].value.messages[6].image", Kept.EVENT)]


def test_the_text_of_a_tapped_reply_is_its_title(read):
    got = read("replies")
    button, tapped, row, flow, permission, unknown, text = (e.fields for e in of(got))

    assert (button["text"], button["reply_to"]) == ("Dimmi di più", "wamid.OUT1")
    assert button["choice"] == {"payload": "MORE"}
    assert (tapped["kind"], tapped["text"]) == ("text", "Sì, volentieri")
    assert (row["text"], row["choice"]) == (
        "Taglia L",
        {"id": "size-l", "description": "fino a 4 persone"},
    )
    assert (flow["kind"], flow["raw_type"], "text" in flow) == ("other", "nfm_reply", False)
    assert permission["call_permission"]["response"] == "accept"
    assert (unknown["kind"], unknown["reply_type"]) == ("other", "hologram_reply")
    assert (text["forwarded"], text["sku"], text["group"]) == (True, "TENT-4", "G1")
    assert problems(got) == [("entry[0].changes[0].value.messages[5].interactive.type", Kept.EVENT)]


def test_a_filled_in_flow_is_a_form(read):
    (form,) = of(read("replies"), "form")

    assert form.id == "wamid.R4:form"
    assert form.fields == {"name": "flow", "answers": '{"size":"L"}', "message": "wamid.R4"}


def test_an_order_is_a_message_and_one_cart_event_for_each_product(read):
    got = read("order")

    (message,) = of(got)
    assert (message.fields["kind"], message.fields["raw_type"]) == ("other", "order")
    assert message.fields["text"] == "Entro venerdì?"
    assert [(e.id, e.fields["sku"], e.fields.get("price")) for e in of(got, "cart")] == [
        ("wamid.O1:cart0", "TENT-4", "249.9"),
        ("wamid.O1:cart1", "PEG-10", "4.50"),
        ("wamid.O1:cart2", "LAMP", None),
    ]
    assert [e.fields.get("currency") for e in of(got, "cart")] == ["EUR", "EUR", None]
    path = "entry[0].changes[0].value.messages[0].order.product_items[2].item_price"
    assert problems(got) == [(path, Kept.EVENT)]


def test_a_reaction_answers_a_message_and_can_be_taken_back(read):
    given, taken, emptied = (e.fields for e in of(read("reactions")))

    assert (given["kind"], given["text"], given["reply_to"]) == ("reaction", "👍", "wamid.OUT1")
    assert "removed" not in given
    assert [(f["removed"], "text" in f) for f in (taken, emptied)] == [(True, False)] * 2


def test_a_referral_tells_where_the_customer_comes_from(read):
    got = read("referral")

    sources = [e for e in of(got, "profile") if "customer_source" in e.fields]
    assert [(e.id, e.fields["customer_source"]) for e in sources] == [
        ("wamid.F1:referral", "ad"),
        ("wamid.F2:referral", "community"),
    ]
    message = of(got)[0].fields
    assert message["text"] == "Ciao, ho visto la pubblicità"
    assert message["referral"]["ctwa_clid"] == "clid-1"


def test_places_and_cards_are_kept_without_other_peoples_data(read):
    got = read("places")
    place, untyped, cards, welcome = (e.fields for e in of(got))

    assert place["location"] == {
        "name": "Negozio",
        "address": "Via Roma 1",
        "latitude": 41.9,
        "longitude": 12.5,
    }
    assert untyped["raw_type"] == "location"
    assert cards["contacts"] == 2
    assert "Bea" not in str(cards)
    assert welcome["raw_type"] == "request_welcome"
    assert not got.problems


def test_unknown_types_are_kept_and_reported_and_stop_nothing(read):
    got = read("unknown")
    poll, hologram, text = (e.fields for e in of(got))

    assert (poll["kind"], poll["raw_type"], poll["unsupported"]) == (
        "other",
        "unsupported",
        {"type": "poll"},
    )
    assert poll["errors"][0]["code"] == "131051"
    assert (hologram["kind"], hologram["raw_type"]) == ("other", "hologram")
    assert text["text"] == "questo si legge"
    assert [(p.path, p.reason) for p in got.problems] == [
        (
            "entry[0].changes[0].value.messages[0].type",
            "the platform could not pass this message on (error 131051)",
        ),
        (
            "entry[0].changes[0].value.messages[1].type",
            "messages of type 'hologram' are unknown",
        ),
    ]


def test_edits_and_revocations_correct_an_earlier_message(read):
    got = read("corrections")
    edit, revoke, ours = of(got, "correction")

    assert (edit.id, edit.handle) == ("wamid.K1", LUCA)
    assert edit.fields == {
        "message": "wamid.A1",
        "action": "edit",
        "text": "Quanto costa la tenda grande?",
        "kind": "text",
    }
    assert revoke.fields == {"message": "wamid.A2", "action": "revoke"}
    assert (ours.handle, ours.fields["text"]) == (LUCA, "nuovo prezzo")
    assert problems(got) == [
        ("entry[0].changes[0].value.messages[2].revoke.original_message_id", Kept.RAW)
    ]


def test_what_the_team_sends_from_the_phone_is_outbound(read):
    got = read("echoes")

    assert [(e.handle, e.fields["direction"], e.fields["agent"]) for e in of(got)] == [
        (LUCA, "out", "phone app"),
        ("wa:DE.55012", "out", "phone app"),
        (LUCA, "out", "phone app"),
    ]
    assert of(got)[2].fields["text"] == "Quale colore?"
    assert not of(got)[0].backfill
    assert problems(got) == [("entry[0].changes[0].value.message_echoes[2].to", Kept.RAW)]


def test_what_is_broken_is_reported_with_its_path_and_the_rest_is_read(read):
    got = read("broken")
    base = "entry[0].changes[0].value."

    assert [e.fields.get("text") for e in of(got)] == [
        "senza ora",
        "dal futuro",
        "senza id",
        "zero \ufffd qui",
        None,
        "buona",
    ]
    assert problems(got) == [
        (base + "messages[0]", Kept.RAW),
        (base + "messages[1].timestamp", Kept.EVENT),
        (base + "messages[2].timestamp", Kept.EVENT),
        (base + "messages[3].id", Kept.EVENT),
        (base + "messages[4].from", Kept.RAW),
        (base + "messages[6].text", Kept.EVENT),
        (base + "statuses", Kept.RAW),
    ]
    no_time, future, no_id, *_ = of(got)
    assert no_time.occurred_at == future.occurred_at == NOON
    assert no_id.id.startswith("content:")


def test_problems_never_repeat_what_the_customer_said(read):
    said = " ".join(p.reason for p in read("broken").problems)

    assert not any(
        word in said for word in ("senza", "buona", "393331234567", "PHONE", "yesterday")
    )
