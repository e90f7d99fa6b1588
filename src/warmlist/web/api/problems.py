"""Errors as problem+json (RFC 9457), the same shape whatever went wrong.

`type` is about:blank, so `title` is the status in words; `code` is for programs, `detail` and `hint`
for people. `errors` lists what was wrong with a request, by place. No value of the request is
repeated: it may be personal.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse

from warmlist.errors import BadInput, Busy, NotFound, Refused, StoreUnavailable, WarmlistError

MEDIA_TYPE = "application/problem+json"
_AGAIN = {"Retry-After": "1"}

_CODES = {
    400: "malformed",
    401: "no_token",
    403: "refused",
    404: "not_found",
    405: "method",
    409: "in_progress",
    413: "too_large",
    415: "media_type",
    422: "invalid",
    500: "defect",
    503: "come_again",
}
_STATUSES: tuple[tuple[type[WarmlistError], int], ...] = (
    (NotFound, 404),
    (Refused, 403),
    (BadInput, 422),
    (StoreUnavailable, 503),
    (Busy, 409),
)


class Place(BaseModel):
    """One thing that is wrong with a request."""

    place: str = Field(description="body.customers.3, query.as_of, header.Idempotency-Key, ...")
    reason: str


class Problem(BaseModel):
    """An error (RFC 9457)."""

    type: str = Field(examples=["about:blank"])
    title: str = Field(description="the status in words")
    status: int
    code: str = Field(description="for programs: " + ", ".join(_CODES.values()))
    detail: str
    hint: str | None = Field(default=None, description="the next step")
    errors: list[Place] = Field(default=[], description="what is wrong, by place")


class Trouble(Exception):
    """An error that only HTTP knows: it becomes the answer."""

    def __init__(
        self,
        status: int,
        detail: str,
        *,
        hint: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status, self.detail, self.hint = status, detail, hint
        self.headers = dict(headers or {})

    def answer(self) -> JSONResponse:
        return problem(self.status, self.detail, hint=self.hint, headers=self.headers)


def problem(
    status: int,
    detail: str,
    *,
    hint: str | None = None,
    errors: Sequence[Place] = (),
    headers: Mapping[str, str] | None = None,
) -> JSONResponse:
    """The answer for an error; codes and titles follow from the status."""
    body = Problem(
        type="about:blank",
        title=HTTPStatus(status).phrase,
        status=status,
        code=_CODES.get(status, "http"),
        detail=detail,
        hint=hint,
        errors=list(errors),
    )
    content = body.model_dump(exclude_none=True, exclude_defaults=False)
    return JSONResponse(content, status, headers=dict(headers or {}), media_type=MEDIA_TYPE)


def handle(api: FastAPI) -> None:
    """Answer every error of this application as a problem."""
    api.add_exception_handler(Trouble, _trouble)
    api.add_exception_handler(WarmlistError, _foreseen)
    api.add_exception_handler(RequestValidationError, _invalid)
    api.add_exception_handler(HTTPException, _http)
    api.add_exception_handler(Exception, _defect)


def of_error(error: WarmlistError) -> JSONResponse:
    """The answer for an error that Warmlist foresees."""
    status = next((code for kind, code in _STATUSES if isinstance(error, kind)), 500)
    again = _AGAIN if status == 503 else None
    return problem(status, error.message, hint=error.hint, headers=again)


def _trouble(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, Trouble)
    return error.answer()


def _foreseen(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, WarmlistError)
    return of_error(error)


def _invalid(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    found = error.errors()
    if any(one["type"] == "json_invalid" for one in found):
        return problem(400, "the body is not JSON")
    return problem(422, "the request is not as documented", errors=[_place(e) for e in found[:20]])


def _place(error: Mapping[str, Any]) -> Place:
    """Where and why; names of unknown keys are the caller's own text, so they are left out."""
    parts = [str(part) for part in error["loc"]]
    if error["type"] == "extra_forbidden":
        return Place(place=".".join(parts[:-1]), reason="holds a key that is not documented")
    if error["type"] == "union_tag_invalid":  # its message would quote the tag
        tags = error["ctx"]["expected_tags"]
        return Place(place=".".join(parts), reason=f"must be one of {tags}")
    return Place(place=".".join(parts), reason=str(error["msg"]))


def _http(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    told = {
        400: "the body cannot be read",
        404: "there is no such address",
        405: "this address does not know the method",
    }
    detail = told.get(error.status_code, str(error.detail))
    return problem(error.status_code, detail, headers=error.headers)


def _defect(_: Request, __: Exception) -> JSONResponse:
    return problem(500, "Warmlist has a defect here", hint="see the log of warmlist serve")
