"""The interface's languages: which one a request gets, and its strings.

One Jinja environment serves every language: the language of the page that is being rendered lies in
a context variable, because overlays of an environment share their gettext.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from pathlib import Path

from babel import Locale
from babel.core import negotiate_locale
from babel.support import NullTranslations, Translations

LOCALES: Mapping[str, str] = {"en": "English", "zh_Hans": "简体中文"}

FOLDER = Path(__file__).parent / "locale"
DOMAIN = "warmlist"

_current: ContextVar[str] = ContextVar("warmlist_locale", default="en")
_ALIASES = {"zh": "zh_Hans", "zh_cn": "zh_Hans", "zh_sg": "zh_Hans", "zh_hans": "zh_Hans"}


def known(language: str) -> str:
    """The interface's own name of a language ('zh-CN' -> 'zh_Hans'); 'en' if it has none."""
    tag = language.replace("-", "_").lower()
    if tag in _ALIASES:
        return _ALIASES[tag]
    return tag.split("_")[0] if tag.split("_")[0] in LOCALES else "en"


def negotiated(accept_language: str) -> str:
    """The best interface language for an Accept-Language header."""
    weighted = [_quality(part) for part in accept_language.split(",") if part.strip()]
    wanted = [tag for quality, tag in sorted(weighted, key=lambda pair: -pair[0]) if quality > 0]
    found = negotiate_locale(wanted, list(LOCALES), sep="_", aliases=_ALIASES)
    return found if found is not None and found in LOCALES else "en"


def _quality(part: str) -> tuple[float, str]:
    tag, _, weight = part.strip().partition(";q=")
    try:
        quality = float(weight) if weight else 1.0
    except ValueError:
        quality = 0.0
    return quality, tag.strip().replace("-", "_")


def current() -> str:
    return _current.get()


def html_lang() -> str:
    """The current language as HTML's lang attribute wants it."""
    return current().replace("_", "-")


def babel_locale() -> Locale:
    return Locale.parse(current())


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Everything rendered inside is in this language."""
    token = _current.set(known(language))
    try:
        yield
    finally:
        _current.reset(token)


@cache
def _translations(language: str) -> NullTranslations:
    return Translations.load(FOLDER, [language], DOMAIN)


def gettext(message: str) -> str:
    return _translations(current()).ugettext(message)


def ngettext(singular: str, plural: str, n: int) -> str:
    return _translations(current()).ungettext(singular, plural, n)


def pgettext(context: str, message: str) -> str:
    return str(_translations(current()).pgettext(context, message))


def npgettext(context: str, singular: str, plural: str, n: int) -> str:
    return str(_translations(current()).npgettext(context, singular, plural, n))


#: Marks a string for extraction where the language is not known yet.
later: Callable[[str], str] = str
