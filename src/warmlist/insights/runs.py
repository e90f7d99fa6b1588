"""Runs of jobs as they are kept: dated, with what each found and what it withheld."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg.types.json import Jsonb

from warmlist.insights.outcome import Result
from warmlist.store.sql import queries

SQL = queries("insights/runs.sql")


@dataclass(frozen=True, slots=True)
class Run:
    """One run. concluded: whether it said anything about customers. added, removed: labels."""

    job: str
    at: int
    result: Result
    withheld: Sequence[str]
    concluded: bool = True
    added: int = 0
    removed: int = 0
    by: str = "warmlist"


def add(conn: psycopg.Connection[Any], run: Run) -> None:
    """Keep a run, in the caller's transaction."""
    values = {
        "job": run.job, "at": run.at, "result": Jsonb(run.result),
        "withheld": Jsonb(list(run.withheld)), "concluded": run.concluded, "added": run.added,
        "removed": run.removed, "by": run.by,
    }  # fmt: skip
    conn.execute(SQL.add, values)


def newest(
    conn: psycopg.Connection[Any], job: str, at: int, *, concluded: bool = False
) -> Run | None:
    """The newest run of a job by a moment (epoch ms); None before the first.

    concluded: only runs that said something about customers.
    """
    sql = SQL.newest_concluded if concluded else SQL.newest
    row = conn.execute(sql, {"job": job, "at": at}).fetchone()
    return Run(*row) if row else None


def last(conn: psycopg.Connection[Any], at: int) -> Mapping[str, tuple[int, int | None]]:
    """Job -> when it ran last by a moment, and when it last concluded something."""
    return {job: (ran, said) for job, ran, said in conn.execute(SQL.last, {"at": at})}


def claim(conn: psycopg.Connection[Any], job: str) -> bool:
    """Take a job until the transaction ends; False while somebody else has it."""
    row = conn.execute(SQL.lock, {"job": job}).fetchone()
    return bool(row and row[0])


def setting(conn: psycopg.Connection[Any], key: str) -> Any:
    """A setting of the workspace as JSON; None where it was not set."""
    row = conn.execute(SQL.setting, {"key": key}).fetchone()
    return row[0] if row else None


def put_setting(conn: psycopg.Connection[Any], key: str, value: object) -> None:
    """Set a setting of the workspace, in the caller's transaction."""
    conn.execute(SQL.put_setting, {"key": key, "value": Jsonb(value)})
