"""The invented shop as a columnar mirror without a database: any number of customers, in little memory.

The same people, messages, receipts and orders as `population` makes of the same scale and seed, and
what feeds the other dimensions: views, carts, clicks, profiles, tags, feedback, follow-ups done,
preferences, labels by hand. Customers are written one chunk after another, as their rows lie together.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from bench.population import (
    CUSTOMERS,
    CUSTOMERS_SQL,
    DRAWS,
    HOURS,
    MESSAGES,
    ORDERS,
    SPAN,
    _slots,
)
from bench.words import COUNTRIES, FAMILY, GIVEN, INBOUND, OUTBOUND, REPS
from warmlist.app import event_log
from warmlist.clock import DAY, HOUR
from warmlist.engines.mirror import Contents, Manifest
from warmlist.engines.part import Part
from warmlist.engines.relations import SCHEMAS, table
from warmlist.understanding.reader import default_reader

PART = "part-1"
CHUNK = 20_000  # customers
VIEWS = 10  # of products, for each customer on average

#: Where a customer's messages and orders begin in the numbering of all.
NUMBERED = """
CREATE TABLE numbered AS SELECT *,
  CAST(sum(messages) OVER (ORDER BY customer) - messages AS BIGINT) AS first_message,
  CAST(sum(orders) OVER (ORDER BY customer) - orders AS BIGINT) AS first_order
FROM people
"""
TIMED = """
CREATE OR REPLACE TEMP TABLE timed AS
WITH each AS (SELECT customer, joined, until, first_message + 1 + UNNEST(range(messages)) AS number
  FROM numbered WHERE customer > {low} AND customer <= {high})
SELECT customer, number::INT AS number, (draw('inbound', number::INT) < 0.45) AS inbound,
  least(greatest(kept_hours(joined + floor(draw('day', number::INT) * (until - joined))::BIGINT, 'hour',
    number::INT), joined), {end} - 1) AS ts
FROM each
"""
#: type -> its rows of a chunk. An event's id is its number and, in front of it, its type's.
ROWS = {
    "message": """
SELECT number AS event_id, customer AS handle_id, ts * 1048576 AS pos, ts AS known_at,
  CASE WHEN inbound THEN 'in' ELSE 'out' END AS direction, 'text' AS kind,
  CASE WHEN NOT inbound AND draw('quote', number) < 0.05 THEN 'quote' END AS purpose,
  CASE WHEN NOT inbound THEN draw('personal', number) < 0.85 END AS personal, number::BIGINT AS key
FROM timed ORDER BY handle_id, pos""",
    "receipt": """
SELECT 10000000000 + number AS event_id, customer AS handle_id, read_at * 1048576 AS pos,
  read_at AS known_at, 'read' AS status, number::BIGINT AS key
FROM (SELECT *, ts + 1000 + floor(-ln(1 - draw('read after', number)) * 3 * {hour})::BIGINT AS read_at
  FROM timed WHERE NOT inbound AND draw('read', number) < 0.7)
WHERE read_at < {end} ORDER BY handle_id, pos""",
    "reading": """
SELECT number AS event_id, customer AS handle_id, ts * 1048576 AS pos, ts AS known_at, bits
FROM (SELECT *, {bits}[1 + slot({heard}, 'heard', number)] AS bits FROM timed WHERE inbound)
WHERE bits <> 0 ORDER BY handle_id, pos""",
    "order": """
SELECT 20000000000 + number AS event_id, customer AS handle_id, ts * 1048576 AS pos, ts AS known_at,
  CASE WHEN paid THEN 'paid' ELSE 'returned' END AS status, 1000000000000 + number AS key,
  CASE WHEN paid THEN cents ELSE -cents END AS value
FROM (SELECT customer, number, draw('paid', number) < 0.95 AS paid,
    least(greatest(kept_hours(joined + floor(draw('order day', number) * (until - joined))::BIGINT,
      'order hour', number), joined), {end} - 1) AS ts,
    100 + floor(100 * exp(4.2 + 0.8 * sqrt(-2 * ln(1 - draw('cents', number)))
      * cos(2 * pi() * draw('cents too', number))))::BIGINT AS cents
  FROM (SELECT customer, joined, until, (first_order + 1 + UNNEST(range(orders)))::INT AS number
    FROM numbered WHERE customer > {low} AND customer <= {high}))
