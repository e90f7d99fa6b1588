"""Parts that rows of several kinds of pack files have in common, read and checked."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from warmlist.errors import BadPack
from warmlist.rules.expressions import Node, Vocabulary, parse
from warmlist.rules.model import LANGUAGES, named
from warmlist.rules.yaml_text import Table, Text, near

_ID = re.compile(r"^[A-Za-z][A-Za-z0-9_-]*$")


def all_different(what: str, names: Iterable[Text]) -> None:
    """Ids are names of columns in plans, where case and hyphens do not count."""
    taken: set[str] = set()
    for name in names:
        if not _ID.match(name):
            raise BadPack(f"{name.at}: {name!r} is no {what} id; write letters, digits, - and _")
        column = name.lower().replace("-", "_")
        if column in taken:
            raise BadPack(
                f"{name.at}: {what} {name!r} is declared twice; each needs an id of its own"
            )
        taken.add(column)


def whole(row: Table, key: str, default: str | None = None) -> int:
    """A whole number."""
    text = row.text(key, default)
    if not text.isdigit():
        raise BadPack(f"{text.at}: {key} takes a whole number, not {text!r}")
    return int(text)


def expression(text: Text, words: Vocabulary) -> Node:
    """A test over facts and labels."""
    return parse(text, words, text.place, text.line, text.column)


def placeholders(sentence: Mapping[str, str], words: Vocabulary, at: str) -> None:
    """A sentence may name facts only."""
    for name in sorted(named(sentence)):
        if name not in words.units:
            raise BadPack(
                f"{at}: the sentence names an unknown fact {name!r}{near(name, words.units)}"
            )


def duration(row: Table, key: str, words: Vocabulary) -> int:
    """The ms of the threshold named; 0 where none is."""
    return _figure(row, key, words, "duration") if row.get(key) is not None else 0


def number(row: Table, key: str, words: Vocabulary) -> int:
    """The number of the threshold named."""
    return _figure(row, key, words, "number")


def _figure(row: Table, key: str, words: Vocabulary, kind: str) -> int:
    name = row.text(key)
    threshold = words.thresholds.get(name)
    if threshold is None or threshold.kind != kind:
        known = [t.name for t in words.thresholds.values() if t.kind == kind]
        raise BadPack(f"{name.at}: {key} names a {kind}{near(name, known)}")
    return threshold.value


def in_every_language(row: Table, key: str) -> dict[str, str]:
    """A text in each of LANGUAGES, and perhaps in more; one text alone stands for all."""
    if isinstance(row.get(key), str):
        return dict.fromkeys(LANGUAGES, str(row.text(key)))
    table = row.table(key)
    missing = [language for language in LANGUAGES if language not in table]
    if missing:
        raise BadPack(f"{table.at}: {key} is missing in {', '.join(missing)}")
    return {str(language): str(table.text(language)) for language in table}
