"""The files of a pack, with files of a workspace laid over them: they override and extend, never edit.

A laid-over file says only what is other or new. Thresholds, facts, labels, contents and texts of
messages go by their names, rules and playbooks by their ids, dimensions by `dimension`. Nothing behind
a name (`name:`) takes it away; so does `removed: yes` in a rule, a playbook or a dimension. A new rule
stands last, or with `before: RULE` in front of another.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from warmlist.errors import BadInput, BadPack
from warmlist.rules.shape import check_shape
from warmlist.rules.yaml_text import Rows, Table, Text, near, read, read_text

PARTS = ("facts", "labels", "messages", "playbooks", "tests")
_PATH = re.compile(rf"(({'|'.join(PARTS)})/)?[A-Za-z0-9][A-Za-z0-9_-]{{0,99}}\.yaml")
#: What a laid-over pack.yaml may change: not which pack it is.
_HEAD = ("worth", "order", "sooner", "later")


@dataclass(frozen=True, slots=True)
class Layer:
    """Files laid over a pack: path -> text. Places in errors begin with `name`."""

    name: str
    files: Mapping[str, str]


def layer_of(folder: Path) -> Layer:
    """The files of a folder as a layer. Raises BadInput where there are none, or others' among them."""
    if not folder.is_dir():
        raise BadInput(f"{folder}: there is no such folder")
    paths = sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*.yaml"))
    if not paths:
        raise BadInput(f"{folder}: holds no .yaml file", hint="such as labels/mine.yaml")
    checked_paths(paths)
    return Layer(folder.resolve().name, {p: _text(folder / p, p) for p in paths})


def checked_paths(paths: Iterable[str]) -> None:
    """Raises BadInput for a path that is none of a pack's."""
    for path in paths:
        if not _PATH.fullmatch(path):
            raise BadInput(
                f"{path!r} is no file of a pack",
                hint=f"pack.yaml, thresholds.yaml, and .yaml files in {', '.join(PARTS)}",
            )


def _text(path: Path, name: str) -> str:
    try:
        return path.read_text("utf-8-sig")
    except UnicodeDecodeError:
        raise BadPack(f"{name}:1:1: not UTF-8 text") from None


class Files:
    """The tables of a pack as they are once all layers lie over it."""

    def __init__(self, folder: Path, layers: Sequence[Layer] = ()) -> None:
        """Raises BadPack, with file, line and column, for what lies over nothing."""
        if not (folder / "pack.yaml").is_file():
            raise BadPack(f"{folder}: there is no pack.yaml; a pack is a folder that holds one")
        names = ["pack.yaml", "thresholds.yaml"]
        for part in PARTS[:-1]:
            names += sorted(f"{part}/{p.name}" for p in (folder / part).glob("*.yaml"))
        self._tables = {name: read(folder / name, name) for name in names}
        for layer in layers:
            checked_paths(layer.files)
            for path in sorted(layer.files):
                place, text = f"{layer.name}/{path}", layer.files[path]
                check_shape(place, text)
                if not path.startswith("tests/"):
                    self._lay(layer.name, path, read_text(text, place))

    @property
    def head(self) -> Table:
        return self._tables["pack.yaml"]

    @property
    def thresholds(self) -> Table:
        return self._tables["thresholds.yaml"]

    def part(self, name: str) -> list[Table]:
        """The tables of one part, in the order of their files."""
        return [t for path, t in sorted(self._tables.items()) if path.startswith(f"{name}/")]

    def messages(self) -> dict[str, Table]:
        """The tables of messages by file name without its ending."""
        return {
            path.removeprefix("messages/").removesuffix(".yaml"): table
            for path, table in self._tables.items()
            if path.startswith("messages/")
        }

    def _lay(self, layer: str, path: str, table: Table) -> None:
        part = path.partition("/")[0]
        own = f"{path} of {layer}"  # sorts behind the file of the same name
        if path == "pack.yaml":
            table.allow(*_HEAD)
            self._tables[path] = _over(self.head, table)
        elif path == "thresholds.yaml" or part == "messages":
            self._tables[path] = _by_name(self._tables.get(path, Table()), table)
        elif part == "facts":
            self._tables[own] = self._facts(table)
        elif part == "labels":
            self._labels(own, table)
        elif part == "playbooks":
            self._playbooks(own, table)
        else:
            raise BadPack(f"{table.at}: {path!r} is no file of a pack")

    def _facts(self, table: Table) -> Table:
        """What is told anew is taken out where it stood."""
        for key in table.keys_as_written():
            old = [t for t in self.part("facts") if t.pop(key, None) is not None]
            if table[key] is None and not old:
                known = [name for t in self.part("facts") for name in t]
                raise BadPack(f"{key.at}: unknown fact {key!r}{near(key, known)}")
        kept = Table({k: v for k, v in table.items() if v is not None})
        kept.at = table.at
        return kept

    def _labels(self, own: str, table: Table) -> None:
        name = table.text("dimension")
        found = [
            path
            for path, t in self._tables.items()
            if path.startswith("labels/") and t.get("dimension") == name
        ]
        if _removed(table):
            if not found:
                raise BadPack(f"{name.at}: there is no dimension {name!r} to take away")
            del self._tables[found[0]]
            return
        below = self._tables[found[0]] if found else Table()
        whole = _over(below, table)
        for key in ("labels", "rules"):
            if key in below or key in table:
                old, new = below.get(key), table.get(key)
                whole[key] = _rows(old, new) if key == "rules" else _names(old, new)
        self._tables[found[0] if found else own] = whole

    def _playbooks(self, own: str, table: Table) -> None:
        """A playbook that is told anew stays among its neighbours; the others are the file's own."""
        fresh = Rows()
        fresh.at = table.at
        for row in table.rows("playbooks"):
            below = next(
                (t for t in self.part("playbooks") if _place(t["playbooks"], row) >= 0), None
            )
            if below is not None:
                only = Rows([row])
                below["playbooks"] = _rows(below["playbooks"], only)
            elif _removed(row):
                raise BadPack(
                    f"{row.text('id').at}: there is no playbook {row['id']!r} to take away"
                )
            else:
                fresh.append(row)
        if fresh:
            table["playbooks"] = fresh
            self._tables[own] = table


