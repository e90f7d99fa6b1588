"""What requests may hold: media types of bodies, names of query parameters."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from fastapi import FastAPI
from starlette.requests import Request

from warmlist.web.api.problems import Trouble


def media_type(*allowed: str) -> Callable[[Request], str]:
    """A parameter that gives the body's media type; Trouble 415 for one that is not allowed."""

    def check(request: Request) -> str:
        told = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if told not in allowed:
            raise Trouble(
                415,
                "the body is of a media type that this address does not read",
                hint=f"send it as {' or '.join(allowed)}",
                headers={"Accept": ", ".join(allowed)},
            )
        return told

    return check


json_only = media_type("application/json")


def known_query(request: Request) -> None:
    """A question that is misspelt must not be answered as if it had not been asked."""
    known = request.app.state.queries[request.scope["endpoint"].__name__]
    if not known.issuperset(request.query_params):
        raise Trouble(
            422,
            "the address has a query parameter that is not documented",
            hint=f"known: {', '.join(sorted(known)) or 'none'}",
        )


def query_names(api: FastAPI) -> Mapping[str, frozenset[str]]:
    """The query parameters of every endpoint, by its operation id, as the document tells them."""
    return {
        operation["operationId"]: frozenset(
            one["name"] for one in operation.get("parameters", ()) if one["in"] == "query"
        )
        for methods in api.openapi()["paths"].values()
        for operation in methods.values()
    }
