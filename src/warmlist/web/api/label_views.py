"""How labels, their reasons and their history are told."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from warmlist.clock import rfc3339
from warmlist.labels.explain import Why
from warmlist.web.api.fields import Instant, Told


class Evidence(Told):
    """What a label rests on."""

    facts: dict[str, Any] = Field(description="moments in epoch ms, money in minor units")
    events: list[str] = Field(description="as their sources call them")


class LabelHeld(Told):
    """A label line, as `warmlist label --format jsonl` writes it."""

    customer: str = Field(description="a handle")
    dimension: str
    label: str
    shade: str | None = None
    since: Instant | None
    until: Instant | None
    rule: str
    evidence: Evidence
    because: str


class LabelList(Told):
    """The labels of a customer that were recorded as holding at a moment."""

    items: list[LabelHeld]
    as_of: Instant


class EventTold(Told):
    """An event behind a label."""

    id: str
    type: str
    at: Instant
    direction: str | None
    text: str | None


class Reason(LabelHeld):
    """A label with everything that is known of its reasons."""

    when: str = Field(description="the rule; empty where the pack in force has no such rule")
    pack: str = Field(description="name and version that the label was concluded with")
    origin: str = Field(description="rule, person, import, connector or history")
    events: list[EventTold]


class Reasons(Told):
    """Why a customer has these labels."""

    items: list[Reason]
    as_of: Instant


class HistoryEntry(Told):
    """A label that holds or held."""

    dimension: str
    label: str
    shade: str | None
    since: Instant | None
    until: Instant | None
    rule: str
    pack: str
    origin: str
    cause: str = Field(description="event, time, rule_change, manual, fill or repair")
    because: str = Field(description="in English, as it was written down")


class History(Told):
    """A page of a customer's label history, newest first."""

    items: list[HistoryEntry]
    next_cursor: str | None


def held(reason: Why, handle: str) -> LabelHeld:
    """One label as a label line."""
    return LabelHeld.model_validate(reason.line(handle))


def told(reason: Why, handle: str) -> Reason:
    """One label with rule, pack, origin and the texts of its events."""
    events = [
        EventTold(id=e.id, type=e.type, at=rfc3339(e.at) or "", direction=e.direction, text=e.text)
        for e in reason.events
    ]
    return Reason(
        **reason.line(handle), when=reason.when, pack=reason.pack, origin=reason.origin,
        events=events,
    )  # fmt: skip
