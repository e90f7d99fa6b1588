"""What the values of requests may be, and how answers say them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any

from fastapi import Query
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    WithJsonSchema,
)
from pydantic_core import PydanticCustomError

from warmlist.clock import parse_instant, rfc3339
from warmlist.errors import BadInput
from warmlist.followup.views import Chip

#: Rows of a page: what is asked for by default, and at most.
PAGE, MOST = 50, 200


class Asked(BaseModel):
    """A request's body: unknown keys are mistakes."""

    model_config = ConfigDict(extra="forbid")


class Told(BaseModel):
    """An answer."""


class LabelTold(Told):
    """A label of a customer."""

    dimension: str
    label: str
    shade: str | None
    name: str


def labels_told(chips: Iterable[Chip]) -> list[LabelTold]:
    return [
        LabelTold(dimension=c.dimension, label=c.label, shade=c.shade, name=c.name) for c in chips
    ]


def _storable(text: str) -> str:
    """PostgreSQL's text has no U+0000, UTF-8 has no lone surrogates."""
    if "\x00" in text or (not text.isascii() and any("\ud800" <= c <= "\udfff" for c in text)):
        raise PydanticCustomError("text", "holds a character that no text may hold")
    return text


def _moment(value: Any) -> int:
    if not isinstance(value, str):
        raise PydanticCustomError("moment", "must be text in RFC 3339")
    try:
        return parse_instant(value)
    except (BadInput, OverflowError):  # an offset can lead out of the years that Python knows
        raise PydanticCustomError(
            "moment",
            "must be a time with an offset, from 1970 to 2248: 2026-03-01T09:30:00+01:00"
            " (write + as %2B in an address)",
        ) from None


Text = Annotated[str, AfterValidator(_storable)]
#: Epoch ms inside, RFC 3339 outside.
Moment = Annotated[
    int, BeforeValidator(_moment), WithJsonSchema({"type": "string", "format": "date-time"})
]
Language = Annotated[str, StringConstraints(pattern=r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}$")]
Short = Annotated[str, StringConstraints(max_length=320), AfterValidator(_storable)]

AsOf = Annotated[Moment | None, Query(description="a moment of the past; now, where it is missing")]
Spoken = Annotated[
    Language, Query(description="BCP 47; sentences come in en, zh-Hans, it or de, else in English")
]
Cursor = Annotated[Short | None, Query(description="next_cursor of the page before")]
Limit = Annotated[int, Query(ge=1, le=MOST, description="rows of a page")]
Instant = Annotated[
    str, Field(description="RFC 3339, UTC", json_schema_extra={"format": "date-time"})
]


def instant(ms: int) -> str:
    """Epoch ms as answers say it."""
    told = rfc3339(ms)
    assert told is not None
    return told


def number_cursor(cursor: str | None) -> int:
    """The place that a cursor of digits names; 0 for none. BadInput for any other text."""
    if cursor is None:
        return 0
    if not (cursor.isascii() and cursor.isdecimal() and len(cursor) < 19):
        raise bad_cursor()
    return int(cursor)


def bad_cursor() -> BadInput:
    return BadInput("query.cursor is no next_cursor of this list", hint="begin without a cursor")
