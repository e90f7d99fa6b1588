"""Small parts of the pages, without a browser."""

from __future__ import annotations

import asyncio
import io
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from warmlist.clock import DAY, HOUR, MINUTE, parse_instant
from warmlist.followup.views import Chip, HistoryEntry, Mark, Viewer
from warmlist.web import hostile, i18n, live, render, security
from warmlist.web.limits import Failures
from warmlist.web.session import local_path
from web.people import ALICE, BOB

pytestmark = pytest.mark.unit

NOW = parse_instant("2026-03-03T09:30:00Z")
WEB = Path(render.__file__).parent


def test_markup_of_customers_is_text() -> None:
    assert hostile.shown("<b>&\"'") == "&lt;b&gt;&amp;&#34;&#39;"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("a\x00b", 'a<span class="ctl">␀</span>b'),
        ("\x1b[31m", '<span class="ctl">␛</span>[31m'),
        ("x\u202ey", 'x<span class="ctl">U+202E</span>y'),
        ("\ud800", '<span class="ctl">U+D800</span>'),
        ("a\r\nb\tc", "a\nb\tc"),
        ("\u200f\u200d", "\u200f\u200d"),
    ],
)
def test_harmful_characters_are_pictures(text: str, told: str) -> None:
    assert hostile.shown(text) == told


def test_marks_are_underlined_and_nonsense_marks_left_out() -> None:
    marks = [
        Mark(4, 9, "price_inquiry", 'says "<price>"'),
        Mark(7, 11, "stock_inquiry", "overlaps"),
        Mark(90, 99, "courtesy", "outside"),
        Mark(3, 3, "courtesy", "empty"),
    ]
    told = str(hostile.shown("the <pri> ce", marks))
    assert told == (
        'the <mark data-signal="price_inquiry" title="says &#34;&lt;price&gt;&#34;">'
        "&lt;pri&gt;</mark> ce"
    )


def test_marks_count_code_points() -> None:
    told = str(hostile.shown("😀😀 多少钱？", [Mark(3, 6, "price_inquiry", "")]))
    assert ">多少钱</mark>？" in told


@pytest.mark.parametrize(
    ("apart", "said"),
    [
        (0, "0 min left"),
        (59 * MINUTE, "59 min left"),
        (HOUR, "1 h left"),
        (47 * HOUR, "47 h left"),
        (2 * DAY, "2 d left"),
        (-1, "0 min late"),
        (-3 * DAY, "3 d late"),
    ],
)
def test_what_is_left_is_said_shortly(apart: int, said: str) -> None:
    with i18n.speaking("en"):
        assert render.left(NOW + apart, NOW) == said


def test_the_colour_strip_shows_ninety_days_from_left_to_right() -> None:
    def entry(colour: str, since: int | None, until: int | None) -> HistoryEntry:
        chip = Chip("follow_up", colour, None, colour, colour, "COL-1")
        return HistoryEntry(chip, since, until, "", "rule", "event", "p")

    strip = render.colour_strip(
        [
            entry("red", NOW - 9 * DAY, None),
            entry("orange", NOW - 100 * DAY, NOW - 9 * DAY),
            entry("yellow", NOW - 200 * DAY, NOW - 100 * DAY),
            entry("green", None, None),
        ],
        NOW,
    )
    assert [(s.colour, s.x, s.width) for s in strip] == [("orange", 0, 810), ("red", 810, 90)]


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh_Hans"),
        ("de-AT, en;q=0.5", "en"),
        ("fr", "en"),
        ("", "en"),
        ("en;q=0, zh-Hans", "zh_Hans"),
        ("zh;q=x, en", "en"),
    ],
)
def test_the_language_follows_the_browser(header: str, language: str) -> None:
    assert i18n.negotiated(header) == language


@pytest.mark.parametrize("language", list(i18n.LOCALES))
def test_every_string_is_translated(language: str, tmp_path: Path) -> None:
    pot = tmp_path / "warmlist.pot"
    command = [sys.executable, "-m", "babel.messages.frontend", "-q", "extract"]
    options = ["-F", "locale/babel.cfg", "-k", "later", "-o", str(pot), "."]
    subprocess.run([*command, *options], cwd=WEB, check=True)
    wanted = read_po(io.BytesIO(pot.read_bytes()))
    file = WEB / f"locale/{language}/LC_MESSAGES/warmlist.po"
    have = read_po(io.BytesIO(file.read_bytes()), locale=language)
    missing = [m.id for m in wanted if m.id and m.id not in have]
    unused = [m.id for m in have if m.id and m.id not in wanted]
    assert missing == []
    assert unused == []
    if language != "en":
        assert [m.id for m in have if m.id and (not m.string or m.fuzzy)] == []
        assert [str(e) for m in have for e in m.check(have)] == []


def test_a_masked_secret_matches_and_nothing_else_does() -> None:
    secret = "ab" * 32
    assert security.matches(secret, security.masked(secret))
    assert not security.matches(secret, security.masked("cd" * 32))
    for wrong in (None, "", "zz", secret, security.masked(secret)[:-2]):
        assert not security.matches(secret, wrong)
    assert not security.matches("", "")


