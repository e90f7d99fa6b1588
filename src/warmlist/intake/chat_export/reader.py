"""A WhatsApp "Export chat" file -> message events.

The file names no message ids and no offsets, so both are made: an id is a hash of the chat, the
author, the local minute, the text and how often the same came before; the instant is the local
time in the zone that the import states. The same chat exported again, from this phone or another,
gives the same ids for the messages it shares.
"""

import hashlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, time
from pathlib import Path
from typing import Any

from warmlist.clock import DAY, MINUTE, from_ms
from warmlist.errors import BadInput
from warmlist.events.model import Event
from warmlist.events.twins import text_key
from warmlist.intake.chat_export.blocks import Block, parse_blocks
from warmlist.intake.chat_export.bundle import open_export
from warmlist.intake.chat_export.marks import Said, is_notice, read_marks
from warmlist.intake.chat_export.people import Cast, cast_of
from warmlist.intake.chat_export.style import suggested_order
from warmlist.intake.date_order import Decision, day_of, decide
from warmlist.intake.local_time import LocalTime, local_time
from warmlist.intake.problems import LineProblem
from warmlist.intake.text import clean

NOTICE = "is a notice of the app, not a message"
STRANGE = "has words of the app that are not known here; kept as a message of kind other"
NO_CUSTOMER_YET = "is a message of the team before any customer of the group wrote"
IMPOSSIBLE = "has a date that does not exist; its message was left out"
FUTURE = "lies in the future; its message was left out"


@dataclass(frozen=True, slots=True)
class ChatOptions:
    """What an export does not say itself.

    time_zone: of the phone that exported (IANA). now_ms: no message is younger (a day of grace for
    zones). team: authors who are ours, as the export writes them. customer: handle of the customer
    of a chat with one. date_order: dmy, mdy or ymd.
    """

    time_zone: str
    now_ms: int
    source: str = "import"
    team: tuple[str, ...] = ()
    customer: str | None = None
    date_order: str | None = None


@dataclass(frozen=True, slots=True)
class _Chat:
    """One export, understood as far as a whole file must be."""

    blocks: Sequence[tuple[Block, Said]]
    cast: Cast
    dates: Decision
    clock: LocalTime
    options: ChatOptions


@dataclass(slots=True)
class _Seen:
    """What was passed on so far."""

    repeats: Counter[tuple[str, ...]] = field(default_factory=Counter)
    at_instant: Counter[int] = field(default_factory=Counter)
    introduced: set[str] = field(default_factory=set)
    last_customer: str | None = None


def read_chat(path: Path, options: ChatOptions) -> Iterator[Event | LineProblem]:
    """Every message of an export, in its order, and a report of each line that gave none.

    BadInput when the file as a whole cannot be understood: no time stamps, dates that can be read
    in two ways, nobody who can be the customer.
    """
    with open_export(path) as (raw_lines, title):
        parsed = parse_blocks(raw_lines)
    yield from parsed.problems
    if not parsed.blocks:
        raise BadInput("no line begins with the time stamp of a chat export")
    chat = _understand(parsed.blocks, title, options)
    if not chat.dates.sure:
        yield LineProblem(
            parsed.blocks[0].number,
            f"the order of day and month was judged by the file's style ({chat.dates.order}); "
            "state --date-order if it is another",
            kept=True,
        )
    seen = _Seen()
    for block, said in chat.blocks:
        yield from _read_block(block, said, chat, seen)


def _understand(blocks: list[Block], title: str | None, options: ChatOptions) -> _Chat:
    said = _without_the_group(blocks, [_said(place, block) for place, block in enumerate(blocks)])
    if title is None and blocks[0].author and said[0].notice:
        title = blocks[0].author  # an iPhone's first notice is signed with the chat's name
    texts = [block.text for block, what in zip(blocks, said, strict=True) if what.mark]
    stamps = [block.stamp for block in blocks]
    dates = decide(
        [stamp.date for stamp in stamps],
        latest=from_ms(options.now_ms + DAY).date(),
        stated=options.date_order,
        hint=suggested_order(stamps, texts),
    )
    authors = dict.fromkeys(
        block.author for block, what in zip(blocks, said, strict=True)
        if block.author and not what.notice
    )  # fmt: skip
    cast = cast_of(list(authors), title=title, team=options.team, customer=options.customer)
    clock = local_time(options.time_zone)
    return _Chat(list(zip(blocks, said, strict=True)), cast, dates, clock, options)


def _said(place: int, block: Block) -> Said:
    if block.author is None or is_notice(block.author):
        return Said("other", block.text, "notice", notice=True)
    if place < 2 and len(block.text) > 60 and is_notice(block.text):
        return Said("other", block.text, "notice", notice=True)
    return read_marks(block.text)


