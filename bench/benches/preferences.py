"""How often a sentence about contact comes to the right fields, all of them, by language.

Writers whose name has an even hash were looked at while the grammars were written; the figures of
the others (held out) are the ones that count. Signals are taken as labelled, so that this measures
the fields alone; a second line leaves them to the words of the grammar.

    python -m bench.benches.preferences [LANGUAGE...]     the misses of the first kind of writers
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Any

from bench.figures import Outcome
from bench.workshop import Workshop
from warmlist.understanding.preferences import Preferences, preferences_in

CORPUS = Path(__file__).parents[2] / "corpus"
#: Messages written for the last test of all; nothing is developed on them.
UNSEEN = "unseen"
AIM = 0.9


@dataclass(frozen=True)
class Sentence:
    """A labelled message of the corpus that states a wish about contact."""

    lang: str
    where: str
    text: str
    signals: tuple[str, ...]
    wished: dict[str, Any]
    held_out: bool

    @property
    def windowed(self) -> bool:
        """Whether hours or caps are named, not only a form or that the customer will write."""
        return bool(self.wished.keys() - {"channel_format", "passive"})


def run(shop: Workshop) -> Outcome:
    shop.say("reading sentences about contact")
    out = shop.outcome()
    sentences = list(read())
    out.data = {"sentences": len(sentences), "writers": len({s.where for s in sentences})}
    began = perf_counter()
    right = {sentence: is_right(sentence) for sentence in sentences}
    took = perf_counter() - began
    for held_out, kind in ((True, "held out"), (False, "looked at")):
        own = [sentence for sentence in sentences if sentence.held_out is held_out]
        _add(out, f"{kind}: all fields right", own, right, AIM)
        _add(out, f"{kind}: with hours or caps", [s for s in own if s.windowed], right)
        for lang in sorted({s.lang for s in own}):
            _add(out, f"{kind}, {lang}", [s for s in own if s.lang == lang], right)
    alone = {s: is_right(s, with_signals=False) for s in sentences if s.held_out}
    _add(out, "held out: without signals", list(alone), alone)
    out.add("sentences read", len(sentences) / took, "sentences/s")
    return out


def read() -> Iterator[Sentence]:
    """All sentences of the corpus that are labelled with fields."""
    for file in sorted(CORPUS.glob("*/*.jsonl")):
        lang = file.parent.name
        if lang == UNSEEN:
            continue
        held_out = hashlib.sha256(file.stem.encode()).digest()[-1] % 2 == 1
        for number, line in enumerate(file.read_text("utf-8").splitlines(), 1):
            told = json.loads(line)
            if wished := told.get("prefers"):
                signals = tuple(told["signals"])
                yield Sentence(lang, f"{lang}/{file.stem}:{number}", told["text"], signals,
                               _Frozen(wished), held_out)  # fmt: skip


def is_right(sentence: Sentence, *, with_signals: bool = True) -> bool:
    """Whether every field is right; windows may come in another order."""
    signals = sentence.signals if with_signals else None
    found = preferences_in(sentence.text, sentence.lang, signals) or Preferences()
    said = {key: value for key, value in found.as_json().items() if value and key != "name"}
    return _unordered(said) == _unordered(sentence.wished)


class _Frozen(dict[str, Any]):
    """Labels as they stand in the file, hashable by identity."""

    __hash__ = object.__hash__  # type: ignore[assignment]


def _unordered(fields: dict[str, Any]) -> dict[str, Any]:
    return {
        key: sorted(json.dumps(one, sort_keys=True) for one in value)
        if isinstance(value, list)
        else value
        for key, value in fields.items()
    }


def _add(
    out: Outcome,
    name: str,
    sentences: list[Sentence],
    right: dict[Sentence, bool],
    least: float | None = None,
) -> None:
    count = sum(right[sentence] for sentence in sentences)
    out.add(name, count / max(len(sentences), 1), "share", least=least,
            note=f"{count} of {len(sentences)}")  # fmt: skip


def main(languages: list[str]) -> None:
    """Print a table, and what is missed by writers that may be looked at."""
    counts: Counter[tuple[str, bool, bool]] = Counter()
    for sentence in read():
        right = is_right(sentence)
        counts[sentence.lang, sentence.held_out, right] += 1
        if not right and not sentence.held_out and sentence.lang in languages:
            found = preferences_in(sentence.text, sentence.lang, sentence.signals)
            print(
                f"{sentence.where}\n  {sentence.text!r}\n  wished {sentence.wished}\n  read   {found}"
            )
    print(f"{'language':10}{'looked at':>18}{'held out':>18}")
    for lang in sorted({key[0] for key in counts}):
        cells = []
        for held_out in (False, True):
            good, bad = counts[lang, held_out, True], counts[lang, held_out, False]
            cells.append(f"{good:>5}/{good + bad:<5}{good / max(good + bad, 1):.3f}")
        print(f"{lang:10}{cells[0]:>18}{cells[1]:>18}")


if __name__ == "__main__":
    main(sys.argv[1:])
