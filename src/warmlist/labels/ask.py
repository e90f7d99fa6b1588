"""Asks the plan about few customers: fact rows from the engine, conclusions in plain Python."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from warmlist.engines.duckdb import InProcess
from warmlist.engines.relations import Rows, spine, table
from warmlist.events.model import SEQ_BITS
from warmlist.labels.timeline import Answer
from warmlist.plan.compile import Plan
from warmlist.plan.evidence import compile_evidence, counting_rules
from warmlist.rules.conclude import ManualAct, conclude
from warmlist.rules.model import Rule
from warmlist.rules.open_labels import TagAct

Act = TypeVar("Act")
_NONE = np.empty(0, np.int64)
_TAGGED = pa.array(["tag", "finding"])
#: Types whose `moment_at` ends or begins something by time alone.
_ENDING = pa.array(["profile", "tag", "finding"])


@dataclass
class _About:
    """What plain Python needs of one customer's rows."""

    begins: np.ndarray = field(
        default_factory=lambda: _NONE
    )  # ms, sorted: when rows begin to count
    ends: list[int] = field(default_factory=list)  # ms: when some cease to, or a joining date comes
    known_at: np.ndarray = field(default_factory=lambda: _NONE)
    acts: list[tuple[int, int | None, ManualAct]] = field(default_factory=list)
    tags: list[tuple[int, int | None, TagAct]] = field(default_factory=list)


class Customers:
    """The rows of some customers, ready to be asked about at any moments."""

    def __init__(self, rows: Rows) -> None:
        self.rows = rows
        handles = rows.handles.to_pydict()
        self._customer = dict(zip(handles["handle_id"], handles["customer_id"], strict=True))
        self._about: dict[int, _About] = defaultdict(_About)
        events = rows.events
        tagged = pc.is_in(events["type"], value_set=_TAGGED)
        told = events.filter(tagged)
        # What a handle tells by itself was always known: it is no news.
        events = events.filter(pc.greater(events["known_at"], 0))
        begins = pc.max_element_wise(events["known_at"], pc.shift_right(events["pos"], SEQ_BITS))
        self._group(events, begins.to_numpy())
        self._read_tags(told, _firsts(events["handle_id"].to_numpy(), begins.to_numpy()))
        self._add_ends(events.append_column("begins", begins))
        self._read_acts()

    def _group(self, events: pa.Table, begins: np.ndarray) -> None:
        """Put the moments of the rows apart by customer, without a loop over rows."""
        if not len(begins):
            return
        handles, places = np.unique(events["handle_id"].to_numpy(), return_inverse=True)
        customers = np.array([self._customer[h] for h in handles.tolist()])[places]
        order = np.lexsort((begins, customers))
        customers, begins = customers[order], begins[order]
        known_at = events["known_at"].to_numpy()[order]
        names, firsts = np.unique(customers, return_index=True)
        for name, first, behind in zip(
            names.tolist(), firsts.tolist(), [*firsts.tolist()[1:], len(customers)], strict=True
        ):
            about = self._about[name]
            about.begins, about.known_at = begins[first:behind] + 1, known_at[first:behind]

    def _add_ends(self, events: pa.Table) -> None:
        """Moments ahead at which rows cease to count, or a joining date is reached."""
        ahead = pc.or_kleene(
            pc.greater(events["gone_at"], events["begins"]),
            pc.and_(
                pc.is_in(events["type"], value_set=_ENDING),
                pc.greater(events["moment_at"], events["begins"]),
            ),
        )
        for row in events.filter(ahead).to_pylist():
            ends = self._about[self._customer[row["handle_id"]]].ends
            if row["gone_at"] is not None and row["gone_at"] > row["begins"]:
                ends.append(row["gone_at"] + 1)
            if row["type"] == "profile" and (row["moment_at"] or 0) > row["begins"]:
                ends.append(row["moment_at"] + 1)
            elif row["type"] != "profile" and row["moment_at"] is not None:
                ends.append(row["moment_at"])

    def _read_acts(self) -> None:
        by_hand = self.rows.events.filter(pc.equal(self.rows.events["type"], "label"))
        for row in by_hand.to_pylist():
            act = ManualAct(
                row["pos"], row["event_id"], row["kind"], row["dimension"], row["label"],
                row["moment_at"],
            )  # fmt: skip
            begins = max(row["known_at"], row["pos"] >> 20) + 1
            self._about[self._customer[row["handle_id"]]].acts.append((begins, row["gone_at"], act))

    def _read_tags(self, rows: pa.Table, heard_of: Mapping[int, int]) -> None:
        """heard_of: handle id -> when something was first known of it, ms."""
        for row in rows.to_pylist():
            if row["event_id"] is None and row["handle_id"] not in heard_of:
                continue
            tag = TagAct(
                row["pos"], row["event_id"], row["kind"], row["number"] or 1, row["dimension"],
                row["label"], row["moment_at"],
            )  # fmt: skip
            known_at = row["known_at"] if row["event_id"] else heard_of[row["handle_id"]]
            begins = max(known_at, row["pos"] >> 20) + 1
            self._about[self._customer[row["handle_id"]]].tags.append((begins, row["gone_at"], tag))

    def known_moments(self, customer: int, since: int = 0) -> set[int]:
        """When something became known about the customer, ms; only from `since` on."""
        known_at = self._about[customer].known_at
        return set(known_at[known_at >= since].tolist())

    def next_at(self, customer: int, as_of: int) -> int | None:
        """When the next row that is in the log begins or ceases to count."""
        about = self._about[customer]
        place = int(np.searchsorted(about.begins, as_of, side="right"))
        ahead = [end for end in about.ends if end > as_of]
        if place < len(about.begins):
            ahead.append(int(about.begins[place]))
        return min(ahead, default=None)

    def acts(self, customer: int, as_of: int) -> list[ManualAct]:
        """Labels set or removed by hand, as far as known by then."""
        return _known(self._about[customer].acts, as_of)

    def tags(self, customer: int, as_of: int) -> list[TagAct]:
        """Words about the customer, as far as known by then; a number's from when it was heard of."""
        return _known(self._about[customer].tags, as_of)

    def events_at(
        self, asked: Collection[tuple[int, int, int]]
    ) -> dict[tuple[int, int, int], set[int]]:
        """The events at (customer, pos) that count as of a moment: (customer, pos, as_of) -> ids."""
        positions = pa.array({pos for _, pos, _ in asked}, pa.int64())
        rows = self.rows.events.filter(pc.is_in(self.rows.events["pos"], value_set=positions))
        found: dict[tuple[int, int], list[dict[str, Any]]] = defaultdict(list)
        for row in rows.select(["handle_id", "event_id", "pos", "known_at", "gone_at"]).to_pylist():
            found[self._customer[row["handle_id"]], row["pos"]].append(row)
        return {
            (customer, pos, as_of): {
                row["event_id"]
                for row in found.get((customer, pos), ())
                if max(row["known_at"], pos >> SEQ_BITS) < as_of
                and (row["gone_at"] is None or row["gone_at"] >= as_of)
            }
            for customer, pos, as_of in asked
        }


