"""The tricks of YAML that make much out of little are refused before a text from outside is read."""

from __future__ import annotations

from typing import Any

import yaml

from warmlist.errors import BadPack

DEEPEST = 50  # tables within tables


def check_shape(name: str, text: str) -> None:
    """A few aliases of YAML can stand for billions of rows, deep nesting ends in no stack.

    name: how places call the text. Raises BadPack.
    """
    depth = 0
    try:
        for event in yaml.parse(text, Loader=yaml.SafeLoader):
            at = _at(name, event.start_mark)
            if isinstance(event, yaml.AliasEvent):
                raise BadPack(f"{at}: write it out, packs have no aliases")
            if isinstance(event, yaml.CollectionStartEvent):
                depth += 1
            elif isinstance(event, yaml.CollectionEndEvent):
                depth -= 1
            if depth > DEEPEST:
                raise BadPack(f"{at}: nested too deeply")
    except yaml.MarkedYAMLError as error:
        at = _at(name, error.problem_mark)
        raise BadPack(f"{at}: not YAML: {error.problem}") from None
    except yaml.YAMLError:
        raise BadPack(f"{name}:1:1: holds a character that YAML does not allow") from None


def _at(name: str, mark: Any) -> str:
    """mark: where PyYAML stood, or None."""
    return f"{name}:{mark.line + 1}:{mark.column + 1}" if mark else f"{name}:1:1"
