"""Tiers of spend in the last 12 months, by rank: the first 15 %, the next 35 %, the last half (SPD-3)."""

from __future__ import annotations

from warmlist.insights.outcome import Asked, Outcome, Result, major, share
from warmlist.insights.past import Past
from warmlist.store.sql import queries

SQL = queries("insights/tiers.sql")


def find(past: Past, asked: Asked) -> Outcome:
    """Rank every buyer; says who moved since the last run. Reads the table `standing`."""
    past.need_orders()
    figures = asked.figures
    past.run(SQL.buyers, **figures)
    past.run(SQL.tiered, **figures)
    rows = past.rows(SQL.tiers)
    buyers = rows[0]["buyers"] if rows else 0
    least = figures["tier_customers"]
    if buyers < least:
        return Outcome(
            {"buyers": buyers, "tiers": [], "moves": []},
            (f"{buyers} customers bought in the window; tiers by rank need {least}",),
            keep=True,
        )
    past.run(SQL.labels)
    big = past.one(SQL.big_orders)
    tiers = [
        {
            "tier": row["tier"],
            "customers": row["customers"],
            "of_customers": share(row["customers"], buyers),
            "spend": major(row["spend"], asked.currency),
            "of_spend": share(row["spend"], row["total"]),
            "from": major(row["from_spend"], asked.currency),
        }
        for row in rows
    ]
    result: Result = {
        "currency": asked.currency, "buyers": buyers, "tiers": tiers,
        "big_orders": {"customers": big["customers"], "from": major(big["from_mean"], asked.currency)},
    }  # fmt: skip
    return Outcome(result | _moves(past))


def _moves(past: Past) -> Result:
    """Who moved between tiers, as counts; of those who were in one before and are now."""
    rows = past.rows(SQL.moves)
    if all(row["before"] is None for row in rows):
        return {"moves": [], "moved": None}
    both = [row for row in rows if row["before"] and row["now"]]
    moved = sum(row["customers"] for row in both if row["before"] != row["now"])
    moves = [
        {"from": row["before"], "to": row["now"], "customers": row["customers"]}
        for row in rows
        if row["before"] != row["now"]
    ]
    return {"moves": moves, "moved": share(moved, sum(row["customers"] for row in both))}
