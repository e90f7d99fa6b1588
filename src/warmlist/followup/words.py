"""Suggested words in the customer's language, with the name in its place."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from babel import Locale
from babel.core import UnknownLocaleError
from babel.languages import get_official_languages

from warmlist.followup.customer import Customer

#: Longer names are jokes or mistakes; nobody wants to be greeted by one.
LONGEST_NAME = 60

_PLACE = re.compile(r"\s*\{name\}")
_LEADING = re.compile(r"^[\s,，、!！]+")


def suggested(
    words: Mapping[str, str], customer: Customer, spoken: Iterable[str] = ()
) -> tuple[str, str]:
    """The words for the customer, blanks open, and their language (BCP 47): 'en' where all else fails.

    spoken: the customer's labels of the dimension language.
    """
    language = language_of(customer, words, spoken)
    return words[language], language


def language_of(customer: Customer, available: Iterable[str], spoken: Iterable[str] = ()) -> str:
    """The language to write in: as the profile says, else a label that we can write, else as in the
    customer's country, else en. Of several labels the country's language comes first."""
    told = customer.profile.get("language", "")
    known = set(available)
    if told:
        return _match(told, known) or "en"
    official = get_official_languages(customer.country or "", de_facto=True)
    own = _match(official[0], known) if official else None
    written = sorted({one for tag in spoken if (one := _match(tag, known))})
    if written:
        return own if own in written else written[0]
    return own or "en"


def _match(told: str, known: set[str]) -> str | None:
    """One of `known` for a language tag; a script that we cannot write is no match."""
    tag = told.replace("_", "-")
    if tag in known:
        return tag
    try:
        locale = Locale.parse(tag, sep="-")
    except (ValueError, UnknownLocaleError):
        return None
    if locale.language == "zh":
        return "zh-Hans" if "zh-Hans" in known and locale.script in (None, "Hans") else None
    return locale.language if locale.language in known else None


def with_name(text: str, name: str) -> str:
    """Fill `{name}`; without a usable name its place closes: 'Hi {name}, ...' -> 'Hi, ...'."""
    usable = " ".join(name.split())
    if not usable.isprintable() or len(usable) > LONGEST_NAME:
        usable = ""
    if usable:
        return text.replace("{name}", usable)
    closed = _LEADING.sub("", _PLACE.sub("", text))
    return closed[:1].upper() + closed[1:] if closed[:1].islower() else closed
