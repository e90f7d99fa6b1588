"""What events, numbers, note lines and sentences tell about a customer, and how it is kept."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import psycopg
import pytest

from warmlist.app import built_in_pack, event_log
from warmlist.clock import HOUR, to_ms
from warmlist.events.log import EventLog
from warmlist.events.model import Event
from warmlist.events.tags import LONGEST, Tag, tags_of
from warmlist.labels.assign import Labeller
from warmlist.plan.compile import compile_plan
from warmlist.rules.read import read_pack
from warmlist.store.database import Store
from warmlist.understanding.reader import default_reader
from warmlist.understanding.told import handle_tags, note_fields, sentence_tags

Conn = psycopg.Connection[tuple[Any, ...]]
NOW = 1_795_176_000_000
ANNA = "+393331234567"


def event(type_: str, fields: dict[str, Any], number: int = 0, at: int = NOW) -> Event:
    return Event(type_, f"{type_}-{number}", "test", ANNA, at, at, number, fields=fields)


def told(type_: str, fields: dict[str, Any]) -> set[tuple[str, str | None, int, str]]:
    found = tags_of(event(type_, fields), note_fields, str.lower)
    return {(t.dimension, t.label, t.rank, t.kind) for t in found}


@pytest.mark.unit
def test_a_profile_tells_country_language_zone_and_industry() -> None:
    fields = {
        "country": "CH",
        "language": "it",
        "time_zone": "Europe/Zurich",
        "name": "Anna",
        "industry": "x" * 300,
    }
    assert told("profile", fields) == {
        ("country", "CH", 2, "add"), ("language", "it", 2, "add"),
        ("time_zone", "Europe/Zurich", 2, "add"), ("industry", "x" * LONGEST, 2, "add"),
    }  # fmt: skip


@pytest.mark.unit
def test_an_order_tells_each_category_once_whatever_its_lines_look_like() -> None:
    lines = [
        {"category": "shoes"},
        {"sku": "a"},
        "no line",
        {"category": "shoes"},
        {"category": "bags"},
    ]
    assert told("order", {"lines": lines}) == {
        ("product", "interest:shoes", 1, "add"), ("product", "interest:bags", 1, "add"),
    }  # fmt: skip


@pytest.mark.unit
def test_a_note_line_replaces_all_that_was_noted_before() -> None:
    assert told("preference", {"note": "Mr Wang | text only | Mon–Fri 9–18 | max 2 a week"}) == {
        ("contact_time", None, 2, "clear"), ("contact_time", "nine_to_six", 2, "add"),
        ("contact_time", "weekdays_only", 2, "add"),
        ("contact_format", None, 2, "clear"), ("contact_format", "text", 2, "add"),
        ("contact_frequency", None, 2, "clear"), ("contact_frequency", "max_2_per_week", 2, "add"),
        ("life_point", None, 2, "clear"),
    }  # fmt: skip
    assert ("contact_format", None, 2, "clear") in told("preference", {"note": "max 1 a month"})


@pytest.mark.unit
def test_a_field_alone_replaces_only_its_own_dimension() -> None:
    assert told("preference", {"channel_format": "voice", "origin": "stated"}) == {
        ("contact_format", None, 3, "clear"), ("contact_format", "voice", 3, "add"),
    }  # fmt: skip
    assert told("preference", {"passive": False}) == {("contact_time", None, 2, "clear")}
    assert told("preference", {"marketing": "stop"}) == set()


@pytest.mark.unit
@pytest.mark.parametrize(
    ("handle", "labels"),
    [
        ("+393331234567", {"IT", "it", "Europe/Rome"}),
        ("+8613800138000", {"CN", "zh-Hans", "Asia/Shanghai"}),
        ("+5511912345678", {"BR", "pt-BR", "America/Sao_Paulo"}),
        ("email:a@b.example", set()),
        ("wa:IT.abc", set()),
    ],
)
def test_a_number_tells_country_main_language_and_zone(handle: str, labels: set[str]) -> None:
    assert {t.label for t in handle_tags(handle)} == labels
    assert all(t.rank == 1 for t in handle_tags(handle))


@pytest.mark.unit
def test_a_sentence_tells_only_what_its_signals_speak_of() -> None:
    text = "please only write after eight in the evening"
    (clear, added) = sentence_tags(text, ["time_preference"])
    assert (clear.kind, clear.label, clear.signal) == ("clear", None, "time_preference")
    assert (added.dimension, added.label, added.rank) == ("contact_time", "night_active", 3)
    assert sentence_tags(text, ["price_inquiry"]) == ()


def kept(conn: Conn, dimension: str) -> list[tuple[Any, ...]]:
    rows = conn.execute(
        "SELECT label, kind, rank, known_at, gone_at FROM tags WHERE dimension = %s "
        "ORDER BY known_at, kind DESC, label", (dimension,),
    )  # fmt: skip
    return rows.fetchall()


@pytest.mark.store
def test_a_wish_goes_where_a_person_rejects_the_signal_it_rests_on(conn: Conn) -> None:
    log = event_log(default_reader())
    wish = event(
        "message", {"direction": "in", "text": "please only message me after 8 in the evening"}, 1
    )
    reject = {"message": wish.id, "name": "time_preference", "action": "reject"}
    later = event("signal", reject, 2, NOW + HOUR)
    for batch in ([wish], [later], [wish, later]):
        log.append(conn, batch, now_ms=NOW)
    assert kept(conn, "contact_time") == [
        (None, "clear", 3, NOW, NOW + HOUR),
        ("night_active", "add", 3, NOW, NOW + HOUR),
    ]
    assert kept(conn, "country") == [("IT", "add", 1, 0, None)]


@pytest.mark.store
def test_the_same_tags_whichever_comes_first(conn: Conn) -> None:
    log = event_log(default_reader())
    wish = event(
        "message", {"direction": "in", "text": "please only message me after 8 in the evening"}, 1
    )
    edit = event(
        "correction", {"message": wish.id, "action": "edit", "text": "how much is it?"}, 2, NOW + 5
    )
    log.append(conn, [edit], now_ms=NOW)
    log.append(conn, [wish], now_ms=NOW)
    assert {gone for *_, gone in kept(conn, "contact_time")} == {NOW + 5}


@pytest.mark.store
def test_a_finding_is_an_event_with_its_label_in_columns(conn: Conn) -> None:
    log = EventLog(lambda text: pytest.fail("nothing to read"), "none")
    fields = {
        "job": "regions",
        "dimension": "region",
        "label": "high_value",
        "action": "add",
        "until": NOW + HOUR,
    }
    assert log.append(conn, [event("finding", fields)], now_ms=NOW).new == 1
    row = conn.execute("SELECT kind, dimension, label, moment_at FROM events").fetchone()
    assert row == ("add", "region", "high_value", NOW + HOUR)


@pytest.mark.unit
def test_turns_of_life_are_told_with_their_days() -> None:
    points = {"life_points": [{"stage": "birth", "on": "2026-03-14"}]}
    day = to_ms(datetime(2026, 3, 14, tzinfo=UTC))
    noted = [Tag("life_point", "birth", 2, until=day)]
    clear = Tag("life_point", None, 2, "clear")
    for kind, fields, expected in (
        ("profile", points, noted),
        ("preference", points, [clear, *noted]),
        ("preference", {"note": "Ms Li | baby born 2026-03-14"}, [clear, *noted]),
    ):
        made = tags_of(event(kind, fields), note_fields, str)
        assert [tag for tag in made if tag.dimension == "life_point"] == expected, kind


@pytest.mark.store
def test_the_language_of_a_message_is_a_word_about_its_author(conn: Conn) -> None:
    log = event_log(default_reader())
    texts = ("Buongiorno, quanto costa questo modello?", "👍", "Vorrei sapere se è disponibile")
    said = [
        event("message", {"direction": "in", "text": text}, n, NOW + n)
        for n, text in enumerate(texts, 1)
    ]
    ours = event("message", {"direction": "out", "text": "Buongiorno, costa 30 euro"}, 9)
    edit = event("correction", {"message": said[2].id, "action": "edit", "text": "is it in stock in blue?"}, 4, NOW + HOUR)  # fmt: skip
    log.append(conn, [edit, *said[::-1], ours], now_ms=NOW)
    written = [row for row in kept(conn, "language") if row[3]]
    assert sorted(written) == [
        ("en", "add", 1, NOW + HOUR, None),
        ("it", "add", 1, NOW + 1, None),
        ("it", "add", 1, NOW + 3, NOW + HOUR),
    ]


@pytest.mark.store
def test_what_a_customer_writes_in_becomes_the_language_whatever_comes_first(store: Store) -> None:
    plan, log = compile_plan(read_pack(built_in_pack())), event_log(default_reader())
    texts = (
        "hello, how much is the blue one?",
        "do you ship to Milan?",
        "thank you very much, that is great",
    )
    said = [
        event("message", {"direction": "in", "text": text}, n, NOW + n * HOUR)
        for n, text in enumerate(texts)
    ]
    found = []
    for order in (said, said[::-1]):
        with store.connect() as conn:
            conn.execute(
                "TRUNCATE customers, handles, events, signals, tags, dirty, standings, assignments CASCADE"
            )
            for one in order:
                log.append(conn, [one], now_ms=NOW)
            conn.commit()
            labeller = Labeller(store.dsn, plan, "USD")
            try:
                labeller.relabel(conn, labeller.claim_news(conn, 10), NOW + 3 * HOUR)
            finally:
                labeller.close()
            rows = conn.execute(
                "SELECT label, since, until_at, because FROM assignments "
                "WHERE dimension = 'language' ORDER BY since"
            ).fetchall()
            conn.commit()
        found.append(rows)
    assert found[0] == [
        ("it", NOW, NOW + 2 * HOUR, "Italian, worked out"),
        ("en", NOW + 2 * HOUR, None, "English, worked out"),
    ]
    assert found[1] == found[0]
