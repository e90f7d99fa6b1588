"""What was known by a moment, as tables in a DuckDB that the jobs compute over."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from warmlist.connectors.places import is_zone, zone_of_country
from warmlist.engines.mirror import Mirror
from warmlist.engines.relations import Fetcher
from warmlist.insights.clocks import offsets
from warmlist.store.closing import Closing
from warmlist.store.sql import queries

SQL = queries("insights/past.sql")
MEMORY = "1GB"
#: Longest name of a product or category, in characters: two of them fit into one label.
LONGEST = 60

Figures = Mapping[str, int]  # thresholds of the pack: durations in ms, money in minor units


class Past(Closing):
    """The log as of a moment (epoch ms, what was known at that very moment included).

    `db` holds the view `log`, the tables `people` (customer_id, country, zone) and `wanted`, and on
    demand `movements`, `orders`, `bought` and `clocks`; past.sql says what they hold. Tables that are
    there already are taken as they are. Closes what it was given.
    """

    def __init__(
        self, db: duckdb.DuckDBPyConnection, at: int, zone: str,
        mirror: Mirror | None = None, fetcher: Fetcher | None = None,
    ) -> None:  # fmt: skip
        self.db, self.at, self.zone = db, at, zone
        self._mirror, self._fetcher = mirror, fetcher
        self.run(SQL.wanted)

    @classmethod
    def of(cls, dsn: str, mirror_folder: Path, at: int, zone: str) -> Past:
        """Everybody's past out of the store, over its mirror, which is brought up to date."""
        fetcher = Fetcher(dsn)
        mirror = Mirror(mirror_folder, fetcher)
        db = duckdb.connect(config={"memory_limit": MEMORY, "threads": 2})
        past = cls(db, at, zone, mirror, fetcher)
        mirror.advance()
        mirror.open(db)
        past._begin()
        return past

    @classmethod
    def of_few(cls, dsn: str, customers: Iterable[int], at: int, zone: str) -> Past:
        """The past of some customers alone, out of the store by index."""
        fetcher = Fetcher(dsn)
        rows = fetcher.rows(customers)
        db = duckdb.connect(config={"memory_limit": "192MB", "threads": 1})
        db.register("all_events", rows.events)
        db.register("handles", rows.handles)
        past = cls(db, at, zone, fetcher=fetcher)
        past._begin()
        return past

    def run(self, sql: str, **figures: object) -> duckdb.DuckDBPyConnection:
        """Run a statement in which {at} and these figures stand."""
        return self.db.execute(sql.format(at=self.at, **figures))

    def need_orders(self) -> None:
        """Make `movements` and `orders`."""
        if not self._has("orders"):
            self.run(SQL.movements)
            self.run(SQL.orders)

    def need_bought(self) -> None:
        """Make `bought`, and what it rests on."""
        if self._has("bought"):
            return
        self.need_orders()
        assert self._fetcher is not None
        lines = self._fetcher.stream(SQL.lines.format(at=self.at, longest=LONGEST))
        self.db.register("line_rows", lines)
        self.run(SQL.bought)
        self.db.unregister("line_rows")

    def need_clocks(self, first: int) -> None:
        """Make `clocks`: offsets of all zones in use from a moment until now."""
        zones = {z for (z,) in self.db.execute("SELECT DISTINCT zone FROM people").fetchall()}
        self.register("clocks", offsets(zones | {self.zone}, max(first, 0), self.at))

    def register(self, name: str, rows: pa.Table) -> None:
        """A table of our own; an earlier one of that name goes."""
        self.db.register("rows_to_keep", rows)
        self.db.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS SELECT * FROM rows_to_keep")
        self.db.unregister("rows_to_keep")

    def rows(self, sql: str, **figures: object) -> list[dict[str, Any]]:
        """The rows of a query, in its order."""
        found = self.run(sql, **figures)
        names = [column[0] for column in found.description or ()]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]

    def one(self, sql: str, **figures: object) -> dict[str, Any]:
        """The only row of a query."""
        (row,) = self.rows(sql, **figures)
        return row

    def columns(self, sql: str, **figures: object) -> Mapping[str, Any]:
        """The columns of a query as NumPy arrays."""
        return dict(self.run(sql, **figures).fetchnumpy())

    def close(self) -> None:
        for held in (self._mirror, self._fetcher, self.db):
            if held is not None:
                held.close()

    def _told(self, column: str) -> list[str]:
        sql = f"SELECT DISTINCT {column} FROM told_people WHERE {column} IS NOT NULL ORDER BY 1"
        return [value for (value,) in self.db.execute(sql).fetchall()]

    def _has(self, name: str) -> bool:
        sql = f"SELECT 1 FROM duckdb_tables() WHERE table_name = '{name}'"
        return self.db.execute(sql).fetchone() is not None

    def _begin(self) -> None:
        """Make `log` and `people`."""
        self.run(SQL.log)
        self.run(SQL.told)
        countries = self._told("country")
        zones = [zone for zone in self._told("zone") if is_zone(zone)]
        self.register(
            "country_zones",
            pa.table(
                {
                    "country": pa.array(countries, pa.string()),
                    "zone": pa.array([zone_of_country(c) for c in countries], pa.string()),
                }
            ),
        )
        self.register("known_zones", pa.table({"told": pa.array(zones, pa.string())}))
        self.run(SQL.placed, zone=self.zone)
        self.db.execute("DROP TABLE told_people")
