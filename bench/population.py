"""An invented shop of any size, the same for the same seed: few customers write most messages.

Customers' activity falls as 1 / (rank + 100)^0.8, ranks dealt out at random, over 400 days with an
hour of the day that people keep. Rows come in the order in which they became known. Every draw is a
hash of seed, purpose and place, so that neither threads nor order of work change it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import duckdb
import pyarrow as pa

from bench.words import COUNTRIES, FAMILY, GIVEN, INBOUND, OUTBOUND, REPS
from warmlist.clock import DAY, HOUR

CUSTOMERS, MESSAGES, ORDERS = 100_000, 5_000_000, 150_000  # at scale 1
SPAN = 400 * DAY
TYPES = ("message", "receipt", "order", "profile")
#: Relative activity of the 24 hours of a day, midnight first.
HOURS = (10, 5, 3, 2, 2, 3, 8, 20, 40, 50, 60, 60, 70, 60, 50, 50, 50, 50, 60, 70, 80, 80, 60, 30)

#: draw(purpose, place): 0 <= x < 1. slot(list, purpose, place): one of a list, each as likely.
DRAWS = """
CREATE MACRO draw(purpose, place) AS (hash(hash({seed}, purpose, place)) >> 11)::DOUBLE / 9007199254740992;
CREATE MACRO slot(choices, purpose, place) AS choices[1 + floor(draw(purpose, place) * len(choices))::INT];
CREATE MACRO kept_hours(ms, purpose, place) AS (ms // {day} * {day}
  + slot({hours}, purpose, place) * {hour} + floor(draw(purpose || ' minute', place) * {hour}))::BIGINT;
"""
CUSTOMERS_SQL = """
CREATE TABLE people AS
WITH ranked AS (
  SELECT i, row_number() OVER (ORDER BY draw('rank', i), i) - 1 AS rank FROM range({n}) AS t (i)),
weighted AS (SELECT i, pow(rank + 100, -0.8) AS weight, draw('buys', i) < 0.6 AS buys FROM ranked),
lived AS (
  SELECT *, {end} - {day} - floor(draw('joined', i) * {span})::BIGINT AS joined,
    weight / sum(weight) OVER () AS share,
    CASE WHEN buys THEN weight / sum(CASE WHEN buys THEN weight END) OVER () ELSE 0 END AS buying
  FROM weighted)
SELECT (i + 1)::INT AS customer, joined,
  CASE WHEN draw('stays', i) < 0.55 THEN {end}
    ELSE joined + floor(draw('left', i) * ({end} - joined))::BIGINT END AS until,
  greatest(1, floor({messages} * share + draw('messages', i)))::INT AS messages,
  floor({orders} * buying + draw('orders', i))::INT AS orders,
  slot({given}, 'given', i) || ' ' || slot({family}, 'family', i) AS name,
  slot({countries}, 'country', i) AS country,
  CASE WHEN draw('owned', i) < 2.0 / 3 THEN slot({reps}, 'owner', i) END AS owner
FROM lived
"""
MESSAGES_SQL = """
CREATE TABLE messages AS
WITH numbered AS (
  SELECT customer, joined, until, row_number() OVER (ORDER BY customer, k) AS number
  FROM (SELECT customer, joined, until, UNNEST(range(messages)) AS k FROM people)),
timed AS (
  SELECT customer, number::INT AS number, (draw('inbound', number) < 0.45) AS inbound,
    least(greatest(kept_hours(joined + floor(draw('day', number) * (until - joined))::BIGINT, 'hour', number),
      joined), {end} - 1) AS ts
  FROM numbered)
SELECT customer, number, ts, inbound::TINYINT AS inbound,
  CASE WHEN NOT inbound THEN (draw('personal', number) < 0.85)::TINYINT END AS personal,
  (CASE WHEN inbound THEN slot({heard}, 'heard', number)
    ELSE slot({told}, 'told', number) END)::TINYINT AS words,
  ts + 1000 + floor(-ln(1 - draw('read after', number)) * 3 * {hour})::BIGINT AS read_at,
  draw('read', number) < 0.7 AS read
