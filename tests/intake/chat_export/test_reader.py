"""Chat exports as phones give them -> messages, and a word about every line that gave none."""

from __future__ import annotations

import zipfile

import pytest

from intake.chat_export.chats import export, lost, messages, read
from warmlist.clock import parse_instant
from warmlist.errors import BadInput
from warmlist.events.model import Event, hash64
from warmlist.intake.chat_export import reader
from warmlist.intake.identity import canonical
from warmlist.intake.local_time import SKIPPED, TWICE
from warmlist.intake.problems import LineProblem

pytestmark = pytest.mark.unit

ANDROID = """15/03/24, 18:05 - Messages and calls are end-to-end encrypted. No one outside of this \
chat can read or listen to them. Tap to learn more.
15/03/24, 18:05 - Anna: Buongiorno
quanto costa?

15/03/24, 18:06 - Negozio: 40 €
15/03/24, 18:06 - Negozio: <Media omitted>
16/03/24, 09:00 - Anna: This message was deleted
"""
IPHONE = """\ufeff[15.03.24, 18:05:01] Anna: \u200eNachrichten und Anrufe sind \
Ende-zu-Ende-verschlüsselt. Niemand außerhalb dieses Chats kann sie lesen.\r
[15.03.24, 18:05:02] Anna: Hallo\r
\u200e[15.03.24, 18:05:02] Laden: \u200eBild weggelassen\r
[15.03.24, 18:06:09] Laden: 40 € \u200e<Diese Nachricht wurde bearbeitet.>\r
"""


def test_an_android_export(tmp_path):
    found = read(export(tmp_path, ANDROID))
    profile, *rest = [x for x in found if isinstance(x, Event)]
    assert (profile.type, profile.fields) == ("profile", {"name": "Anna"})
    assert [(e.fields["direction"], e.fields["kind"], e.fields.get("text")) for e in rest] == [
        ("in", "text", "Buongiorno\nquanto costa?"),
        ("out", "text", "40 €"),
        ("out", "other", None),
        ("in", "other", None),
    ]
    assert {e.handle for e in rest} == {profile.handle}
    assert canonical(profile.handle) == profile.handle
    assert rest[1].fields["agent"] == "Negozio"
    assert rest[0].occurred_at == parse_instant("2024-03-15T18:05:00+01:00")
    assert all(e.backfill and e.known_at == e.occurred_at for e in rest)
    assert [e.seq for e in rest] == [0, 0, 1, 0]
    assert [x for x in found if isinstance(x, LineProblem)] == [
        LineProblem(1, reader.NOTICE, kept=True)
    ]


def test_an_iphone_export_in_a_zip(tmp_path):
    path = tmp_path / "WhatsApp Chat - Anna.zip"
    with zipfile.ZipFile(path, "w") as bundle:
        bundle.writestr("_chat.txt", IPHONE)
        bundle.writestr("00000003-PHOTO-2024-03-15-18-05-02.jpg", b"\xff\xd8")
    found = messages(read(path))
    assert [(e.fields["direction"], e.fields["kind"], e.fields.get("text")) for e in found] == [
        ("in", "text", "Hallo"),
        ("out", "image", None),
        ("out", "text", "40 €"),
    ]
    assert found[2].fields["edited"] is True


def test_the_first_notice_of_an_iphone_names_the_customer(tmp_path):
    found = messages(read(export(tmp_path, IPHONE, "_chat.txt")))
    assert [e.fields["direction"] for e in found] == ["in", "out", "out"]


def test_the_same_export_twice_is_the_same_events(tmp_path):
    first, second = (read(export(tmp_path, ANDROID)) for _ in range(2))
    assert first == second


