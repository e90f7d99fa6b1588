"""YAML whose every text, list and table remembers its file, line and column."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

import yaml

from warmlist.errors import BadPack


class Text(str):
    """A scalar as it was written, with its place."""

    place: str
    line: int
    column: int

    @property
    def at(self) -> str:
        return f"{self.place}:{self.line}:{self.column}"


class Rows(list[Any]):
    at: str = ""


class Table(dict[str, Any]):
    """A mapping with the place where it begins."""

    at: str = ""

    def keys_as_written(self) -> list[Text]:
        """The keys with their places."""
        return [key if isinstance(key, Text) else _text(key, self.at) for key in self]

    def allow(self, *keys: str) -> Table:
        """Refuse keys that mean nothing here, offering the nearest that does."""
        for key in self:
            if key not in keys:
                raise BadPack(
                    f"{getattr(key, 'at', self.at)}: unknown key {key!r}{near(key, keys)}"
                )
        return self

    def text(self, key: str, default: str | None = None) -> Text:
        value = self.get(key, default)
        if value is None:
            raise BadPack(f"{self.at}: {key!r} is missing")
        if not isinstance(value, str):
            raise BadPack(f"{value.at}: {key!r} takes one text")
        return value if isinstance(value, Text) else _text(value, self.at)

    def table(self, key: str) -> Table:
        value = self.get(key)
        if not isinstance(value, Table):
            raise BadPack(
                f"{getattr(value, 'at', self.at)}: {key!r} takes a table of names and values"
            )
        return value

    def rows(self, key: str) -> Iterator[Table]:
        value = self.get(key)
        if not isinstance(value, Rows):
            raise BadPack(f"{getattr(value, 'at', self.at)}: {key!r} takes a list")
        for row in value:
            if not isinstance(row, Table):
                raise BadPack(f"{getattr(row, 'at', value.at)}: each row is a table")
            yield row

    def names(self, key: str) -> tuple[Text, ...]:
        """One name or a list of names; nothing when the key is absent."""
        value = self.get(key)
        if value is None:
            return ()
        return tuple(value) if isinstance(value, Rows) else (self.text(key),)


def near(name: str, known: Collection[str]) -> str:
    """'; did you mean X?' where something known is close, else the list of what is known."""
    found = difflib.get_close_matches(name, list(known), n=1)
    return f"; did you mean {found[0]}?" if found else f"; known: {', '.join(sorted(known))}"


def _text(value: str, at: str) -> Text:
    text = Text(value)
    text.place, line, column = at.rsplit(":", 2)
    text.line, text.column = int(line), int(column)
    return text


def read(path: Path, name: str) -> Table:
    """Read one file; `name` is how places call it. Raises BadPack for what is no YAML table."""
    try:
        return read_text(path.read_text(encoding="utf-8"), name)
    except UnicodeDecodeError:
        raise BadPack(f"{name}:1:1: not UTF-8 text") from None


def read_text(text: str, name: str) -> Table:
    """The same of a text."""
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        where = f"{name}:{mark.line + 1}:{mark.column + 1}" if mark else name
        raise BadPack(f"{where}: not YAML: {error.problem}") from None
    except yaml.YAMLError:
        raise BadPack(f"{name}:1:1: holds a character that YAML does not allow") from None
    table = _convert(node, name) if node is not None else Table()
    if not isinstance(table, Table):
        raise BadPack(f"{name}:1:1: the file must hold a table of names and values")
    if not table.at:
        table.at = f"{name}:1:1"
    return table


def _convert(node: yaml.Node, name: str) -> Any:
    # A quoted scalar's text begins behind the quote.
    quoted = isinstance(node, yaml.ScalarNode) and node.style in ("'", '"')
    at = f"{name}:{node.start_mark.line + 1}:{node.start_mark.column + 1 + quoted}"
    if isinstance(node, yaml.ScalarNode):
        return None if node.tag == "tag:yaml.org,2002:null" else _text(node.value, at)
    if isinstance(node, yaml.SequenceNode):
        rows = Rows(_convert(n, name) for n in node.value)
        rows.at = at
        return rows
    assert isinstance(node, yaml.MappingNode)
    table = Table()
    table.at = at
    for key_node, value_node in node.value:
        key = _convert(key_node, name)
        if key in table:
            raise BadPack(f"{key.at}: {key!r} stands here twice")
        table[key] = _convert(value_node, name)
    return table
