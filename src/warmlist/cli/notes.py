"""`warmlist note`: preference notes and customers' sentences to fields, and fields to notes."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Annotated, Any

import orjson
import typer

from warmlist.cli.output import Format, one_of, out, print_table, write_line
from warmlist.cli.reports import Reports
from warmlist.errors import BadInput
from warmlist.understanding.preferences import (
    Note,
    Preferences,
    Window,
    parse_note,
    render_note,
)
from warmlist.understanding.preferences.note import note_language
from warmlist.understanding.preferences.words import LANGUAGES

commands = typer.Typer(
    no_args_is_help=True, help="Preference notes, such as 'Mr Wang | text only | max 2 a week'."
)

Lang = Annotated[
    str | None, typer.Option("--lang", help="Language of lines that tell none: en, zh-Hans, it ...")
]
Texts = Annotated[
    list[str] | None, typer.Argument(help="Lines; without any, those on standard input.")
]
_COLUMNS = (
    "name",
    "format",
    "windows",
    "not",
    "a week",
    "a month",
    "passive",
    "life",
    "not understood",
)


@commands.command("parse")
def note_parse(texts: Texts = None, lang: Lang = None, format: Format = "table") -> None:
    """Read notes and sentences about contact. With jsonl: lines {"id", "text", "lang"?} to fields.

    Example: warmlist note parse "Mr Wang | text only | Mon–Fri 9–18 | max 2 a week"
    """
    one_of(format, "table", "jsonl")
    if lang is not None:
        _check_language(lang)
    reports = Reports()
    if format == "table":
        notes = reports.each(_lines(texts), lambda text: _parse(text, lang, reports))
        print_table(_COLUMNS, [_row(note) for note in notes])
    else:
        for line in reports.each(_lines(texts), lambda text: _parsed_line(text, lang, reports)):
            write_line(line)
    reports.close()


@commands.command("render")
def note_render(texts: Texts = None, lang: Lang = None, format: Format = "table") -> None:
    """Write notes. Reads lines of fields as `note parse` writes them; with jsonl it keeps their id.

    Example: warmlist note render --lang de '{"name": "Mr Wang", "max_per_week": 2}'
    """
    one_of(format, "table", "jsonl")
    if lang is not None:
        note_language(lang)
    reports = Reports()
    for line in reports.each(_lines(texts), lambda text: _rendered_line(text, lang)):
        if format == "jsonl":
            write_line(line)
        else:
            out.print(line["note"], markup=False, highlight=False)
    reports.close()


def _check_language(lang: str) -> None:
    if lang.partition("-")[0] not in LANGUAGES:
        raise BadInput(f"--lang {lang!r} is not one of {', '.join(LANGUAGES)}")


def _lines(texts: list[str] | None) -> Iterator[str]:
    if texts:
        yield from texts
        return
    for raw in sys.stdin.buffer:
        yield raw.decode("utf-8", "replace").rstrip("\r\n")


def _parse(text: str, lang: str | None, reports: Reports) -> Note:
    note = parse_note(text, lang, _signals)
    if note.odd:
        quoted = ", ".join(f"'{part}'" for part in note.odd)
        reports.say(f"not understood: {quoted}")
    if note.preferences.leaves_no_hour:
        reports.say(f"'{text}': all hours that are wished for are refused as well; ask again")
    return note


def _signals(text: str, lang: str | None) -> set[str]:
    from warmlist.understanding.reader import default_reader

    return {found.name for found in default_reader().read(text, lang).signals}


def _parsed_line(text: str, lang: str | None, reports: Reports) -> dict[str, Any]:
    given = _json(text)
    said = given.get("text")
    if not isinstance(said, str):
        raise BadInput("'text' is missing or no text")
    note = _parse(said, _language(given, lang), reports)
    line = {"id": given.get("id"), **note.preferences.as_json()}
    return {**line, "not_understood": list(note.odd)} if note.odd else line


def _rendered_line(text: str, lang: str | None) -> dict[str, Any]:
    given = _json(text)
    wished = Preferences.from_json(given)
    return {"id": given.get("id"), "note": render_note(wished, _language(given, lang) or "en")}


def _language(given: dict[str, Any], lang: str | None) -> str | None:
    own = given.get("lang")
    if own is not None and not isinstance(own, str):
        raise BadInput("'lang' is no language code")
    return own or lang


def _json(text: str) -> dict[str, Any]:
    try:
        given = orjson.loads(text)
    except orjson.JSONDecodeError:
        raise BadInput("this is no JSON") from None
    if not isinstance(given, dict):
        raise BadInput("this is no JSON object")
    return given


def _row(note: Note) -> tuple[str, ...]:
    said = note.preferences
    return (
        said.name or "",
        said.channel_format or "",
        _windows(said.windows),
        _windows(said.avoid),
        "" if said.max_per_week is None else str(said.max_per_week),
        "" if said.max_per_month is None else str(said.max_per_month),
        "yes" if said.passive else "",
        ", ".join(f"{point.stage} {point.on}" for point in said.life_points),
        " | ".join(note.odd),
    )


def _windows(windows: tuple[Window, ...]) -> str:
    return render_note(Preferences(windows=windows)).replace(" | ", ", ")
