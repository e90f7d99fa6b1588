"""Who a piece of a payload speaks of: a phone number, a business-scoped user id, or both."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from warmlist.connectors.payload import Node
from warmlist.connectors.phones import e164

_SCOPED = re.compile(r"([A-Za-z]{2})\.([A-Za-z0-9]{1,128})")


@dataclass(frozen=True, slots=True)
class Person:
    """A customer as this delivery names them.

    handle: the phone number where it is known, since other sources know it too; else the user id.
    links: the user id beside a phone number; it changes when the number does.
    """

    handle: str
    links: tuple[str, ...] = ()


@dataclass(slots=True)
class People:
    """The contacts that come with a payload, found by phone or by user id."""

    persons: set[Person] = field(default_factory=set)
    users: dict[str, str | None] = field(default_factory=dict)  # phone -> user id; None: two differ
    phones: dict[str, str | None] = field(default_factory=dict)  # user id -> phone; likewise
    profiles: dict[str, dict[str, str]] = field(default_factory=dict)  # handle -> name, username

    @classmethod
    def of(cls, value: Node) -> People:
        """Read `value.contacts`; contacts without a readable id are left out."""
        people = cls()
        for contact in value.children("contacts"):
            people._add(contact)
        return people

    def find(self, phone: str | None, user: str | None) -> Person | None:
        """Whom a phone number and a user id, as the payload writes them, stand for.

        What one of them lacks is taken from the contact that has the other. Where a payload names
        neither, its only contact is meant.
        """
        if phone is None and user is None:
            return next(iter(self.persons)) if len(self.persons) == 1 else None
        number, scoped = e164(phone) if phone else None, scoped_id(user) if user else None
        if number and not scoped:
            scoped = self.users.get(number)
        elif scoped and not number:
            number = self.phones.get(scoped)
        return _person(number, scoped)

    def profile(self, person: Person) -> dict[str, str]:
        """What the contact of this person says of itself: name, username."""
        for handle in (person.handle, *person.links):
            if handle in self.profiles:
                return self.profiles[handle]
        return {}

    def _add(self, contact: Node) -> None:
        phone, user = contact.text("wa_id"), contact.text("user_id")
        number, scoped = e164(phone) if phone else None, scoped_id(user) if user else None
        person = _person(number, scoped)
        if person is None:
            return
        self.persons.add(person)
        if number and scoped:
            self.users[number] = scoped if self.users.get(number, scoped) == scoped else None
            self.phones[scoped] = number if self.phones.get(scoped, number) == number else None
        if profile := contact.child("profile"):
            said = {k: v for k in ("name", "username") if (v := profile.text(k))}
            self.profiles.setdefault(person.handle, said)
            for link in person.links:
                self.profiles.setdefault(link, said)


def scoped_id(text: str) -> str | None:
    """'US.1349' -> 'wa:US.1349'; None when it is no business-scoped user id."""
    parts = _SCOPED.fullmatch(text)
    return f"wa:{parts[1].upper()}.{parts[2]}" if parts else None


def _person(number: str | None, scoped: str | None) -> Person | None:
    if number:
        return Person(number, (scoped,) if scoped else ())
    return Person(scoped) if scoped else None
