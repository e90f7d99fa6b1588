"""Note lines: what a rep writes is read, and what we write is read back as the same."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from warmlist.errors import BadInput
from warmlist.understanding.preferences import (
    NOTE_LANGUAGES,
    LifePoint,
    Note,
    Preferences,
    Window,
    parse_note,
    render_note,
)
from warmlist.understanding.preferences.model import EVERY_DAY, FORMATS, STAGES

pytestmark = pytest.mark.unit

WEEK = (1, 2, 3, 4, 5)
MR_WANG = Preferences(
    name="Mr Wang",
    channel_format="text",
    windows=(Window(WEEK, 540, 1080),),
    max_per_week=2,
)

_hours = st.tuples(st.integers(0, 1439), st.integers(1, 1440)).filter(lambda h: h[0] != h[1])
_days = st.sets(st.integers(1, 7), min_size=1).map(lambda days: tuple(sorted(days)))
_windows = st.lists(
    st.builds(lambda days, hours: Window(days, *hours), _days, _hours | st.just((0, 1440))),
    max_size=3,
).map(tuple)
_caps = st.none() | st.integers(0, 100)
_names = st.one_of(
    st.none(),
    st.sampled_from(
        ["Mr Wang", "May", "Text only", "Mon", "王先生", 'Anna "Nina" | Rossi', '"', "9–18"]
    ),
    st.text(min_size=1, max_size=30)
    .map(lambda name: " ".join(name.split()))
    .filter(lambda name: name and name.isprintable()),
)
_preferences = st.builds(
    Preferences,
    name=_names,
    channel_format=st.sampled_from([None, *FORMATS]),
    windows=_windows,
    avoid=_windows,
    max_per_week=_caps,
    max_per_month=_caps,
    passive=st.booleans(),
    life_points=st.lists(
        st.builds(
            LifePoint,
            on=st.dates(date(1970, 1, 1), date(2200, 12, 31)),
            stage=st.sampled_from(STAGES),
        ),
        max_size=2,
    ).map(tuple),
)


@pytest.mark.parametrize("lang", NOTE_LANGUAGES)
@given(wished=_preferences)
@settings(max_examples=150, deadline=None)
def test_what_is_written_is_read_back(lang: str, wished: Preferences) -> None:
    line = render_note(wished, lang)
    assert parse_note(line, lang) == Note(wished)
    assert parse_note(line) == Note(wished), "and without saying the language"
    assert Preferences.from_json(wished.as_json()) == wished


@pytest.mark.parametrize(
    ("lang", "line"),
    [
        ("en", "Mr Wang | text only | Mon–Fri 9–18 | max 2 a week"),
        ("zh-Hans", "Mr Wang | 仅文字 | 周一至周五 9–18 | 每周最多 2 次"),
        ("zh-Hant", "Mr Wang | 僅文字 | 週一至週五 9–18 | 每週最多 2 次"),
        ("it", "Mr Wang | solo testo | lun–ven 9–18 | max 2 a settimana"),
        ("de", "Mr Wang | nur Text | Mo–Fr 9–18 | max. 2 pro Woche"),
        ("es", "Mr Wang | solo texto | lun–vie 9–18 | máx. 2 por semana"),
        ("pt-BR", "Mr Wang | só texto | seg–sex 9–18 | máx. 2 por semana"),
    ],
)
def test_the_same_line_in_every_language(lang: str, line: str) -> None:
    assert render_note(MR_WANG, lang) == line
    assert parse_note(line) == Note(MR_WANG)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("mr wang|TEXT ONLY|mon-fri 09:00-18:00|max 2/week", {"name": "mr wang"}),
        ("Mr Wang ｜ text ｜ Mon - Fri 9-18 ｜ 2 per week", {}),
        ("Mr Wang | Text | Mo-Fr 9-18 Uhr | höchstens 2 pro Woche", {}),
        ("Mr Wang | 文字 | 星期一到星期五 9:00~18:00 | 一周最多 2 次", {}),
        ("Mr Wang | solo messaggi | lunedì-venerdì 9-18 | massimo 2 a settimana", {}),
    ],
)
def test_hands_write_it_differently(line: str, expected: dict[str, str]) -> None:
    name = expected.get("name", "Mr Wang")
    read = parse_note(line)
    assert read == Note(Preferences(name, "text", MR_WANG.windows, max_per_week=2))


def test_several_hours_days_and_what_to_leave_out() -> None:
    read = parse_note("Anna | Mon, Wed 9–12, 14–18 | not Sat–Sun | not 22–7 | writes when needed")
    assert read.preferences == Preferences(
        name="Anna",
        windows=(Window((1, 3), 540, 720), Window((1, 3), 840, 1080)),
        avoid=(Window((6, 7), 0, 1440), Window(EVERY_DAY, 1320, 420)),
        passive=True,
    )


def test_a_part_may_be_a_sentence() -> None:
    read = parse_note("Frau Huber | bitte erst abends ab acht | nur Text", "de")
    assert read == Note(Preferences("Frau Huber", "text", (Window(EVERY_DAY, 1200, 1440),)))


def test_odd_parts_are_named_and_the_rest_is_kept() -> None:
    read = parse_note("Mr Wang | text only | likes blue very much indeed | max 200 a week")
    assert read.preferences == Preferences("Mr Wang", "text")
    assert read.odd == ("likes blue very much indeed", "max 200 a week")


def test_of_two_contradictions_the_first_holds() -> None:
    read = parse_note("Mr Wang | text only | voice only | max 2 a week | max 3 a week")
    assert read.preferences == Preferences("Mr Wang", "text", max_per_week=2)
    assert read.odd == ("voice only", "max 3 a week")


@pytest.mark.parametrize("line", ["a\nb", "x" * 2_001])
def test_what_is_no_line_is_refused(line: str) -> None:
    with pytest.raises(BadInput):
        parse_note(line)


def test_a_language_without_notes_is_refused() -> None:
    with pytest.raises(BadInput, match="'ru'"):
        render_note(MR_WANG, "ru")


@pytest.mark.parametrize(
    ("line", "stage", "on"),
    [
        ("baby born 2026-03-14", "birth", date(2026, 3, 14)),
        ("Ms Li | pregnant since: 2026.1.5", "pregnancy", date(2026, 1, 5)),
        ("李女士 | 宝宝出生 2026-03-14", "birth", date(2026, 3, 14)),
        ("李女士 | 怀孕2026/01/05", "pregnancy", date(2026, 1, 5)),
        ("Anna | trasloco 2026-07-01", "move", date(2026, 7, 1)),
        ("Anna | Hochzeit 2026-07-01", "wedding", date(2026, 7, 1)),
    ],
)
def test_a_turn_of_life_is_noted_with_its_day(line: str, stage: str, on: date) -> None:
    note = parse_note(line)
    assert note.preferences.life_points == (LifePoint(on, stage),)
    assert note.odd == ()


@pytest.mark.parametrize(
    "part", ["baby 2026-02-30", "call 2026-03-14", "baby born", "baby 9999-01-01"]
)
def test_what_is_no_day_of_a_life_is_odd(part: str) -> None:
    assert parse_note(f"Ms Li | text only | {part}").odd == (part,)


def test_a_turn_of_life_without_a_word_is_for_profiles_alone() -> None:
    with pytest.raises(BadInput, match="no word for 'first_school_day'"):
        render_note(Preferences(life_points=(LifePoint(date(2026, 9, 1), "first_school_day"),)))


@pytest.mark.parametrize(
    ("line", "none_left"),
    [
        ("Mon–Fri 9–18 | not Mon–Sun 8–20", True),
        ("Mon–Fri 9–18 | not Mon–Fri 9–17", False),
        ("not every day", True),
        ("not Sat, Sun", False),
        ("Sat 22–6 | not Sat 22–24 | not Sun 0–6", True),
        ("text only", False),
    ],
)
def test_two_wishes_that_leave_no_hour_are_seen(line: str, none_left: bool) -> None:
    assert parse_note(line).preferences.leaves_no_hour is none_left


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"channel_format": "pigeon"}, "channel_format"),
        ({"max_per_week": -1}, "max_per_week"),
        ({"max_per_week": True}, "max_per_week"),
        ({"windows": [{"days": [8], "from": "09:00", "to": "10:00"}]}, "days"),
        ({"windows": [{"days": [1], "from": "9", "to": "10:00"}]}, "windows"),
        ({"avoid": [{"days": [1]}]}, "avoid"),
        ({"life_points": [{"stage": "birth", "on": "2026-02-30"}]}, "no day"),
        ({"life_points": [{"stage": "Birth!", "on": "2026-02-28"}]}, "no key"),
        ({"life_points": [{"stage": "birth", "on": "9999-02-28"}]}, "years"),
        ({"life_points": [{"on": "2026-02-28"}]}, "needs stage and on"),
        ({"name": "two\nlines" + "\x00"}, "name"),
    ],
)
def test_wrong_fields_are_named(given: dict[str, object], field: str) -> None:
    with pytest.raises(BadInput, match=field):
        Preferences.from_json(given)


@given(line=st.text(max_size=120).filter(lambda text: len(text.strip().splitlines()) < 2))
@settings(max_examples=300, deadline=None)
def test_any_line_is_read_or_called_odd(line: str) -> None:
    parse_note(line)
