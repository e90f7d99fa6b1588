"""Reading JSON that somebody else wrote: nothing is taken for granted, all knows its path."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import orjson

from warmlist.errors import BadInput

#: PostgreSQL's text has no U+0000, UTF-8 has no lone surrogates.
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_NUL_ESCAPE = b"\\u0000"
_LONGEST_NUMBER = 10**15
_WHOLE = re.compile(r"[0-9]{1,15}")


class NotJson(BadInput):
    """The bytes are no JSON document; the message says why, without quoting them."""


@dataclass(frozen=True, slots=True)
class Node:
    """A JSON object with the path that leads to it; a member of another type reads as None."""

    value: dict[str, Any]
    path: str = ""

    def at(self, key: str) -> str:
        """The path of a member."""
        return f"{self.path}.{key}" if self.path else key

    def text(self, key: str) -> str | None:
        """A member that is text and not empty; numbers count as the text they are written as."""
        found = self.value.get(key)
        if isinstance(found, str):
            return found or None
        if isinstance(found, int) and not isinstance(found, bool):
            return str(found)
        return None

    def flag(self, key: str) -> bool:
        """Is the member true?"""
        return self.value.get(key) is True

    def whole(self, key: str) -> int | None:
        """A member that is a whole number from 0 to 10^15, or text that spells one."""
        found = self.text(key)
        return int(found) if found and _WHOLE.fullmatch(found) and found.isascii() else None

    def number(self, key: str) -> float | None:
        """A member that is a finite number, not text."""
        found = self.value.get(key)
        if isinstance(found, bool) or not isinstance(found, int | float):
            return None
        return found if abs(found) <= _LONGEST_NUMBER else None

    def child(self, key: str) -> Node | None:
        """A member that is an object."""
        found = self.value.get(key)
        return Node(found, self.at(key)) if isinstance(found, dict) else None

    def pick(self, *keys: str) -> dict[str, str | bool]:
        """The members among `keys` that are text, whole numbers (as text) or booleans."""
        picked: dict[str, str | bool] = {}
        for key in keys:
            found = self.value.get(key)
            value = found if isinstance(found, bool) else self.text(key)
            if value is not None:
                picked[key] = value
        return picked

    def elements(self, key: str) -> Iterator[tuple[str, Any]]:
        """The elements of a member that is an array, with their paths; nothing for other types."""
        found = self.value.get(key)
        if isinstance(found, list):
            base = self.at(key)
            for place, element in enumerate(found):
                yield f"{base}[{place}]", element

    def children(self, key: str) -> Iterator[Node]:
        """The elements that are objects."""
        for path, element in self.elements(key):
            if isinstance(element, dict):
                yield Node(element, path)


def parse(body: bytes) -> tuple[Any, bool]:
    """JSON bytes -> (value, exact). Raises NotJson.

    Every string of the value can be stored: U+0000 and lone surrogates are replaced by U+FFFD.
    exact is False when bytes that are no UTF-8 had to be replaced too.
    """
    try:
        try:
            value = orjson.loads(body)
        except orjson.JSONDecodeError:
            return _parse_leniently(body)
        return (storable(value) if _NUL_ESCAPE in body else value), True
    except RecursionError:
        raise NotJson("the body is nested too deeply") from None


def storable(value: Any) -> Any:
    """The JSON value with every string, keys included, made fit for PostgreSQL."""
    if isinstance(value, str):
        return _UNSTORABLE.sub("\ufffd", value)
    if isinstance(value, list):
        return [storable(element) for element in value]
    if isinstance(value, dict):
        return {storable(key): storable(element) for key, element in value.items()}
    return value


def _parse_leniently(body: bytes) -> tuple[Any, bool]:
    """What the strict parser refuses for the sake of single characters."""
    try:
        text, exact = body.decode("utf-8-sig"), True
    except UnicodeDecodeError:
        text, exact = body.decode("utf-8-sig", "replace"), False
    try:
        return storable(json.loads(text, parse_constant=_no_constant)), exact
    except ValueError:
        raise NotJson("the body is not JSON") from None


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")
