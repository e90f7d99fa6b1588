"""The trained half of understanding: linear weights over n-grams, learned from the corpus."""

from __future__ import annotations

from pathlib import Path

from warmlist.understanding.model import packed
from warmlist.understanding.model.scoring import Model, Scored

__all__ = ["Model", "Scored", "load"]


def load(path: Path = packed.PATH) -> tuple[Model, str] | None:
    """The built model and its name; None in a checkout where it was not built (`make model`)."""
    if (loaded := packed.load(path)) is None:
        return None
    return Model(loaded[0]), loaded[1]
