"""Rows of one order, brought together while the file streams by.

The rule: rows with the same order number belong together as long as fewer than `OPEN_ORDERS` other
orders began between them. Memory is bounded by the open orders, and by one small number for each
order already closed; a row that comes later than that is refused, never made a second order.
"""

from collections.abc import Hashable, Iterator
from dataclasses import dataclass, field
from typing import Generic, TypeVar

OPEN_ORDERS = 2_000
_Row = TypeVar("_Row")


@dataclass(slots=True)
class Groups(Generic[_Row]):
    """Open orders in the order in which they began: key -> its rows."""

    limit: int = OPEN_ORDERS
    _open: dict[Hashable, list[_Row]] = field(default_factory=dict)
    _closed: set[int] = field(default_factory=set)

    def add(self, key: Hashable, row: _Row) -> tuple[bool, list[_Row] | None]:
        """Puts a row into its order: (False when that was closed already, the order now closed)."""
        rows = self._open.get(key)
        if rows is not None:
            rows.append(row)
            return True, None
        if hash(key) in self._closed:
            return False, None
        self._open[key] = [row]
        if len(self._open) <= self.limit:
            return True, None
        oldest = next(iter(self._open))
        self._closed.add(hash(oldest))
        return True, self._open.pop(oldest)

    def rest(self) -> Iterator[list[_Row]]:
        """Every order that is still open, the oldest first."""
        while self._open:
            yield self._open.pop(next(iter(self._open)))
