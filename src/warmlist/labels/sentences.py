"""One sentence for a label or follow-up: the pack's words with fact values in their places."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any

from babel import Locale, UnknownLocaleError
from babel.dates import format_timedelta
from babel.numbers import format_currency, format_decimal, get_currency_precision

from warmlist.clock import DAY, HOUR, MINUTE, SECOND
from warmlist.events.tags import ORIGINS
from warmlist.facts.catalogue import Fact
from warmlist.rules.model import OpenRule, Pack, Rule

_PLACE = re.compile(r"\{(\w+)\}")
MANUAL_WORDS = {
    "en": "set by hand",
    "zh-Hans": "手动设置",
    "it": "impostata a mano",
    "de": "von Hand gesetzt",
}
_ORIGIN_WORDS = {
    "stated": {"en": "said so", "zh-Hans": "客户说明", "it": "lo ha detto", "de": "hat es gesagt"},
    "noted": {"en": "noted", "zh-Hans": "已备注", "it": "annotato", "de": "notiert"},
    "inferred": {"en": "worked out", "zh-Hans": "系统推断", "it": "dedotto", "de": "erschlossen"},
}
_UNKNOWN = {"en": "unknown", "zh-Hans": "未知", "it": "sconosciuto", "de": "unbekannt"}
_LOCALES = {"zh-Hans": "zh_Hans", "zh": "zh_Hans"}


@lru_cache(maxsize=64)
def locale_of(language: str) -> Locale:
    """The Babel locale of a language tag; English where Babel knows none."""
    try:
        return Locale.parse(_LOCALES.get(language, language.replace("-", "_")))
    except ValueError:
        return Locale("en")


def _spoken(words: Mapping[str, str], language: str) -> str:
    """The language of the words that comes nearest to the one asked for."""
    tag = language.replace("_", "-")
    return next((t for t in (tag, tag.split("-")[0]) if t in words), "en")


def in_language(words: Mapping[str, str], language: str) -> str:
    """The words in that language (BCP 47, or a locale such as zh_Hans), else in English."""
    return words[_spoken(words, language)]


def sentence(
    words: Mapping[str, str],
    facts: Mapping[str, Fact],
    values: Mapping[str, Any],
    as_of: int,
    currency: str,
    language: str = "en",
) -> str:
    """Fill `{fact}`: a moment as its age at as_of, a number, money in `currency`."""
    spoken = _spoken(words, language)
    fixed, names = _pieces(words[spoken])
    said = [fixed[0]]
    for name, after in zip(names, fixed[1:], strict=True):
        fact, found = facts.get(name), values.get(name)
        if fact is None or found is None:
            said.append(in_language(_UNKNOWN, spoken))
        else:
            said.append(shown(found, fact.unit, as_of, currency, spoken))
        said.append(after)
    return "".join(said)


@lru_cache(maxsize=4_096)
def _pieces(text: str) -> tuple[list[str], list[str]]:
    """What stands between the places of a sentence, and the names of the places."""
    parts = _PLACE.split(text)
    return parts[::2], parts[1::2]


def age(ms: int, language: str) -> str:
    """A stretch of time in words, such as '3 days'; finer parts than its size needs are dropped."""
    step = MINUTE if ms < 2 * HOUR else HOUR if ms < 30 * DAY else DAY
    return _age(ms // SECOND if ms < 2 * MINUTE else ms // step * (step // SECOND), language)


@lru_cache(maxsize=8_192)
def _age(seconds: int, language: str) -> str:
    return format_timedelta(timedelta(seconds=seconds), threshold=1.2, locale=locale_of(language))


def shown(value: int, unit: str, as_of: int, currency: str, language: str) -> str:
    """A fact's value for people."""
    if unit == "moment":
        return age(max(as_of - (value >> 20), 0), language)
    return _money(value, currency, language) if unit == "money" else _number(value, language)


@lru_cache(maxsize=8_192)
def _money(value: int, currency: str, language: str) -> str:
    major = Decimal(value).scaleb(-get_currency_precision(currency))
    return format_currency(major, currency, locale=locale_of(language))


@lru_cache(maxsize=8_192)
def _number(value: int, language: str) -> str:
    return format_decimal(value, locale=locale_of(language))


def shown_facts(pack: Pack, values: Mapping[str, Any], names: Iterable[str]) -> dict[str, Any]:
    """Fact values as evidence keeps them: moments in epoch ms, the rest as they are."""
    facts = pack.facts
    return {
        name: values[name] >> 20
        if facts[name].unit == "moment" and values[name] is not None
        else values[name]
        for name in names
    }


def tag_facts(label: str, rank: int) -> dict[str, Any]:
    """What evidence keeps of an open label in the place of facts."""
    return {"label": label, "origin": ORIGINS[rank]}


def because(
    rule: Rule | OpenRule | None,
    pack: Pack,
    values: Mapping[str, Any],
    as_of: int,
    currency: str,
    language: str = "en",
) -> str:
    """Why a label holds: the rule's sentence, or that a person set it.

    values: facts by name; of an open label what `tag_facts` gives.
    """
    if rule is None:
        return in_language(MANUAL_WORDS, language)
    if isinstance(rule, OpenRule):
        named = {
            "label": label_name(rule, str(values.get("label", "")), language),
            "origin": in_language(_ORIGIN_WORDS[str(values.get("origin", "inferred"))], language),
        }
        return _PLACE.sub(lambda m: named[m[1]], in_language(rule.because, language))
    return sentence(rule.because, pack.facts, values, as_of, currency, language)


def label_name(rule: OpenRule, label: str, language: str) -> str:
    """An open label for people: by the pack's names, else as CLDR calls a country or language."""
    for form in rule.named:
        if match := form.like.fullmatch(label):
            words = in_language(form.names, language)
            return re.sub(r"\{(\d)\}", lambda m: (match[int(m[1])] or "").replace("_", " "), words)
    locale = locale_of(language)
    found = None
    if rule.dimension == "country":
        found = locale.territories.get(label)
    elif rule.dimension == "language":
        found = _language_name(locale, label)
    return found or label.replace("_", " ")


def label_colour(rule: OpenRule, label: str) -> str | None:
    """The colour that the pack gives open labels of this form."""
    return next((form.colour for form in rule.named if form.like.fullmatch(label)), None)


def _language_name(locale: Locale, tag: str) -> str | None:
    try:
        return Locale.parse(tag.replace("-", "_")).get_display_name(locale)
    except (ValueError, UnknownLocaleError):
        return None
