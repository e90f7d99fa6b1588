"""`python -m training`: from the corpus to the model file, and what it is worth.

python -m training              build src/warmlist/understanding/model/model.npz (make model)
python -m training --measure    build it and write docs/reference/understanding-figures.md
python -m training --check      read the corpus and check the split; build nothing
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from training import corpus
from training.build import Taught, build, prepare
from training.figures import page
from training.split import split
from warmlist.errors import WarmlistError
from warmlist.understanding.model.packed import PATH

FIGURES = corpus.ROOT / "docs/reference/understanding-figures.md"


def main(arguments: Sequence[str] | None = None) -> int:
    """0 when done, 1 when the corpus is wrong."""
    parser = argparse.ArgumentParser(prog="python -m training", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)  # fmt: skip
    parser.add_argument("--corpus", type=Path, default=corpus.CORPUS, help="folder of the corpus")
    parser.add_argument("--to", type=Path, default=PATH, help="the file to write")
    parser.add_argument("--measure", action="store_true", help="write the page of figures too")
    parser.add_argument("--check", action="store_true", help="only read and check the corpus")
    asked = parser.parse_args(arguments)
    began = time.perf_counter()
    try:
        messages = corpus.read(asked.corpus)
        if asked.check:
            return check(messages)
        taught = prepare(messages, corpus.read_tuned(), say)
        build(taught, asked.to, say)
        say(f"wrote {asked.to.name}, {asked.to.stat().st_size / 1e6:.1f} MB, "
            f"after {time.perf_counter() - began:.0f} s")  # fmt: skip
        if asked.measure:
            measure(taught, asked.to, asked.corpus)
    except WarmlistError as error:
        print(f"training: {error}", file=sys.stderr)
        return 1
    return 0


def check(messages: Sequence[corpus.Message]) -> int:
    """Say how the corpus is split; nearly equal messages on two sides are named."""
    found = split(messages)
    for side in ("train", "dev", "test"):
        say(f"{side}: {len(found.places(side)):,} messages")
    for out, kept in found.dropped:
        say(f"left out, nearly equal to one of {messages[kept].writer}: "
            f"{messages[out].writer}: {messages[out].text!r}")  # fmt: skip
    return 0


def measure(taught: Taught, built: Path, folder: Path) -> None:
    """Write the page of figures; the test side is read by a model that has not seen it."""
    with tempfile.TemporaryDirectory() as place:
        apart = Path(place) / "model.npz"
        build(taught, apart, say, hold_out_test=True)
        FIGURES.write_text(page(taught, apart, built, corpus.read_unseen(folder)), "utf-8")
    say(f"wrote {FIGURES.relative_to(corpus.ROOT)}")


def say(text: str) -> None:
    print(f"training: {text}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
