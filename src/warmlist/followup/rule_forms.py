"""What people write into the forms of the Rules page, as changes of a workspace's files."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

from warmlist.clock import from_ms
from warmlist.errors import BadInput
from warmlist.facts.takes import TAKES
from warmlist.followup.rule_files import FIGURES, RuleFiles
from warmlist.labels.segment_text import read_segment, vocabulary, with_figures_named
from warmlist.rules.model import COLOURS, LANGUAGES, Pack, Rule
from warmlist.rules.names import free
from warmlist.rules.read import ToMinor

#: What a form's fields hold, by name.
Fields = Mapping[str, str]

LONGEST = 2_000
#: How labels of new categories are reviewed, as packs write it.
REVIEW = "90d"
#: Figures that forms named say so in their source, and go with the last rule that uses them.
_MADE_FOR = "for "


@dataclass(frozen=True, slots=True)
class Drawer:
    """What forms are read with: the pack in force, the built-in one below it, the files over that, who
    writes and when (epoch ms)."""

    pack: Pack
    below: Pack
    files: Mapping[str, str]
    to_minor: ToMinor
    by: str
    now_ms: int

    @property
    def today(self) -> str:
        return f"{from_ms(self.now_ms):%Y-%m-%d}"

    @property
    def taken(self) -> set[str]:
        """Names of facts, dimensions and figures."""
        return {*self.pack.facts, *self.pack.keys, *self.pack.thresholds}


def changed(drawer: Drawer, fields: Fields) -> dict[str, str]:
    """The files after the change that a form asks for, not yet checked as a pack.

    fields: `what` is label, rule, fact, figure or remove; see the functions of these names. Raises
    BadInput for what is missing, BadSegment (with the place) for a rule that cannot be read.
    """
    kind = fields.get("what", "")
    if kind not in _CHANGES:
        raise BadInput(f"there is no change {kind!r}", hint=f"one of {', '.join(_CHANGES)}")
    files = RuleFiles(drawer.files)
    _CHANGES[kind](drawer, files, fields)
    _forget_unused(files)
    return files.texts()


def label(drawer: Drawer, files: RuleFiles, fields: Fields) -> None:
    """A new label, with a rule unless people alone set it; without `dimension` in a new category.

    name (name_it, ...), says, colour, when, because, before; category, category_says,
    category_colour, kind (exclusive or set).
    """
    dimension = fields.get("dimension", "")
    if not dimension:
        dimension = _category(drawer, files, fields)
        known: Collection[str] = ()
    else:
        known = _labels_of(drawer.pack, dimension)
    table = files.dimension(dimension)
    labels = table.setdefault("labels", {})
    names = _names(fields, "name", "the label")
    key = _key(names, "label", {*known, *labels}, columns=False)
    row: dict[str, Any] = {"names": names}
    if fields.get("says", "").strip():
        row["says"] = _line(fields, "says")
    if fields.get("colour"):
        row["colour"] = _colour(fields["colour"])
    labels[key] = row | {"source": f"{drawer.by}, {drawer.today}"}
    table.setdefault("rules", [])
    if fields.get("when", "").strip():
        _put_rule(drawer, files, fields, dimension, key, names)


def rule(drawer: Drawer, files: RuleFiles, fields: Fields) -> None:
    """Another test for a rule (`rule`), or one more rule for a label. dimension, label, when, because,
    before."""
    dimension, key = fields.get("dimension", ""), fields.get("label", "")
    if key not in _labels_of(drawer.pack, dimension):
        raise BadInput("a label is missing", hint="choose one of a category")
    names = drawer.pack.dimension(dimension).labels[key].names
    _put_rule(drawer, files, fields, dimension, key, names)


def fact(drawer: Drawer, files: RuleFiles, fields: Fields) -> None:
    """A new fact, or another meaning for one (`fact`). name, stream, take, where, window, unit."""
    key = fields.get("fact", "")
    if not key:
        key = _key({"en": _line(fields, "name")}, "fact", drawer.taken)
    elif key not in drawer.pack.facts:
        raise BadInput(f"there is no fact {key!r}", hint="choose one from the list")
    row: dict[str, Any] = {
        "says": _line(fields, "name") if fields.get("name") else dict(drawer.pack.facts[key].says),
        "from": _line(fields, "stream"),
    }
    if fields.get("where", "").strip():
        row["where"] = _line(fields, "where")
    row["take"] = take = _line(fields, "take")
    if window := fields.get("window", "").strip():
        figure = f"{key}_window"
        files.table(FIGURES)[figure] = _figure(drawer, window, f"{_MADE_FOR}{key}")
        row["window"] = figure
    if take in TAKES and not TAKES[take].moment and fields.get("unit") == "money":
        row["unit"] = "money"
    files.fact(key)[key] = row


def figure(drawer: Drawer, files: RuleFiles, fields: Fields) -> None:
    """Another value for a figure. figure, value, reason."""
    name = fields.get("figure", "")
    if name not in drawer.pack.thresholds:
        raise BadInput(f"there is no figure {name!r}", hint="choose one from the list")
    reason = fields.get("reason", "").strip() or f"{drawer.by}, {drawer.today}"
    files.table(FIGURES)[name] = _figure(drawer, _line(fields, "value"), reason)


def remove(drawer: Drawer, files: RuleFiles, fields: Fields) -> None:
    """Take away a category (dimension), a label or rule of it, or a fact: the workspace's own ones go,
    those of the built-in pack are marked as taken away."""
    if name := fields.get("fact", ""):
        table = files.fact(name)
        table.pop(name, None)
        if name in drawer.below.facts:
            table[name] = None
        return
    dimension = fields.get("dimension", "")
    if dimension not in drawer.pack.keys:
        raise BadInput("nothing was chosen to be taken away", hint="choose a category")
    table = files.dimension(dimension)
    if fields.get("label"):
        _drop_label(drawer, table, dimension, fields["label"])
    elif fields.get("rule"):
        _drop_rule(drawer, table, dimension, fields["rule"])
    else:
        table.clear()
        table["dimension"] = dimension
        if dimension in drawer.below.keys:
            table["removed"] = "yes"


_CHANGES: Mapping[str, Callable[[Drawer, RuleFiles, Fields], None]] = {
    "label": label, "rule": rule, "fact": fact, "figure": figure, "remove": remove,
}  # fmt: skip


def _category(drawer: Drawer, files: RuleFiles, fields: Fields) -> str:
    names = _names(fields, "category", "the category")
    key = _key(names, "category", drawer.taken)
    kind = fields.get("kind", "set")
    if kind not in ("exclusive", "set"):
        raise BadInput("a category is exclusive or a set")
    table = files.dimension(key)
    table |= {"kind": kind, "names": names}
    if fields.get("category_says", "").strip():
        table["says"] = _line(fields, "category_says")
    if fields.get("category_colour"):
        table["colour"] = _colour(fields["category_colour"])
    table["review"] = REVIEW
    return key


def _put_rule(
    drawer: Drawer,
    files: RuleFiles,
    fields: Fields,
    dimension: str,
    key: str,
    names: Mapping[str, str],
) -> None:
    """A row in the dimension's file; what the form leaves open stays as it was."""
    rows = files.dimension(dimension).setdefault("rules", [])
    rule_id = fields.get("rule", "")
    old = drawer.pack.rule(rule_id, dimension) if rule_id else None
    if rule_id and not isinstance(old, Rule):
        raise BadInput(f"there is no rule {rule_id!r}", hint="choose one from the list")
    ids = {r.id.lower().replace("-", "_") for d in drawer.pack.dimensions for r in d.rules}
    rule_id = rule_id or _numbered(f"w_{dimension}_{key}", ids)
    when = " ".join(fields.get("when", "").split())
    read_segment(when, vocabulary(drawer.pack), drawer.to_minor)  # tells the place of what is wrong
    names_taken = {*drawer.taken, *files.table(FIGURES)}
    named, figures = with_figures_named(when, f"{dimension}_{key}", names_taken)
    for name, value in figures.items():
        files.table(FIGURES)[name] = _figure(drawer, value, f"{_MADE_FOR}{rule_id}")
    row: dict[str, Any] = {"id": rule_id, "label": key}
    if isinstance(old, Rule) and old.shade:
        row["shade"] = old.shade
    because = fields.get("because", "").strip()
    if because:
        row["because"] = because
    elif isinstance(old, Rule):
        row["because"] = dict(old.because)
    else:
        says = fields.get("says", "").strip()
        row["because"] = _braceless(says) if says else {k: _braceless(v) for k, v in names.items()}
    row["when"] = named
    if fields.get("before"):
        row["before"] = fields["before"]
    rows[:] = [r for r in rows if r.get("id") != rule_id] + [row]


