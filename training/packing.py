"""Packs what was fitted into the arrays that reading loads."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Sequence

import numpy as np

from training.choose import Chosen
from training.corpus import Message
from training.fit import FAMILIES, Fitted
from training.vectors import ALONE, CONTEXT, LEXICON, LINKED, SHAPE, Seen
from warmlist.understanding.concepts import MEANT, MEANT_BEFORE, Forms
from warmlist.understanding.model.features import BEFORE
from warmlist.understanding.model.features import SHAPE as SHAPES
from warmlist.understanding.model.packed import Packed, lines_to_bytes, pack_forms
from warmlist.understanding.signals import SIGNALS, mask

#: N-grams of an example by which a message is found to be like it, and as many concepts.
TELLING = 4


def pack(
    fitted: Fitted,
    chosen: Chosen,
    least_language: float,
    messages: Sequence[Message],
    seen: Seen,
    forms: Forms,
) -> Packed:
    """messages, seen: what was fitted on, kept as examples. forms: of the sheets of concepts."""
    count = len(fitted.space.index)
    grams = list(fitted.space.index)
    weights = np.hstack((fitted.signals[:count], fitted.languages[:count]))
    weights *= fitted.space.idf[:, None]
    weights *= np.array([_loudness(gram) for gram in grams])[:, None]
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
        **pack_forms(forms),
        examples=lines_to_bytes(
            "\n".join(json.dumps(messages[at].text, ensure_ascii=False) for at in examples)
        ),
        example_signals=np.array([mask(*messages[at].signals) for at in examples], np.int64),
        telling=telling,
        telling_of=telling_of,
    )


def _loudness(gram: str) -> float:
    """How loud the part is that a column belongs to; see `Space.messages`."""
    if gram[0] in (MEANT, MEANT_BEFORE):
        return LINKED if ">" in gram else ALONE
    return CONTEXT if gram[0] == BEFORE else 1.0


def _telling(
    fitted: Fitted, messages: Sequence[Message], seen: Seen, examples: Sequence[int]
) -> tuple[
    np.ndarray[tuple[int], np.dtype[np.int32]], np.ndarray[tuple[int, int], np.dtype[np.int64]]
]:
    """For each signal of each example the n-grams that tell it most; see `Packed`."""
    rows = fitted.space.messages(seen)
    own = np.array([gram[0] not in (BEFORE, MEANT_BEFORE) for gram in fitted.space.index])
    meant = np.array([gram[0] == MEANT for gram in fitted.space.index])
    of_signal: dict[int, list[tuple[int, list[int]]]] = defaultdict(list)
    for place, at in enumerate(examples):
        row = rows[at]
        ids = row.indices[row.indices < len(own)]
        ids = np.sort(ids[own[ids]])
        values = row[:, ids].toarray().ravel()
        for name in messages[at].signals:
            signal = SIGNALS.index(name)
            heat = fitted.signals[ids, signal] * values
            order = [int(i) for i in np.argsort(-heat, kind="stable") if heat[i] > 0]
            best = [i for i in order if not meant[ids[i]]][:TELLING]
            best += [i for i in order if meant[ids[i]]][:TELLING]
            if best:
                of_signal[signal].append((place, [int(ids[i]) for i in best]))
    flat: list[int] = []
    places: list[tuple[int, int, int]] = []
    for signal in sorted(of_signal):
        for place, best in of_signal[signal]:
            places.append((signal, place, len(flat)))
            flat += best
    return np.array(flat, np.int32), np.array(places, np.int64).reshape(-1, 3)
