"""Reads playbooks, and the messages that their contacts bring."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from itertools import pairwise

from warmlist.errors import BadPack
from warmlist.facts.catalogue import Fact
from warmlist.rules.expressions import Both, Node, Not, Vocabulary
from warmlist.rules.layers import Files
from warmlist.rules.model import BLANKS, LANGUAGES, PURPOSES, USUAL, Content, Playbook
from warmlist.rules.parts import (
    all_different,
    duration,
    expression,
    in_every_language,
    placeholders,
    whole,
)
from warmlist.rules.yaml_text import Table, Text, near

_BLANK = re.compile(r"\{(\w*)\}")
_KEYS = ("id", "when", "start", "first", "every", "touches", "ends", "how", "why", "missed")

#: What every contact of a playbook may bring, by its key.
Contents = Mapping[str, Content]
#: `PLAYBOOK/content` -> language -> text: a text of one playbook's own.
Own = Mapping[str, Mapping[str, str]]


def read_playbooks(
    files: Files,
    words: Vocabulary,
    facts: Mapping[str, Fact],
    labels: Mapping[str, Collection[str] | None],
) -> tuple[Playbook, ...]:
    """All playbooks of a pack, the most urgent first, else in the order of files and rows.

    labels: of each dimension; None where no pack can list them.

    Raises BadPack, with file, line and column, at the first error.
    """
    contents, own = _messages(files.messages(), labels)
    found: list[Playbook] = []
    used: set[str] = set()
    tables = [t.allow("unless", "urgency", "playbooks") for t in files.part("playbooks")]
    rows = (row for table in tables for row in table.rows("playbooks"))
    all_different("playbook", (row.text("id") for row in rows if "id" in row))
    for table in tables:
        usual = whole(table, "urgency", str(USUAL))
        unless = expression(table.text("unless"), words) if "unless" in table else None
        for row in table.rows("playbooks"):
            playbook = _playbook(row, words, facts, unless, contents, usual)
            brought = [one for content in playbook.brings for one in (content, *content.matched)]
            used |= {f"{playbook.id}/{content.key}" for content in brought}
            found.append(_with_own(playbook, own))
    for name in own:
        if name not in used:
            raise BadPack(f"{getattr(name, 'at', name)}: no playbook brings {name!r}")
    return tuple(sorted(found, key=lambda playbook: playbook.urgency))


def _playbook(
    row: Table,
    words: Vocabulary,
    facts: Mapping[str, Fact],
    unless: Node | None,
    contents: Contents,
    usual: int,
) -> Playbook:
    row.allow(*_KEYS, "urgency", "brings", "words")
    start = row.text("start")
    if start not in facts or facts[start].unit != "moment":
        moments = [f.name for f in facts.values() if f.unit == "moment"]
        raise BadPack(f"{start.at}: a playbook starts at a moment{near(start, moments)}")
    why = in_every_language(row, "why")
    placeholders(why, words, row.at)
    when = expression(row.text("when"), words)
    every, touches = duration(row, "every", words), whole(row, "touches", "0")
    return Playbook(
        id=str(row.text("id")),
        when=when if unless is None else Both((when, Not(unless)), "AND"),
        start=str(start),
        first=duration(row, "first", words),
        every=every,
        touches=touches,
        ends=duration(row, "ends", words),
        how=str(row.text("how")) if row.get("how") else None,
        why=why,
        missed=in_every_language(row, "missed"),
        brings=_brings(row, contents, (touches or 1 << 30) if every else 1),
        place=row.at,
        urgency=whole(row, "urgency", str(usual)),
    )


def _brings(row: Table, contents: Contents, touches: int) -> tuple[Content, ...]:
    """What the contacts bring in turn; no two that follow each other bring the same."""
    if "words" in row:
        return (Content("words", {}, in_every_language(row, "words")),)
    names = row.names("brings")
    if not names:
        raise BadPack(f"{row.at}: 'brings' is missing")
    for name in names:
        if name not in contents:
            raise BadPack(f"{name.at}: unknown content {name!r}{near(name, list(contents))}")
    turns = names if touches <= len(names) else (*names, names[0])
    for one, next_one in pairwise(turns):
        if one == next_one:
            raise BadPack(f"{next_one.at}: two contacts in a row would bring {next_one!r}")
    return tuple(contents[name] for name in names)


def _with_own(playbook: Playbook, own: Own) -> Playbook:
    def told(content: Content) -> Content:
        words = {**content.words, **own.get(f"{playbook.id}/{content.key}", {})}
        return replace(content, words=words, matched=tuple(map(told, content.matched)))

    return replace(playbook, brings=tuple(map(told, playbook.brings)))


def _messages(
    tables: Mapping[str, Table], labels: Mapping[str, Collection[str] | None]
) -> tuple[dict[str, Content], dict[str, dict[str, str]]]:
    """`contents` says what there is; a table a language says it in words."""
    if "contents" not in tables:
        return {}, {}
    table = tables["contents"]
    texts: dict[str, dict[str, str]] = {str(key): {} for key in table}
    own: dict[str, dict[str, str]] = {}
    for language, spoken in tables.items():
        if language == "contents":
            continue
        for key in spoken.keys_as_written():
            kept = own.setdefault(key, {}) if "/" in key else texts.get(key)
            if kept is None:
                raise BadPack(f"{key.at}: unknown content {key!r}{near(key, list(texts))}")
            kept[language] = _text(spoken.text(key))
    contents = {key: _content(key, table, texts[key], labels) for key in texts}
    return _with_matched(table, contents), own


def _with_matched(table: Table, contents: Contents) -> dict[str, Content]:
    """Each content with those that stand in its place for whom they are for."""
    matched: dict[str, list[Content]] = {}
    for key, content in contents.items():
        row = table.table(key)
        if "instead_of" not in row:
            continue
        name = row.text("instead_of")
        if name not in contents or name == key:
            raise BadPack(f"{name.at}: unknown content {name!r}{near(name, list(contents))}")
        if "instead_of" in table.table(name):
            raise BadPack(f"{name.at}: {name!r} itself stands instead of another")
        if not content.whom:
            raise BadPack(f"{row.at}: say in 'for' whom {key!r} is for, instead of {name!r}")
        matched.setdefault(name, []).append(content)
    return {
        key: replace(content, matched=tuple(matched.get(key, ())))
        for key, content in contents.items()
    }


def _content(
    key: str,
    table: Table,
    texts: Mapping[str, str],
    labels: Mapping[str, Collection[str] | None],
) -> Content:
    row = table.table(key).allow("names", "purpose", "fits", "scarce", "for", "instead_of")
    missing = [language for language in LANGUAGES if language not in texts]
    if missing:
        raise BadPack(f"{row.at}: {key!r} has no text in {', '.join(missing)}")
    purpose = row.text("purpose", "content")
    if purpose not in PURPOSES:
        raise BadPack(f"{purpose.at}: unknown purpose {purpose!r}{near(purpose, PURPOSES)}")
    fits = str(row.text("fits")) if row.get("fits") else None
    scarce = row.text("scarce", "no") == "yes"
    whom = tuple(_whom(row.table("for"), labels)) if "for" in row else ()
    return Content(
        key, in_every_language(row, "names"), dict(texts), str(purpose), fits, scarce, whom
    )


def _whom(
    table: Table, labels: Mapping[str, Collection[str] | None]
) -> Iterator[tuple[str, frozenset[str]]]:
    """The labels of which a customer must have one of each dimension named; case does not count."""
    for dimension in table.keys_as_written():
        if dimension not in labels:
            raise BadPack(
                f"{dimension.at}: unknown dimension {str(dimension)!r}{near(dimension, list(labels))}"
            )
        known = labels[dimension]
        names = table.names(dimension)
        for name in names:
            if known is not None and name not in known:
                raise BadPack(f"{name.at}: unknown label {str(name)!r}{near(name, list(known))}")
        if not names:
            raise BadPack(f"{dimension.at}: name labels of {str(dimension)!r}")
        yield str(dimension), frozenset(name.casefold() for name in names)


def _text(text: Text) -> str:
    """A text with blanks; an unknown blank would stay open for ever."""
    for name in _BLANK.findall(text):
        if name not in BLANKS:
            raise BadPack(f"{text.at}: unknown blank {name!r}{near(name, BLANKS)}")
    if text.count("[") != text.count("]"):
        raise BadPack(f"{text.at}: a bracket is not closed")
    return str(text)
