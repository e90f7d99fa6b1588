"""The API over a real database. Alice's token is a lead's, Bob's and Carla's are reps'."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
from anyio.from_thread import BlockingPortal, start_blocking_portal
from fastapi import FastAPI
from starlette.applications import Starlette

from warmlist.app import App, add_user, built_in_pack
from warmlist.clock import parse_instant, rfc3339
from warmlist.labels.assign import Labeller
from warmlist.plan.compile import Plan, compile_plan
from warmlist.rules.read import read_pack
from warmlist.settings import Settings
from warmlist.store.database import Store
from warmlist.understanding.reader import Reader, default_reader
from warmlist.web.api import tokens
from warmlist.web.api.mount import PATH, create_api, mounted

from .client import InProcess

NOW = parse_instant("2026-03-03T09:30:00Z")
HOUR = 3_600_000


@dataclass
class Moment:
    """The clock of the API under test."""

    ms: int = NOW

    def __call__(self) -> int:
        return self.ms


@dataclass
class Desk:
    """The API, its database and its clock."""

    app: App
    api: FastAPI
    clock: Moment
    portal: BlockingPortal
    tokens: dict[str, str] = field(default_factory=dict)

    def client(self, who: str | None = "Alice", **headers: str) -> httpx.Client:
        """A caller; its paths begin behind /api/v1."""
        if who:
            headers["Authorization"] = f"Bearer {self.tokens[who]}"
        transport = InProcess(Starlette(routes=[mounted(self.api)]), self.portal)
        address = f"http://testserver{PATH}"
        return httpx.Client(transport=transport, base_url=address, headers=headers)

    def label(self) -> None:
        """What the worker does: everybody with news, then everybody whose time has come."""
        now = self.clock.ms + 1
        labeller: Labeller = self.app.labeller()
        try:
            with self.app.store.connect() as conn:
                labeller.relabel(conn, labeller.claim_news(conn, 1_000), now)
                due = labeller.claim_due(conn, now, 1_000)
                labeller.relabel(conn, dict.fromkeys(due, now + 1), now)
        finally:
            labeller.close()

    def rows(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        with self.app.store.connect() as conn:
            return conn.execute(sql, values).fetchall()


def message(customer: str, ident: str, text: str, at: int = NOW - HOUR, **more: Any) -> dict:
    """An inbound message as a line."""
    line = {"type": "message", "id": ident, "customer": customer, "at": rfc3339(at)}
    return line | {"direction": "in", "text": text} | more


def profile(customer: str, ident: str, at: int = NOW - 2 * HOUR, **more: Any) -> dict:
    return {"type": "profile", "id": ident, "customer": customer, "at": rfc3339(at)} | more


MARA, PIET, UGO = "+393331234567", "+31612345678", "email:ugo@example.com"


@pytest.fixture
def shop(desk: Desk) -> dict[str, int]:
    """Who asked for a price an hour ago: Mara is Bob's, Piet is Carla's, Ugo is nobody's."""
    body = [
        profile(MARA, "p1", name="Mara", owner="Bob", language="it"),
        profile(PIET, "p2", name="Piet", owner="Carla"),
        profile(UGO, "p3", name="Ugo"),
        *(
            message(handle, f"m{n}", "How much is it?")
            for n, handle in enumerate((MARA, PIET, UGO))
        ),
    ]
    assert desk.client().post("/events", json=body).json()["accepted"] == 6
    desk.label()
    items = desk.client().get("/customers").json()["items"]
    return {item["name"]: item["id"] for item in items}


@pytest.fixture(scope="session")
def plan() -> Plan:
    return compile_plan(read_pack(built_in_pack()))


@pytest.fixture(scope="session")
def reader() -> Reader:
    return default_reader()


@pytest.fixture(scope="session")
def portal() -> Iterator[BlockingPortal]:
    with start_blocking_portal() as portal:
        yield portal


@pytest.fixture
def desk(
    store: Store, plan: Plan, reader: Reader, portal: BlockingPortal, tmp_path: Path
) -> Iterator[Desk]:
    app = App(Settings(home=tmp_path), store, reader, plan, "USD", "Europe/Rome")
    clock = Moment()
    api = create_api(app, clock)
    desk = Desk(app, api, clock, portal)
    roles = {"Alice": "lead", "Bob": "rep", "Carla": "rep"}
    with store.connect() as conn:
        for name, role in roles.items():
            add_user(conn, name, "secret", role)
            desk.tokens[name] = tokens.create(conn, name, role, NOW)
    yield desk
    api.state.api.facts.close()
    if "desk" in app.__dict__:
        app.desk.close()
    app.pool.close()
