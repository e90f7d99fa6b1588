"""The pages of the documentation, and what is in them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACK = ROOT / "src/warmlist/packs/chat_sales"

_FENCE = re.compile(r"^( *)```(\w*)\n(.*?)^\1```$", re.MULTILINE | re.DOTALL)
_CODE_LINE = re.compile(r"^(?: {4}.*|```.*)$", re.MULTILINE)
_HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Fence:
    """A block of code: its language, and its text without the indentation of a list."""

    page: str
    language: str
    text: str


@cache
def pages() -> dict[str, str]:
    """Every page by its path from the root."""
    files = [
        ROOT / "README.md",
        ROOT / "CHANGELOG.md",
        PACK / "CHANGELOG.md",
        *sorted((ROOT / "docs").rglob("*.md")),
    ]
    return {str(file.relative_to(ROOT)): file.read_text("utf-8") for file in files}


def fences(language: str) -> Iterator[Fence]:
    """Every block of code in that language."""
    for page, text in pages().items():
        yield from (f for f in fences_of(page, text) if f.language == language)


def fences_of(page: str, text: str) -> list[Fence]:
    """The blocks of code of one page, in order."""
    return [
        Fence(page, match[2], re.sub(f"^{match[1]}", "", match[3], flags=re.MULTILINE))
        for match in _FENCE.finditer(text)
    ]


def prose(text: str) -> str:
    """A page without its blocks of code."""
    return _CODE_LINE.sub("", _FENCE.sub("", text))


def anchors(text: str) -> set[str]:
    """The anchors that headings of a page make."""
    return {
        re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-")
        for heading in _HEADING.findall(_FENCE.sub("", text))
    }
