"""What numbers, note lines and sentences tell about a customer, as tags for the log."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from babel.languages import get_official_languages

from warmlist.connectors.places import country_of_phone, zone_of_phone
from warmlist.events.tags import INFERRED, STATED, Tag, preference_tags
from warmlist.understanding.preferences import parse_note, preferences_in
from warmlist.understanding.products.labels import labels_of
from warmlist.understanding.reading import Entity, Found, Reading

#: Signals that speak of contact, and the dimension that each may tell.
_SPEAKS_OF = {
    "time_preference": "contact_time",
    "defer_contact": "contact_time",
    "frequency_preference": "contact_frequency",
    "prefers_text": "contact_format",
    "prefers_voice": "contact_format",
    "prefers_image": "contact_format",
    "prefers_video": "contact_format",
}


def handle_tags(handle: str) -> Sequence[Tag]:
    """Country, its main language and the time zone of a phone number; nothing of other handles."""
    country, zone = country_of_phone(handle), zone_of_phone(handle)
    tags = []
    if country:
        tags.append(Tag("country", country, INFERRED))
        spoken = get_official_languages(country, de_facto=True)
        tags += [Tag("language", _told(language), INFERRED) for language in spoken[:1]]
    if zone:
        tags.append(Tag("time_zone", zone, INFERRED))
    return tags


def note_fields(line: str) -> Mapping[str, Any]:
    """The fields of a preference note line; what it says otherwise stays in the line."""
    return parse_note(line).preferences.as_json()


def found_row(found: Found) -> dict[str, Any]:
    """A signal as the log keeps it."""
    span = list(found.span) if found.span else None
    return {
        "name": found.name, "confidence": found.confidence, "span": span, "because": found.because,
    }  # fmt: skip


def message_tags(text: str, reading: Reading) -> tuple[Tag, ...]:
    """All that a message tells of its customer: preferences, goods, and the language that it is in."""
    said = [found.name for found in reading.signals]
    spoken = (Tag("language", reading.lang, INFERRED),) if reading.lang else ()
    return sentence_tags(text, said) + goods_tags(reading.entities, said) + spoken


def sentence_tags(text: str, signals: Collection[str]) -> tuple[Tag, ...]:
    """Preferences that a customer's own message states, each resting on the signal that said so."""
    speaking = [name for name in signals if name in _SPEAKS_OF]
    if not speaking:
        return ()
    found = preferences_in(text, None, signals)
    if found is None:
        return ()
    fields = {k: v for k, v in found.as_json().items() if v not in (None, [], False)}
    return tuple(
        tag._replace(signal=next(n for n in speaking if _SPEAKS_OF[n] == tag.dimension))
        for tag in preference_tags(fields, STATED)
        if any(_SPEAKS_OF[n] == tag.dimension for n in speaking)
    )


def goods_tags(entities: Iterable[Entity], signals: Collection[str]) -> tuple[Tag, ...]:
    """Goods that a message asks about or speaks of; small talk names goods too, and tells nothing."""
    if not set(signals) - {"courtesy"}:
        return ()
    return tuple(Tag("product", label, INFERRED) for label in labels_of(entities))


def _told(language: str) -> str:
    """A language of CLDR as the interface and the reader write it."""
    return {"zh_Hans": "zh-Hans", "zh": "zh-Hans", "zh_Hant": "zh-Hant", "pt": "pt-BR"}.get(
        language, language.replace("_", "-")
    )
