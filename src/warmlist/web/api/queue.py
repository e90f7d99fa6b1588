"""GET /queue: who is next, why, by when, how, and with what words."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from typing import Annotated, Literal

from anyio import to_thread
from fastapi import APIRouter, Query
from pydantic import Field

from warmlist.clock import rfc3339
from warmlist.followup.views import Best, BestSource, QueueFilters, QueueRow, Viewer
from warmlist.understanding.preferences.model import Window as Hours
from warmlist.web.api.context import Api, Caller, Here, speaking
from warmlist.web.api.customers import LabelFilter, OwnerFilter
from warmlist.web.api.fields import (
    AsOf,
    Cursor,
    Instant,
    LabelTold,
    Spoken,
    Told,
    bad_cursor,
    instant,
    labels_told,
)

router = APIRouter(tags=["queue"])

#: Rows of a page of a past queue; the present one has pages of the size that people see.
PAGE = 50
_CURSOR = re.compile(r"-?\d{1,16}(\.-?\d{1,16}){4}", re.ASCII)

Colour = Literal["red", "orange", "yellow", "green", "grey"]


class BestTime(Told):
    """Hours of the week on the customer's clock, and how they are known."""

    days: list[int] = Field(description="1 Monday to 7 Sunday")
    begins: str = Field(alias="from")
    ends: str = Field(alias="to", description="at or before `from`: on the next day")
    at: Instant = Field(description="the next such moment, now or later")
    because: BestSource = Field(
        description="golden: answers fastest then; own: is active then; considered, impulse: such goods are "
        "bought then; country, everybody: others are active"
    )


class Queued(Told):
    """A customer to contact."""

    customer: int
    handle: str
    name: str
    owner: str | None
    colour: str
    shade: str | None
    labels: list[LabelTold]
    playbook: str
    why: str
    due_from: Instant
    due_by: Instant
    overdue: bool
    how: Literal["text", "voice", "image", "video", "call"]
    open_now: bool = Field(description="whether the guard lets it through now")
    next_open: Instant | None = Field(description="if not, the first moment at which it will")
    best: BestTime | None = Field(description="when the customer is most likely to answer")
    channel_closes_at: Instant | None = Field(description="end of the 24-hour service window")
    what: str = Field(description="suggested words, in the customer's language")
    what_language: str | None = Field(description="BCP 47")
    missed: str = Field(description="what happens if nobody acts")
    brings: str = Field(description="what the contact brings; empty where nothing is named")
    purpose: str = Field(description="of the message: quote, promotion, content or service")
    held: list[str] = Field(description="why not just now, most binding reason first")


class QueueList(Told):
    """A page of the queue, in its order."""

    items: list[Queued]
    next_cursor: str | None
    as_of: Instant


@router.get("/queue")
async def get_queue(
    here: Here,
    caller: Caller,
    as_of: AsOf = None,
    owner: OwnerFilter = None,
    colour: Annotated[Colour | None, Query()] = None,
    label: LabelFilter = None,
    cursor: Cursor = None,
    language: Spoken = "en",
) -> QueueList:
    """The queue: what may be done now, most urgent first, then what the guard lets through later today.

    With `as_of` the queue of a past moment is replayed for everybody with the pack in force, which
    takes about half a second for a thousand customers, for every page anew.
    """
    viewer = speaking(caller.viewer, language)
    filters = QueueFilters(colour=colour, label=label, owner=owner)
    place = _place(cursor)
    if as_of is None:
        return await to_thread.run_sync(_present, here, viewer, filters, cursor)
    return await to_thread.run_sync(
        _past, here, viewer, filters, as_of, place, limiter=here.replays
    )


def _present(here: Api, viewer: Viewer, filters: QueueFilters, cursor: str | None) -> QueueList:
    page = here.app.desk.queue(viewer, filters, here.as_of(), cursor)
    return _list(page.rows, page.next_cursor, page.as_of)


def _past(
    here: Api, viewer: Viewer, filters: QueueFilters, as_of: int, place: Sequence[int] | None
) -> QueueList:
    rows = here.app.desk.queue_as_of(viewer, filters, as_of)
    behind = (row for row in rows if place is None or row.sort_key > tuple(place))
    found = list(itertools.islice(behind, PAGE + 1))
    last = found[PAGE - 1] if len(found) > PAGE else None
    cursor = ".".join(map(str, last.sort_key)) if last else None
    return _list(found[:PAGE], cursor, as_of)


def _place(cursor: str | None) -> tuple[int, ...] | None:
    if cursor is None:
        return None
    if not _CURSOR.fullmatch(cursor):
        raise bad_cursor()
    return tuple(map(int, cursor.split(".")))


def _list(rows: Sequence[QueueRow], cursor: str | None, as_of: int) -> QueueList:
    return QueueList(items=[_row(row) for row in rows], next_cursor=cursor, as_of=instant(as_of))


def _row(row: QueueRow) -> Queued:
    return Queued(
        customer=row.customer_id,
        handle=row.handle,
        name=row.name,
        owner=row.owner,
        colour=row.colour,
        shade=row.shade,
        labels=labels_told(row.chips),
        playbook=row.playbook,
        why=row.why,
        due_from=instant(row.due_from),
        due_by=instant(row.due_by),
        overdue=row.overdue,
        how=row.how,
        open_now=row.window.open_now,
        next_open=rfc3339(row.window.next_open),
        best=_best(row.window.best),
        channel_closes_at=rfc3339(row.channel_closes_at),
        what=row.what,
        what_language=row.what_language,
        missed=row.missed,
        brings=row.brings,
        purpose=row.purpose,
        held=list(row.held),
    )


def _best(best: Best | None) -> BestTime | None:
    if best is None:
        return None
    hours = Hours(best.days, best.begin, best.end).as_json()
    return BestTime(**hours, at=instant(best.at), because=best.source)
