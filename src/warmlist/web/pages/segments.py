"""Segments: who is meant, how many they are, and what is done to all of them."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Annotated, Any, Literal
from urllib.parse import quote

from fastapi import APIRouter, Form, Path, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response, StreamingResponse

from warmlist.clock import to_ms
from warmlist.errors import BadInput, Busy
from warmlist.followup import exports
from warmlist.followup.operations import Deed
from warmlist.followup.segment_desk import SegmentDesk, Word
from warmlist.followup.segments import Counting, SegmentPage
from warmlist.followup.views import AddLabel, Assign, LabelChoice, RemoveLabel, Viewer
from warmlist.labels.segment_text import LONGEST, BadSegment
from warmlist.web import segment_words
from warmlist.web.context import Context, context
from warmlist.web.fields import Text
from warmlist.web.pages.parts import whole_page
from warmlist.web.session import Acting, Signed, Who

router = APIRouter()

#: How long an answer waits for facts before it says how far they are, in seconds.
PATIENCE = 0.4
#: Operations that the page shows.
SHOWN = 5

Asked = Annotated[Text, Query(max_length=LONGEST + 1_000)]
Sent = Annotated[Text, Form(max_length=LONGEST + 1_000)]
Short = Annotated[Text, Form(max_length=500)]
Id = Annotated[int, Path(ge=1, le=2**63 - 1)]
Tab = Annotated[Text, Query(max_length=40)]


@dataclass(frozen=True, slots=True)
class Answer:
    """What a text asks for. `own`: how many of them the viewer may do something to."""

    text: str
    error: BadSegment | None = None
    busy: str = ""
    counting: Counting | None = None
    count: int = 0
    own: int = 0
    as_of: int = 0
    page: SegmentPage | None = None


@router.get("/segments")
def segments_page(request: Request, who: Who, q: Asked = "", tab: Tab = "") -> Response:
    """The whole page: the question, its answer, what was done to many."""
    here, desk, viewer = context(request), _desk(request), who.viewer
    answer = _answer(desk, viewer, q, here.now(), tab or viewer.name)
    choices = here.desk.label_choices(viewer)
    return whole_page(
        request,
        who,
        "segments.html",
        now=here.now(),
        back="/segments",
        saved=desk.ask.saved(),
        words_json=words_json(desk.words(viewer.language), choices, desk.ask.labels_in_use()),
        currency=desk.currency,
        **_values(desk, answer, choices),
        **_operations(desk, viewer),
    )


@router.get("/segments/found")
def found(request: Request, who: Who, q: Asked = "", tab: Tab = "") -> Response:
    """The answer alone, while somebody types; `tab` names the page whose last question it was."""
    here, desk = context(request), _desk(request)
    answer = _answer(desk, who.viewer, q, here.now(), tab or who.viewer.name)
    values = _values(desk, answer, here.desk.label_choices(who.viewer))
    return _part(here, who, "parts/segment_found.html", **values)


@router.get("/segments/rows")
def more_rows(
    request: Request, who: Who, q: Asked, cursor: Annotated[Text, Query(max_length=50)]
) -> Response:
    """The next customers of the list."""
    here, desk = context(request), _desk(request)
    now = here.now()
    asked = desk.ask.find(desk.ask.read(q, now), now + 1)
    page = desk.ask.page(who.viewer, asked, now + 1, cursor)
    return _part(here, who, "parts/segment_rows.html", page=page)


@router.get("/segments/export")
def export(
    request: Request, who: Who, q: Asked, format: Literal["csv", "ndjson"] = "csv"
) -> Response:
    """All of them as a file, with a byte order mark for spreadsheets."""
    here, desk = context(request), _desk(request)
    now = here.now()
    lines = desk.export(who.viewer, desk.ask.read(q, now), format, now + 1, mark=True)
    name = f"warmlist-{datetime.fromtimestamp(now / 1_000, here.zone):%Y-%m-%d}.{format}"
    headers = {"content-disposition": f'attachment; filename="{name}"', "cache-control": "no-store"}
    return StreamingResponse(_in_parts(lines), media_type=exports.FORMATS[format], headers=headers)


@router.post("/segments/save")
def save(request: Request, who: Acting, q: Sent, name: Short) -> Response:
    _desk(request).save(who.viewer, name, q, context(request).now())
    return _to(q)


@router.post("/segments/{segment_id}/forget")
def forget(request: Request, who: Acting, segment_id: Id, q: Sent = "") -> Response:
    _desk(request).forget(who.viewer, segment_id)
    return _to(q)


@router.post("/segments/do")
def do(
    request: Request,
    who: Acting,
    q: Sent,
    action: Annotated[Literal["add", "remove", "assign"], Form()],
    key: Annotated[Text, Form(max_length=80)],
    label: Short = "",
    owner: Short = "",
    reason: Short = "",
    until_day: Annotated[Text, Form(max_length=10)] = "",
) -> Response:
    """Begin to do something to everybody in the segment."""
    here, desk = context(request), _desk(request)
    now = here.now()
    deed = _deed(here, action, label, owner, reason, until_day)
    desk.begin(who.viewer, desk.ask.read(q, now), deed, now, f"{who.viewer.name}:{key}")
    return _to(q, "#operations")


@router.get("/segments/operations")
def operations_part(request: Request, who: Who) -> Response:
    """How far everything is."""
    here = context(request)
    values = _operations(_desk(request), who.viewer)
    return _part(here, who, "parts/operations.html", csrf=who.session.csrf, **values)


@router.post("/segments/operations/{operation_id}/undo")
def undo(request: Request, who: Acting, operation_id: Id, q: Sent = "") -> Response:
    _desk(request).undo(who.viewer, operation_id)
    return _to(q, "#operations")


def _desk(request: Request) -> SegmentDesk:
    desk = context(request).segments
    assert desk is not None, "the page is only there where segments are"
    return desk


def _answer(desk: SegmentDesk, viewer: Viewer, text: str, now: int, who: str) -> Answer:
    if not text.strip():
        return Answer(text)
    try:
        segment = desk.ask.read(text, now)
        asked = desk.ask.look_for(segment, now + 1, f"{viewer.name}:{who}", PATIENCE)
    except BadSegment as error:
        return Answer(text, error=error)
    except Busy as error:
        return Answer(text, busy=str(error))
    if isinstance(asked, Counting):
        return Answer(text, counting=asked)
    count = desk.ask.count(viewer, asked)
    own = count if viewer.sees_everyone else desk.ask.count(viewer, asked, own=True)
    page = desk.ask.page(viewer, asked, now + 1)
    return Answer(text, count=count, own=own, as_of=asked.as_of, page=page)


def _values(desk: SegmentDesk, answer: Answer, labels: Sequence[LabelChoice]) -> dict[str, Any]:
    return {
        "a": answer,
        "page": answer.page,
        "labels": labels,
        "owners": desk.owners(),
        "key": secrets.token_hex(8),
        "say": segment_words,
    }


def _operations(desk: SegmentDesk, viewer: Viewer) -> dict[str, Any]:
    return {
        "operations": desk.operations(viewer, count=SHOWN),
        "look": desk.ask.look,
    }


def _part(here: Context, who: Signed, template: str, **values: Any) -> Response:
    told = {
        "now": here.now(), "viewer": who.viewer, "csrf": who.session.csrf, "say": segment_words, **values,
    }  # fmt: skip
    return HTMLResponse(here.renderer.part(template, who.viewer.language, **told))


def words_json(words: Sequence[Word], labels: Sequence[LabelChoice], in_use: Any) -> dict[str, Any]:
    """What the page's script completes and builds from."""
    by_dimension: dict[str, list[list[str]]] = {}
    for choice in labels:
        by_dimension.setdefault(choice.dimension, []).append([choice.label, choice.name])
    for dimension, found in in_use.items():
        there = {label for label, _ in by_dimension.get(dimension, ())}
        fresh = [[label, label] for label in found if label not in there]
        by_dimension.setdefault(dimension, []).extend(fresh)
    return {
        "words": [[w.kind, w.name, w.says, w.unit] for w in words],
        "labels": by_dimension,
    }


