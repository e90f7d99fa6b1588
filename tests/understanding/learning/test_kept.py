"""From a correction in the log to a reader that knows better, with the shipped lexicon and model."""

from __future__ import annotations

import itertools
import math
from typing import Any

import psycopg
import pytest

from warmlist.app import event_log
from warmlist.clock import MINUTE, SECOND, parse_instant
from warmlist.errors import NotFound
from warmlist.events.log import EventLog
from warmlist.events.model import Event
from warmlist.understanding.combined import CombinedReader
from warmlist.understanding.learning import kept
from warmlist.understanding.learning.chores import LogInForce, TaughtLog
from warmlist.understanding.learning.kept import InForce
from warmlist.understanding.reader import default_reader

pytestmark = pytest.mark.store

NOW = parse_instant("2026-03-03T09:30:00Z")
Conn = psycopg.Connection[tuple[Any, ...]]

READER = default_reader()
assert isinstance(READER, CombinedReader), "run: make model"


class Shop:
    """Writes messages and people's words about them."""

    def __init__(self, conn: Conn) -> None:
        self.conn = conn
        self.in_force = LogInForce(InForce(READER), event_log)
        shipped = event_log(READER)
        self.log: EventLog = TaughtLog(shipped.read, shipped.version, in_force=self.in_force)
        self._ids = itertools.count(1)
        self.now = NOW

    def writes(self, text: str, customer: int = 1) -> str:
        name = f"m{next(self._ids)}"
        self._keep("message", name, customer, {"direction": "in", "text": text})
        return name

    def says(self, message: str, signal: str, action: str = "confirm", customer: int = 1) -> str:
        name = f"s{next(self._ids)}"
        fields = {"message": message, "name": signal, "action": action, "by": "Bob"}
        self._keep("signal", name, customer, fields)
        return name

    def withdraws(self, message: str, word: str) -> None:
        fields = {"message": message, "action": "withdraw", "of": word, "by": "Bob"}
        self._keep("signal", f"s{next(self._ids)}", 1, fields)

    def _keep(self, kind: str, name: str, customer: int, fields: dict[str, Any]) -> None:
        self.now += SECOND
        handle = f"+39333123450{customer}"
        event = Event(kind, name, "shop", handle, self.now, self.now, fields=fields)
        self.log.append(self.conn, [event], now_ms=self.now)

    def learns(self, after: int = MINUTE) -> bool:
        return kept.learn_if_due(self.conn, READER, self.now + after)

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        return self.conn.execute(query).fetchall()  # type: ignore[call-overload, no-any-return]


@pytest.fixture
def shop(conn: Conn) -> Shop:
    return Shop(conn)


#: Nothing of it is read by the shipped reader.
SLANG = (
    "oi gaffer hows the damage on that kettle",
    "hows the damage then",
    "so hows the damage mate",
)


def test_it_learns_once_people_pause_and_not_again_without_news(shop: Shop) -> None:
    message = shop.writes(SLANG[0])
    assert not shop.learns()
    shop.says(message, "price_inquiry")
    assert not shop.learns(after=SECOND)
    assert shop.learns(after=2 * SECOND)
    assert not shop.learns()
    assert shop.rows("SELECT signal, wanted, found, lang, counts FROM lessons") == [
        ("price_inquiry", True, False, "en", True)
    ]


def test_a_stream_of_words_does_not_put_it_off_for_ever(shop: Shop) -> None:
    message = shop.writes(SLANG[0])
    for _ in range(12):
        shop.says(message, "price_inquiry")
    assert shop.learns(after=0)


def test_new_messages_carry_the_new_version_and_old_ones_keep_theirs(shop: Shop) -> None:
    first = shop.writes("how much is the kettle?")
    shop.says(first, "price_inquiry")
    shop.learns()
    shop.writes("how much is the kettle in blue?", customer=2)
    versions = shop.rows("SELECT version FROM signals WHERE version <> 'person' ORDER BY event_id")
    assert versions == [(READER.version,), (f"{READER.version}+w1",)]


def test_corrections_move_the_reading_of_messages_like_them(shop: Shop) -> None:
    for customer, text in enumerate(SLANG, 1):
        shop.says(shop.writes(text, customer), "price_inquiry", customer=customer)
    shop.learns()
    asked = "morning, hows the damage on the red one"
    before, place = READER.weigh(asked).probability, 0
    state = kept.state(shop.conn, 1)
    assert state is not None
    assert before[place] < 0.5
    known = READER.weigh(asked).grams
    length = math.sqrt(sum(READER.rarity(gram) ** 2 for gram in known))
    shifts = state.compiled(READER.rarity).shifts(known, length)
    assert shifts is not None
    assert shifts.by[place] > 0.5
    assert any("damage" in word for word in shifts.words(place))


