"""The wording of note lines: what is written in each language, and what is read as the same."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

import yaml

from warmlist.understanding.normalise import fold
from warmlist.understanding.preferences.model import FORMATS, STAGES

#: Languages that note lines are written in.
NOTE_LANGUAGES = ("en", "zh-Hans", "zh-Hant", "it", "de", "es", "pt")
_CAPS = {"week": "max_per_week", "month": "max_per_month"}


@dataclass(frozen=True, slots=True)
class Wording:
    """One language. said: folded words -> (field, value). caps: patterns with the field they give."""

    words: dict[str, Any]
    said: dict[str, tuple[str, Any]]
    caps: tuple[tuple[re.Pattern[str], str], ...]
    days: dict[str, tuple[int, ...]]
    refusals: re.Pattern[str]
    life: dict[str, str]  # folded words -> a turn of life


@cache
def wording(lang: str) -> Wording:
    """The wording of one of NOTE_LANGUAGES."""
    words = _all()[lang]
    said: dict[str, tuple[str, Any]] = {}
    for form in FORMATS:
        said |= {plain(one): ("channel_format", form) for one in words[form]}
    said |= {plain(one): ("passive", True) for one in words["passive"]}
    refusals = "|".join(
        re.escape(plain(one)) for one in sorted(words["not"], key=len, reverse=True)
    )
    return Wording(
        words,
        said,
        tuple(_caps(words)),
        dict(_days(words)),
        re.compile(rf"(?:{refusals})[ :]*(?=\S)"),
        {plain(one): stage for stage in STAGES for one in words["life"][stage]},
    )


def plain(text: str) -> str:
    """Folded, with one kind of dash and no dots behind words."""
    folded = fold(text).replace("~", "-").replace("〜", "-").replace("至", "-").replace("到", "-")
    return re.sub(r"(?<=[^\W\d])\.(?= |$)", "", re.sub(r"\s*-\s*", "-", folded)).strip()


@cache
def _all() -> dict[str, dict[str, Any]]:
    text = resources.files(__package__).joinpath("note_words.yaml").read_text("utf-8")
    loaded: dict[str, dict[str, Any]] = yaml.load(text, Loader=yaml.BaseLoader)  # noqa: S506
    return loaded


def _caps(words: dict[str, Any]) -> Iterator[tuple[re.Pattern[str], str]]:
    for period, field in _CAPS.items():
        for phrase in words[period]:
            ahead, _, behind = plain(phrase).partition("{n}")
            ahead, behind = re.escape(ahead.strip()), re.escape(behind.strip())
            yield re.compile(rf"{ahead}\s*(\d{{1,3}})\s*{behind}"), field


def _days(words: dict[str, Any]) -> Iterator[tuple[str, tuple[int, ...]]]:
    for day, names in enumerate(words["days"], 1):
        yield from ((plain(name), (day,)) for name in names)
    for key, days in (("every_day", range(1, 8)), ("week_days", range(1, 6)), ("week_end", (6, 7))):
        yield from ((plain(name), tuple(days)) for name in words[key])