def _deed(here: Context, action: str, label: str, owner: str, reason: str, until_day: str) -> Deed:
    if action == "assign":
        return Assign({"": None, "-": None}.get(owner, owner))
    dimension, colon, name = label.partition(":")
    if not (dimension and colon and name):
        raise BadInput("a label is missing", hint="choose one from the list")
    if action == "remove":
        return RemoveLabel(dimension, name, reason.strip())
    return AddLabel(dimension, name, reason.strip(), _end_of(here, until_day))


def _end_of(here: Context, day: str) -> int | None:
    """The end of a day in the workspace's zone, epoch ms; '' is no end."""
    if not day:
        return None
    try:
        chosen = date.fromisoformat(day)
        return to_ms(datetime.combine(chosen + timedelta(days=1), time(), here.zone)) - 1
    except (ValueError, OverflowError):
        raise BadInput(f"{day!r} is not a day", hint="choose one") from None


def _in_parts(lines: Iterator[str]) -> Iterator[bytes]:
    """Lines in larger parts: each part costs a turn of the server."""
    part: list[str] = []
    for line in lines:
        part.append(line)
        if len(part) == 500:
            yield "".join(part).encode("utf-8", "replace")
            part = []
    yield "".join(part).encode("utf-8", "replace")


def _to(text: str, place: str = "") -> Response:
    asked = f"?q={quote(text)}" if text.strip() else ""
    return RedirectResponse(f"/segments{asked}{place}", 303)