def test_a_rejected_reading_is_not_repeated_word_for_word(shop: Shop) -> None:
    text = "my cousin asked me how much the sofa was and I had no idea"
    found = [f.name for f in READER.read(text).signals]
    assert "price_inquiry" in found, "choose another text that the shipped reader misreads"
    for customer in (1, 2, 3):
        shop.says(shop.writes(text, customer), "price_inquiry", "reject", customer)
    shop.learns()
    reader = shop.in_force.readers.reader(shop.conn)
    assert "price_inquiry" not in [f.name for f in reader.read(text).signals]
    for plain in ("how much is it?", "請問這個多少錢？"):
        assert "price_inquiry" in [f.name for f in reader.read(plain).signals]


def test_the_last_word_counts_and_withdrawn_ones_do_not(shop: Shop) -> None:
    message = shop.writes("how much is the kettle?")
    shop.says(message, "price_inquiry")
    shop.learns()
    second = shop.says(message, "price_inquiry", "reject")
    shop.learns()
    counting = "SELECT wanted FROM lessons WHERE counts"
    assert shop.rows(counting) == [(False,)]
    shop.withdraws(message, second)
    shop.learns()
    assert shop.rows(counting) == [(True,)]
    assert shop.rows("SELECT found FROM lessons") == [(True,), (True,)]


def test_agreeing_corrections_propose_a_pattern_that_a_lead_accepts(shop: Shop) -> None:
    for customer, text in enumerate(SLANG, 1):
        shop.says(shop.writes(text, customer), "price_inquiry", customer=customer)
    shop.learns()
    proposed = shop.rows("SELECT id, words, state, messages FROM patterns")
    assert [row[1:] for row in proposed] == [("hows the damage", "proposed", 3)]
    kept.decide(shop.conn, proposed[0][0], True, "Alice", shop.now)
    kept.learn(shop.conn, READER, shop.now)
    shop.writes("hello, hows the damage for two?", customer=4)
    (row,) = shop.rows("SELECT bits, found FROM signals ORDER BY event_id DESC LIMIT 1")
    assert row[0] & 1
    assert row[1][0]["because"] == "workspace: hows the damage"
    assert "hows the damage" in "hello, hows the damage for two?"[slice(*row[1][0]["span"])]
    assert shop.rows("SELECT words, state FROM patterns") == [("hows the damage", "accepted")]
    with pytest.raises(NotFound):
        kept.decide(shop.conn, 10_000, True, "Alice", shop.now)


def test_a_rejected_pattern_does_not_come_back_and_a_contradicted_one_goes(shop: Shop) -> None:
    for customer, text in enumerate(SLANG, 1):
        shop.says(shop.writes(text, customer), "price_inquiry", customer=customer)
    shop.learns()
    (row,) = shop.rows("SELECT id FROM patterns")
    kept.decide(shop.conn, row[0], False, "Alice", shop.now)
    shop.says(shop.writes("hows the damage lads", 4), "price_inquiry", customer=4)
    shop.learns()
    assert shop.rows("SELECT words, state FROM patterns") == [("hows the damage", "rejected")]
    shop.conn.execute("UPDATE patterns SET state = 'proposed'")
    shop.says(shop.writes("hows the damage to the car", 5), "price_inquiry", "reject", 5)
    shop.learns()
    assert shop.rows("SELECT words FROM patterns") == []


def test_the_same_lessons_give_the_same_state(shop: Shop) -> None:
    for customer, text in enumerate(SLANG, 1):
        shop.says(shop.writes(text, customer), "price_inquiry", customer=customer)
    shop.learns()
    kept.learn(shop.conn, READER, shop.now)
    first, second = (kept.state(shop.conn, n) for n in (1, 2))
    assert first is not None
    assert second is not None
    assert first.as_json() == second.as_json()


def test_a_newer_shipped_reader_is_fitted_anew(shop: Shop) -> None:
    shop.says(shop.writes("how much is the kettle?"), "price_inquiry")
    shop.learns()
    shop.conn.execute("UPDATE learnt SET base = 'an older one'")
    assert shop.learns()
    assert not shop.learns()


def test_what_machines_say_is_no_lesson(shop: Shop) -> None:
    message = shop.writes(SLANG[0])
    fields = {"message": message, "name": "price_inquiry", "action": "confirm", "reader": "llm:x"}
    shop._keep("signal", "llm-1", 1, fields)
    shop.learns()
    assert shop.rows("SELECT * FROM lessons") == []


def test_old_states_keep_their_dates_and_counts(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept, "STATES", 1)
    shop.says(shop.writes("how much is the kettle?"), "price_inquiry")
    shop.learns()
    kept.learn(shop.conn, READER, shop.now)
    rows = shop.rows("SELECT number, lessons, content IS NULL FROM learnt ORDER BY 1")
    assert rows == [(1, 1, True), (2, 1, False)]
