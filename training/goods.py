"""`python -m training.goods`: how often goods are found in messages; writes the page of figures.

A category counts as found when the message gives it, an attribute when one of the same kind, or of
any kind, covers some of the labelled words, a brand when one covers them, a tier when it is the same.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from training.corpus import CORPUS, LANGUAGES, ROOT, UNSEEN, read
from training.figures import table
from training.split import writers_by_side
from warmlist.understanding.products import find_products
from warmlist.understanding.reading import Entity

PAGE = ROOT / "docs/reference/product-figures.md"
_TIERS = {"budget": "low", "mid": "mid", "premium": "high"}
_HEAD = """# Figures of goods in messages

Written by `python -m training.goods`; [how messages are understood](../explanation/understanding.md)
says how goods are read. The word lists were written with the training writers and looked over with
the dev writers; nothing was looked at in **test** and **unseen**.

**Found**: of the labelled categories, attributes, brands and tiers, how many are read. Labels of the corpus
also name goods that the message itself does not name ("yes, that one"), which no word can find; there are
more of them in the test messages than in the unseen ones. An attribute is found where the reading covers
labelled words; *named alike*: under the same name too ("5 kg" is a quantity to one reader and a weight to
another). **Right**: how many of the categories that are read are labelled, in messages with a signal other
than courtesy; small talk names goods too ("the cat sleeps on the sofa"), and a tag should wait for a signal.
"""


@dataclass
class Labelled:
    """A message with its labels of goods."""

    text: str
    lang: str
    categories: frozenset[str]
    attributes: Sequence[tuple[str, str]]
    brands: Sequence[str]
    tier: str
    asks: bool


@dataclass
class Counts:
    """found, of how many, for each kind; `read`, `right`: of categories in messages that ask."""

    messages: int = 0
    categories: list[int] = field(default_factory=lambda: [0, 0])
    read: list[int] = field(default_factory=lambda: [0, 0])
    attributes: list[int] = field(default_factory=lambda: [0, 0])
    alike: list[int] = field(default_factory=lambda: [0, 0])
    brands: list[int] = field(default_factory=lambda: [0, 0])
    tiers: list[int] = field(default_factory=lambda: [0, 0])

    def add(self, one: Labelled) -> None:
        self.messages += 1
        entities = find_products(one.text, one.lang)
        categories = {e.value for e in entities if e.kind == "category"}
        _count(self.categories, len(one.categories & categories), len(one.categories))
        if one.asks:
            _count(self.read, len(one.categories & categories), len(categories))
        for name, words in one.attributes:
            over = [e for e in entities if e.kind == "attribute" and _covers(e, one.text, words)]
            _count(self.attributes, bool(over), 1)
            _count(self.alike, any(e.value.startswith(f"{name}=") for e in over), 1)
        for brand in one.brands:
            _count(self.brands,
                   any(e.kind == "brand" and _covers(e, one.text, brand) for e in entities), 1)  # fmt: skip
        if one.tier:
            same = any(e.kind == "tier" and e.value == one.tier for e in entities)
            _count(self.tiers, same, 1)

    def row(self) -> Iterator[str]:
        yield f"{self.messages:,}"
        for found, whole in (self.categories, self.read, self.attributes, self.alike, self.brands,
                             self.tiers):  # fmt: skip
            yield f"{found / whole:.2f} ({found} of {whole})" if whole else ""


def measure(messages: Iterable[Labelled]) -> dict[str, Counts]:
    """Counts by language, and under 'all' of all."""
    found: dict[str, Counts] = {"all": Counts()}
    for message in messages:
        for lang in ("all", message.lang):
            found.setdefault(lang, Counts()).add(message)
    return found


def labelled(side: str) -> list[Labelled]:
    """Messages of train, dev or test, or the unseen ones."""
    if side == UNSEEN:
        files = [(lang, CORPUS / UNSEEN / f"{lang}.jsonl") for lang in LANGUAGES]
    else:
        sides = writers_by_side(read())
        files = [
            (name.partition("/")[0], CORPUS / name)
            for name, of in sorted(sides.items())
            if of == side
        ]
    return [one for lang, path in files if path.exists() for one in _file(path, lang)]


def _file(path: Path, lang: str) -> Iterator[Labelled]:
    for raw in path.read_text("utf-8").splitlines():
        line = json.loads(raw) if raw.strip() else {}
        if "text" not in line:
            continue
        yield Labelled(
            line["text"],
            lang,
            frozenset(_listed(line.get("product"))),
            [(name, words) for name, words in line.get("attributes") or ()],
            _listed(line.get("brand")),
            _TIERS.get(line.get("tier") or "", ""),
            bool(set(line.get("signals") or ()) - {"courtesy"}),
        )


def _listed(value: str | list[str] | None) -> list[str]:
    return [value] if isinstance(value, str) else list(value or ())


def _covers(entity: Entity, text: str, words: str) -> bool:
    start = text.find(words)
    return entity.span[0] < start + len(words) and start < entity.span[1]


def _count(pair: list[int], found: int, whole: int) -> None:
    pair[0] += found
    pair[1] += whole


def page() -> str:
    heads = ("Language", "Messages", "Categories found", "Categories right", "Attributes found",
             "named alike", "Brands found", "Tiers found")  # fmt: skip
    lines = [_HEAD]
    for side in ("test", UNSEEN):
        found = measure(labelled(side))
        rows = ((lang, *found[lang].row()) for lang in ("all", *LANGUAGES) if lang in found)
        lines += [f"## {side.title()}", "", *table(heads, rows), ""]
    return "\n".join(lines)


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
    print(f"wrote {PAGE.relative_to(ROOT)}")
