"""Writes the generated parts of docs/reference from the code and the pack.

    .venv/bin/python tools/reference.py            write them
    .venv/bin/python tools/reference.py --check    say which pages are out of date; exit code 1

A page holds prose written by hand and blocks between `<!-- begin NAME -->` and `<!-- end NAME -->`,
which this program replaces.
"""

from __future__ import annotations

import inspect
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import typer
from fastapi.routing import APIRoute
from pydantic import BaseModel

from warmlist.app import built_in_pack
from warmlist.cli import cli
from warmlist.events.model import TYPES
from warmlist.events.signals import MEANING, names
from warmlist.facts.catalogue import Fact, streams
from warmlist.facts.takes import COMBINES, TAKES
from warmlist.intake.model import MODELS, EventLine
from warmlist.labels.pack_tests import EVENTS
from warmlist.rules.model import Dimension, Label, OpenRule, Pack, Playbook
from warmlist.rules.operators import AGES, COMPARISONS
from warmlist.rules.read import read_pack
from warmlist.settings import PREFIX, SECRETS, Settings
from warmlist.web.api import mount

PAGES = Path(__file__).resolve().parents[1] / "docs/reference"
_BLOCK = re.compile(r"(<!-- begin ([\w-]+) -->\n).*?(<!-- end \2 -->)", re.DOTALL)
_BITS = re.compile(r"\(bits & (\d+)\) <> 0")
_UNKNOWN = re.compile(r"NOT (\w+) IS NULL")
_FIELD_COMMENT = re.compile(r"^    (\w+): .*?  # (.+)$", re.MULTILINE)
#: How much of a duration each unit is, largest first.
_UNITS = ((86_400_000, "d"), (3_600_000, "h"), (60_000, "min"), (1_000, "s"))

Block = Callable[[], Iterable[str]]


def main() -> None:
    """Write the pages, or say which of them are old."""
    check = sys.argv[1:] == ["--check"]
    old = []
    for page in sorted(PAGES.glob("*.md")):
        text = page.read_text("utf-8")
        fresh = written(text)
        if fresh != text:
            old.append(page.name)
            if not check:
                page.write_text(fresh, "utf-8")
    if old:
        print("reference:", "out of date:" if check else "written:", ", ".join(old))
    if check and old:
        sys.exit("run: .venv/bin/python tools/reference.py")


def written(text: str) -> str:
    """A page with its blocks made anew."""

    def block(match: re.Match[str]) -> str:
        lines = "\n".join(BLOCKS[match[2]]())
        return f"{match[1]}\n{lines}\n\n{match[3]}"

    return _BLOCK.sub(block, text)


def table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """A Markdown table."""
    yield f"| {' | '.join(headings)} |"
    yield f"|{'---|' * len(headings)}"
    for row in rows:
        yield f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in row)} |"


def code(text: object) -> str:
    """Text as code; nothing for nothing."""
    return f"`{text}`" if text not in (None, "") else ""


def codes(items: Iterable[object]) -> str:
    """Names as code, with commas."""
    return ", ".join(code(item) for item in items)


@cache
def pack() -> Pack:
    """The pack that comes with Warmlist."""
    return read_pack(built_in_pack())


# --- commands and settings ---


def commands() -> Iterator[str]:
    """Every command with its help, its options and its example."""
    yield from _command("warmlist", typer.main.get_command(cli))


def _command(name: str, command: Any) -> Iterator[str]:
    inner: Mapping[str, Any] = getattr(command, "commands", {})
    for key in sorted(inner):
        yield from _command(f"{name} {key}", inner[key])
    if inner:
        return
    says, _, example = inspect.cleandoc(command.help or "").partition("Example: ")
    yield from (f"## `{name}`", "", " ".join(says.split()), "")
    if example:
        yield from ("```sh", example.strip(), "```", "")
    rows = [_parameter(p) for p in command.params if p.name != "help"]
    if rows:
        yield from table(("Option or argument", "Default", "Meaning"), rows)
        yield ""


def _parameter(parameter: Any) -> tuple[str, str, str]:
    if parameter.param_type_name == "argument":
        required = "required" if parameter.required else ""
        return code(parameter.name.upper()), required, parameter.help or ""
    default = parameter.default
    shown = "" if default in (None, False) or callable(default) else code(default)
    return codes(parameter.opts), shown, getattr(parameter, "help", None) or ""


def settings() -> Iterator[str]:
    """Every environment variable."""
    rows = []
    for name, info in Settings.model_fields.items():
        variable = PREFIX + name.upper()
        spellings = [variable, f"{variable}_FILE"] if name in SECRETS else [variable]
        rows.append((codes(spellings), code(info.default), info.description or ""))
    return table(("Variable", "Default", "Meaning"), rows)


# --- events ---


def event_types() -> Iterator[str]:
    """Every event type."""
    return table(("Type", "Says that"), [(code(t), says) for t, says in TYPES.items()])


