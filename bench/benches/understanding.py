"""How fast and how well messages are read: by the lexicon alone, the model alone, and both."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from importlib import resources
from pathlib import Path

import yaml
from training.corpus import read_unseen
from training.evaluate import measure
from training.figures import readers

from bench.figures import Outcome, percentile
from bench.workshop import Workshop
from warmlist.understanding.lexicon import load as load_lexicon
from warmlist.understanding.model.packed import PATH

ROUNDS = 5
#: Messages a second on one core, at least.
FAST = 5_000
#: In a process of its own, so that nothing is loaded yet.
LOAD = """
import json, time
began = time.perf_counter()
from warmlist.understanding.reader import default_reader
default_reader().read("How much is it?")
print(json.dumps(time.perf_counter() - began))
"""


def run(shop: Workshop) -> Outcome:
    from warmlist.understanding.reader import default_reader

    shop.say("reading messages")
    texts = _texts()
    if not PATH.exists():
        return Outcome(skipped="the model is not built; run: make model")
    out = shop.outcome()
    out.data = {"texts": len(texts), "characters": sum(map(len, texts))}
    loads = [_load() for _ in range(3)]
    out.add("loading the reader, until it has read a message", percentile(loads, 0) * 1e3, "ms",
            most=1_000, note="best of 3 processes")  # fmt: skip
    out.add("model file", PATH.stat().st_size / 1e6, "MB", most=60)
    for name, read in (("lexicon alone", load_lexicon().read), ("both", default_reader().read)):
        took = _time(read, texts)
        out.add(f"{name}: messages read", len(took) / sum(took), "messages/s",
                least=FAST if name == "both" else None,
                note=f"{len(texts):,} different texts, {ROUNDS} times, one core")  # fmt: skip
        out.add(f"{name}: one message, p99", percentile(took, 0.99) * 1e3, "ms")
    _quality(out)
    return out


def _time(read: Callable[[str], object], texts: Sequence[str]) -> list[float]:
    """Seconds of each reading, after one round in which patterns are compiled."""
    for text in texts:
        read(text)
    took = []
    for _ in range(ROUNDS):
        for text in texts:
            began = time.perf_counter()
            read(text)
            took.append(time.perf_counter() - began)
    return took


def _quality(out: Outcome) -> None:
    """On messages that nothing was trained on; by language and signal: docs/reference."""
    unseen = read_unseen()
    out.data["unseen"] = len(unseen)
    if not unseen:
        return
    for name, read in readers(PATH):
        measured = measure(unseen, read)
        every, aims = measured.counts(), name == "both"
        note = f"{len(unseen):,} messages that nothing was trained on"
        out.add(f"{name}: precision", every.precision, "", least=0.88 if aims else None, note=note)
        out.add(f"{name}: recall", every.recall, "", note=note)
        out.add(f"{name}: F1 (micro)", every.f1, "", least=0.85 if aims else None, note=note)
        out.add(f"{name}: false alarms", measured.false_alarms, "", most=0.04 if aims else None,
                note=f"of {measured.silent:,} messages without a signal")  # fmt: skip


def _texts() -> list[str]:
    """Every line that customers say in the scripts of the sample shop."""
    folder = resources.files("warmlist") / "demo" / "texts"
    found: dict[str, None] = {}
    for file in sorted(Path(str(folder)).glob("*.yaml")):
        content = yaml.safe_load(file.read_text("utf-8"))
        for scene in (content.get("scenes") or {}).values():
            for line in str(scene.get("script", "")).splitlines():
                head, _, text = line.partition(":")
                if head.split()[-1:] in (["in"], ["ask"]) and text.strip():
                    found[text.strip()] = None
    return list(found)


def _load() -> float:
    done = subprocess.run([sys.executable, "-c", LOAD], capture_output=True, text=True, check=True)
    return float(json.loads(done.stdout))
