"""Which media types a request's body may have."""

from __future__ import annotations

from collections.abc import Callable

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