ORDER BY handle_id, pos""",
    "view": """
SELECT 30000000000 + number AS event_id, customer AS handle_id, ts * 1048576 AS pos, ts AS known_at,
  100 + floor(49900 * draw('price', sku))::BIGINT AS value,
  1 + floor(400 * pow(draw('seconds', number), 4))::INT AS number,
  'sku-' || sku AS sku, 'category-' || sku % 20 AS category
FROM (SELECT customer, number, floor(500 * pow(draw('sku', number), 2))::INT AS sku,
    least(joined + floor(draw('viewed', number) * (until - joined))::BIGINT, {end} - 1) AS ts
  FROM (SELECT customer, joined, until, customer * 1000 + UNNEST(range(
      floor(2 * {views} * draw('views', customer))::INT)) AS number
    FROM numbered WHERE customer > {low} AND customer <= {high}))
ORDER BY handle_id, pos""",
    "cart": "SELECT * FROM now_and_then('cart', 0.3, 4) ORDER BY handle_id",
    "click": "SELECT * FROM now_and_then('click', 0.5, 5) ORDER BY handle_id",
    "event": """
SELECT *, slot(['online', 'offline'], 'place', handle_id) AS kind
FROM now_and_then('event', 0.1, 6) ORDER BY handle_id""",
    "feedback": """
SELECT *, 1 + floor(5 * draw('score', handle_id))::INT AS number
FROM now_and_then('feedback', 0.05, 7) ORDER BY handle_id""",
    "follow_up": "SELECT *, 'done' AS kind FROM now_and_then('done', 0.3, 8) ORDER BY handle_id",
    "preference": """
SELECT *, slot(['stop', 'signup'], 'marketing', handle_id) AS kind
FROM now_and_then('preference', 0.05, 9) ORDER BY handle_id""",
    "label": """
SELECT *, 'add' AS kind, 'follow_up' AS dimension, 'green' AS label,
  known_at + 90 * {day}::BIGINT AS moment_at
FROM now_and_then('label', 0.005, 10) ORDER BY handle_id""",
    "profile": """
SELECT 110000000000 + customer AS event_id, customer AS handle_id, joined * 1048576 AS pos,
  joined AS known_at, slot(['b2b', 'b2c', 'b2c', 'b2c'], 'kind', customer) AS kind,
  slot(['website', 'community', 'offline', 'ad', 'referral'], 'source', customer) AS category,
  joined AS moment_at
FROM numbered WHERE customer > {low} AND customer <= {high} ORDER BY handle_id""",
    "tag": """
WITH told AS (SELECT customer, joined, country, UNNEST([
    ['country', country], ['language', slot(['en', 'it', 'de', 'pt'], 'language', customer)],
    ['time_zone', slot(['Europe/Rome', 'Asia/Shanghai', 'America/Sao_Paulo'], 'zone', customer)],
    ['industry', slot(['retail', 'food', 'machines'], 'industry', customer)],
    ['product', 'interest:category-' || floor(20 * draw('likes', customer))::INT],
    ['product', 'interest:category-' || floor(20 * draw('likes too', customer))::INT],
    ['contact_time', slot(['nine_to_six', 'night_active'], 'times', customer)],
    ['contact_format', slot(['text', 'voice', 'image'], 'form', customer)],
    ['active_window', slot(['mon_evening', 'sat_evening'], 'window', customer)]]) AS word
  FROM numbered WHERE customer > {low} AND customer <= {high})
SELECT 110000000000 + customer AS event_id, customer AS handle_id, joined * 1048576 AS pos,
  joined AS known_at, 'add' AS kind, 2 AS number, word[1] AS dimension, word[2] AS label
FROM told WHERE word[1] IN ('country', 'product') OR draw('told ' || word[1], customer) < 0.4
ORDER BY handle_id""",
}
NOW_AND_THEN = """
CREATE OR REPLACE TEMP MACRO now_and_then(what, share, place) AS TABLE
SELECT place * 10000000000 + customer AS event_id, customer AS handle_id,
  (joined + floor(draw(what, customer) * (until - joined))::BIGINT) * 1048576 AS pos,
  joined + floor(draw(what, customer) * (until - joined))::BIGINT AS known_at
