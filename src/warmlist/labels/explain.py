"""Why a customer has these labels: the recorded rule, facts, events, since when and until when."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import psycopg

from warmlist.clock import rfc3339
from warmlist.errors import NotFound
from warmlist.labels.sentences import MANUAL_WORDS, in_language
from warmlist.labels.sentences import because as said
from warmlist.rules.model import Pack
from warmlist.store.sql import queries

SQL = queries("labels/explain.sql")


@dataclass(frozen=True, slots=True)
class Source:
    """An event behind a label."""

    id: str  # as its source calls it
    type: str
    at: int
    direction: str | None
    text: str | None


@dataclass(frozen=True, slots=True)
class Why:
    """One label and all that is known of its reasons. Times are epoch ms."""

    dimension: str
    label: str
    shade: str | None
    since: int | None
    until: int | None
    rule: str
    when: str  # the rule's expression; empty where the pack in force has no such rule
    pack: str
    origin: str
    because: str
    facts: Mapping[str, Any]
    events: tuple[Source, ...]

    def line(self, handle: str) -> dict[str, Any]:
        """As `warmlist label --format jsonl` writes it."""
        return label_line(
            handle, self.dimension, self.label, self.shade, self.since, self.until, self.rule,
            self.facts, [e.id for e in self.events], self.because,
        )  # fmt: skip


def label_line(
    handle: str,
    dimension: str,
    label: str,
    shade: str | None,
    since: int | None,
    until: int | None,
    rule: str,
    facts: Mapping[str, Any],
    events: list[str],
    because: str,
) -> dict[str, Any]:
    """The contract's label line. Times RFC 3339; fact moments in epoch ms."""
    line: dict[str, Any] = {"customer": handle, "dimension": dimension, "label": label}
    if shade:
        line["shade"] = shade
    return line | {
        "since": rfc3339(since), "until": rfc3339(until), "rule": rule,
        "evidence": {"facts": dict(facts), "events": events}, "because": because,
    }  # fmt: skip


def find(conn: psycopg.Connection[Any], handle: str) -> int:
    """The customer of a canonical handle. Raises NotFound."""
    row = conn.execute(SQL.customer, {"handle": handle}).fetchone()
    if row is None:
        raise NotFound("no customer has this handle", hint="write it as the events do")
    return int(row[0])


def explain(
    conn: psycopg.Connection[Any],
    pack: Pack,
    currency: str,
    customer: int,
    at: int | None,
    now_ms: int,
    language: str = "en",
) -> list[Why]:
    """The labels recorded for a customer, now (at None) or at a past moment."""
    rows = conn.execute(SQL.recorded, {"customer": customer, "at": at}).fetchall()
    ids = sorted({i for r in rows for i in r[9].get("events", ())})
    sources = {
        r[0]: Source(r[2], r[1], r[3], r[4], r[5])
        for r in conn.execute(SQL.events, {"ids": ids}).fetchall()
    }
    acts = conn.execute(SQL.acts, {"customer": customer}).fetchall()
    reasons = []
    for (
        dimension,
        label,
        shade,
        since,
        until,
        rule_id,
        version,
        origin,
        _,
        evidence,
        stored,
    ) in rows:
        facts = evidence.get("facts", {})
        rule = pack.rule(rule_id, dimension)
        because = stored
        if rule_id == "manual":
            because = by_hand(acts, dimension, label, language)
        elif rule is not None and version == pack.key:
            values = positions(pack, facts)
            because = said(rule, pack, values, at or now_ms, currency, language)
        events = tuple(sources[i] for i in evidence.get("events", ()) if i in sources)
        reasons.append(
            Why(dimension, label, shade, since, until, rule_id, rule.text if rule else "", version,
                origin, because, facts, events)
        )  # fmt: skip
    return reasons


def positions(pack: Pack, facts: Mapping[str, Any]) -> dict[str, Any]:
    """Evidence as it is kept (moments in ms) back to fact values (moments as positions)."""
    return {
        name: value << 20
        if value is not None and name in pack.facts and pack.facts[name].unit == "moment"
        else value
        for name, value in facts.items()
    }


def by_hand(acts: Sequence[Any], dimension: str, label: str, language: str) -> str:
    """Who set a label, and the reason given. acts: rows of the query `acts`, newest first."""
    words = in_language(MANUAL_WORDS, language)
    for _, d, key, by, reason, _until in acts:
        if (d, key) == (dimension, label):
            return f"{words}: {by or '?'}{f', {reason}' if reason else ''}"
    return words