def test_a_longer_export_and_one_without_media_share_their_ids(tmp_path):
    later = ANDROID.replace("<Media omitted>", "IMG-20240315-WA0001.jpg (file attached)")
    later = "14/03/24, 10:00 - Anna: prima\n" + later + "17/03/24, 10:00 - Anna: dopo\n"
    old = {e.id for e in messages(read(export(tmp_path, ANDROID)))}
    new = {e.id for e in messages(read(export(tmp_path, later, "WhatsApp Chat with Anna (1).txt")))}
    assert old < new
    assert len(new - old) == 2


def test_the_same_words_twice_in_a_minute_are_two_messages(tmp_path):
    text = "15/03/24, 18:05 - Anna: ok\n15/03/24, 18:05 - Anna: ok\n15/03/24, 18:05 - Me: ok\n"
    found = messages(read(export(tmp_path, text)))
    assert len({e.id for e in found}) == 3
    assert [e.seq for e in found] == [0, 1, 2]


def test_a_message_says_how_to_find_it_in_a_webhook(tmp_path):
    found = messages(read(export(tmp_path, ANDROID)))[0]
    assert found.fields["export_of"] == {
        "minute": parse_instant("2024-03-15T18:05:00+01:00"),
        "local": "2024-03-15T18:05",
        "direction": "in",
        "text": hash64("Buongiorno quanto costa?"),
    }


def test_a_customer_with_a_number_gets_the_number_as_handle(tmp_path):
    text = "15/03/24, 18:05 - \u202a+39 333 123 4567\u202c: ciao\n15/03/24, 18:05 - Io: ciao\n"
    found = read(export(tmp_path, text, "chat.txt"))
    assert {x.handle for x in found if isinstance(x, Event)} == {"+393331234567"}
    assert [e.fields["direction"] for e in messages(found)] == ["in", "out"]


def test_the_customers_handle_can_be_stated_and_changes_no_id(tmp_path):
    plain = messages(read(export(tmp_path, ANDROID)))
    stated = messages(read(export(tmp_path, ANDROID), customer="+39 333 123 4567"))
    assert {e.handle for e in stated} == {"+393331234567"}
    assert [e.id for e in stated] == [e.id for e in plain]


def test_the_team_can_be_stated(tmp_path):
    found = messages(read(export(tmp_path, ANDROID, "chat.txt"), team=("negozio",)))
    assert [e.fields["direction"] for e in found] == ["in", "out", "out", "in"]


GROUP = """15/03/24, 18:00 - Li: Benvenuti!
15/03/24, 18:01 - Li created group "Amici: tutti"
15/03/24, 18:05 - Anna: quanto costa?
15/03/24, 18:06 - Li: 40 €
15/03/24, 18:07 - +39 333 123 4567: anche per me
15/03/24, 18:08 - Li: certo
"""


def test_in_a_group_each_author_outside_the_team_is_a_customer(tmp_path):
    found = read(export(tmp_path, GROUP, "WhatsApp Chat with Amici.txt"), team=("Li",))
    events = messages(found)
    anna = events[0].handle
    assert anna.startswith("chat:")
    assert [(e.handle, e.fields["direction"]) for e in events] == [
        (anna, "in"), (anna, "out"), ("+393331234567", "in"), ("+393331234567", "out"),
    ]  # fmt: skip
    assert lost(found) == [LineProblem(1, reader.NO_CUSTOMER_YET)]
    assert LineProblem(2, reader.NOTICE, kept=True) in found


def test_a_groups_own_notices_make_it_no_customer(tmp_path):
    text = (
        "[15.03.24, 18:00:01] Amici: \u200ePorukē un zvani ir šifrēti\n"
        "[15.03.24, 18:05:01] Anna: quanto costa?\n[15.03.24, 18:06:01] Li: 40 €\n"
    )
    found = read(export(tmp_path, text, "_chat.txt"), team=("Li",))
    assert [e.fields["direction"] for e in messages(found)] == ["in", "out"]
    assert LineProblem(1, reader.NOTICE, kept=True) in found


