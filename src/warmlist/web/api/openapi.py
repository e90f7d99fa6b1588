"""The OpenAPI document: what FastAPI found out, and the errors that every address shares."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic.json_schema import models_json_schema

from warmlist.web.api.problems import MEDIA_TYPE, Problem

SAYS = """Events in; customers, labels, queue and packs out.

Every address but this one needs a bearer token. Errors are problem+json (RFC 9457). Lists come in
pages: send `next_cursor` back as `cursor` until it is null. Times are RFC 3339 with an offset."""

_SHARED = {
    "401": "the token is missing, unknown or revoked",
    "403": "the token's role may not do this",
    "404": "there is no such thing, or the token may not see it",
    "413": "the body is too large",
    "422": "the request is not as documented, or makes no sense",
    "503": "the database did not answer; nothing was written",
}
_WRITES = {
    "400": "the body cannot be read",
    "409": "a request with this Idempotency-Key is being worked on, or somebody else was quicker",
    "415": "the body is of another media type",
}


def describe(api: FastAPI) -> None:
    """Make `api.openapi()` tell all of it; the document is built once."""

    def document() -> dict[str, Any]:
        if api.openapi_schema is None:
            api.openapi_schema = _document(api)
        return api.openapi_schema

    api.openapi = document  # type: ignore[method-assign]


def _document(api: FastAPI) -> dict[str, Any]:
    told = get_openapi(
        title=api.title,
        version=api.version,
        summary="The HTTP API of Warmlist",
        description=SAYS,
        routes=api.routes,
        servers=[{"url": "/api/v1"}],
    )
    parts = told.setdefault("components", {})
    parts["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer"}}
    told["security"] = [{"token": []}]
    schemas = parts.setdefault("schemas", {})
    _, problem = models_json_schema(
        [(Problem, "serialization")], ref_template="#/components/schemas/{model}"
    )
    schemas |= problem["$defs"]
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    for methods in told["paths"].values():
        for method, operation in methods.items():
            shared = _SHARED | (_WRITES if method == "post" else {})
            operation["responses"] |= {code: _problem(says) for code, says in shared.items()}
    return told


def _problem(says: str) -> dict[str, Any]:
    schema = {"$ref": "#/components/schemas/Problem"}
    return {"description": says, "content": {MEDIA_TYPE: {"schema": schema}}}
