"""Users and sessions in PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import psycopg

from warmlist.errors import StoreUnavailable
from warmlist.followup.views import Viewer
from warmlist.store.sql import queries
from warmlist.web.desk import Account, Session

_SQL = queries("web/accounts.sql")

Connect = Callable[[], AbstractContextManager[psycopg.Connection[Any]]]


class StoreAccounts:
    """The `Accounts` of the desk; `connect` gives a connection that commits when left."""

    def __init__(self, connect: Connect) -> None:
        self._connect = connect

    def account(self, name: str) -> Account | None:
        row = self._one(_SQL.account, {"name": name})
        return Account(_viewer(row), row[5]) if row else None

    def session(self, token_hash: bytes, as_of: int) -> Session | None:
        row = self._one(_SQL.session, {"token_hash": token_hash, "as_of": as_of})
        return Session(_viewer(row), row[5], row[6]) if row else None

    def open_session(
        self, token_hash: bytes, user_id: int, csrf: str, created_at: int, expires_at: int
    ) -> None:
        self._run(_SQL.forget_expired, {"as_of": created_at})
        self._run(
            _SQL.open_session,
            {
                "token_hash": token_hash,
                "user_id": user_id,
                "csrf": csrf,
                "created_at": created_at,
                "expires_at": expires_at,
            },
        )

    def close_session(self, token_hash: bytes) -> None:
        self._run(_SQL.close_session, {"token_hash": token_hash})

    def set_language(self, user_id: int, language: str) -> None:
        self._run(_SQL.set_language, {"user_id": user_id, "language": language})

    def set_minutes(self, user_id: int, minutes: int) -> None:
        self._run(_SQL.set_minutes, {"user_id": user_id, "minutes": minutes})

    def set_password_hash(self, user_id: int, password_hash: str) -> None:
        self._run(_SQL.set_password_hash, {"user_id": user_id, "password_hash": password_hash})

    def ping(self) -> None:
        self._one(_SQL.ping, {})

    def _one(self, query: str, values: dict[str, Any]) -> tuple[Any, ...] | None:
        with self._connected() as conn:
            return conn.execute(query, values).fetchone()

    def _run(self, query: str, values: dict[str, Any]) -> None:
        with self._connected() as conn:
            conn.execute(query, values)

    @contextmanager
    def _connected(self) -> Iterator[psycopg.Connection[Any]]:
        try:
            with self._connect() as conn:
                yield conn
        except psycopg.OperationalError as error:
            raise StoreUnavailable(
                "PostgreSQL does not answer", hint="try again in a moment"
            ) from error


def _viewer(row: tuple[Any, ...]) -> Viewer:
    return Viewer(user_id=row[0], name=row[1], role=row[2], language=row[3], minutes_a_day=row[4])
