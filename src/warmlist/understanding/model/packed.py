"""The model as one file: what training writes and reading loads.

A `.npz` of plain arrays, without pickled objects; the same training gives the same bytes.
"""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections import defaultdict
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from warmlist.errors import BadInput
from warmlist.understanding.concepts import Form, Forms
from warmlist.understanding.signals import SIGNALS

#: Built by `make model` and by the wheel's build hook; not in git.
PATH = Path(__file__).with_name("model.npz")
#: Raise it with every change of what is kept or how it is used.
FORMAT = 2

Floats = npt.NDArray[np.float32]
Text = npt.NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Packed:
    """Arrays of one trained model; S signals, L languages, F n-grams and features of concepts.

    Weights are int8 with one scale a row: `weights[i] * scale[i]` is what n-gram i adds, before the
    length of the message's vector divides it. The forms of concepts are kept as they were when the
    model learnt what they tell.
    """

    vocabulary: Text  # F n-grams and features, UTF-8, one a line
    weights: npt.NDArray[np.int8]  # F x (S + L)
    scale: Floats  # F
    idf: Floats  # F: how rare an n-gram is
    bias: Floats  # S + L
    lexicon: Floats  # S x S: what a confidence of the lexicon (row) adds to a signal (column)
    shape: Floats  # len(SHAPE) x S
    slope: Floats  # S: probability = 1 / (1 + exp(-(slope * score + offset)))
    offset: Floats  # S
    threshold: Floats  # S: least probability that is said
    languages: Text  # L codes, one a line
    least_language: Floats  # 1: least score at which a language is said
    literals: Text  # of the forms of concepts, one a line, each once; see `unpack_forms`
    forms: npt.NDArray[np.int32]  # (literal, key, sheet) a row, in the order of literals
    checked: Text  # forms of which more must match than a literal, JSON arrays, one a line
    concepts: Text  # the keys, one a line
    examples: Text  # training messages, JSON strings, one a line
    example_signals: npt.NDArray[np.int64]  # of each, as bits
    telling: npt.NDArray[np.int32]  # the n-grams that tell most, all examples one after another
    telling_of: npt.NDArray[np.int64]  # (signal, example, first place in `telling`) a row


def save(packed: Packed, path: Path = PATH) -> None:
    """Write the file at once, so that no reader ever sees half of it."""
    fresh = path.with_suffix(".new.npz")
    arrays = {field.name: getattr(packed, field.name) for field in fields(Packed)}
    header = "\n".join((str(FORMAT), *SIGNALS))
    np.savez_compressed(fresh, header=lines_to_bytes(header), **arrays)
    fresh.replace(path)


def load(path: Path = PATH) -> tuple[Packed, str] | None:
    """The model and 8 hex digits that name it; None where no file is. Raises BadInput."""
    if not path.exists():
        return None
    again = "build it again: make model"
    try:
        digest = hashlib.sha256(path.read_bytes()).hexdigest()[:8]
        with np.load(path, allow_pickle=False) as file:
            header = bytes_to_lines(file["header"])
            if header[:1] != [str(FORMAT)] or header[1:] != list(SIGNALS):
                raise BadInput(f"{path.name} is of another version of Warmlist", hint=again)
            return Packed(**{field.name: file[field.name] for field in fields(Packed)}), digest
    except (OSError, ValueError, KeyError, zipfile.BadZipFile) as error:
        raise BadInput(f"{path} cannot be read ({type(error).__name__})", hint=again) from None


def pack_forms(forms: Forms) -> dict[str, Any]:
    """The fields of `Packed` that hold the forms of concepts."""
    keys = sorted({key for plain in forms.plain for key, _ in plain})
    places = {key: at for at, key in enumerate(keys)}
    rows = [
        (at, places[key], sheet) for at, plain in enumerate(forms.plain) for key, sheet in plain
    ]
    checked = [
        json.dumps([at, form.whole, form.asks, form.key, form.sheet], ensure_ascii=False)
        for at, ours in forms.checked.items()
        for form in ours
    ]
    return {
        "literals": lines_to_bytes("\n".join(forms.literals)),
        "forms": np.array(rows, np.int32).reshape(-1, 3),
        "checked": lines_to_bytes("\n".join(checked)),
        "concepts": lines_to_bytes("\n".join(keys)),
    }


def unpack_forms(packed: Packed) -> Forms:
    """The forms that `pack_forms` packed."""
    literals, keys = bytes_to_lines(packed.literals), bytes_to_lines(packed.concepts)
    of, key_of, sheet_of = packed.forms.T.tolist()
    pairs = list(zip(map(keys.__getitem__, key_of), sheet_of, strict=True))
    ends = np.bincount(of, minlength=len(literals)).cumsum().tolist()
    plain = [tuple(pairs[start:end]) for start, end in zip([0, *ends], ends, strict=False)]
    checked: dict[int, list[Form]] = defaultdict(list)
    for line in filter(None, bytes_to_lines(packed.checked)):
        at, whole, asks, key, sheet = json.loads(line)
        checked[at].append(Form(literals[at], whole, asks, key, sheet))
    return Forms(literals, plain, checked)


def lines_to_bytes(text: str) -> Text:
    return np.frombuffer(text.encode(), dtype=np.uint8)


def bytes_to_lines(data: Text) -> list[str]:
    return data.tobytes().decode().split("\n")
