"""The catalogue in force: read from what the workspace's orders and views say of products."""

from __future__ import annotations

from typing import Any

import psycopg

from warmlist.store.sql import queries
from warmlist.understanding.products.catalogue import NO_PRODUCTS, Catalogue

SQL = queries("understanding/products/shelf.sql")
#: Of the newest events of a workspace so many are looked through at the first reading.
NEWEST = 500_000
#: So many products are kept; those heard of last stay.
MOST = 20_000


class Shelf:
    """Holds the catalogue for the readers of a process, which share it. `load` brings it up to date.

    Readers may read while it is loaded: the catalogue is replaced as a whole.
    """

    def __init__(self) -> None:
        self.catalogue: Catalogue = NO_PRODUCTS
        self._rows: dict[str, tuple[str, str, str | None, str | None]] = {}
        self._after: int | None = None

    def load(self, conn: psycopg.Connection[Any]) -> bool:
        """Read what events said of products since the last time; True where that changed something."""
        values = {"after": self._after, "newest": NEWEST}
        changed = False
        for event, sku, name, category, price in conn.execute(SQL.products, values):
            self._after = max(self._after or 0, event)
            row = (sku, name, category, price)
            if sku is None or self._rows.get(sku) == row:
                continue
            self._rows.pop(sku, None)
            self._rows[sku] = row
            changed = True
        if changed:
            self._rows = dict(list(self._rows.items())[-MOST:])
            self.catalogue = Catalogue.of(self._rows.values())
        return changed
