"""A chat that was rendered as any phone exports it is read back exactly."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intake.chat_export.chats import PHONES, export, lost, messages, read
from warmlist.errors import BadInput
from warmlist.intake.chat_export.stamps import read_stamp
from warmlist.intake.local_time import local_time

pytestmark = pytest.mark.property

WORDS = [
    "Ciao!", "多少钱？有货吗？", "Wie viel kostet das: 20 €?", "كم السعر؟", "ok 👍🏽", "a - b",
    "12/3", "see https://shop.example/a?b=1", "<3", "[x] done", "ประมาณ: 5", "Größe 40\u00a0?",
]  # fmt: skip
texts = st.lists(
    st.lists(st.sampled_from(WORDS), min_size=1, max_size=3).map(" ".join), min_size=1, max_size=3
).map("\n".join)
#: Steps forward of up to three weeks.
steps = st.lists(st.tuples(st.integers(0, 30_000), st.booleans(), texts), min_size=1, max_size=12)


@pytest.mark.parametrize("phone", PHONES, ids=lambda phone: phone.name)
@settings(max_examples=25, deadline=None)
@given(said=steps)
def test_what_a_phone_wrote_is_read_back(phone, said):
    # The 20th settles the order of day and month.
    at = datetime(2024, 6, 20, 23, 41, 7)  # noqa: DTZ001 - a wall time
    written = [(at, True, "Ciao!")]
    for minutes, inbound, text in said:
        at += timedelta(minutes=minutes)
        written.append((at, inbound, text))
    lines = [
        f"{phone.stamp(at)}{'Anna' if inbound else 'Laden:Süd'}: {text}"
        for at, inbound, text in written
    ]
    with TemporaryDirectory() as folder:
        found = read(export(Path(folder), "\n".join(lines) + "\n"))
    assert lost(found) == []
    clock = local_time("Europe/Rome")
    expected = [
        (clock.instant(at if phone.seconds else at.replace(second=0))[0],
         "in" if inbound else "out", text)
        for at, inbound, text in written
    ]  # fmt: skip
    events = messages(found)
    assert [(e.occurred_at, e.fields["direction"], e.fields["text"]) for e in events] == expected
    assert len({e.ident for e in events}) == len(events)
    assert [e.pos for e in events] == sorted(e.pos for e in events)


@given(st.text(max_size=120))
def test_no_line_breaks_the_grammar(line):
    head = read_stamp(line)
    if head is not None:
        assert line.endswith(head[1])
        assert 0 <= head[0].hour < 24


@given(st.lists(st.text(alphabet="[]0123456789/.,: -APMapm\u200e\u202fAn\n下午", max_size=60)))
@settings(max_examples=60, deadline=None)
def test_any_file_is_read_or_refused(lines):
    with TemporaryDirectory() as folder:
        path = export(Path(folder), "\n".join(lines))
        with suppress(BadInput):
            read(path)
