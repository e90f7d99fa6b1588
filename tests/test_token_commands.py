"""`warmlist token`: a token is shown once, listed without itself, and revoked for good."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from typer.testing import CliRunner, Result

from warmlist.cli import cli
from warmlist.store.database import Store
from warmlist.web.api import tokens

pytestmark = pytest.mark.store

Run = Callable[..., Result]


@pytest.fixture
def run(store: Store, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setenv("WARMLIST_DATABASE_URL", store.dsn)
    return lambda *words: CliRunner().invoke(cli, ["token", *words])


def test_a_token_lives_until_it_is_revoked(store: Store, run: Run) -> None:
    made = run("create", "crm-sync", "--role", "lead")
    token = made.stdout.strip()
    assert made.exit_code == 0
    assert token.startswith(tokens.PREFIX)
    assert made.stdout.count(token) == 1
    with store.connect() as conn:
        holder = tokens.holder(conn, token)
    assert holder
    assert (holder.viewer.name, holder.viewer.role) == ("crm-sync", "lead")
    listed = run("list").stdout
    assert "crm-sync" in listed
    assert token not in listed
    assert run("revoke", "crm-sync").exit_code == 0
    with store.connect() as conn:
        assert tokens.holder(conn, token) is None
    again = run("revoke", "crm-sync")
    assert again.exit_code
    assert "no live token" in str(again.exception)


def test_one_of_several_is_revoked_by_its_id(store: Store, run: Run) -> None:
    first, second = (run("create", "sync", "--role", "admin").stdout.strip() for _ in range(2))
    assert "2 live tokens" in str(run("revoke", "sync").exception)
    assert run("revoke", tokens.token_hash(first).hex()[:8]).exit_code == 0
    with store.connect() as conn:
        assert tokens.holder(conn, first) is None
        assert tokens.holder(conn, second)


def test_a_reps_token_should_have_the_name_of_a_user(run: Run) -> None:
    made = run("create", "Nobody")
    assert made.exit_code == 0
    assert "no user is called Nobody" in made.stderr


@pytest.mark.parametrize(
    "words", [("",), ("x" * 101,), ("a\nb",), ("ok", "--role", "owner")], ids=lambda w: w[-1][:9]
)
def test_names_and_roles_that_are_none(run: Run, words: tuple[str, ...]) -> None:
    refused = run("create", *words)
    assert refused.exit_code
    assert not refused.stdout