FROM numbered WHERE customer > {low} AND customer <= {high} AND draw(what || ' at all', customer) < share
"""


@dataclass(frozen=True)
class BigShop:
    """A folder that lies as a mirror: parts, and beside them the handles, one a customer."""

    folder: Path
    customers: int
    end_ms: int

    @property
    def files(self) -> str:
        """All events, as a pattern for readers of Parquet."""
        return f"{self.folder / PART}/*/*.parquet"

    @property
    def handles(self) -> Path:
        return self.folder / "handles.parquet"

    def bytes_(self) -> int:
        """Size of the events."""
        return sum(f.stat().st_size for f in (self.folder / PART).glob("*/*.parquet"))

    def counts(self) -> dict[str, int]:
        """Rows of each type."""
        files = sorted((self.folder / PART).glob("*/*.parquet"))
        return {f.parent.name.removeprefix("type="): pq.read_metadata(f).num_rows for f in files}

    def manifest(self) -> Manifest:
        return Manifest(database="bench", parts=[PART], sizes={PART: self.bytes_()})

    def contents(self) -> Contents:
        """What an engine must read: one part and nothing else."""
        nothing = pa.table(
            {"event_id": pa.array([], pa.int64()), "gone_at": pa.array([], pa.int64())}
        )
        return Contents([(PART, [])], table("events"), pq.read_table(self.handles), nothing)

    def show(self, db: duckdb.DuckDBPyConnection) -> None:
        """Make `all_events` and `handles` in a DuckDB."""
        columns = ", ".join(f.name for f in SCHEMAS["events"])
        db.execute(
            f"CREATE VIEW all_events AS SELECT {columns} FROM read_parquet('{self.files}', "
            "hive_partitioning = true, hive_types = {'type': VARCHAR})"
        )
        db.execute(f"CREATE TABLE handles AS SELECT * FROM '{self.handles}'")


def build(
    folder: Path,
    scale: float,
    seed: int,
    end_ms: int,
    say: Callable[[str], Any],
    orders: int = ORDERS,
) -> BigShop:
    """Write the shop as of end_ms (epoch ms); scale 1 = 100,000 customers and 5 million messages.

    orders: at scale 1.
    """
    customers = max(20, round(CUSTOMERS * scale))
    shop = BigShop(folder, customers, end_ms)
    figures = {
        "seed": seed, "end": end_ms, "day": DAY, "hour": HOUR, "span": SPAN - DAY, "n": customers,
        "messages": MESSAGES * scale, "orders": orders * scale, "views": VIEWS,
        "hours": _slots(enumerate(HOURS)), "bits": _bits(),
        "heard": _slots((place, often) for place, (often, _) in enumerate(INBOUND)),
        "told": _slots((place, 1) for place in range(len(OUTBOUND))),
        "given": list(GIVEN), "family": list(FAMILY), "countries": list(COUNTRIES), "reps": list(REPS),
    }  # fmt: skip
    with duckdb.connect(config={"threads": 2, "memory_limit": "2GB"}) as db:
        for statements in (DRAWS, CUSTOMERS_SQL, NUMBERED):
            db.execute(statements.format(**figures))
        handles = (
            "SELECT customer::BIGINT AS handle_id, customer::BIGINT AS customer_id FROM numbered"
        )
        folder.mkdir(parents=True, exist_ok=True)
        pq.write_table(
            db.sql(f"{handles} ORDER BY 1").to_arrow_table().cast(SCHEMAS["handles"]), shop.handles
        )
        with Part(folder / PART) as part:
            for low in range(0, customers, CHUNK):
                chunk = figures | {"low": low, "high": low + CHUNK}
                db.execute(TIMED.format(**chunk))
                db.execute(NOW_AND_THEN.format(**chunk))
                for kind, sql in ROWS.items():
                    part.add(db.sql(sql.format(**chunk)).to_arrow_table(), kind)
                if low // CHUNK % 10 == 9:
                    say(f"{low + CHUNK:,} customers, {part.rows:,} rows")
    return shop


def _bits() -> list[int]:
    """What the reader in force finds in each text that customers write."""
    read = event_log(default_reader()).read
    return [read(text).bits for _, text in INBOUND]
