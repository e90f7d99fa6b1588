"""`python -m training.everyday`: words that customers use whatever they buy.

Writes src/warmlist/understanding/products/words/everyday.txt: words, and pairs of characters of
scripts without blanks, of several writers of the corpus (the training side). A product of a
workspace is not told by such a word alone.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

from training.corpus import ROOT, Message, read
from training.split import writers_by_side
from warmlist.understanding.products.catalogue import words_of

PATH = ROOT / "src/warmlist/understanding/products/words/everyday.txt"
#: Of so many writers at least.
WRITERS = 4
_WIDTH = 100


def everyday(messages: Iterable[Message]) -> list[str]:
    """The words, in order."""
    writers: dict[str, set[str]] = defaultdict(set)
    for message in messages:
        for word in words_of(message.text):
            if not word.isdigit():
                writers[word].add(message.writer)
    return sorted(word for word, used in writers.items() if len(used) >= WRITERS)


def main(path: Path = PATH) -> None:
    messages = read()
    sides = writers_by_side(messages)
    words = everyday(message for message in messages if sides[message.writer] == "train")
    lines, line = ["#! Words of four writers of the corpus at least; see training/everyday.py."], ""
    for word in words:
        if len(line) + len(word) > _WIDTH:
            lines.append(line.strip())
            line = ""
        line += f"{word} "
    path.write_text("\n".join([*lines, line.strip(), ""]), "utf-8")
    print(f"wrote {path.relative_to(ROOT)}: {len(words):,} words")


if __name__ == "__main__":
    main()