def _without_the_group(blocks: Sequence[Block], said: Sequence[Said]) -> list[Said]:
    """Signs off notices in languages not known here: who has only words of the app is no author.

    iPhones sign the notices of a group with the group's name.
    """
    spoke = {
        block.author for block, what in zip(blocks, said, strict=True) if what.mark != "notice"
    }
    return [
        replace(what, notice=True, strange=False)
        if what.strange and block.author not in spoke
        else what
        for block, what in zip(blocks, said, strict=True)
    ]


def _read_block(
    block: Block, said: Said, chat: _Chat, seen: _Seen
) -> Iterator[Event | LineProblem]:
    if said.notice:
        yield LineProblem(block.number, NOTICE, kept=True)
        return
    wall = _wall(block, chat.dates.order)
    if wall is None:
        yield from _left_out(block, IMPOSSIBLE)
        return
    at, doubt = chat.clock.instant(wall)
    if at > chat.options.now_ms + DAY:
        yield from _left_out(block, FUTURE)
        return
    handle = chat.cast.handles.get(block.author or "")
    direction = "in" if handle else "out"
    owner = handle or _addressee(chat.cast, seen)
    if owner is None:
        yield LineProblem(block.number, NO_CUSTOMER_YET)
        return
    if handle:
        seen.last_customer = handle
    yield from _introduction(owner, at, chat, seen)
    yield _message(block, said, _Place(owner, direction, wall, at), chat, seen)
    if doubt is not None:
        yield LineProblem(block.number, doubt, kept=True)
    if said.strange:
        yield LineProblem(block.number, STRANGE, kept=True)


def _left_out(block: Block, reason: str) -> Iterator[LineProblem]:
    for offset in range(len(block.lines)):
        yield LineProblem(block.number + offset, reason)


def _wall(block: Block, order: str) -> datetime | None:
    day = day_of(block.stamp.date, order)
    if day is None:
        return None
    stamp = block.stamp
    return datetime.combine(day, time(stamp.hour, stamp.minute, stamp.second or 0))


def _addressee(cast: Cast, seen: _Seen) -> str | None:
    """Whom the team wrote to: the customer of the chat; in a group, who wrote last before."""
    return seen.last_customer if cast.group else next(iter(cast.handles.values()))


@dataclass(frozen=True, slots=True)
class _Place:
    handle: str
    direction: str
    wall: datetime
    at: int


def _introduction(handle: str, at: int, chat: _Chat, seen: _Seen) -> Iterator[Event]:
    """The customer's name, once a file, as a profile event."""
    if handle in seen.introduced:
        return
    seen.introduced.add(handle)
    name = next(
        (chat.cast.names[author] for author, known in chat.cast.handles.items()
         if known == handle and author in chat.cast.names), None,
    )  # fmt: skip
    if name is None:
        return
    yield Event(
        type="profile",
        id=_digest("profile", handle, name, str(at)),
        source=chat.options.source,
        handle=handle,
        occurred_at=at,
        known_at=at,
        backfill=True,
        fields={"name": clean(name)},
    )


def _message(block: Block, said: Said, place: _Place, chat: _Chat, seen: _Seen) -> Event:
    author = block.author or ""
    minute = place.wall.strftime("%Y-%m-%dT%H:%M")
    speaker = folded_author(author) if chat.cast.group else place.direction
    content = (chat.cast.key, speaker, minute, _content(said))
    seen.repeats[content] += 1
    seen.at_instant[place.at] += 1
    fields: dict[str, Any] = {"direction": place.direction, "kind": said.kind}
    if said.text:
        fields["text"] = clean(said.text)
    if place.direction == "out":
        fields["agent"] = clean(author)
    if said.mark:
        fields["raw_type"] = said.mark
    if said.edited:
        fields["edited"] = True
    fields["export_of"] = {
        "minute": place.at - place.at % MINUTE,
        "local": minute,
        "direction": place.direction,
        "text": text_key(clean(said.text)) if said.text else None,
    }
    return Event(
        type="message",
        id=_digest(*content, str(seen.repeats[content])),
        source=chat.options.source,
        handle=place.handle,
        occurred_at=place.at,
        known_at=place.at,
        seq=seen.at_instant[place.at] - 1,
        backfill=True,
        fields=fields,
    )


def folded_author(author: str) -> str:
    """An author's name as it enters ids."""
    return " ".join(author.split()).casefold()


def _content(said: Said) -> str:
    """The text as it enters ids: the same whether the media were exported with it or left out."""
    spaced = " ".join(said.text.split())
    return f"\x00{said.mark}\x00{spaced}" if said.mark else spaced


def _digest(*parts: str) -> str:
    joined = "\x1f".join(parts).encode("utf-8", "replace")
    return hashlib.blake2b(joined, digest_size=16).hexdigest()