def event_common() -> Iterator[str]:
    """The keys that all event lines share."""
    return _fields(EventLine, set())


def event_fields() -> Iterator[str]:
    """The keys of each type, with the objects inside them."""
    shared = set(EventLine.model_fields) | {"type"}
    for name, model in MODELS.items():
        yield from (f"### {name}", "", TYPES[name].capitalize() + ".", "")
        yield from _fields(model, shared)
        yield ""


def _fields(model: type[BaseModel], without: set[str]) -> Iterator[str]:
    schema = model.model_json_schema()
    comments: dict[str, str] = {}
    for parent in reversed(model.__mro__):
        if issubclass(parent, BaseModel) and parent is not BaseModel:
            comments |= dict(_FIELD_COMMENT.findall(inspect.getsource(parent)))
    rows = []
    for name, field in model.model_fields.items():
        if name in without:
            continue
        shape = schema["properties"][field.alias or name]
        required = "required" if field.is_required() else ""
        rows.append(
            (code(field.alias or name), _shape(shape, schema), required, comments.get(name, ""))
        )
    return table(("Key", "Value", "", "Meaning"), rows)


def _shape(shape: Mapping[str, Any], schema: Mapping[str, Any]) -> str:
    """What a value may be, in words."""
    if "$ref" in shape:
        inner = schema["$defs"][shape["$ref"].rsplit("/", 1)[1]]
        return f"object of {codes(inner['properties'])}" if "properties" in inner else "any"
    if "anyOf" in shape:
        kinds = [_shape(s, schema) for s in shape["anyOf"] if s.get("type") != "null"]
        return " or ".join(dict.fromkeys(kinds))
    if "enum" in shape:
        return codes(shape["enum"])
    if "const" in shape:
        return code(shape["const"])
    if shape.get("type") == "array":
        return f"list of {_shape(shape['items'], schema)}"
    words = {"string": "text", "boolean": "true or false", "integer": "whole number"}
    return words.get(shape.get("type", ""), str(shape.get("type", "any")))


# --- facts, streams, signals ---


def facts() -> Iterator[str]:
    """Every fact of the pack."""
    rows = [
        (code(f.name), f.says["en"], f.unit, _taken(f), _narrowed(f)) for f in pack().facts.values()
    ]
    return table(("Fact", "Says", "Unit", "Taken", "Only"), rows)


def _taken(fact: Fact) -> str:
    if fact.of:
        return f"{COMBINES[fact.take].says} {codes(fact.of)}"
    return f"{TAKES[fact.take].says} [{code(fact.source)}](streams.md#{fact.source})"


def _narrowed(fact: Fact) -> str:
    parts = [code(_said(fact.where.sql(dialect="duckdb")))] if fact.where is not None else []
    for word, others in (("after", fact.after), ("follows", fact.follows), ("before", fact.before)):
        parts += [f"{word} {codes(others)}"] if others else []
    if fact.window:
        oldest, newest = fact.window
        parts.append(
            f"{f'over {duration(newest)} and ' if newest else ''}at most {duration(oldest)} old"
        )
    return "; ".join(parts)


def _said(sql: str) -> str:
    """A test of rows as the pack writes it."""
    sql = _UNKNOWN.sub(r"\1 IS NOT NULL", sql)
    return _BITS.sub(lambda m: f"says({', '.join(repr(n) for n in names(int(m[1])))})", sql)


def duration(ms: int) -> str:
    """Milliseconds in the largest unit that divides them: 30d, 36h."""
    return next((f"{ms // size}{unit}" for size, unit in _UNITS if ms % size == 0), f"{ms}ms")


def takes() -> Iterator[str]:
    """The ways to take a fact from a stream."""
    rows = [
        (code(t.name), t.says, "moment" if t.moment else "number, money") for t in TAKES.values()
    ]
    return table(("take", "Gives", "Unit"), rows)


def combines() -> Iterator[str]:
    """The ways to make a fact of others."""
    return table(
        ("take", "Gives"), [(code(c.name), f"{c.says} facts in `of`") for c in COMBINES.values()]
    )


def stream_list() -> Iterator[str]:
    """Every stream with its columns."""
    for stream in streams().values():
        yield from (f"### {stream.name}", "", stream.says[0].upper() + stream.says[1:] + ".", "")
        needs = [f"[`{n}`](#{n})" for n in stream.needs] + [code(f) for f in stream.facts]
        if needs:
            yield from (f"Made of {', '.join(needs)}.", "")
        yield from table(
            ("Column", "Holds"), [(code(c), says) for c, says in stream.columns.items()]
        )
        yield ""


def signals() -> Iterator[str]:
    """Every signal."""
    return table(("Signal", "The customer"), [(code(n), says) for n, says in MEANING.items()])


# --- dimensions, thresholds, playbooks ---


