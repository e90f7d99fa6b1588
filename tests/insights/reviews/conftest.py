"""Books of a team for the tests of reviews. Rob and Rita are reps."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from insights.reviews.books import Books
from warmlist.app import built_in_pack
from warmlist.insights.reviews.limits import Limits
from warmlist.rules.model import Pack
from warmlist.rules.read import read_pack
from warmlist.store.database import Store


@pytest.fixture(scope="session")
def pack() -> Pack:
    return read_pack(built_in_pack())


@pytest.fixture(scope="session")
def limits(pack: Pack) -> Limits:
    return Limits.of(pack)


@pytest.fixture
def books(store: Store, pack: Pack, limits: Limits) -> Iterator[Books]:
    with store.connect() as conn:
        for name, minutes in (("Rita", 60), ("Rob", 240)):
            conn.execute(
                "INSERT INTO users (name, password_hash, role, minutes_a_day, created_at)"
                " VALUES (%s, '', 'rep', %s, 0)",
                (name, minutes),
            )
        yield Books(conn, pack, limits)
        conn.rollback()