def _firsts(handles: np.ndarray, moments: np.ndarray) -> dict[int, int]:
    """The smallest moment of each handle."""
    order = np.lexsort((moments, handles))
    names, firsts = np.unique(handles[order], return_index=True)
    return dict(zip(names.tolist(), moments[order][firsts].tolist(), strict=True))


def _known(acts: list[tuple[int, int | None, Act]], as_of: int) -> list[Act]:
    return [
        act
        for begins, gone_at, act in acts
        if begins <= as_of and (gone_at is None or gone_at >= as_of)
    ]


class Asker:
    """One plan over one in-process engine."""

    def __init__(self, plan: Plan, engine: InProcess, rules: Sequence[Rule] | None = None) -> None:
        """rules: whose evidence can be asked for; those that only count, by default."""
        self.plan, self._engine = plan, engine
        asked = counting_rules(plan.pack) if rules is None else rules
        self.counting = {rule.id for rule in asked}
        self._evidence = compile_evidence(plan, asked)

    def ask(self, customers: Customers, moments: Sequence[tuple[int, int]]) -> list[Answer]:
        """The answers for pairs (customer, as_of)."""
        answers = []
        for row in self._engine.run(self.plan.facts_sql, spine(moments), customers.rows):
            customer, as_of = row["customer_id"], row["as_of"]
            concluded = conclude(
                self.plan.pack, row, as_of, customers.acts(customer, as_of), self.plan.moments,
                customers.next_at(customer, as_of), customers.tags(customer, as_of),
            )  # fmt: skip
            answers.append(Answer(customer, as_of, row, concluded))
        return answers

    def evidence(
        self, customers: Customers, wanted: Iterable[tuple[int, int, str]]
    ) -> dict[tuple[int, int, str], tuple[list[int], int]]:
        """(customer, as_of, rule) -> its events: per (customer, as_of, fact), newest first, and how many.

        The keys of the answer are (customer, as_of, fact).
        """
        rules = sorted(set(wanted))
        if not rules:
            return {}
        moments = sorted({(customer, as_of) for customer, as_of, _ in rules})
        number = {moment: n for n, moment in enumerate(moments)}
        relation = table(
            "wanted",
            {
                "asked": [number[customer, as_of] for customer, as_of, _ in rules],
                "rule": [rule for _, _, rule in rules],
            },
        )
        found: dict[tuple[int, int, str], tuple[list[int], int]] = {}
        for row in sorted(
            self._engine.run(self._evidence, spine(moments), customers.rows, relation),
            key=lambda r: (r["asked"], r["fact"], r["n"]),
        ):
            events, _ = found.setdefault((*moments[row["asked"]], row["fact"]), ([], row["total"]))
            events.append(row["event_id"])
        return found