def test_in_a_group_without_a_team_nobody_is_guessed(tmp_path):
    with pytest.raises(BadInput, match="--team") as caught:
        read(export(tmp_path, GROUP, "WhatsApp Chat with Amici.txt"))
    assert "Anna" not in str(caught.value)


def test_a_chat_of_the_team_alone_has_no_customer(tmp_path):
    with pytest.raises(BadInput, match="no customer"):
        read(export(tmp_path, "15/03/24, 18:05 - Li: x\n", "chat.txt"), team=("Li",))


def test_a_customer_who_never_wrote_is_the_one_the_file_is_named_after(tmp_path):
    found = messages(read(export(tmp_path, "15/03/24, 18:05 - Li: Buongiorno!\n")))
    assert [e.fields["direction"] for e in found] == ["out"]


def test_one_customer_cannot_be_stated_for_a_group(tmp_path):
    with pytest.raises(BadInput, match="--customer"):
        read(export(tmp_path, GROUP), team=("Li",), customer="+393331234567")


def test_day_or_month_first_is_asked_where_nothing_tells(tmp_path):
    path = export(tmp_path, "3/5/24, 18:05 - Anna: x\n3/6/24, 18:05 - Li: y\n")
    with pytest.raises(BadInput, match="--date-order dmy or --date-order mdy"):
        read(path)
    assert messages(read(path, date_order="mdy"))[0].occurred_at == parse_instant(
        "2024-03-05T18:05:00+01:00"
    )
    assert messages(read(path, date_order="dmy"))[0].occurred_at == parse_instant(
        "2024-05-03T18:05:00+02:00"
    )
    with pytest.raises(BadInput, match="--date-order yyy"):
        read(path, date_order="yyy")


@pytest.mark.parametrize(
    ("lines", "day"),
    [
        ("3/5/24, 6:05 PM - Anna: x\n", "2024-03-05T18:05:00+01:00"),  # the United States
        ("3/5/24, 6:05 pm - Anna: x\n", "2024-05-03T18:05:00+02:00"),  # Australia
        ("03.05.24, 18:05 - Anna: x\n", "2024-05-03T18:05:00+02:00"),
        ("3/5/24, 18:05 - Anna: x\n3/5/24, 18:06 - Anna: <Media omessi>\n",
         "2024-05-03T18:05:00+02:00"),
    ],
)  # fmt: skip
def test_the_style_of_the_file_decides_before_asking_and_says_so(tmp_path, lines, day):
    found = read(export(tmp_path, lines))
    assert messages(found)[0].occurred_at == parse_instant(day)
    assert "--date-order" in found[0].reason


def test_the_course_of_a_chat_decides_before_its_style(tmp_path):
    days = [f"3/{day}/24, 6:05 pm - Anna: {day}\n" for day in range(1, 9)]
    found = read(export(tmp_path, "".join(days)))
    assert messages(found)[-1].occurred_at == parse_instant("2024-03-08T18:05:00+01:00")
    assert not [x for x in found if isinstance(x, LineProblem)]


def test_falling_dates_tell_the_order(tmp_path):
    days = ["12/1/24", "12/2/24", "1/3/25", "1/4/25", "2/5/25", "3/1/25"]  # the month comes first
    text = "".join(f"{day}, 18:05 - Anna: x\n" for day in days)
    assert messages(read(export(tmp_path, text)))[0].occurred_at == parse_instant(
        "2024-12-01T18:05:00+01:00"
    )


def test_dates_of_another_calendar_are_refused(tmp_path):
    with pytest.raises(BadInput, match="no known calendar"):
        read(export(tmp_path, "1403/1/5, 18:05 - Anna: x\n"))


def test_a_date_that_does_not_exist_costs_its_own_message_only(tmp_path):
    text = "31/03/24, 18:05 - Anna: x\n32/03/24, 18:05 - Anna: y\nz\n01/04/24, 18:05 - Anna: w\n"
    found = read(export(tmp_path, text))
    assert [e.fields["text"] for e in messages(found)] == ["x", "w"]
    assert lost(found) == [LineProblem(2, reader.IMPOSSIBLE), LineProblem(3, reader.IMPOSSIBLE)]


