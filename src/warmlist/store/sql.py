"""SQL from its own files: each query has a name and a sentence.

-- name: newest
-- The newest events of one customer, newest first.
SELECT ...
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import resources
from types import MappingProxyType

from warmlist.errors import BadInput

_HEAD = re.compile(r"^-- name: *(.*?) *$", re.MULTILINE)
_NAME = re.compile(r"[a-z][a-z0-9_]*")


class Queries:
    """The queries of one file, as attributes: `queries("followup/queue.sql").newest`."""

    def __init__(self, path: str, texts: Mapping[str, str], says: Mapping[str, str]) -> None:
        self._path = path
        self._texts = MappingProxyType(dict(texts))
        #: name -> its sentence
        self.says = MappingProxyType(dict(says))

    def __getattr__(self, name: str) -> str:
        try:
            return self._texts[name]
        except KeyError:
            known = ", ".join(self._texts)
            raise AttributeError(f"{self._path} has no query {name!r}; it has {known}") from None

    def __iter__(self) -> Iterator[str]:
        return iter(self._texts)


@cache
def queries(path: str) -> Queries:
    """Read `src/warmlist/<path>`, such as "followup/queue.sql". Raises BadInput with path:line."""
    text = resources.files("warmlist").joinpath(path).read_text("utf-8")
    return parse(text, path)


def parse(text: str, path: str) -> Queries:
    """The queries of a text; every one needs a name of its own and a sentence."""
    heads = list(_HEAD.finditer(text))
    if not heads:
        raise BadInput(f"{path}:1: no query; each begins with a line `-- name: ...`")
    ends = [*(head.start() for head in heads[1:]), len(text)]
    texts: dict[str, str] = {}
    says: dict[str, str] = {}
    for head, end in zip(heads, ends, strict=True):
        name = head[1]
        place = f"{path}:{text.count(chr(10), 0, head.start()) + 1}"
        sentence, body = _split(text[head.end() : end])
        if not _NAME.fullmatch(name) or name in texts or name == "says":
            raise BadInput(f"{place}: a query needs a name of its own, not {name!r}")
        if not sentence or not body:
            raise BadInput(f"{place}: {name} needs a comment that says what it does, and SQL")
        texts[name], says[name] = body, sentence
    return Queries(path, texts, says)


def _split(block: str) -> tuple[str, str]:
    """The comment lines at the head of a block, joined, and the rest."""
    lines = block.strip().splitlines()
    count = next((i for i, line in enumerate(lines) if not line.startswith("--")), len(lines))
    sentence = " ".join(line.removeprefix("--").strip() for line in lines[:count])
    return sentence, "\n".join(lines[count:]).strip().removesuffix(";")
