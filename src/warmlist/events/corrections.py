"""What each message was read as, through time: first by the reader, then as people corrected it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import psycopg
from psycopg.types.json import Jsonb

from warmlist.events import tags
from warmlist.events.model import Event, hash64
from warmlist.events.signals import names, with_signal
from warmlist.events.tags import HANDLE_ID, POS, Tag
from warmlist.store.sql import queries

SQL = queries("events/corrections.sql")
#: event id, event, its columns
Fresh = tuple[int, Event, tuple[Any, ...]]
#: message event id, version, handle id, pos, known_at, gone_at, bits, found
Row = tuple[int, str, int, int, int, int | None, int, list[dict[str, Any]]]


def apply(
    conn: psycopg.Connection,
    fresh: Sequence[Fresh],
    read: Callable[[str], Any],
    version: str,
) -> None:
    """Write the signals of new messages, and write anew those of messages that were corrected.

    A message and its corrections may come in any order; the rows are the same in the end.
    """
    keys = {
        hash64(e.source, e.id): place
        for place, (_, e, _) in enumerate(fresh)
        if e.type == "message"
    }
    corrected = {
        hash64(e.source, str(e.fields.get("message", "")))
        for _, e, _ in fresh
        if e.type in ("correction", "signal")
    }
    if keys:
        corrected |= {r[0] for r in conn.execute(SQL.corrected_keys, {"keys": list(keys)})}
    rows: list[Row] = []
    told: list[tags.Row] = []
    for key, place in keys.items():
        if key not in corrected:
            event_id, event, columns = fresh[place]
            if event.fields.get("direction") == "in" and event.fields.get("text"):
                reading = read(str(event.fields["text"]))
                told += [
                    tags.Row(event_id, columns[HANDLE_ID], columns[POS], event.known_at, None, tag)
                    for tag in tags.once(reading.tags)
                ]
                if reading.bits:
                    rows.append(
                        (event_id, version, columns[HANDLE_ID], columns[POS], event.known_at, None,
                         reading.bits, reading.found)
                    )  # fmt: skip
    if corrected:
        new = {event_id for event_id, _, _ in fresh}
        rewritten, tagged = _rewrite(conn, corrected, _Texts(read, version, new))
        rows += rewritten
        told += tagged
    _write(conn, rows)
    tags.write(conn, told)


class Again(NamedTuple):
    """How many messages a newer version reads differently, and the ids of their handles."""

    messages: int
    handles: set[int]


def read_again(
    conn: psycopg.Connection,
    keys: Collection[int],
    read: Callable[[str], Any],
    version: str,
    now_ms: int,
) -> Again:
    """Let a newer version read messages of the past.

    keys: of messages (`hash64` of source and id). What they were read as before stays to be looked up,
    and corrections hold as they did, from their own moments. Waits for others who write readings anew.
    """
    conn.execute(SQL.lock)
    messages = conn.execute(SQL.messages_with_corrections, {"keys": list(keys)}).fetchall()
    before = _rows_of(conn, [m[0] for m in messages])
    texts = _Texts(read, version, frozenset(m[0] for m in messages), again=True)
    rows: list[Row] = []
    told: list[tags.Row] = []
    changed: dict[int, int] = {}
    for message in messages:
        fresh, tagged = _rows(message, texts)
        told += tagged
        if _content(fresh) != before.get(message[0], []) and (
            before.get(message[0]) or _says(fresh)
        ):
            rows += fresh
            changed[message[0]] = message[1]
    conn.execute(SQL.retire, {"events": list(changed), "at": now_ms})
    conn.execute(SQL.forget_signals, {"events": list(changed)})
    conn.execute(tags.SQL.forget_tags, {"events": [m[0] for m in messages if m[4] == "in"]})
    _write(conn, rows)
    tags.write(conn, told)
    return Again(len(changed), set(changed.values()))


def _rewrite(
    conn: psycopg.Connection, keys: Collection[int], texts: _Texts
) -> tuple[list[Row], list[tags.Row]]:
    """The rows of corrected messages, whose old ones are deleted."""
    conn.execute(SQL.lock)
    messages = conn.execute(SQL.messages_with_corrections, {"keys": list(keys)}).fetchall()
    ids = [m[0] for m in messages]
    for event_id, known_at, bits, found, version in conn.execute(SQL.readings, {"events": ids}):
        texts.had[event_id, known_at] = (version, bits, found)
    conn.execute(SQL.forget_signals, {"events": ids})
    conn.execute(tags.SQL.forget_tags, {"events": ids})
    rows: list[Row] = []
    told: list[tags.Row] = []
    for message in messages:
        written, tagged = _rows(message, texts)
        rows += written
        told += tagged
    return rows, told


def _rows(message: tuple[Any, ...], texts: _Texts) -> tuple[list[Row], list[tags.Row]]:
    event_id, handle_id, pos, known_at, direction, text, steps = message
    if direction != "in":
        return [], []
    stages = _timeline(event_id, known_at, text, steps, texts)
    # A message that says nothing any more keeps an empty row, which outdates copies of its
    # earlier ones in the mirror.
    nothing = Stage(known_at, None, 0, [], texts.version, ())
    rows = [
        (event_id, stage.version, handle_id, pos, *stage[:4])
        for stage in [s for s in stages if s.bits] or [nothing]
    ]
    told = [
        tags.Row(event_id, handle_id, pos, stage.known_at, stage.gone_at, tag)
        for stage in stages
        for tag in stage.tags
    ]
    return rows, told


def _rows_of(conn: psycopg.Connection, ids: list[int]) -> dict[int, list[tuple[Any, ...]]]:
    """What counts of these messages now, comparable with `_content`."""
    found: dict[int, list[tuple[Any, ...]]] = {}
    for event_id, known_at, gone_at, bits, said in conn.execute(SQL.counting, {"events": ids}):
        found.setdefault(event_id, []).append((known_at, gone_at, bits, said))
    return found


def _content(rows: Sequence[Row]) -> list[tuple[Any, ...]]:
    return [row[4:] for row in rows]


def _says(rows: Sequence[Row]) -> bool:
    return any(row[6] for row in rows)


class Stage(NamedTuple):
    """What a message was read as from one moment to another (epoch ms; None = still)."""

    known_at: int
    gone_at: int | None
    bits: int
    found: list[dict[str, Any]]
    version: str
    tags: tuple[Tag, ...]


@dataclass(frozen=True)
class _Texts:
    """Reads the texts of messages: those that just came, now; others stay as they were read.

    new: events whose text is read now. had: (message, moment) -> version, bits and found as they were
    read then; a message without any said nothing. again: everything is read now.
    """

    read: Callable[[str], Any]
    version: str
    new: Collection[int]
    again: bool = False
    had: dict[tuple[int, int], tuple[str, int, list[dict[str, Any]]]] = field(default_factory=dict)

    def stage(self, message: int, event: int, moment: int, text: str | None) -> Stage:
        """What the text that `event` brought was read as from `moment` on."""
        reading = self.read(text) if text else None
        bits, found = (reading.bits, reading.found) if reading else (0, [])
        said: Sequence[Tag] = tags.once(reading.tags) if reading else ()
        version = self.version
        # An edit that came before its message is read with it.
        if not self.again and event not in self.new and message not in self.new:
            by, *kept = self.had.get((message, moment), (version, 0, []))
            if not _by_hand(by):  # else a correction of that very moment hides what was read
                version, (bits, found) = by, kept
        return Stage(moment, None, bits, found, version, tuple(said))


def _by_hand(version: str) -> bool:
    return version == "person" or version.startswith("llm:")


def _timeline(
    message: int,
    known_at: int,
    text: str | None,
    steps: Sequence[Mapping[str, Any]],
    texts: _Texts,
) -> list[Stage]:
    """Readings of one message in the order they held, corrections included."""
    base = texts.stage(message, message, known_at, text)
    stages = [_with_tags_left(base)]
    said: list[Mapping[str, Any]] = []  # words about the text in force
    for step in steps:
        moment, body = max(known_at, step["known_at"]), step["body"]
        if step["type"] == "signal":
            said.append(step)
            stages.append(_corrected(base, said, moment))
        else:
            edited = body.get("text") if body.get("action") == "edit" else None
            base, said = texts.stage(message, step["event"], moment, edited), []
            stages.append(_with_tags_left(base))
    ends: list[int | None] = [*(s.known_at for s in stages[1:]), None]
    return [
        stage._replace(gone_at=gone)
        for stage, gone in zip(stages, ends, strict=True)
        if (stage.bits or stage.tags) and gone != stage.known_at
    ]


def _corrected(base: Stage, said: Sequence[Mapping[str, Any]], moment: int) -> Stage:
    """A reading after what was said of it, but for what was withdrawn again."""
    withdrawn = {str(s["body"].get("of")) for s in said if s["body"].get("action") == "withdraw"}
    bits, found, version = base.bits, base.found, base.version
    for step in said:
        if step["id"] not in withdrawn and step["body"].get("action") != "withdraw":
            bits, found = with_signal(bits, found, step["body"])
            version = str(step["body"].get("reader") or "person")
    return _with_tags_left(base._replace(known_at=moment, bits=bits, found=found, version=version))


def _with_tags_left(stage: Stage) -> Stage:
    return stage._replace(tags=_left(stage.tags, stage.bits))


def _left(said: Sequence[Tag], bits: int) -> tuple[Tag, ...]:
    """The tags whose signal, where they rest on one, still stands."""
    standing = names(bits)
    return tuple(tag for tag in said if tag.signal is None or tag.signal in standing)


def _write(conn: psycopg.Connection, rows: Sequence[Row]) -> None:
    if not rows:
        return
    event, version, handle, pos, known, gone, bits, found = map(list, zip(*rows, strict=True))
    conn.execute(
        SQL.add_signals,
        {
            "event": event, "version": version, "handle": handle, "pos": pos, "known": known,
            "gone": gone, "bits": bits, "found": [Jsonb(f) for f in found],
        },
    )  # fmt: skip