FROM timed
"""
EVENTS_SQL = """
SELECT row_number() OVER (ORDER BY ts, type, number) AS event, * FROM (
  SELECT 0::TINYINT AS type, customer, ts, number, inbound, personal, words,
    NULL::BIGINT AS cents, NULL::TINYINT AS paid FROM messages
  UNION ALL
  SELECT 1, customer, read_at, number, NULL, NULL, NULL, NULL, NULL FROM messages
  WHERE inbound = 0 AND read AND read_at < {end}
  UNION ALL
  SELECT 2, customer,
    least(greatest(kept_hours(joined + floor(draw('order day', number) * (until - joined))::BIGINT,
      'order hour', number), joined), {end} - 1),
    number, NULL, NULL, NULL,
    100 + floor(100 * exp(4.2 + 0.8 * sqrt(-2 * ln(1 - draw('cents', number)))
      * cos(2 * pi() * draw('cents too', number))))::BIGINT,
    (draw('paid', number) < 0.95)::TINYINT
  FROM (SELECT customer, joined, until, (row_number() OVER (ORDER BY customer, k))::INT AS number
    FROM (SELECT customer, joined, until, UNNEST(range(orders)) AS k FROM people))
  UNION ALL
  SELECT 3, customer, joined, customer, NULL, NULL, NULL, NULL, NULL FROM people
) ORDER BY event
"""


@dataclass(frozen=True)
class Population:
    """customers: customer (1, 2, ...), joined_at (ms), name, country, owner (null = nobody's).

    events, by `ts`: event (1, 2, ...), type (place in TYPES), customer, ts (ms), number (of its
    message or order), inbound, personal (messages, 0 or 1), words (place in INBOUND or OUTBOUND),
    cents and paid (orders).
    """

    customers: pa.Table
    events: pa.Table

    def sizes(self) -> dict[str, int]:
        """How many there are of each."""
        counts = {v["values"]: v["counts"] for v in self.events["type"].value_counts().to_pylist()}
        return {"customers": self.customers.num_rows, "events": self.events.num_rows} | {
            f"{name}s": counts.get(place, 0) for place, name in enumerate(TYPES)
        }


def handle(customer: int) -> str:
    """The phone number of a customer: none that exists."""
    return f"+1555{customer:07d}"


def populate(scale: float, seed: int, end_ms: int) -> Population:
    """The shop as of end_ms (epoch ms); scale 1 = 100,000 customers and 5 million messages."""
    figures = {
        "seed": seed, "end": end_ms, "day": DAY, "hour": HOUR, "span": SPAN - DAY,
        "n": max(20, round(CUSTOMERS * scale)), "messages": MESSAGES * scale,
        "orders": ORDERS * scale, "hours": _slots(enumerate(HOURS)),
        "heard": _slots((place, often) for place, (often, _) in enumerate(INBOUND)),
        "told": _slots((place, 1) for place in range(len(OUTBOUND))),
        "given": list(GIVEN), "family": list(FAMILY), "countries": list(COUNTRIES),
        "reps": list(REPS),
    }  # fmt: skip
    with duckdb.connect(config={"threads": 2}) as db:
        for statements in (DRAWS, CUSTOMERS_SQL, MESSAGES_SQL):
            db.execute(statements.format(**figures))
        people = db.sql(
            "SELECT customer, joined AS joined_at, name, country, owner FROM people ORDER BY customer"
        ).to_arrow_table()
        return Population(people, db.sql(EVENTS_SQL.format(**figures)).to_arrow_table())


def _slots(weights: Iterable[tuple[int, int]]) -> list[int]:
    """Each value as often as its weight."""
    return [value for value, weight in weights for _ in range(weight)]
