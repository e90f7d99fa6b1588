"""How fast messages are read: those of the sample shop, in all its languages."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from importlib import resources
from pathlib import Path

import yaml

from bench.figures import Outcome, percentile
from bench.workshop import Workshop

ROUNDS = 5
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
    out = shop.outcome()
    out.data = {"texts": len(texts), "characters": sum(map(len, texts))}
    loads = [_load() for _ in range(3)]
    out.add("loading the reader, until it has read a message", percentile(loads, 0) * 1e3, "ms",
            note="best of 3 processes")  # fmt: skip
    read = default_reader().read
    took = []
    for _ in range(ROUNDS):
        for text in texts:
            began = time.perf_counter()
            read(text)
            took.append(time.perf_counter() - began)
    out.add("messages read", len(took) / sum(took), "messages/s",
            note=f"{len(texts):,} different texts, {ROUNDS} times")  # fmt: skip
    out.add("one message: p99", percentile(took, 0.99) * 1e3, "ms")
    return out


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
