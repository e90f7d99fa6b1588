"""Plans on a cluster, by Spark Connect: Apache Spark, or what speaks its protocol.

A plan of many steps is run as several queries: Spark puts the text of a step wherever its name stands,
so that a plan whose steps are read by several others would be computed many times over. Steps marked
`kept` are therefore written to the shared storage once and read from there.
"""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import urlsplit

import pyarrow as pa

from warmlist.engines.mirror import COLUMNS, Contents
from warmlist.engines.relations import SCHEMAS
from warmlist.engines.storage import Storage
from warmlist.errors import BadSettings, EngineUnavailable
from warmlist.store.closing import Closing

if TYPE_CHECKING:
    from pyspark.sql.connect.session import SparkSession
    from pyspark.sql.dataframe import DataFrame

#: Seconds to wait for the first sign of life.
PATIENCE = 10
PORT = 15002

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Step:
    """One query in Spark's dialect, known to later ones by its name; kept = computed once."""

    name: str
    sql: str
    kept: bool


class Spark(Closing):
    """A session on a cluster, with the relations that plans read. Close it to end the session.

    remote: such as `sc://spark.example.com:15002/;token=...`.
    """

    def __init__(self, remote: str, storage: Storage) -> None:
        self._storage = storage
        self._session = _connect(remote)

    def show(self, contents: Contents) -> None:
        """Make `events` and `handles`: the parts of a mirror, what is not in it yet, who is who."""
        for number, (name, _) in enumerate(contents.parts):
            self._look(f"part_{number}", self._storage.part(name))
        stale = [(n, i) for n, (_, ids) in enumerate(contents.parts) for i in ids]
        columns = {"part": [n for n, _ in stale], "event_id": [i for _, i in stale]}
        for name, rows in (
            ("tail", contents.tail.select(COLUMNS).cast(SCHEMAS["events"])),
            ("handles", contents.handles),
            ("superseded", contents.superseded),
            (
                "stale",
                pa.table(columns, pa.schema([("part", pa.int64()), ("event_id", pa.int64())])),
            ),
        ):
            self._look(name, self._storage.put(name, rows))
        with_stale = {n for n, _ in stale}
        union = "\nUNION ALL\n".join(
            [_part(n, n in with_stale) for n in range(len(contents.parts))]
            + [f"SELECT {', '.join(COLUMNS)} FROM tail"]
        )
        if contents.superseded.num_rows:
            union = _ended(union)
        self.view("events", union)

    def put(self, name: str, rows: pa.Table) -> None:
        """Make a relation of rows."""
        self._look(name, self._storage.put(name, rows))

    def view(self, name: str, sql: str) -> None:
        """Name a query; it is computed wherever the name is read."""
        self.run([Step(name, sql, kept=False)])

    def run(self, steps: Iterable[Step]) -> None:
        """Compute steps, in order; each may read relations and steps before it, by name."""
        for step in steps:
            rows = _asked(partial(self._session.sql, step.sql))
            if step.kept:
                rows = self._keep(step.name, rows)
            _asked(partial(rows.createOrReplaceTempView, step.name))

    def rows(self, sql: str) -> pa.Table:
        """The answer to a query, whole."""
        return _asked(lambda: self._session.sql(sql).toArrow())

    def close(self) -> None:
        with suppress(Exception):  # the cluster forgets a session that was not ended
            self._session.stop()

    def _look(self, name: str, place: str) -> None:
        _asked(lambda: self._session.read.parquet(place).createOrReplaceTempView(name))

    def _keep(self, name: str, rows: DataFrame) -> DataFrame:
        place = self._storage.place(name)
        # The schema is told, since an answer without rows may be no file at all.
        schema = _asked(lambda: rows.schema)
        _asked(lambda: rows.write.mode("overwrite").parquet(place))
        return _asked(lambda: self._session.read.schema(schema).parquet(place))


def _part(number: int, stale: bool) -> str:
    columns = ", ".join(f"e.{c}" for c in COLUMNS)
    if not stale:
        return f"SELECT {columns} FROM part_{number} AS e"
    return (
        f"SELECT {columns} FROM part_{number} AS e LEFT JOIN "
        f"(SELECT event_id FROM stale WHERE part = {number}) AS s "
        "ON s.event_id = e.event_id AND e.type IN ('reading', 'tag') WHERE s.event_id IS NULL"
    )


def _ended(events: str) -> str:
    """Events with the moment up to which they count, of which one source or two tell."""
    columns = ", ".join(
        "LEAST(e.gone_at, g.gone_at) AS gone_at" if c == "gone_at" else f"e.{c}" for c in COLUMNS
    )
    return (
        f"SELECT {columns} FROM (\n{events}\n) AS e "
        "LEFT JOIN superseded AS g ON g.event_id = e.event_id"
    )


def _connect(remote: str) -> SparkSession:
    try:
        from pyspark.sql.connect.session import SparkSession
    except ImportError:
        raise BadSettings(
            "--engine spark needs packages that are not installed",
            hint="pip install 'warmlist[spark]'",
        ) from None
    address = urlsplit(remote)
    if address.scheme != "sc" or not address.hostname:
        raise BadSettings(
            "WARMLIST_SPARK_REMOTE is no address of Spark Connect",
            hint="such as sc://spark.example.com:15002",
        )
    where = (address.hostname, address.port or PORT)
    try:
        # Asked first, because Spark's own client tries for ten minutes before it says so.
        socket.create_connection(where, timeout=PATIENCE).close()
    except OSError:
        raise EngineUnavailable(f"Spark Connect does not answer at {where[0]}:{where[1]}") from None
    return _asked(lambda: SparkSession.builder.remote(remote).create())


def _asked(question: Callable[[], T]) -> T:
    """Ask the cluster. Raises EngineUnavailable with the first line of what it says."""
    from grpc import RpcError  # type: ignore[import-untyped]
    from pyspark.errors import PySparkException

    try:
        return question()
    except (RpcError, PySparkException) as error:
        said = (str(error).strip() or type(error).__name__).splitlines()[0]
        raise EngineUnavailable(
            f"Spark gave up: {said[:300]}", hint="its own log tells more"
        ) from error