def test_a_message_from_the_future_is_left_out(tmp_path):
    text = "31/01/26, 18:05 - Anna: x\n31/12/26, 18:05 - Anna: y\n28/02/26, 18:05 - Anna: z\n"
    found = read(export(tmp_path, text))
    assert lost(found) == [LineProblem(2, reader.FUTURE)]


def test_times_that_the_clocks_skipped_or_showed_twice(tmp_path):
    text = "31/03/24, 02:30 - Anna: x\n27/10/24, 02:30 - Anna: y\n"
    found = read(export(tmp_path, text))
    first, second = messages(found)
    assert first.occurred_at == parse_instant("2024-03-31T03:30:00+02:00")
    assert second.occurred_at == parse_instant("2024-10-27T02:30:00+02:00")
    assert [(x.number, x.reason, x.kept) for x in found if isinstance(x, LineProblem)] == [
        (1, SKIPPED, True),
        (2, TWICE, True),
    ]


def test_a_pasted_chat_stays_part_of_the_message_it_was_pasted_into(tmp_path):
    text = "15/03/24, 18:05 - Anna: look\n[1/2/23, 10:00:00] Bob: hi\n15/03/24, 18:06 - Anna: x\n"
    found = read(export(tmp_path, text))
    assert [e.fields["text"] for e in messages(found)] == ["look\n[1/2/23, 10:00:00] Bob: hi", "x"]
    assert found[0].number == 2
    assert found[0].kept


def test_lines_before_the_first_stamp_are_reported(tmp_path):
    found = read(export(tmp_path, "Exported by me\n15/03/24, 18:05 - Anna: x\n"))
    assert lost(found) == [LineProblem(1, "stands before the first time stamp")]


def test_text_that_is_no_utf_8_is_kept_and_reported(tmp_path):
    found = read(export(tmp_path, b"15/03/24, 18:05 - Anna: caff\xe8\n"))
    assert messages(found)[0].fields["text"] == "caff\ufffd"
    assert [x.number for x in found if isinstance(x, LineProblem) and x.kept] == [1]


def test_an_author_may_have_colons_and_tildes(tmp_path):
    text = "15/03/24, 18:05 - ~\u202fAnna:B: x: y\n15/03/24, 18:05 - Anna:B:\n"
    found = messages(read(export(tmp_path, text, "chat.txt"), team=("Li",)))
    assert [e.fields.get("text") for e in found] == ["x: y", None]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "time stamp"),
        (b"hello\nworld\n", "time stamp"),
        ("15/03/24, 18:05 - Anna: x".encode("utf-16"), "UTF-16"),
    ],
)
def test_what_is_no_chat_is_refused(tmp_path, content, message):
    with pytest.raises(BadInput, match=message):
        read(export(tmp_path, content))


@pytest.mark.parametrize(
    ("members", "message"),
    [({}, "no chat text"), ({"a.txt": "x", "b.txt": "y"}, "several chat texts")],
)
def test_a_zip_without_its_chat_is_refused(tmp_path, members, message):
    path = tmp_path / "export.zip"
    with zipfile.ZipFile(path, "w") as bundle:
        bundle.writestr("photo.jpg", b"")
        for name, text in members.items():
            bundle.writestr(name, text)
    with pytest.raises(BadInput, match=message):
        read(path)


def test_a_broken_zip_is_refused(tmp_path):
    with pytest.raises(BadInput, match="no readable zip"):
        read(export(tmp_path, b"PK\x03\x04 broken", "export.zip"))


def test_an_unknown_time_zone_is_refused(tmp_path):
    with pytest.raises(BadInput, match="--time-zone Europe/Roma"):
        read(export(tmp_path, ANDROID), time_zone="Europe/Roma")
