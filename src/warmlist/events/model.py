"""One event: something that happened at a moment and was learnt at another."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson

from warmlist.clock import LATEST_MS
from warmlist.errors import BadInput

#: Every event type, with what it says.
TYPES: Mapping[str, str] = {
    "message": "a message between the customer (in) and the team (out)",
    "receipt": "what became of an outbound message: sent, delivered, read, played, failed",
    "order": "an order was paid, cancelled or returned",
    "view": "the customer looked at a product or page",
    "click": "the customer followed a link",
    "cart": "the customer put something into a cart",
    "form": "the customer filled in a form",
    "event": "the customer took part in an event, online or offline",
    "feedback": "the customer rated or commented on the service",
    "profile": "an attribute of the customer became known",
    "preference": "how the customer wants to be contacted, stated or noted",
    "label": "a person set or removed a label by hand",
    "signal": "a person confirmed or rejected what a message was read as",
    "correction": "a message was edited or revoked by its author",
    "identity": "a handle of the customer changed",
    "finding": "a job found that a label holds of the customer, or holds no more",
    "follow_up": "a person marked a follow-up done, snoozed or skipped it",
}

SEQ_BITS = 20
SEQ_LIMIT = (1 << SEQ_BITS) - 1


def position(occurred_at: int, seq: int = 0) -> int:
    """The place in time that every comparison uses: milliseconds, then position in its batch.

    occurred_at: epoch ms. seq: 0 .. 2^20-1 (larger ones share the last place). The result fits in
    63 bits, keeps the order of (occurred_at, seq), and gives the milliseconds back by `>> 20`.
    """
    return (occurred_at << SEQ_BITS) | min(max(seq, 0), SEQ_LIMIT)


def hash64(*parts: str) -> int:
    """A signed 64-bit key for joining rows that name each other by text (BLAKE2b)."""
    joined = "\x1f".join(parts).encode("utf-8", "surrogatepass")
    return int.from_bytes(hashlib.blake2b(joined, digest_size=8).digest(), "big", signed=True)


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened.

    `source` + `type` + `id` (+ `status` for receipts and orders) is its identity: the same identity
    delivered again changes nothing. `handle` is canonical (`intake.identity.canonical`).
    `occurred_at` and `known_at` are epoch ms. `seq` is the position in its file or batch and breaks
    ties within one instant. `fields` holds what `contract` lists for the type, JSON values only,
    money as decimal text. `links` are further handles that the same delivery says are the same
    customer.
    """

    type: str
    id: str
    source: str
    handle: str
    occurred_at: int
    known_at: int
    seq: int = 0
    backfill: bool = False
    fields: Mapping[str, Any] = field(default_factory=dict)
    links: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.type not in TYPES:
            raise BadInput(f"event type {self.type!r} is unknown; one of {', '.join(TYPES)}")
        if not self.id or not self.handle or not self.source:
            raise BadInput(f"a {self.type} event needs an id, a source and a customer")
        if not 0 <= self.occurred_at <= LATEST_MS or not 0 <= self.known_at <= LATEST_MS:
            raise BadInput(f"{self.type} {self.id}: its time lies outside the years 1970 to 2248")

    @property
    def status(self) -> str:
        """The part of the identity that tells a receipt's or an order's stages apart."""
        return str(self.fields.get("status", "")) if self.type in ("receipt", "order") else ""

    @property
    def pos(self) -> int:
        return position(self.occurred_at, self.seq)

    @property
    def ident(self) -> bytes:
        """16 bytes that stand for the identity (BLAKE2b of source, type, id, status)."""
        joined = "\x1f".join((self.source, self.type, self.id, self.status))
        return hashlib.blake2b(joined.encode("utf-8", "surrogatepass"), digest_size=16).digest()

    @property
    def digest(self) -> int:
        """A 64-bit hash of the content: tells a repeated delivery from a changed one."""
        content = orjson.dumps(
            [self.handle, self.occurred_at, dict(self.fields)], option=orjson.OPT_SORT_KEYS
        )
        return int.from_bytes(hashlib.blake2b(content, digest_size=8).digest(), "big", signed=True)
