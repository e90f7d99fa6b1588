"""Fact values of one customer as of any moment, replayed with the pack in force."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import Any

from warmlist.app import App
from warmlist.errors import WarmlistError
from warmlist.labels.assign import Labeller
from warmlist.labels.sentences import shown_facts


class FactReader:
    """Asks the plan. One question at a time; each takes some milliseconds."""

    def __init__(self, app: App) -> None:
        self._app = app
        self._labeller: Labeller | None = None
        self._asking = threading.Lock()

    def at(self, customer_id: int, as_of: int) -> Mapping[str, Any]:
        """Every fact of the plan as of a moment (epoch ms), from what was known before it.

        Moments in epoch ms, money in minor units; None = unknown. Raises StoreUnavailable.
        """
        with self._asking:
            try:
                return self._ask(customer_id, as_of)
            except WarmlistError:
                self._forget()
                return self._ask(customer_id, as_of)  # the connection may have been an old one

    def close(self) -> None:
        """Give back connection and engine; the next question takes them anew."""
        with self._asking:
            self._forget()

    def _ask(self, customer_id: int, as_of: int) -> Mapping[str, Any]:
        if self._labeller is None or self._labeller.plan is not self._app.plan:
            self._forget()
            self._labeller = self._app.labeller()
        customers = self._labeller.fetch([customer_id])
        answers = self._labeller.asker.ask(customers, [(customer_id, as_of)])
        plan = self._labeller.plan
        return shown_facts(plan.pack, answers[0].values, [fact.name for fact in plan.facts])

    def _forget(self) -> None:
        if self._labeller is not None:
            self._labeller.close()
            self._labeller = None
