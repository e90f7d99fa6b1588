"""What a connector is, and how one is found.

A connector is an object that a package names under the entry point group `warmlist.connectors`; the
name of the entry point is the name of its door. It may receive, pull or send; each is a protocol of
its own, and this file holds the one for receiving. Adding a connector edits no file outside its
folder.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.metadata import entry_points
from typing import TYPE_CHECKING, Protocol, runtime_checkable

import structlog

from warmlist.errors import BadSettings
from warmlist.events.model import Event

if TYPE_CHECKING:
    from warmlist.settings import Settings

GROUP = "warmlist.connectors"

log = structlog.get_logger(__name__)


class Kept(StrEnum):
    """What became of a piece of a delivery that was not as expected."""

    EVENT = "event"  # an event was made of it, with something missing or unknown
    RAW = "raw"  # no event; only the raw delivery holds it
    ASIDE = "aside"  # no event, and rightly so: it says nothing about a customer


@dataclass(frozen=True, slots=True)
class Problem:
    """One piece of a delivery that was not as expected.

    path: where it is, 'entry[0].changes[1].value.messages[2].timestamp'; '' for the whole.
    reason: one sentence that holds no personal data and none of the customer's words.
    """

    path: str
    reason: str
    kept: Kept


@dataclass(frozen=True, slots=True)
class Translation:
    """What one delivery says, in the order in which it says it."""

    events: Sequence[Event]
    problems: Sequence[Problem] = ()


@runtime_checkable
class Receiver(Protocol):
    """A connector to which a platform posts."""

    def verify(self, headers: Mapping[str, str], body: bytes, settings: Settings) -> None:
        """Make sure that the platform sent this. headers: names in small letters.

        Raises Refused when it did not; BadSettings when the secret that could tell is not set, in
        which case the door stays closed.
        """
        ...

    def handshake(self, query: Mapping[str, str], settings: Settings) -> str:
        """The answer to the platform's question whether this address is ours.

        Raises Refused when the question is not the platform's, BadSettings as `verify` does.
        """
        ...

    def translate(self, body: bytes, received_at: int) -> Translation:
        """A delivery -> events. received_at: epoch ms.

        Pure, and total: whatever the bytes are, what cannot be understood becomes a problem.
        """
        ...


@cache
def connectors() -> Mapping[str, object]:
    """Every connector that is installed, by the name of its door.

    One that cannot be loaded is logged and left out: it must not stop the others.
    """
    found: dict[str, object] = {}
    for entry in entry_points(group=GROUP):
        try:
            found[entry.name] = entry.load()
        except Exception as error:
            name = type(error).__name__
            log.error("a connector could not be loaded", connector=entry.name, error=name)
    return found


def receivers() -> dict[str, Receiver]:
    """The connectors that receive, by the name of their door."""
    return {name: c for name, c in connectors().items() if isinstance(c, Receiver)}


def receiver(door: str) -> Receiver:
    """The connector behind a door; BadSettings when none is installed."""
    found = connectors().get(door)
    if not isinstance(found, Receiver):
        raise BadSettings(
            f"no connector receives at the door {door!r}",
            hint=f"install a package with an entry point {door!r} in the group {GROUP!r}",
        )
    return found
