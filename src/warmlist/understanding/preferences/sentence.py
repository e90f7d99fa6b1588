"""Reads a customer's sentence: when, how often, and in which form to write."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import replace
from functools import lru_cache

from warmlist.understanding.language import detect
from warmlist.understanding.normalise import fold
from warmlist.understanding.preferences.caps import Cap, cap
from warmlist.understanding.preferences.clauses import Clause, clauses
from warmlist.understanding.preferences.clocks import with_clocks
from warmlist.understanding.preferences.lexer import Token, tokens_of
from warmlist.understanding.preferences.model import MOST, Preferences, Window
from warmlist.understanding.preferences.windows import hours
from warmlist.understanding.preferences.words import LANGUAGES, Grammar, grammar

#: Signals that tell the form of contact.
FORMAT_OF = {
    "prefers_text": "text",
    "prefers_voice": "voice",
    "prefers_image": "image",
    "prefers_video": "video",
}
#: The other forms show something, and may be wished beside one of these.
_WAYS_TO_TALK = ("text", "voice")
#: Longer messages are catalogues and quotations; who states a wish does so near the beginning.
LONGEST = 1_000
_SCRIPTS = (
    ("ja", re.compile(r"[\u3040-\u30ff]")),
    ("ar", re.compile(r"[\u0600-\u06ff]")),
    ("hi", re.compile(r"[\u0900-\u097f]")),
    ("ru", re.compile(r"[\u0400-\u04ff]")),
    ("zh", re.compile(r"[\u3400-\u9fff]")),
)
_LATIN = ("en", "it", "de", "es", "pt", "fr", "tr", "id", "hi")
#: Kinds that only a sentence about contact has: these weigh when the language is not known.
_FUNCTION = frozenset({"word", "number", "clock", "break", "dash", "filler"})


def preferences_in(
    text: str, lang: str | None = None, signals: Collection[str] | None = None
) -> Preferences | None:
    """The wishes of one inbound message, or None where it states none.

    lang: BCP 47, None to find out. signals: names of `signals.SIGNALS` that were read in the
    message; they decide which fields are looked for: hours for `time_preference`, caps for
    `frequency_preference`, the form for `prefers_*`, passive for `defer_contact`. None looks for
    all of them and trusts the words alone. Never raises for what the text says.
    """
    text = text[:LONGEST]
    rules = grammar_for(text, lang)
    if rules is None:
        return _by_signals(signals)
    read = [token for token in tokens_of(rules, text) if token.kind != "filler"]
    tokens = with_clocks(read, rules.behind)
    parts = clauses(tokens)
    when = hours(parts, rules.behind)
    found = Preferences(
        channel_format=_format(parts, signals, verb_last=rules.verb_last),
        passive=_passive(tokens, signals),
    )
    if signals is None or "time_preference" in signals:
        found = replace(found, windows=when.windows, avoid=when.avoid)
    if signals is None or "frequency_preference" in signals:
        days = when.windows if signals is not None else ()
        found = _with_cap(found, cap(parts) or _cap_of_days(days))
    return found or None


def _with_cap(found: Preferences, limit: Cap | None) -> Preferences:
    if limit is None:
        return found
    count = min(limit.count, MOST)
    if limit.unit == "week":
        return replace(found, max_per_week=count)
    return replace(found, max_per_month=count)


def _cap_of_days(windows: tuple[Window, ...]) -> Cap | None:
    """The cap that lies in naming a day or few for all messages: 'just on Sundays'."""
    days = {day for window in windows for day in window.days}
    if days == {6, 7}:
        return Cap("week", 1)
    return Cap("week", len(days)) if 0 < len(days) < 4 else None


def grammar_for(text: str, lang: str | None) -> Grammar | None:
    """The grammar of a language, or the one that knows most of a text; None where none does."""
    known = (lang or "").partition("-")[0]
    if known in LANGUAGES:
        return grammar(known)
    for name, letters in _SCRIPTS:
        if letters.search(text):
            return grammar(name)
    likely = detect(text, fold(text)).read_as
    covered = {name: _known(name, text) * (2 if name in likely else 1) for name in _LATIN}
    best = max(covered, key=lambda name: covered[name])
    return grammar(best) if covered[best] else None


@lru_cache(maxsize=256)
def _known(lang: str, text: str) -> int:
    """How many characters of a text the words of a language cover."""
    tokens = tokens_of(grammar(lang), text)
    return sum(token.end - token.start for token in tokens if token.kind not in _FUNCTION)


def _by_signals(signals: Collection[str] | None) -> Preferences | None:
    found = Preferences(
        channel_format=_named_format(signals or ()), passive="defer_contact" in (signals or ())
    )
    return found or None


def _named_format(signals: Collection[str]) -> str | None:
    """The form that is wished; of "write to me, and send a photo" it is text, the way to talk."""
    named = [FORMAT_OF[name] for name in signals if name in FORMAT_OF]
    named = [form for form in named if form in _WAYS_TO_TALK] or named
    return named[0] if len(named) == 1 else None


def _format(parts: list[Clause], signals: Collection[str] | None, *, verb_last: bool) -> str | None:
    """The form of contact; "no calls" is text, but "no calls before ten" is about the hour alone."""
    if signals is not None:
        return _named_format(signals)
    wished: list[str] = []
    refused: list[str] = []
    for clause in parts:
        for at, token in enumerate(clause.tokens):
            if token.kind == "not" and token.value and not clause.windows:
                refused.append(token.value)
            if token.kind != "format":
                continue
            if not _negated(clause, at, verb_last):
                wished.append(token.value)
            elif not clause.windows:
                refused.append(token.value)
    wished = list(dict.fromkeys(form for form in wished if form not in refused))
    if len(wished) == 1:
        return wished[0]
    if "text" in wished and "voice" in wished:
        return None
    return "text" if not wished and "voice" in refused else None


def _negated(clause: Clause, at: int, verb_last: bool) -> bool:
    """Whether a form is what is not wanted: "no calls", "call mat karo"."""
    near = clause.tokens[max(at - 3, 0) : at]
    if verb_last:
        near = [*clause.tokens[max(at - 1, 0) : at], *clause.tokens[at + 1 : at + 4]]
    return any(token.kind in ("not", "instead") for token in near)


def _passive(tokens: list[Token], signals: Collection[str] | None) -> bool:
    kinds = {token.kind for token in tokens}
    if signals is None:
        return "will_write" in kinds
    return "defer_contact" in signals and ("will_write" in kinds or "postponed" not in kinds)
