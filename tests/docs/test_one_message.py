"""The message of "One message, room by room" goes through the rooms, and leaves the values told there."""

from __future__ import annotations

import asyncio
from importlib import import_module

import orjson
import pytest

from docs.pages import PACK, ROOT, pages
from warmlist.app import event_log
from warmlist.connectors.whatsapp import connector
from warmlist.intake.inbox import Inbox
from warmlist.intake.work import work_waiting
from warmlist.labels.assign import Labeller
from warmlist.plan.compile import compile_plan
from warmlist.rules.read import read_pack
from warmlist.store.database import Store
from warmlist.understanding.reader import default_reader

pytestmark = pytest.mark.store

PAGE = "docs/explanation/one-message-room-by-room.md"
TEXT = "Buongiorno! Quanto costa la tenda?"
RECEIVED = 1_772_355_603_250
VALUE = {
    "messaging_product": "whatsapp",
    "metadata": {"display_phone_number": "390612345678", "phone_number_id": "700100200300"},
    "contacts": [{"profile": {"name": "Luca Verdi"}, "wa_id": "393331234567"}],
    "messages": [
        {"from": "393331234567", "id": "wamid.A1", "timestamp": "1772355600", "type": "text",
         "text": {"body": TEXT}}
    ],
}  # fmt: skip
BODY = orjson.dumps(
    {
        "object": "whatsapp_business_account",
        "entry": [{"id": "500600700", "changes": [{"field": "messages", "value": VALUE}]}],
    }
)


@pytest.fixture(scope="module")
def page() -> str:
    return pages()[PAGE]


def test_what_the_door_keeps_becomes_the_two_events_of_the_page(page: str) -> None:
    translation = connector.translate(BODY, RECEIVED)
    assert not translation.problems
    assert [e.type for e in translation.events] == ["profile", "message"]
    for event in translation.events:
        for told in (event.source, event.handle, event.occurred_at, event.known_at, event.pos):
            assert f"`{told}`" in page, told
    reading = default_reader().read(TEXT)
    [signal] = reading.signals
    assert signal.span
    first, last = signal.span
    tenths = int(signal.confidence * 10) / 10  # the rest changes whenever the model is trained
    words = f"{signal.name}, confidence {tenths}, span {first} to {last}"
    assert f'{words}: "{TEXT[first:last].strip()}"' in page


def test_labels_rules_and_moments_are_those_of_the_page(page: str, store: Store) -> None:
    async def keep() -> int:
        async with store.async_pool() as pool, Inbox(pool) as inbox:
            return await inbox.keep("whatsapp", BODY, RECEIVED)

    assert asyncio.run(keep()) == 1
    labeller = Labeller(store.dsn, compile_plan(read_pack(PACK)), "USD")
    with store.connect() as conn:
        work_waiting(conn, event_log(default_reader()).append, now_ms=RECEIVED + 5)
        conn.commit()
        news = labeller.claim_news(conn, 10)
        assert news == {1: RECEIVED}
        labeller.relabel(conn, news, RECEIVED + 6)
        told = conn.execute("SELECT rule, label, since FROM assignments ORDER BY rule").fetchall()
        standing = conn.execute(
            "SELECT as_of, due_from, due_by, recheck_at, playbook FROM standings"
        ).fetchone()
        conn.rollback()
    labeller.close()
    rows = {line.split("|")[1].strip(" `") for line in page.splitlines() if line.startswith("| `")}
    assert {rule for rule, _, _ in told} == {row for row in rows if "-" in row}
    for rule, label, since in told:
        [line] = [line for line in page.splitlines() if line.startswith(f"| `{rule}`")]
        assert f"`{label}` |" in line
        assert since == RECEIVED
    assert standing is not None
    assert all(f"{value}" in page for value in standing)


def test_every_function_that_the_page_names_is_there(page: str) -> None:
    for path, names in (
        ("web.webhooks", "_Door"), ("intake.inbox", "Inbox"), ("intake.work", "work_waiting"),
        ("connectors.whatsapp.translate", "translate"), ("events.log", "EventLog"),
        ("connectors.whatsapp.messages", "inbound put"), ("events.customers", "resolve"),
        ("events.columns", "columns"), ("events.corrections", "apply"), ("worker", "Worker"),
        ("labels.assign", "Labeller _points announce"), ("engines.relations", "Fetcher"),
        ("labels.ask", "Asker"), ("engines.duckdb", "InProcess"), ("plan.compile", "compile_plan"),
        ("rules.conclude", "conclude"),
    ):  # fmt: skip
        module = import_module(f"warmlist.{path}")
        for name in names.split():
            assert hasattr(module, name)
            assert f"`{name}" in page, name
        assert (ROOT / "src/warmlist" / f"{path.replace('.', '/')}.py").exists()
