"""The examples of docs/reference/http.md are run, one after the other, and answered as they say."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from warmlist.web.api.mount import PATH

from .conftest import Desk

pytestmark = pytest.mark.store

PAGE = Path(__file__).parents[3] / "docs/reference/http.md"
_BLOCK = re.compile(r"^```http\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LEFT_OUT = "…"


def parts(block: str) -> tuple[str, dict[str, str], str]:
    """First line, headers and body of a message."""
    head, _, body = block.partition("\n\n")
    first, *headers = head.strip().splitlines()
    return first, dict(line.split(": ", 1) for line in headers), body.strip()


def examples() -> Iterator[tuple[str, str]]:
    """Pairs of request and answer."""
    blocks = _BLOCK.findall(PAGE.read_text("utf-8"))
    yield from zip(blocks[::2], blocks[1::2], strict=True)


def like(told: Any, said: Any) -> bool:
    """Whether an answer is as the page says; behind `…` there may be more."""
    if isinstance(said, dict) and isinstance(told, dict):
        more = said.pop(LEFT_OUT, None) is not None
        known = said.keys() <= told.keys() if more else said.keys() == told.keys()
        return known and all(like(told[key], value) for key, value in said.items())
    if isinstance(said, list) and isinstance(told, list):
        more = LEFT_OUT in said
        wanted = [value for value in said if value != LEFT_OUT]
        fits = len(wanted) <= len(told) if more else len(wanted) == len(told)
        return fits and all(map(like, told, wanted))
    return bool(told == said)


def send(desk: Desk, request: str) -> httpx.Response:
    """One example; then the worker has its turn."""
    first, headers, body = parts(request)
    method, address = first.split()
    asked = {"headers": headers, "content": body.encode()}
    answer = desk.client().request(method, address.removeprefix(PATH), **asked)
    while (
        '"ready":false' in answer.text
    ):  # so a caller does too: what takes long is asked for again
        time.sleep(0.2)
        answer = desk.client().request(method, address.removeprefix(PATH), **asked)
    if method == "POST":
        desk.clock.ms += 1_000
        with desk.app.store.connect() as conn:
            while desk.app.work_operations(conn, desk.clock.ms):
                conn.commit()
        desk.label()
    return answer


#: Told by a sentence there, or in the how-to of reviews.
TOLD_IN_WORDS = {
    f"{method} {PATH}{path}"
    for method, path in (
        ("GET", "/packs/workspace"), ("POST", "/packs/workspace"), ("GET", "/packs/workspace/versions"),
        ("GET", "/packs/troubles"),
        ("GET", "/reviews/{period}"), ("GET", "/reviews/{period}/export"), ("GET", "/reviews/people"),
    )
}  # fmt: skip


def test_every_example_is_true(desk: Desk) -> None:
    asked = set()
    for request, answer in examples():
        told = send(desk, request)
        first, headers, body = parts(answer)
        assert first == f"HTTP/1.1 {told.status_code} {told.reason_phrase}", request + told.text
        for name, value in headers.items():
            assert told.headers[name] == value, request
        assert like(told.json(), json.loads(body)), (
            f"{request}\n{json.dumps(told.json(), indent=1)}"
        )
        asked.add(request.split("?")[0].split("\n")[0])
    named = re.compile(r"/(customers|follow-ups)/[^/\s]+")
    numbered = re.compile(r"/(segment|operation)s/\d+")
    covered = {numbered.sub(r"/\1s/{\1}", named.sub(r"/\1/{customer}", one)) for one in asked}
    document = desk.client(None).get("/openapi.json").json()
    addresses = {
        f"{method.upper()} {PATH}{path}"
        for path, methods in document["paths"].items()
        for method in methods
    }
    assert covered == addresses - TOLD_IN_WORDS