def _drop_label(drawer: Drawer, table: dict[str, Any], dimension: str, key: str) -> None:
    """A label goes with its rules."""
    labels = table.setdefault("labels", {})
    labels.pop(key, None)
    if key in _labels_of(drawer.below, dimension, there=False):
        labels[key] = None
    for one in next((d.rules for d in drawer.pack.dimensions if d.key == dimension), ()):
        if one.label == key:
            _drop_rule(drawer, table, dimension, one.id)


def _drop_rule(drawer: Drawer, table: dict[str, Any], dimension: str, rule_id: str) -> None:
    rows = table.setdefault("rules", [])
    rows[:] = [r for r in rows if r.get("id") != rule_id]
    if drawer.below.rule(rule_id, dimension) is not None:
        rows.append({"id": rule_id, "removed": "yes"})


def _forget_unused(files: RuleFiles) -> None:
    """Figures that forms named for a rule or fact go when nothing names them any more."""
    figures = files.table(FIGURES)
    everything = "\n".join(t for p, t in files.texts().items() if p != FIGURES)
    for name in list(figures):
        made = str((figures[name] or {}).get("source", "")).startswith(_MADE_FOR)
        if made and not re.search(rf"\b{name}\b", everything):
            del figures[name]


def _labels_of(pack: Pack, dimension: str, *, there: bool = True) -> Collection[str]:
    """The labels of a dimension; there: it must be one of the pack."""
    found = next((d.labels for d in pack.dimensions if d.key == dimension), None)
    if found is None and there and dimension not in pack.keys:
        raise BadInput("a category is missing", hint="choose one, or give a new one a name")
    return found or ()


