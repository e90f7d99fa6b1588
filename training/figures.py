"""Writes docs/reference/understanding-figures.md: what was measured, as tables."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np

from training.build import Taught
from training.corpus import LANGUAGES, Message
from training.evaluate import Counts, Measured, Read, measure
from warmlist.errors import NotFound
from warmlist.understanding import lexicon, model
from warmlist.understanding.combined import CombinedReader
from warmlist.understanding.normalise import Folded
from warmlist.understanding.reading import Reading
from warmlist.understanding.signals import SIGNALS

_EDGES = (0.2, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.001)
_LIMITS = (0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)

_HEAD = """# Figures of the understanding

Written by `python -m training --measure`; [how messages are understood](../explanation/understanding.md)
says what the words mean and what falls short.

**Test** are the messages of writers whom the measured model has not seen. **Unseen** are messages by
people who knew neither the corpus nor the lexicon; the model that is shipped reads them, which has learnt
from the whole corpus. Precision (P): how much of what is said is right. Recall (R): how much of what is
there is found. *False alarms*: messages without any signal in which something but courtesy is found.
"""


def page(taught: Taught, apart: Path, built: Path, unseen: Sequence[Message]) -> str:
    """The page. apart: a model that was not taught the test side; built: the one that is shipped."""
    test, _ = taught.some("test")
    sets: list[tuple[str, Sequence[Message], Path]] = [("Test", test, apart)]
    if unseen:
        sets.append(("Unseen", unseen, built))
    lines = [_HEAD, *_corpus(taught), "## Readers side by side", ""]
    rows, found = [], []
    for name, messages, file in sets:
        for reader, read in readers(file):
            measured = measure(messages, read)
            rows.append((name, reader, f"{len(messages):,}", *_summary(measured)))
        found.append((name, measured))
    columns = ("", "Reader", "Messages", *_SUMMARY)
    lines += [*table(columns, rows), ""]
    for name, measured in found:
        lines += [f"## {name}: by language", "", *_by_language(measured), ""]
    for name, measured in found:
        lines += [f"## {name}: by signal and language", "",
                  "Found rightly / wrongly / missed.", "", *_grid(measured), ""]  # fmt: skip
    lines += ["## Confidence", "", "How often a signal said with this confidence is right.", ""]
    lines += [*_confidence(found), ""]
    lines += [
        "## Other limits",
        "",
        "What saying signals from another confidence on would give.",
        "",
    ]
    lines += _limits(sets)
    return "\n".join(lines) + "\n"


def readers(file: Path) -> list[tuple[str, Read]]:
    """The lexicon alone, the model alone, and both; the last is the one in force."""
    words = lexicon.load()
    loaded = model.load(file)
    if loaded is None:
        raise NotFound(f"{file} is not there", hint="run: make model")
    both = CombinedReader(words, *loaded)
    alone = CombinedReader(_Silent(), *loaded)
    return [
        ("lexicon alone", lambda m: words.read(m.text)),
        ("model alone", lambda m: alone.read(m.text, None, m.after)),
        ("both", lambda m: both.read(m.text, None, m.after)),
    ]


class _Silent(lexicon.LexiconReader):
    """A lexicon that finds nothing, to measure the model alone."""

    def read_folded(self, text: str, folded: Folded, lang: str | None = None) -> Reading:
        only_emoji = not any(map(str.isalnum, folded.text))
        return super().read_folded(text, folded, lang) if only_emoji else Reading((), (), None)


_SUMMARY = ("P", "R", "F1", "False alarms", "opt_out found", "opt_out false", "Language right")


def _summary(measured: Measured) -> tuple[str, ...]:
    every, opt_out = measured.counts(), measured.counts(SIGNALS.index("opt_out"))
    return (*_shares(every), f"{measured.false_alarms:.1%}",
            f"{opt_out.right} of {opt_out.right + opt_out.missed}",
            f"{measured.opt_out_false:.2%}", f"{measured.language_right:.1%}")  # fmt: skip


def _shares(counts: Counts) -> tuple[str, str, str]:
    return f"{counts.precision:.2f}", f"{counts.recall:.2f}", f"{counts.f1:.2f}"


def _corpus(taught: Taught) -> Iterator[str]:
    sides = [len(taught.split.places(side)) for side in ("train", "dev", "test")]
    messages = taught.messages[: len(taught.messages) - taught.tuned]
    writers = len({message.writer for message in messages})
    silent = sum(not message.signals for message in messages)
    yield (f"The corpus: {len(messages):,} messages by {writers} writers, {silent:,} of them "
           f"without a signal;")  # fmt: skip
    yield (f"train {sides[0]:,}, dev {sides[1]:,}, test {sides[2]:,}; left out as nearly equal to one "
           f"on another side: {len(taught.split.dropped)}.")  # fmt: skip
    yield ""


def _by_language(measured: Measured) -> Iterator[str]:
    rows = [
        (lang, f"{len(part.messages):,}", *_summary(part))
        for lang in LANGUAGES
        if (part := measured.of_language(lang)).messages
    ]
    yield from table(("Language", "Messages", *_SUMMARY), rows)


def _grid(measured: Measured) -> Iterator[str]:
    parts = [(lang, measured.of_language(lang)) for lang in LANGUAGES]
    parts = [(lang, part) for lang, part in parts if part.messages]
    rows = []
    for at, name in enumerate(SIGNALS):
        counts = [part.counts(at) for _, part in parts]
        cells = (f"{c.right}/{c.wrong}/{c.missed}" for c in (measured.counts(at), *counts))
        rows.append((name, *_shares(measured.counts(at)), *cells))
    yield from table(("Signal", "P", "R", "F1", "all", *(lang for lang, _ in parts)), rows)


def _confidence(found: Sequence[tuple[str, Measured]]) -> Iterator[str]:
    rows: list[list[str]] = []
    for at, (low, high) in enumerate(pairwise(_EDGES)):
        row = [f"{low:.1f} to {min(high, 1):.1f}"]
        for _, measured in found:
            _, _, count, right = measured.calibration(_EDGES)[at]
            row += [f"{count:,}", f"{right:.2f}" if count else ""]
        rows.append(row)
    heads = [head for name, _ in found for head in (f"{name}: said", "right")]
    yield from table(("Confidence", *heads), rows)


def _limits(sets: Sequence[tuple[str, Sequence[Message], Path]]) -> Iterator[str]:
    rows, words = [], lexicon.load()
    models = [model.load(file) for _, _, file in sets]
    for limit in _LIMITS:
        row = [f"{limit:.1f}"]
        for (_, messages, _), loaded in zip(sets, models, strict=True):
            assert loaded is not None
            threshold = np.full_like(loaded[0].threshold, limit)
            reader = CombinedReader(words, loaded[0].with_threshold(threshold), loaded[1])
            measured = measure(messages, lambda m, r=reader: r.read(m.text, None, m.after))  # type: ignore[misc]
            row += [*_shares(measured.counts()), f"{measured.false_alarms:.1%}"]
        rows.append(row)
    heads = [f"{name}: {head}" for name, _, _ in sets for head in ("P", "R", "F1", "false alarms")]
    yield from table(("From", *heads), rows)


def table(columns: Iterable[str], rows: Iterable[Iterable[str]]) -> Iterator[str]:
    """A table in Markdown; all columns but the first are numbers, as a rule."""
    heads = list(columns)
    yield f"| {' | '.join(heads)} |"
    yield f"|---|{'---:|' * (len(heads) - 1)}"
    for row in rows:
        yield f"| {' | '.join(row)} |"
