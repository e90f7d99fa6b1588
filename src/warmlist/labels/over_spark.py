"""The plan on a cluster: its rows for everybody are computed there and fetched chunk by chunk."""

from __future__ import annotations

from dataclasses import dataclass

import duckdb

from warmlist.engines.spark import Spark
from warmlist.plan.compile import Plan
from warmlist.plan.dialects import at_moment
from warmlist.plan.steps import spark_steps


@dataclass
class OverSpark:
    """The plan's rows as of a moment (ms), on a cluster that shows `events` and `handles`."""

    spark: Spark
    plan: Plan
    as_of: int
    _chunks: int = 0

    def compute(self) -> None:
        """Make `wide`, and `opens` where the pack has open labels, of everybody."""
        self.spark.view(
            "spine",
            "SELECT DISTINCT customer_id AS asked, customer_id, "
            f"CAST({self.as_of} AS BIGINT) AS as_of FROM handles",
        )
        for name, sql in self._statements():
            self.spark.run(spark_steps(at_moment(sql, self.as_of), name))

    def fetch(self, db: duckdb.DuckDBPyConnection) -> None:
        """Copy the rows of the customers in DuckDB's `spine` into tables of the same names there."""
        chunk = f"chunk_{self._chunks}"
        self._chunks += 1
        customers = db.sql("SELECT DISTINCT customer_id FROM spine").to_arrow_table()
        self.spark.put(chunk, customers)
        for name, _ in self._statements():
            rows = self.spark.rows(
                f"SELECT r.* FROM {name} AS r JOIN {chunk} AS c ON c.customer_id = r.customer_id"
            )
            db.register("fetched", rows)
            db.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS SELECT * FROM fetched")
            db.unregister("fetched")

    def _statements(self) -> list[tuple[str, str]]:
        return [("wide", self.plan.sql)] + (
            [("opens", self.plan.open_sql)] if self.plan.open_sql is not None else []
        )
