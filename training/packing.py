"""Packs what was fitted into the arrays that reading loads."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Sequence

import numpy as np

from training.choose import Chosen
from training.corpus import Message
from training.fit import FAMILIES, Fitted
from training.vectors import CONTEXT, LEXICON, SHAPE, Seen
from warmlist.understanding.model.features import BEFORE
from warmlist.understanding.model.features import SHAPE as SHAPES
from warmlist.understanding.model.packed import Packed, lines_to_bytes
from warmlist.understanding.signals import SIGNALS, mask

#: N-grams of an example by which a message is found to be like it.
TELLING = 12


def pack(
    fitted: Fitted, chosen: Chosen, least_language: float, messages: Sequence[Message], seen: Seen
) -> Packed:
    """messages, seen: what was fitted on, kept as examples."""
    count = len(fitted.space.index)
    grams = list(fitted.space.index)
    weights = np.hstack((fitted.signals[:count], fitted.languages[:count]))
    weights *= fitted.space.idf[:, None]
    context = np.array([gram.startswith(BEFORE) for gram in grams])
    weights[context] *= CONTEXT
    scale = np.maximum(np.abs(weights).max(axis=1) / 127, 1e-12)
    small = np.rint(weights / scale[:, None]).astype(np.int8)
    examples = [at for at, message in enumerate(messages) if message.signals]
    telling, telling_of = _telling(fitted, messages, seen, examples)
    lexicon = fitted.signals[count : count + len(SIGNALS)] * LEXICON
    shape = fitted.signals[count + len(SIGNALS) : -1] * SHAPE
    assert shape.shape == (len(SHAPES), len(SIGNALS))
    return Packed(
        vocabulary=lines_to_bytes("\n".join(grams)),
        weights=small,
        scale=scale.astype(np.float32),
        idf=fitted.space.idf.astype(np.float32),
        bias=np.concatenate((fitted.signals[-1], fitted.languages[-1])).astype(np.float32),
        lexicon=lexicon.astype(np.float32),
        shape=shape.astype(np.float32),
        slope=chosen.slope.astype(np.float32),
        offset=chosen.offset.astype(np.float32),
        threshold=chosen.threshold.astype(np.float32),
        languages=lines_to_bytes("\n".join(FAMILIES)),
        least_language=np.array([least_language], np.float32),
        examples=lines_to_bytes(
            "\n".join(json.dumps(messages[at].text, ensure_ascii=False) for at in examples)
        ),
        example_signals=np.array([mask(*messages[at].signals) for at in examples], np.int64),
        telling=telling,
        telling_of=telling_of,
    )


def _telling(
    fitted: Fitted, messages: Sequence[Message], seen: Seen, examples: Sequence[int]
) -> tuple[
    np.ndarray[tuple[int], np.dtype[np.int32]], np.ndarray[tuple[int, int], np.dtype[np.int64]]
]:
    """For each signal of each example the n-grams that tell it most; see `Packed`."""
    index, idf = fitted.space.index, fitted.space.idf
    of_signal: dict[int, list[tuple[int, list[int]]]] = defaultdict(list)
    for place, at in enumerate(examples):
        ids = np.array(sorted({index[gram] for gram in seen.own[at] if gram in index}), np.int64)
        for name in messages[at].signals:
            signal = SIGNALS.index(name)
            heat = fitted.signals[ids, signal] * idf[ids]
            best = [int(i) for i in np.argsort(-heat, kind="stable")[:TELLING] if heat[i] > 0]
            if best:
                of_signal[signal].append((place, [int(ids[i]) for i in best]))
    flat: list[int] = []
    rows: list[tuple[int, int, int]] = []
    for signal in sorted(of_signal):
        for place, best in of_signal[signal]:
            rows.append((signal, place, len(flat)))
            flat += best
    return np.array(flat, np.int32), np.array(rows, np.int64).reshape(-1, 3)
