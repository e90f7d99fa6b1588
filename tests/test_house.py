"""The house keeps its order: imports go down, files stay small, one file asks the clock."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

pytestmark = pytest.mark.unit

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "src/warmlist"

#: From the doors down to the ground. A part imports only what stands further down, or itself.
LAYERS = (
    "__main__",
    "cli",
    "demo",
    "web",
    "worker",
    "doctor",
    "app",
    "insights",
    "followup",
    "labels",
    "plan",
    "packs",
    "rules",
    "facts",
    "understanding",
    "intake",
    "connectors",
    "engines",
    "events",
    "store",
    "settings",
    "clock",
    "errors",
)
LONGEST_FILE = 420

_ASKING_CALLS = {
    *("time.time", "time.time_ns", "time.gmtime", "time.localtime", "time.ctime"),
    *("datetime.now", "datetime.utcnow", "datetime.today", "date.today"),
}
_ASKING_SQL = re.compile(
    r"\b(now|clock_timestamp|statement_timestamp|transaction_timestamp)\s*\(\s*\)"
    r"|\b(current_timestamp|current_date|current_time|localtimestamp|localtime)\b",
    re.IGNORECASE,
)
#: Compares the clocks of two machines, so it must ask the database for its own.
_MAY_ASK = {"doctor.sql"}
_SQL_COMMENT = re.compile(r"--[^\n]*|/\*.*?\*/", re.DOTALL)


def sources(ending: str) -> list[Path]:
    return sorted(PACKAGE.rglob(f"*{ending}"))


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"), str(path))


def part(path: Path) -> str:
    """The part of the house that a file belongs to: its folder or module below the package."""
    first = path.relative_to(PACKAGE).parts[0]
    return first.removesuffix(".py")


def place(path: Path, line: int) -> str:
    return f"{path.relative_to(ROOT)}:{line}"


def imported_parts(path: Path) -> Iterator[tuple[int, str]]:
    """(line, part) of every import of our own, also those inside functions and for types."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            for name in node.names:
                if name.name.startswith("warmlist."):
                    yield node.lineno, name.name.split(".")[1]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{place(path, node.lineno)}: write the whole name"
            if node.module == "warmlist":
                yield from ((node.lineno, name.name) for name in node.names)
            elif node.module and node.module.startswith("warmlist."):
                yield node.lineno, node.module.split(".")[1]


def test_every_part_has_its_place() -> None:
    parts = {part(path) for path in sources(".py")} - {"__init__"}
    assert parts <= set(LAYERS), "say in LAYERS where the new part stands"


def test_imports_only_go_down() -> None:
    wrong = [
        f"{place(path, line)}: {part(path)} imports {imported}"
        for path in sources(".py")
        if part(path) in LAYERS
        for line, imported in imported_parts(path)
        if imported not in LAYERS or LAYERS.index(imported) < LAYERS.index(part(path))
    ]
    assert not wrong, "\n".join(wrong)


def test_no_file_is_long() -> None:
    lengths = {
        str(path.relative_to(ROOT)): len(path.read_text("utf-8").splitlines())
        for path in [*sources(".py"), *sources(".sql")]
    }
    assert not {path: length for path, length in lengths.items() if length > LONGEST_FILE}


def dotted(node: ast.expr) -> str:
    """The last two names of a call: `datetime.datetime.now` -> "datetime.now"."""
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name | ast.Attribute):
        owner = node.value.id if isinstance(node.value, ast.Name) else node.value.attr
        return f"{owner}.{node.attr}"
    return ""


def docstrings(module: ast.Module) -> set[int]:
    """Identities of the constants that are documentation."""
    bodies = (
        node.body
        for node in ast.walk(module)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
    )
    return {
        id(body[0].value) for body in bodies if body and isinstance(body[0], ast.Expr)
    }  # what else stands alone first, such as a call, is no text


def clock_askers(path: Path) -> Iterator[str]:
    documentation = docstrings(tree(path))
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Attribute) and dotted(node) in _ASKING_CALLS:
            yield f"{place(path, node.lineno)}: {dotted(node)}"
        if isinstance(node, ast.ImportFrom) and node.module == "time":
            names = {f"time.{name.name}" for name in node.names} & _ASKING_CALLS
            yield from (f"{place(path, node.lineno)}: {name}" for name in names)
        if (
            isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and id(node) not in documentation
            and (found := _ASKING_SQL.search(node.value))
        ):
            yield f"{place(path, node.lineno)}: {found[0]} in a text"


def test_only_one_file_asks_the_clock() -> None:
    wrong = [
        asker
        for path in sources(".py")
        if path != PACKAGE / "clock.py"
        for asker in clock_askers(path)
    ]
    for path in (path for path in sources(".sql") if path.name not in _MAY_ASK):
        without_comments = _SQL_COMMENT.sub("", path.read_text("utf-8"))
        if found := _ASKING_SQL.search(without_comments):
            wrong.append(f"{path.relative_to(ROOT)}: {found[0]}")
    assert not wrong, "\n".join(wrong)


def test_lock_files_carry_hashes_and_no_addresses() -> None:
    locks = [*(ROOT / "requirements").glob("*.txt"), ROOT / "web/package-lock.json"]
    for lock in locks:
        text = lock.read_text("utf-8")
        assert "sha256:" in text or '"integrity": "sha512-' in text, lock
        addresses = [
            line.strip()
            for line in text.splitlines()
            if re.search(r'https?://|--index|--extra-index|"resolved"', line)
            and '"url":' not in line  # where a package asks for money, not where it comes from
        ]
        assert not addresses, f"{lock.name}: {addresses[:3]}"
