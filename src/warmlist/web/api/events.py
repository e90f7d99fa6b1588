"""POST /events: event lines into the log, all of a request in one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

from anyio import to_thread
from fastapi import APIRouter, Depends, Request
from pydantic import Field
from starlette.responses import Response

from warmlist.errors import BadInput
from warmlist.events.log import Appended
from warmlist.events.model import Event
from warmlist.followup.customer import Connection
from warmlist.intake.lines import Door, read_body
from warmlist.intake.problems import LineProblem
from warmlist.web.api.context import Api, Here, Lead
from warmlist.web.api.fields import Told
from warmlist.web.api.idempotency import Writes
from warmlist.web.api.problems import Place, Trouble, problem
from warmlist.web.api.requests import media_type

router = APIRouter(tags=["events"])

LARGEST = 16 * 1024 * 1024
MOST_LINES = 10_000
MOST_PROBLEMS = 1_000
SOURCE = "api"
_FORMS = ("application/x-ndjson", "application/ndjson", "application/jsonl", "application/json")

_EXAMPLE = {
    "type": "message",
    "id": "m-1",
    "customer": "+393331234567",
    "at": "2026-03-03T09:30:00Z",
    "direction": "in",
    "text": "How much is it?",
}
_LINE = {"type": "object", "required": ["type", "id", "customer", "at"], "example": _EXAMPLE}
_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {
                "schema": {"oneOf": [{"type": "array", "items": _LINE, "minItems": 1}, _LINE]}
            },
            "application/x-ndjson": {
                "schema": {"type": "string", "description": "one JSON object a line"}
            },
        },
    }
}


class LineTrouble(Told):
    """Something about one line."""

    line: int = Field(description="line of NDJSON or element of the array, from 1; 0: not known")
    reason: str
    kept: bool = Field(description="true: a warning, the event was kept")


class EventsTaken(Told):
    """What became of the lines."""

    accepted: int = Field(description="events that were new")
    repeated: int = Field(description="events that the log had already, to the letter")
    conflicts: int = Field(
        description="events whose id was known with other content; counted among accepted"
    )
    problems: list[LineTrouble] = Field(description=f"the first {MOST_PROBLEMS}")
    more_problems: int = Field(description="how many more there are")


class _Lines:
    """The events of a body with their line numbers, and what was wrong with the others."""

    def __init__(self, body: bytes, door: Door) -> None:
        self.events: list[Event] = []
        self.problems: list[LineTrouble] = []
        self.more = 0
        for count, found in enumerate(read_body(body, door)):
            if count >= MOST_LINES:
                raise Trouble(
                    413, f"the body has more than {MOST_LINES} lines", hint="send it in parts"
                )
            if isinstance(found, LineProblem):
                self.tell(found.number, found.reason, kept=found.kept)
            else:
                self.events.append(found)

    def tell(self, line: int, reason: str, *, kept: bool = False) -> None:
        if len(self.problems) < MOST_PROBLEMS:
            self.problems.append(LineTrouble(line=line, reason=reason, kept=kept))
        else:
            self.more += 1


@router.post("/events", openapi_extra=_BODY, response_model=EventsTaken)
async def add_events(
    request: Request,
    here: Here,
    _lead: Lead,
    writes: Writes,
    _form: Annotated[str, Depends(media_type(*_FORMS))],
) -> Response:
    """Take event lines: NDJSON, a JSON array, or one object.

    Good lines are kept, bad ones are reported with number and reason. The same line twice changes
    nothing, and the order does not matter. When no line was good the answer is 422 and nothing was
    written. Labels follow within a moment. `backfill` is false where a line does not say; `source`
    is "api".
    """
    now_ms = here.now()
    body = await request.body()

    def work() -> Response:
        door = Door(SOURCE, now_ms, backfill=False, currency=here.app.currency)
        lines = _Lines(body, door)
        if not lines.events:
            return _nothing_good(lines)
        return writes(lambda conn: _append(here, conn, lines, now_ms), now_ms)

    return await to_thread.run_sync(work, limiter=here.heavy)


def _append(here: Api, conn: Connection, lines: _Lines, now_ms: int) -> EventsTaken:
    total = Appended()
    _keep(here, conn, lines, lines.events, now_ms, total)
    return EventsTaken(
        accepted=total.new,
        repeated=total.repeated,
        conflicts=total.conflicts,
        problems=lines.problems,
        more_problems=lines.more,
    )


def _keep(
    here: Api,
    conn: Connection,
    lines: _Lines,
    events: Sequence[Event],
    now_ms: int,
    total: Appended,
) -> None:
    """Append; an event that the log refuses is found by halving and reported."""
    try:
        with conn.transaction():
            done = here.app.events.append(conn, events, now_ms=now_ms)
    except BadInput as error:
        if len(events) == 1:
            lines.tell(0, f"one event was refused by the log: {error.message}")
            return
        half = len(events) // 2
        _keep(here, conn, lines, events[:half], now_ms, total)
        _keep(here, conn, lines, events[half:], now_ms, total)
        return
    total.add(done)


def _nothing_good(lines: _Lines) -> Response:
    errors = [Place(place=f"line {p.line}", reason=p.reason) for p in lines.problems]
    return problem(422, "no line was good; nothing was written", errors=errors)