def _names(fields: Fields, name: str, what: str) -> dict[str, str]:
    """The name in every language; the one that was given stands for those that were not."""
    given = {tag: " ".join(fields.get(f"{name}_{tag}", "").split()) for tag in LANGUAGES}
    main = " ".join(fields.get(name, "").split()) or next((v for v in given.values() if v), "")
    if not main:
        raise BadInput(f"{what} has no name", hint="write one")
    names = {tag: given[tag] or main for tag in LANGUAGES}
    if any(len(one) > 60 for one in names.values()):
        raise BadInput(f"the name of {what} is longer than 60 characters")
    return names


def _key(
    names: Mapping[str, str], what: str, taken: Collection[str], *, columns: bool = True
) -> str:
    """A key made of a name's letters: 'Café VIPs' -> cafe_vips; of other scripts category_1."""
    for name in dict.fromkeys(names.values()):
        plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
        key = re.sub(r"[^a-z0-9]+", "_", plain).strip("_")[:40].rstrip("_")
        if key and key[0].isalpha() and (len(key) > 2 or key == plain):
            if not columns and free(key + "_", taken):
                return _numbered(key, taken) if key in taken else key
            return key if free(key, taken) else _numbered(f"{key}_{what}", taken)
    return _numbered(f"{what}_1", taken)


def _numbered(key: str, taken: Collection[str]) -> str:
    if key not in taken:
        return key
    stem, number = re.sub(r"_\d+$", "", key), 2
    while f"{stem}_{number}" in taken:
        number += 1
    return f"{stem}_{number}"


def _figure(drawer: Drawer, value: str, source: str) -> dict[str, str]:
    return {"value": " ".join(value.split()), "since": drawer.today, "source": source}


def _line(fields: Fields, name: str) -> str:
    text = " ".join(fields.get(name, "").split())
    if not text:
        raise BadInput(f"{name} is missing", hint="fill it in")
    if len(text) > LONGEST:
        raise BadInput(f"{name} is longer than {LONGEST} characters")
    return text


def _colour(colour: str) -> str:
    if colour not in COLOURS:
        raise BadInput(f"there is no colour {colour!r}", hint=f"one of {', '.join(COLOURS)}")
    return colour


def _braceless(text: str) -> str:
    return text.replace("{", "(").replace("}", ")")