def dimensions() -> Iterator[str]:
    """Every dimension with its labels and rules."""
    for d in sorted(pack().dimensions, key=lambda d: d.key):
        yield from (f"### {d.key}", "", _kind(d), "")
        yield from table(
            ("Label", "Name", "Colour", "Expected share", "Expected outcome"),
            [
                (code(x.key), x.names["en"], x.colour or "", _percent(x.share), _outcome(x))
                for x in d.labels.values()
            ],
        )
        yield ""
        yield from table(
            ("Rule", "Label", "When", "Because"),
            [
                (code(r.id), code(r.label) + (f" ({r.shade})" if r.shade else ""), code(r.text),
                 r.because["en"])
                for r in d.rules
            ],
        )  # fmt: skip
        yield ""
    for o in pack().open_rules:
        yield from (f"### {o.dimension}, open", "", _open_kind(o), "")
        rows = [(code(form.like.pattern), form.names["en"], form.colour or "") for form in o.named]
        if rows:
            yield from table(("Label", "Name", "Colour"), rows)
            yield ""


def _open_kind(rule: OpenRule) -> str:
    one = "One label at a time" if rule.exclusive else "A set"
    ends = f", for {rule.lasts // 86_400_000} days" if rule.lasts else ""
    beats = (
        "; what was stated replaces what was noted, and that what was worked out"
        if rule.strongest
        else ""
    )
    name = f"{rule.names['en']} (rule {code(rule.id)})"
    return f"{name}. {one}: what was said, noted or worked out{ends}{beats}."


def _kind(dimension: Dimension) -> str:
    name = dimension.names["en"]
    if dimension.exclusive:
        return f"{name}: one label at a time, the first rule that matches."
    return f"{name}: a set, each label whose rule matches."


def _outcome(label: Label) -> str:
    return f"{_percent(label.outcome)} {label.outcome_of}" if label.outcome else ""


def _percent(interval: tuple[float, float] | None) -> str:
    if interval is None:
        return ""
    low, high = interval
    return f"{low:g} %" if low == high else f"{low:g} to {high:g} %"


def thresholds() -> Iterator[str]:
    """Every figure of the pack."""
    rows = [(code(t.name), t.text, t.kind, t.since, t.source) for t in pack().thresholds.values()]
    return table(("Threshold", "Value", "Kind", "Since", "Source"), rows)


def playbooks() -> Iterator[str]:
    """Every playbook."""
    rows = [(code(p.id), p.why["en"], _rhythm(p)) for p in pack().playbooks]
    return table(("Playbook", "Why", "Rhythm"), rows)


def _rhythm(p: Playbook) -> str:
    parts = [f"first touch within {duration(p.first)} of {code(p.start)}"]
    if p.every and p.touches != 1:
        parts.append(f"then every {duration(p.every)}")
    if p.touches:
        parts.append("once" if p.touches == 1 else f"{p.touches} touches in all")
    if p.ends:
        parts.append(f"until {duration(p.ends)} after it")
    return ", ".join(parts) + (f"; {p.how}" if p.how else "")


# --- the HTTP API ---


def api() -> Iterator[str]:
    """Every address of the HTTP API."""
    rows = []
    for router in mount.ROUTERS:
        for route in router.routes:
            if isinstance(route, APIRoute):
                methods = ", ".join(sorted(route.methods))
                says = inspect.cleandoc(route.endpoint.__doc__ or "").split("\n\n")[0]
                rows.append((code(f"{methods} {mount.PATH}{route.path}"), " ".join(says.split())))
    return table(("Address", "Does"), sorted(rows, key=lambda row: row[0].split("/", 1)[1]))


# --- rules ---


def comparisons() -> Iterator[str]:
    """The comparisons of rule expressions."""
    words = {"<=": "at most", "<": "less than", ">=": "at least", ">": "more than",
             "=": "equal to", "<>": "other than"}  # fmt: skip
    return table(("Operator", "Matches when the left side is"), [
        (code(s), f"{words[s]} the right side") for s in COMPARISONS
    ])  # fmt: skip


def ages() -> Iterator[str]:
    """How ages are compared, and when time alone turns the answer."""
    rows = [
        (code(f"age(fact) {s} d"), "d" if not a.flips_after else "d and 1 ms")
        for s, a in AGES.items()
    ]
    return table(("Test", "Turns when the moment is this old"), rows)


def pack_events() -> Iterator[str]:
    """How the tests of a pack write events."""
    return table(
        ("Line, after the time", "Meaning"), [(code(e), says) for e, says in EVENTS.items()]
    )


BLOCKS: Mapping[str, Block] = {
    "commands": commands,
    "settings": settings,
    "event-types": event_types,
    "event-common": event_common,
    "event-fields": event_fields,
    "facts": facts,
    "takes": takes,
    "combines": combines,
    "streams": stream_list,
    "signals": signals,
    "dimensions": dimensions,
    "thresholds": thresholds,
    "playbooks": playbooks,
    "comparisons": comparisons,
    "ages": ages,
    "pack-events": pack_events,
    "api": api,
}

if __name__ == "__main__":
    main()