def test_failures_are_forgotten_after_the_window() -> None:
    failures = Failures(limit=2, window_ms=1000)
    failures.add("a", 0)
    assert failures.wait_until("a", 1) is None
    failures.add("a", 500)
    assert failures.wait_until("a", 999) == 1000
    assert failures.wait_until("b", 999) is None
    assert failures.wait_until("a", 1000) is None


@pytest.mark.parametrize("wanted", ["https://x/", "//x", "/\\x", "x", "", "/a\tb"])
def test_only_paths_of_ours_are_followed(wanted: str) -> None:
    assert local_path(wanted) == "/"
    assert local_path("/c/1?a=b") == "/c/1?a=b"


@pytest.mark.parametrize(
    ("payload", "customers"),
    [
        ('{"customers":[1,2],"as_of":3}', {1, 2}),
        ('{"customers":null,"as_of":3}', None),
        ("", None),
        ("[]", None),
        ('{"customers":["x"]}', None),
    ],
)
def test_a_notice_that_cannot_be_read_means_everybody(
    payload: str, customers: set[int] | None
) -> None:
    assert live.read_notice(payload).customers == customers


async def _never() -> AsyncIterator[live.Notice]:
    await asyncio.Event().wait()
    yield live.EVERYBODY


def _feed(notices: asyncio.Queue[live.Notice]) -> AsyncIterator[live.Notice]:
    async def read() -> AsyncIterator[live.Notice]:
        while True:
            yield await notices.get()

    return read()


def test_rows_are_rendered_once_for_each_viewer() -> None:
    rendered: list[tuple[Viewer, frozenset[int]]] = []

    def draw(viewer: Viewer, customers: frozenset[int]) -> bytes:
        rendered.append((viewer, customers))
        return b"{}"

    async def play() -> list[bytes]:
        hub, notices = live.Hub(draw, lambda: NOW), asyncio.Queue[live.Notice]()
        running = asyncio.create_task(hub.run(_feed(notices)))
        streams = [hub.stream(who, b"t", lambda: True) for who in (ALICE, ALICE, BOB)]
        for stream in streams:
            assert b"event: hello" in await anext(stream)
        notices.put_nowait(live.Notice(frozenset([1])))
        notices.put_nowait(live.Notice(frozenset([2])))
        got = [await anext(stream) for stream in streams]
        running.cancel()
        return got

    got = asyncio.run(play())
    assert all(b"event: changes" in one for one in got)
    assert {viewer.name for viewer, _ in rendered} == {"Alice", "Bob"}
    assert len(rendered) == 2
    assert all(customers == {1, 2} for _, customers in rendered)


def test_one_failure_to_render_ends_nobodys_stream() -> None:
    answers = iter([RuntimeError("a bug"), b"{}"])

    def draw(*_: object) -> bytes:
        answer = next(answers)
        if isinstance(answer, Exception):
            raise answer
        return answer

    async def play() -> list[bytes]:
        hub, notices = live.Hub(draw, lambda: NOW), asyncio.Queue[live.Notice]()
        running = asyncio.create_task(hub.run(_feed(notices)))
        stream = hub.stream(ALICE, b"t", lambda: True)
        got = [await anext(stream)]
        for n in (1, 2):
            notices.put_nowait(live.Notice(frozenset([n])))
            got.append(await anext(stream))
        running.cancel()
        return got

    got = asyncio.run(play())
    assert [b"refetch" in got[1], b"changes" in got[2]] == [True, True]


def test_a_slow_browser_is_told_to_fetch_again_and_holds_nobody_up() -> None:
    async def play() -> list[bytes]:
        hub, notices = live.Hub(lambda *_: b"{}", lambda: NOW), asyncio.Queue[live.Notice]()
        running = asyncio.create_task(hub.run(_feed(notices)))
        slow, quick = (hub.stream(ALICE, b"t", lambda: True) for _ in range(2))
        await anext(slow)
        await anext(quick)
        for n in range(100):
            notices.put_nowait(live.Notice(frozenset([n])))
            assert b"changes" in await anext(quick)
        received = [await anext(slow)]
        while b"id: %d\n" % hub.seq not in received[-1]:
            received.append(await anext(slow))
        running.cancel()
        return received

    received = asyncio.run(play())
    assert len(received) < 40
    assert b"event: refetch" in received[0]


def test_a_session_that_was_closed_loses_its_stream() -> None:
    async def play() -> list[bytes]:
        hub = live.Hub(lambda *_: b"{}", lambda: NOW)
        running = asyncio.create_task(hub.run(_never()))
        stream = hub.stream(ALICE, b"mine", lambda: True)
        got = [await anext(stream)]
        hub.disconnect(b"others")
        hub.disconnect(b"mine")
        got += [one async for one in stream]
        running.cancel()
        return got

    assert len(asyncio.run(play())) == 1


def test_a_stream_ends_when_the_heartbeat_finds_no_session(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(live, "HEARTBEAT_S", 0.01)
    valid = iter([True, False])

    async def play() -> list[bytes]:
        hub = live.Hub(lambda *_: b"{}", lambda: NOW)
        return [one async for one in hub.stream(ALICE, b"t", lambda: next(valid))]

    got = asyncio.run(play())
    assert [b"hello" in got[0], b"beat" in got[1], len(got)] == [True, True, 2]
