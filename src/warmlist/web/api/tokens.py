"""Bearer tokens: made once, kept as SHA-256, revoked for good.

A token stands for a name. What is done with it is done in that name, and a rep's token sees the
customers whose owner has that name, and nobody's.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from typing import Any, cast, get_args

import psycopg

from warmlist.errors import BadInput, NotFound
from warmlist.followup.views import Role, Viewer
from warmlist.store.sql import queries

_SQL = queries("web/api/tokens.sql")

#: Lets programs that look for secrets in code and logs find ours.
PREFIX = "warmlist_"
ROLES: tuple[Role, ...] = get_args(Role)
_LONGEST_NAME = 100


@dataclass(frozen=True, slots=True)
class Token:
    """What is kept of a token. `id` begins its hash; times are epoch ms."""

    id: str
    name: str
    role: str
    created_at: int
    revoked_at: int | None


@dataclass(frozen=True, slots=True)
class Holder:
    """Who asks. `key` tells tokens apart without telling them."""

    key: str
    viewer: Viewer


def token_hash(token: str) -> bytes:
    """What is kept of a token."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()


def create(conn: psycopg.Connection[Any], name: str, role: str, now_ms: int) -> str:
    """A new token; nobody can read it again. Raises BadInput for a name or role that is none."""
    called = name.strip()
    if not called or len(called) > _LONGEST_NAME or not called.isprintable():
        raise BadInput(f"a token needs a name of 1 to {_LONGEST_NAME} printable characters")
    if role not in ROLES:
        raise BadInput(f"{role!r} is no role", hint=f"one of {', '.join(ROLES)}")
    token = PREFIX + secrets.token_urlsafe(32)
    values = {"hash": token_hash(token), "name": called, "role": role, "now": now_ms}
    conn.execute(_SQL.create, values)
    return token


def listed(conn: psycopg.Connection[Any]) -> list[Token]:
    """Every token, oldest first, the revoked too."""
    return [Token(*row) for row in conn.execute(_SQL.all)]


def revoke(conn: psycopg.Connection[Any], named: str, now_ms: int) -> Token:
    """Revoke the live token of this id, or the only one of this name."""
    live = conn.execute(_SQL.live, {"named": named}).fetchall()
    if not live:
        raise NotFound("there is no live token of this name or id", hint="warmlist token list")
    if len(live) > 1:
        raise BadInput(
            f"{len(live)} live tokens have this name",
            hint="revoke one by its id; warmlist token list shows them",
        )
    row = conn.execute(_SQL.revoke, {"hash": live[0][0], "now": now_ms}).fetchone()
    assert row is not None
    return Token(*row)


def holder(conn: psycopg.Connection[Any], token: str) -> Holder | None:
    """Who holds a token; None for one that is unknown or revoked."""
    kept = token_hash(token)
    row = conn.execute(_SQL.holder, {"hash": kept}).fetchone()
    if row is None:
        return None
    name, role, user_id, minutes = row
    viewer = Viewer(user_id, name, cast(Role, role), minutes_a_day=minutes)
    return Holder(kept.hex(), viewer)


def is_user(conn: psycopg.Connection[Any], name: str) -> bool:
    """Whether a user of the pages has this name."""
    row = conn.execute(_SQL.user, {"name": name}).fetchone()
    return bool(row and row[0])
