"""The note line of a rep: `Mr Wang | text only | Mon–Fri 9–18 | max 2 a week`, read and written.

Whatever is written is read back as the same. Beyond that, words are read in every language that we
write, and a part that is no such wording is read as a customer's sentence.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from warmlist.errors import BadInput
from warmlist.understanding.preferences.model import (
    EVERY_DAY,
    MOST,
    STAGES,
    LifePoint,
    Preferences,
    Window,
)
from warmlist.understanding.preferences.note_words import NOTE_LANGUAGES, Wording, plain, wording
from warmlist.understanding.preferences.sentence import preferences_in
from warmlist.understanding.preferences.words import LANGUAGES

#: A longer line is no note; the doors take no longer one either.
LONGEST = 2_000
_QUOTED = re.compile(r'\s*("(?:[^"]|"")+")\s*(?:[|｜]|$)')
_HOURS = re.compile(
    r"(\d{1,2})(?:[:.h](\d{2}))?(?: ?h| uhr|点|时)?-(\d{1,2})(?:[:.h](\d{2}))?(?: ?h| uhr|点|时)?"
)
_DATED = re.compile(r"(.*?)[ :]*(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})")
_NAME_WORDS = 5


@dataclass(frozen=True, slots=True)
class Note:
    """A line that was read. odd: its parts that say nothing known, as they stand there."""

    preferences: Preferences
    odd: tuple[str, ...] = ()


def render_note(preferences: Preferences, lang: str = "en") -> str:
    """One line; `parse_note` gives the same preferences back. Raises BadInput for another language."""
    words = wording(note_language(lang)).words
    parts = [_written_name(preferences.name)] if preferences.name is not None else []
    if preferences.channel_format is not None:
        parts.append(words[preferences.channel_format][0])
    parts += [_written(window, words) for window in preferences.windows]
    parts += [f"{words['not'][0]} {_written(window, words)}" for window in preferences.avoid]
    for period in ("week", "month"):
        cap = getattr(preferences, f"max_per_{period}")
        if cap is not None:
            parts.append(words[period][0].replace("{n}", str(cap)))
    if preferences.passive:
        parts.append(words["passive"][0])
    parts += [_written_point(point, words) for point in preferences.life_points]
    return " | ".join(parts)


#: Names of the signals in a text of a language (None: not known), as a reader finds them.
Signals = Callable[[str, str | None], Collection[str]]


def parse_note(line: str, lang: str | None = None, signals_in: Signals | None = None) -> Note:
    """Read a note line, or a sentence in its place.

    lang: read first, of the others what it has no word for. signals_in: a reader that is asked too
    where a part is a sentence. Raises BadInput only for a line over LONGEST or of several lines.
    """
    if len(line) > LONGEST or len(line.strip().splitlines()) > 1:
        raise BadInput(f"a note is one line of at most {LONGEST:,} characters")
    known = _known(lang)
    found = _Found()
    parts = [part for part in _split(line) if part]
    for at, part in enumerate(parts):
        asked = signals_in if at or len(parts) == 1 else None
        if at == 0 and _is_quoted(part):
            found.add({"name": _unquoted(part)}, part)
        elif said := _strict(part, known):
            found.add(said, part)
        elif sentence := _sentence(part, lang, asked):
            found.add(_fields(sentence), part)
        elif at == 0 and _can_be_name(part):
            found.add({"name": " ".join(part.split())}, part)
        else:
            found.odd.append(part)
    return Note(found.preferences, tuple(found.odd))


def note_language(lang: str) -> str:
    """The language that a note for a customer is written in. Raises BadInput where there is none."""
    if lang in NOTE_LANGUAGES:
        return lang
    main = lang.partition("-")[0]
    if main == "zh":
        return "zh-Hant" if lang in ("zh-TW", "zh-HK", "zh-MO") else "zh-Hans"
    if main in NOTE_LANGUAGES:
        return main
    raise BadInput(f"notes are not written in {lang!r}", hint=f"use {', '.join(NOTE_LANGUAGES)}")


@dataclass(slots=True)
class _Found:
    preferences: Preferences = field(default_factory=Preferences)
    odd: list[str] = field(default_factory=list)

    def add(self, said: dict[str, Any], part: str) -> None:
        """Windows and turns of life add up; of anything else that is said twice, the first holds."""
        now = self.preferences
        for key, value in said.items():
            if key in ("windows", "avoid", "life_points"):
                value = (*getattr(now, key), *value)
            elif getattr(now, key) not in (None, False, value):
                self.odd.append(part)
                return
            now = replace(now, **{key: value})
        self.preferences = now


def _known(lang: str | None) -> tuple[str, ...]:
    try:
        first = note_language(lang) if lang else NOTE_LANGUAGES[0]
    except BadInput:
        first = NOTE_LANGUAGES[0]
    return (first, *(one for one in NOTE_LANGUAGES if one != first))


def _split(line: str) -> list[str]:
    """Parts between bars; a name in quotes may hold bars itself."""
    quoted = _QUOTED.match(line)
    parts = [quoted[1]] if quoted else []
    rest = line[quoted.end() :] if quoted else line
    return parts + [part.strip() for part in re.split(r"[|｜]", rest)]


def _sentence(part: str, lang: str | None, signals_in: Signals | None) -> Preferences | None:
    """What a sentence wishes: the fields of the signals that a reader finds, else of its words."""
    told = preferences_in(part, lang, signals_in(part, lang)) if signals_in else None
    return told or preferences_in(part, lang)


def _fields(found: Preferences) -> dict[str, Any]:
    empty = Preferences()
    keys = ("channel_format", "windows", "avoid", "max_per_week", "max_per_month", "passive")
    return {key: getattr(found, key) for key in keys if getattr(found, key) != getattr(empty, key)}


def _strict(part: str, known: tuple[str, ...]) -> dict[str, Any] | None:
    """The fields of a part that is worded as we write it."""
    text = plain(part)
    for lang in known:
        one = wording(lang)
        if text in one.said:
            key, value = one.said[text]
            return {key: value}
        for pattern, key in one.caps:
            cap = pattern.fullmatch(text)
            if cap and int(cap[1]) <= MOST:
                return {key: int(cap[1])}
        if point := _life_point(text, one):
            return {"life_points": (point,)}
        if windows := _windows(text, one):
            return {"windows": windows}
        refusal = one.refusals.match(text)
        if refusal and (windows := _windows(text[refusal.end() :], one)):
            return {"avoid": windows}
    return None


def _life_point(text: str, one: Wording) -> LifePoint | None:
    """A turn of life with its day, such as 'baby born 2026-03-14'."""
    match = _DATED.fullmatch(text)
    if match is None or match[1] not in one.life:
        return None
    try:
        return LifePoint(date(int(match[2]), int(match[3]), int(match[4])), one.life[match[1]])
    except (ValueError, BadInput):
        return None


def _windows(text: str, one: Wording) -> tuple[Window, ...]:
    """Windows such as 'mon-fri 9-12, 14-18'; empty where the text is not all days and hours."""
    if text in map(plain, one.words["any_time"]):
        return (Window(EVERY_DAY, 0, 1440),)
    hours: list[tuple[int, int]] = []
    names = text
    while match := re.search(rf"(?:^|[ ,、]|(?<=[^\W\d])){_HOURS.pattern}$", names):
        span = _span(*match.groups())
        if span is None:
            return ()
        hours.insert(0, span)
        names = names[: match.start()].rstrip(" ,、")
    days = _day_list(names, one) if names else EVERY_DAY
    if not days:
        return ()
    return tuple(Window(days, start, end) for start, end in hours or [(0, 1440)])


def _span(
    hour: str, minute: str | None, to_hour: str, to_minute: str | None
) -> tuple[int, int] | None:
    start = int(hour) * 60 + int(minute or 0)
    end = int(to_hour) * 60 + int(to_minute or 0)
    if start > 1440 or end > 1440 or int(minute or 0) > 59 or int(to_minute or 0) > 59:
        return None
    start, end = start % 1440, end or 1440
    return None if start == end else (start, end)


def _day_list(text: str, one: Wording) -> tuple[int, ...]:
    found: set[int] = set()
    for item in re.split(r"\s*[,、/+&]\s*|\s+(?:and|e|und|y)\s+", text.strip()):
        if item in one.days:
            found.update(one.days[item])
            continue
        first, _, last = item.partition("-")
        if first not in one.days or last not in one.days:
            return ()
        begin, end = one.days[first][0], one.days[last][-1]
        found.update((begin + step - 1) % 7 + 1 for step in range((end - begin) % 7 + 1))
    return tuple(sorted(found))


def _written_point(point: LifePoint, words: dict[str, Any]) -> str:
    """Only turns of life that there are words for can be written in a line."""
    if point.stage not in words["life"]:
        raise BadInput(
            f"life_points: notes have no word for {point.stage!r}",
            hint=f"they have some for {', '.join(STAGES)}; note others in the customer's data",
        )
    return f"{words['life'][point.stage][0]} {point.on.isoformat()}"


def _written(window: Window, words: dict[str, Any]) -> str:
    hours = "" if window.whole_day else _written_hours(window)
    if window.days == EVERY_DAY:
        return hours or str(words["any_time"][0])
    return f"{words['join'].join(_written_days(window.days, words))} {hours}".strip()


def _written_days(days: tuple[int, ...], words: dict[str, Any]) -> Iterator[str]:
    """'Mon–Fri', 'Sat': runs of three and more as a range."""
    names = [listed[0] for listed in words["days"]]
    at = 0
    while at < len(days):
        last = at
        while last + 1 < len(days) and days[last + 1] == days[last] + 1:
            last += 1
        if last > at:
            yield f"{names[days[at] - 1]}{words['range']}{names[days[last] - 1]}"
        else:
            yield names[days[at] - 1]
        at = last + 1


def _written_hours(window: Window) -> str:
    if window.start % 60 == window.end % 60 == 0:
        return f"{window.start // 60}–{window.end // 60}"
    start, end = (f"{one // 60}:{one % 60:02}" for one in (window.start, window.end))
    return f"{start}–{end}"


def _written_name(name: str) -> str:
    """A name, in quotes where it would be read as something else."""
    bare = _split(name) == [name] and not _is_quoted(name) and _can_be_name(name)
    says_more = any(preferences_in(name, lang) for lang in (None, *LANGUAGES))
    if bare and not says_more and _strict(name, NOTE_LANGUAGES) is None:
        return name
    return '"' + name.replace('"', '""') + '"'


def _can_be_name(part: str) -> bool:
    try:
        Preferences(name=" ".join(part.split()))
    except BadInput:
        return False
    return len(part.split()) <= _NAME_WORDS and not re.search(r"[!?。！？]|\.$", part)


def _is_quoted(part: str) -> bool:
    return re.fullmatch(r'"(?:[^"]|"")+"', part) is not None


def _unquoted(part: str) -> str:
    return part[1:-1].replace('""', '"')