def _over(below: Table, above: Table) -> Table:
    """Both, what stands above instead of what stands below."""
    both = Table({**{k: v for k, v in below.items() if k not in above}, **above})
    both.at = above.at
    return both


def _by_name(below: Table, above: Table) -> Table:
    """Likewise, each in the place where it stood; nothing behind a name takes it away."""
    own = {str(key): key for key in above.keys_as_written()}
    for name, key in own.items():
        if above[key] is None and name not in below:
            raise BadPack(f"{key.at}: there is no {name!r} to take away{near(name, list(below))}")
    both = Table()
    both.at = above.at
    fresh = [key for name, key in own.items() if name not in below]
    for key in [*(own.get(str(k), k) for k in below.keys_as_written()), *fresh]:
        value = above[key] if key in above else below[key]
        if value is not None:
            both[key] = value
    return both


def _names(below: Any, above: Any) -> Any:
    if above is None or not isinstance(above, Table):
        return below if above is None else above  # what is no table is told when it is read
    return _by_name(below if isinstance(below, Table) else Table(), above)


def _rows(below: Any, above: Any) -> Any:
    """Rows by their ids."""
    if above is None or not isinstance(above, Rows):
        return below if above is None else above
    rows = Rows(below if isinstance(below, Rows) else ())
    rows.at = above.at
    for row in above:
        if not isinstance(row, Table):
            raise BadPack(f"{getattr(row, 'at', above.at)}: each row is a table")
        place = _place(rows, row)
        if _removed(row):
            if place < 0:
                raise BadPack(f"{row.text('id').at}: there is no {row['id']!r} to take away")
            del rows[place]
            continue
        kept = Table({k: v for k, v in row.items() if k != "before"})
        kept.at = row.at
        if "before" in row:
            if place >= 0:
                del rows[place]
            rows.insert(_in_front(rows, row.text("before")), kept)
        elif place >= 0:
            rows[place] = kept
        else:
            rows.append(kept)
    return rows


def _place(rows: Any, row: Table) -> int:
    """Where the row of the same id stands; -1 where none does."""
    same = (
        n for n, one in enumerate(rows) if isinstance(one, Table) and one.get("id") == row.get("id")
    )
    return next(same, -1)


def _in_front(rows: Rows, name: Text) -> int:
    ids = [str(row.get("id")) for row in rows]
    if name not in ids:
        raise BadPack(f"{name.at}: unknown rule {str(name)!r}{near(name, ids)}")
    return ids.index(name)


def _removed(row: Table) -> bool:
    if "removed" not in row:
        return False
    if row.text("removed") != "yes":
        raise BadPack(f"{row.text('removed').at}: 'removed' is yes, or is left out")
    return True
