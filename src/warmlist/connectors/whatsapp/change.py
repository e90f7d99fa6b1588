"""One change of a delivery while it is being read: whose it is, and what was found in it so far."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import orjson

from warmlist.clock import DAY, SECOND
from warmlist.connectors.base import Kept, Problem
from warmlist.connectors.payload import Node
from warmlist.connectors.phones import e164
from warmlist.connectors.whatsapp.people import People, Person
from warmlist.events.model import Event

#: Seconds of the year 5138: a larger number can only be milliseconds.
_MILLISECONDS_FROM = 10**11
#: A platform's clock may be this far ahead of ours, in ms.
_CLOCK_SKEW = 60 * SECOND
_WORD = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,39}")


@dataclass(slots=True)
class Draft:
    """What has been found in a delivery so far. received_at: epoch ms."""

    received_at: int
    events: list[Event] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    profiles: set[str] = field(default_factory=set)  # ids of profile events already made

    def problem(self, path: str, reason: str, kept: Kept = Kept.RAW) -> None:
        self.problems.append(Problem(path, reason, kept))


@dataclass(frozen=True, slots=True)
class Change:
    """The `value` of one change, with what all its parts share.

    source: 'whatsapp:<phone number id>'. business: the shop's own number, E.164, where told.
    backfill: history, known when it happened.
    """

    draft: Draft
    value: Node
    field: str
    source: str
    business: str | None
    people: People
    backfill: bool = False

    @classmethod
    def of(cls, draft: Draft, value: Node, field: str, account: str | None) -> Change:
        """account: the WhatsApp Business account's id, the source where no number id is given."""
        about = value.child("metadata")
        number = about.text("phone_number_id") if about else None
        shown = about.text("display_phone_number") if about else None
        if number is None and account is None:
            draft.problem(
                value.path, "neither the phone number id nor the account is told", Kept.EVENT
            )
        return cls(
            draft=draft,
            value=value,
            field=field,
            source=f"whatsapp:{number or account or 'unknown'}",
            business=e164(shown) if shown else None,
            people=People.of(value),
            backfill=field == "history",
        )

    def add(
        self,
        type: str,
        id: str,
        person: Person,
        at: int,
        fields: dict[str, Any],
        links: tuple[str, ...] = (),
    ) -> None:
        """Note an event. at: epoch ms. Fields that are None are left out."""
        self.draft.events.append(
            Event(
                type=type,
                id=id,
                source=self.source,
                handle=person.handle,
                occurred_at=at,
                known_at=at if self.backfill else self.draft.received_at,
                seq=len(self.draft.events),
                backfill=self.backfill,
                fields={k: v for k, v in fields.items() if v is not None},
                links=tuple(dict.fromkeys((*person.links, *links))),
            )
        )

    def problem(self, path: str, reason: str, kept: Kept = Kept.RAW) -> None:
        """reason: no personal data, none of the customer's words."""
        self.draft.problem(path, reason, kept)

    def moment(self, node: Node, key: str = "timestamp") -> int | None:
        """When something happened, epoch ms; a missing or impossible time is reported.

        Live pieces without a time get the moment of arrival. History without a time gives None: it
        must not look as if it were new.
        """
        seconds = node.whole(key)
        if not seconds:
            kept = Kept.RAW if self.backfill else Kept.EVENT
            self.problem(node.at(key), "the time is missing or is no number of seconds", kept)
            return None if self.backfill else self.draft.received_at
        ms = seconds * SECOND if seconds < _MILLISECONDS_FROM else seconds
        if ms <= self.draft.received_at + _CLOCK_SKEW:
            # Taken as it is: cut to our clock, a repeat of the same delivery would tell another time.
            return ms
        self.problem(node.at(key), "the time lies in the future; taken as just now", Kept.EVENT)
        return self.draft.received_at

    def person(self, node: Node, phone: str, user: str) -> Person | None:
        """Whom the members `phone` and `user` name; reported when it cannot be told."""
        found = self.people.find(node.text(phone), node.text(user))
        if found is None:
            self.problem(node.at(phone), "no phone number and no user id tells whose this is")
        return found

    def id_of(self, node: Node, key: str = "id") -> str:
        """The id the platform gave, else one made of the content, the same for every repetition."""
        given = node.text(key)
        if given is not None:
            return given
        self.problem(node.at(key), "the id is missing; one was made of the content", Kept.EVENT)
        return "content:" + digest(_spelt(node))

    def objects(self, node: Node, key: str) -> Iterator[Node]:
        """The elements of an array that should all be objects; others are reported."""
        found = node.value.get(key)
        if found is not None and not isinstance(found, list):
            self.problem(node.at(key), "this should be a list")
        for path, element in node.elements(key):
            if isinstance(element, dict):
                yield Node(element, path)
            else:
                self.problem(path, "this should be an object")

    def note_profile(self, person: Person, at: int) -> None:
        """What the customer's contact says of itself, once a day and person.

        Every message carries the name again. One event a day, at the day's first moment, is the
        same whichever message brought it, and a name that was changed back is seen.
        """
        said = self.people.profile(person)
        if not said:
            return
        self.add_profile(person, at, {**said, "name_by": "customer"})

    def add_profile(self, person: Person, at: int, fields: dict[str, str]) -> None:
        day = at - at % DAY
        said = orjson.dumps(fields, option=orjson.OPT_SORT_KEYS).decode()
        id = "profile:" + digest(self.source, person.handle, str(day), said)
        if id not in self.draft.profiles:
            self.draft.profiles.add(id)
            self.add("profile", id, person, day, dict(fields))


def _spelt(node: Node) -> str:
    """An object as text, the same whatever the order of its keys."""
    try:
        return orjson.dumps(node.value, option=orjson.OPT_SORT_KEYS).decode()
    except orjson.JSONEncodeError:  # nested too deeply, or a number beyond 64 bits
        return repr(sorted(node.pick(*node.value).items()))


def digest(*parts: str) -> str:
    """32 hexadecimal digits that stand for the parts (BLAKE2b)."""
    joined = "\x1f".join(parts).encode("utf-8", "surrogatepass")
    return hashlib.blake2b(joined, digest_size=16).hexdigest()


def word(text: str | None) -> str:
    """A platform's own word as it may stand in a reason: 'poll'; anything else is not repeated."""
    if text is None:
        return "nothing"
    return f"'{text}'" if _WORD.fullmatch(text) else "something that is no word"


def errors_of(node: Node) -> list[dict[str, Any]] | None:
    """`errors` as [{code, title, message, details}], None when there are none."""
    found = []
    for error in node.children("errors"):
        said = error.pick("code", "title", "message")
        data = error.child("error_data")
        if details := (data.text("details") if data else None) or error.text("details"):
            said["details"] = details
        found.append(said)
    return found or None
