"""Writes that may be sent twice: the same Idempotency-Key and request give the same answer once.

The answer is kept in the transaction of the write itself, so that either both happened or neither.
While one request with a key is being worked on, a second one is told to come again (409) and holds
no connection. Errors are not kept: nothing was written, and the same request may succeed later.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, Header, Request
from psycopg.types.json import Jsonb
from pydantic import BaseModel
from starlette.responses import JSONResponse

from warmlist.clock import DAY
from warmlist.events.model import hash64
from warmlist.followup.customer import Connection
from warmlist.store.sql import queries
from warmlist.web.api.context import Api, Caller, api
from warmlist.web.api.problems import Trouble

_SQL = queries("web/api/idempotency.sql")

KEPT = DAY

#: What a write does in the transaction it is given; the answer is sent with status 200.
Work = Callable[[Connection], BaseModel]

Key = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        pattern=r"^[!-~]{1,200}$",
        description="Up to 200 printable ASCII characters of your own. The same key with the same"
        " request gives the same answer for a day and writes once; with another request it is an"
        " error.",
    ),
]


@dataclass(frozen=True)
class Once:
    """Runs the work of one request, or gives the answer that the same request got before."""

    here: Api
    key: str | None
    address: bytes  # with the method
    body: bytes

    def __call__(self, work: Work, now_ms: int) -> JSONResponse:
        """Raises Trouble 409 while the same key is worked on, 422 when it had another request."""
        with self.here.transaction() as conn:
            if self.key is None:
                return _answer(_shown(work(conn)))
            named = {"key": self.key, "oldest": now_ms - KEPT}
            claimed = conn.execute(_SQL.claim, {"lock": hash64("idempotency", self.key)}).fetchone()
            if not claimed or not claimed[0]:
                raise Trouble(
                    409,
                    "a request with this Idempotency-Key is being worked on",
                    hint="send it again in a moment",
                    headers={"Retry-After": "1"},
                )
            asked = self._hash()
            kept = conn.execute(_SQL.answer, named).fetchone()
            if kept is not None:
                return _again(kept, asked)
            shown = _shown(work(conn))
            values = {"hash": asked, "answer": Jsonb(shown), "status": 200, "now": now_ms}
            conn.execute(_SQL.keep, named | values)
            if self.here.sweeps.due(now_ms):
                conn.execute(_SQL.forget, {"oldest": now_ms - KEPT})
            return _answer(shown)

    def _hash(self) -> bytes:
        found = hashlib.sha256(self.address)
        found.update(self.body)
        return found.digest()


async def once(
    request: Request, here: Annotated[Api, Depends(api)], caller: Caller, key: Key = None
) -> Once:
    """The parameter of every write. A key belongs to the token that sent it."""
    address = f"{request.method} {request.url.path}?{request.url.query}\n"
    whole = None if key is None else f"{caller.key}:{key}"
    return Once(here, whole, address.encode(), await request.body())


def _shown(answer: BaseModel) -> dict[str, Any]:
    return answer.model_dump(mode="json")


def _answer(shown: dict[str, Any]) -> JSONResponse:
    return JSONResponse(shown)


def _again(kept: tuple[Any, ...], asked: bytes) -> JSONResponse:
    request_hash, answer, status = kept
    if bytes(request_hash) != asked:
        raise Trouble(
            422,
            "this Idempotency-Key was sent with another request",
            hint="use a new key for every new request",
        )
    return JSONResponse(answer, status, headers={"Idempotent-Replayed": "true"})


Writes = Annotated[Once, Depends(once)]
