"""Relabels customers with news: asks the plan, compares with what holds, writes what changed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import orjson
import psycopg
from psycopg.types.json import Jsonb

from warmlist.engines.duckdb import InProcess
from warmlist.engines.relations import Fetcher
from warmlist.labels.ask import Asker, Customers
from warmlist.labels.changes import Held, Renewal, changes
from warmlist.labels.sentences import because, shown_facts, tag_facts
from warmlist.labels.timeline import Answer, walk
from warmlist.packs import workspace
from warmlist.plan.compile import Plan
from warmlist.store.sql import queries

SQL = queries("labels/assign.sql")
#: PostgreSQL refuses longer notifications; pages then fetch their list again.
LONGEST_NOTICE = 7_000
#: So many reasons of before are kept with a label: that with which it began, and the newest.
REASONS = 20
ROW_TYPES = ("int8", "text", "text", "text", "int8", "int8", "text", "text", "text", "text", "jsonb",
             "text")  # fmt: skip


class Proof(NamedTuple):
    """The newest events behind a label, by id, and how many there were."""

    events: list[int]
    total: int


def kept(reasons: int) -> list[int]:
    """The places of the reasons of before that are kept of so many: the first and the newest."""
    return [0, *range(max(1, reasons - REASONS + 1), reasons)]


def _proof(events: set[int]) -> Proof:
    return Proof(sorted(events), len(events))


@dataclass
class Relabelled:
    """What a batch did."""

    customers: int = 0
    opened: int = 0
    closed: int = 0
    renewed: int = 0
    changed: set[int] = field(default_factory=set)


class Labeller:
    """Labels few customers at a time, inside the caller's transaction."""

    def __init__(self, dsn: str, plan: Plan, currency: str) -> None:
        self.plan, self._currency = plan, currency
        self.fetcher = Fetcher(dsn)
        self._engine = InProcess()
        self.asker = Asker(plan, self._engine)

    def close(self) -> None:
        """Give back the connection and the engine."""
        self.fetcher.close()
        self._engine.close()

    def claim_news(
        self, conn: psycopg.Connection, limit: int, after: int = 0
    ) -> dict[int, int | None]:
        """Lock customers with news: customer -> when the earliest became known; None = backfill.

        after: marks up to this id are somebody else's work.
        """
        claimed: dict[int, int | None] = {}
        values = {"limit": limit, "scan": limit * 10, "after": after}
        for customer, from_at in conn.execute(SQL.claim, values):
            earliest = claimed.get(customer, from_at)
            both = from_at is not None and earliest is not None
            claimed[customer] = min(from_at, earliest) if both else None
        return claimed

    def claim_due(self, conn: psycopg.Connection, now_ms: int, limit: int) -> list[int]:
        """Lock customers whose recheck moment has come."""
        return [r[0] for r in conn.execute(SQL.claim_due, {"now": now_ms, "limit": limit})]

    def fetch(self, customers: Sequence[int]) -> Customers:
        """The rows of these customers, ready to be asked about."""
        return Customers(self.fetcher.rows(customers))

    def relabel(
        self, conn: psycopg.Connection, news: Mapping[int, int | None], now_ms: int
    ) -> Relabelled:
        """Bring the labels of these customers (locked by the caller) up to now_ms.

        news: customer -> since when there is news; `now_ms` + 1 where there is none (a recheck).
        Raises OtherRules where the plan is not of the rules in force any more.
        """
        ids = sorted(news)
        if not ids:
            return Relabelled()
        workspace.hold(conn, self.plan.pack)
        customers = self.fetch(ids)
        before = {c: (a, r) for c, a, r in conn.execute(SQL.standings, {"customers": ids})}
        points = {
            c: _points(since, before.get(c), customers.known_moments(c, since or 0), now_ms)
            for c, since in sorted(news.items())
        }
        past_changed = {c for c in ids if news[c] is None}
        answers = walk(lambda m: self.asker.ask(customers, m), points, now_ms)
        done = Relabelled(customers=len(ids))
        held: list[Held] = []
        closing: dict[int, int] = {}
        renewed: dict[int, Renewal] = {}
        current: dict[int, list[Any]] = {c: [] for c in ids}
        for row in conn.execute(SQL.current, {"customers": ids}):
            current[row[1]].append(row)
        for c in ids:
            asked_from = min((a.as_of for a in answers[c]), default=now_ms)
            known = {k + 1 for k in customers.known_moments(c, asked_from - 1)}
            found = changes(c, current[c], answers[c], known, c in past_changed)
            held += found.opened
            closing |= found.closed
            renewed |= found.renewed
            if found:
                done.changed.add(c)
        done.opened, done.closed, done.renewed = len(held), len(closing), len(renewed)
        self.renew(conn, customers, renewed)
        self.write(conn, customers, held, closing)
        self._stand(conn, {c: a[-1] for c, a in answers.items() if a})
        if past_changed:
            conn.execute(SQL.history_later, {"customers": sorted(past_changed)})
        announce(conn, ids, now_ms)
        return done

    def write(
        self,
        conn: psycopg.Connection,
        customers: Customers,
        held: Sequence[Held],
        closing: Mapping[int, int],
        origin: str = "rule",
    ) -> None:
        """End assignments (id -> when) and write new ones, with their evidence."""
        if closing:
            conn.execute(SQL.close, {"ids": list(closing), "until": list(closing.values())})
        if not held:
            return
        evidence = self.evidence(customers, held)
        with conn.cursor() as cur, cur.copy(SQL.open) as copy:
            copy.set_types(ROW_TYPES)
            for row, proof in zip(held, evidence, strict=True):
                copy.write_row(self._row(row, proof, origin))

    def renew(
        self, conn: psycopg.Connection, customers: Customers, renewed: Mapping[int, Renewal]
    ) -> None:
        """Give assignments (by id) the reasons for which they hold now; older ones are kept with them."""
        rows = [renewal.held for renewal in renewed.values()]
        if not rows:
            return
        texts = [
            self._reason(row, proof)
            for row, proof in zip(rows, self.evidence(customers, rows), strict=True)
        ]
        conn.execute(
            SQL.renew,
            {
                "ids": list(renewed),
                "at": [renewal.at for renewal in renewed.values()],
                "rule": [row.chosen.rule for row in rows],
                "pack": self.plan.pack.key,
                "evidence": [Jsonb(evidence) for evidence, _ in texts],
                "because": [because for _, because in texts],
            },
        )

    def evidence(self, customers: Customers, held: Sequence[Held]) -> list[Proof]:
        """The events behind each label: those at its facts' moments, else those its facts counted."""
        facts = self.plan.pack.facts
        moments: list[list[tuple[int, int, int]]] = []
        counted: list[int] = []
        for place, row in enumerate(held):
            rule = self.plan.pack.rule(row.chosen.rule, row.chosen.dimension)
            values = row.answer.values
            moments.append(
                [
                    (row.customer_id, values[name], row.answer.as_of)
                    for name in (rule.facts if rule else ())
                    if facts[name].unit == "moment" and values[name] is not None
                ]
            )
            if row.chosen.rule in self.asker.counting:
                counted.append(place)
        at = customers.events_at({m for asked in moments for m in asked})
        found = [
            _proof({e for m in asked for e in at[m]} | tagged)
            for asked, tagged in zip(moments, (_tagged(row) for row in held), strict=True)
        ]
        if counted:
            rows = self.asker.evidence(
                customers,
                [(held[p].customer_id, held[p].answer.as_of, held[p].chosen.rule) for p in counted],
            )
            for place in counted:
                row = held[place]
                rule = self.plan.pack.rule(row.chosen.rule, row.chosen.dimension)
                parts = [
                    rows[row.customer_id, row.answer.as_of, name]
                    for name in (rule.facts if rule else ())
                    if (row.customer_id, row.answer.as_of, name) in rows
                ]
                events = {event for ids, _ in parts for event in ids}
                found[place] = Proof(sorted(events), sum(total for _, total in parts))
        return found

    def behind(self, row: Held) -> tuple[Mapping[str, Any], dict[str, Any]]:
        """What the sentence of a label is filled with, and the facts that evidence keeps."""
        chosen = row.chosen
        if chosen.tag is not None:
            told = tag_facts(chosen.label, chosen.tag.told)
            return told, told
        rule = self.plan.pack.rule(chosen.rule, chosen.dimension)
        values = row.answer.values
        return values, shown_facts(self.plan.pack, values, rule.facts if rule else ())

    def _row(self, row: Held, proof: Proof, origin: str) -> tuple[Any, ...]:
        chosen = row.chosen
        pack = self.plan.pack
        rule = pack.rule(chosen.rule, chosen.dimension)
        evidence, because = self._reason(row, proof)
        return (
            row.customer_id, chosen.dimension, chosen.label, chosen.shade, row.since, row.until,
            chosen.rule, pack.key, origin if rule or origin != "rule" else "person", row.cause,
            Jsonb(evidence), because,
        )  # fmt: skip

    def _reason(self, row: Held, proof: Proof) -> tuple[dict[str, Any], str]:
        """What is kept of the reason of a label, those that it had before with it, and its sentence."""
        values, facts = self.behind(row)
        evidence = {
            "facts": facts,
            "events": proof.events,
            "count": proof.total,
            "as_of": row.answer.as_of,
        }
        if row.earlier:
            evidence["earlier"] = [self._past(row, place) for place in kept(len(row.earlier))]
        pack = self.plan.pack
        rule = pack.rule(row.chosen.rule, row.chosen.dimension)
        return evidence, because(rule, pack, values, row.answer.as_of, self._currency)

    def _past(self, row: Held, place: int) -> dict[str, Any]:
        """A reason of before, as `renew` keeps those that were written; its events are not told."""
        past = row.earlier[place]
        before = Held(row.customer_id, past.chosen, None, None, "", past.answer)
        evidence, sentence = self._reason(before, Proof([], 0))
        more = {"rule": past.chosen.rule, "pack": self.plan.pack.key, "because": sentence}
        return evidence | more | {"until": past.until}

    def _stand(self, conn: psycopg.Connection, last: Mapping[int, Answer]) -> None:
        ids = sorted(last)
        owners: dict[int, str] = dict(conn.execute(SQL.owners, {"customers": ids}).fetchall())
        rows = [last[c] for c in ids]
        kept = self.plan.queue_facts
        conn.execute(
            SQL.stand,
            {
                "customer": ids,
                "as_of": [a.as_of for a in rows],
                "recheck": [a.concluded.recheck_at for a in rows],
                "owner": [owners.get(c) for c in ids],
                "playbook": [a.concluded.playbook for a in rows],
                "due_from": [a.concluded.due_from for a in rows],
                "due_by": [a.concluded.due_by for a in rows],
                "rank": [a.concluded.rank for a in rows],
                "worth": [a.concluded.worth for a in rows],
                "facts": [
                    Jsonb(
                        shown_facts(self.plan.pack, a.values, kept[a.concluded.playbook])
                        | {"touch": a.concluded.touch}
                    )
                    for a in rows
                ],
            },
        )


def _tagged(row: Held) -> set[int]:
    """The event that carries an open label's tag, if one does."""
    tag = row.chosen.tag
    return {tag.event_id} if tag is not None and tag.event_id is not None else set()


def _points(
    from_at: int | None,
    before: tuple[int, int | None] | None,
    known: Iterable[int],
    now_ms: int,
) -> set[int]:
    """The moments to ask at: behind every piece of news, and the recheck that was due."""
    if from_at is None:
        return {now_ms}
    points = {k + 1 for k in known if k >= from_at and k < now_ms}
    # News of this very millisecond counts one later, so that an event sees itself.
    points |= {k + 1 for k in known if k >= from_at and k == now_ms}
    if before is not None and before[1] is not None and before[1] <= now_ms:
        points.add(before[1])
    return points or {before[0] if before is not None else now_ms}


def announce(conn: psycopg.Connection, customers: Sequence[int] | None, as_of: int) -> None:
    """Tell open pages, once the transaction commits, whose standing changed; None = many."""
    payload = orjson.dumps({"customers": customers, "as_of": as_of}).decode()
    if len(payload) > LONGEST_NOTICE:
        payload = orjson.dumps({"customers": None, "as_of": as_of}).decode()
    conn.execute(SQL.announce, {"payload": payload})
