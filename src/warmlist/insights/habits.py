"""One customer's habits: the heat map, and the best and worst windows (WIN-1, WIN-2)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import psycopg

from warmlist.insights import runs, windows
from warmlist.insights.jobs import Workspace
from warmlist.insights.past import Past
from warmlist.insights.statistics import Floats
from warmlist.insights.windows import Window


@dataclass(frozen=True, slots=True)
class Habits:
    """heat: (7, 24) acts by local weekday (Monday first) and hour. parts: weekday, weekend -> windows.

    country: whose habit fills in what is not known of the customer; None: everybody's. zone: of the clock.
    """

    heat: Floats
    parts: Mapping[str, tuple[Window, Window]]
    country: str | None
    zone: str


def of_customer(conn: psycopg.Connection, workspace: Workspace, customer: int, at: int) -> Habits:
    """What is known of a customer's habits as of a moment (epoch ms), drawn towards the country's.

    The country's habit is that of the newest run of the job `windows` by then; before the first run
    no hour is likelier than another.
    """
    run = runs.newest(conn, "windows", at)
    with Past.of_few(workspace.dsn, [customer], at, workspace.zone) as past:
        windows.look(past, workspace.figures)
        heat = windows.heat_of(past, customer)
        (person,) = past.rows(f"SELECT country, zone FROM people WHERE customer_id = {customer}")
    told = run.result if run else {"countries": {}, "everybody": {}, "weights": {}}
    country = person["country"] if person["country"] in told["countries"] else None
    parent = told["countries"][country] if country else told["everybody"]
    above = np.array(parent.get("heat", np.zeros((windows.DAYS, windows.HOURS))), dtype=float)
    weights = {part: told["weights"].get(part, windows.LIGHT) for part in windows.PARTS}
    parts = windows.customer_windows(heat, above, weights)
    return Habits(heat, parts, country, person["zone"])
