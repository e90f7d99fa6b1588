"""The files that a workspace lays over the pack, as tables that forms change and texts that are kept."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import yaml

from warmlist.rules.yaml_text import Rows, Table, read_text

#: Where forms write facts, and figures.
FACTS, FIGURES = "facts/workspace.yaml", "thresholds.yaml"


class RuleFiles:
    """Files by path, of which some become tables to change. A changed file is written anew:
    its comments go."""

    def __init__(self, files: Mapping[str, str]) -> None:
        self._texts = dict(files)
        self._tables: dict[str, dict[str, Any]] = {}

    def table(self, path: str) -> dict[str, Any]:
        """The table of a file, empty where there is none, to be changed in place."""
        if path not in self._tables:
            text = self._texts.get(path, "")
            self._tables[path] = _plain(read_text(text, path)) if text.strip() else {}
        return self._tables[path]

    def dimension(self, name: str) -> dict[str, Any]:
        """The table of a dimension's file, which is begun where there is none."""
        for path in sorted({*self._texts, *self._tables}):
            if path.startswith("labels/") and self.table(path).get("dimension") == name:
                return self.table(path)
        path = f"labels/{name}.yaml"
        while path in self._texts:
            path = path.replace(".yaml", "_.yaml")
        begun = self.table(path)
        begun["dimension"] = name
        return begun

    def fact(self, name: str) -> dict[str, Any]:
        """The table that tells a fact, or would."""
        for path in sorted({*self._texts, *self._tables}):
            if path.startswith("facts/") and name in self.table(path):
                return self.table(path)
        return self.table(FACTS)

    def texts(self) -> dict[str, str]:
        """All files, without those that say nothing any more."""
        written = {
            path: yaml.safe_dump(table, allow_unicode=True, sort_keys=False, width=110)
            for path, table in self._tables.items()
            if _says_something(table)
        }
        kept = {p: t for p, t in self._texts.items() if p not in self._tables}
        return dict(sorted({**kept, **written}.items()))


def own_names(files: Mapping[str, str], path: str) -> frozenset[str]:
    """The names that one file tells."""
    return frozenset(read_text(files[path], path)) if path in files else frozenset()


def _says_something(table: Mapping[str, Any]) -> bool:
    return any(key != "dimension" and table[key] not in ({}, []) for key in table)


def _plain(value: Any) -> Any:
    if isinstance(value, Table):
        return {str(key): _plain(one) for key, one in value.items()}
    if isinstance(value, Rows):
        return [_plain(one) for one in value]
    return None if value is None else str(value)
