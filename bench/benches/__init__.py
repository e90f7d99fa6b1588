"""The benchmarks, in the order in which they run: everybody first, while nobody is labelled yet."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from bench.benches import (
    accept,
    everybody,
    imports,
    label_quality,
    live,
    memory,
    million,
    preferences,
    queue,
    spark,
    touched,
    understanding,
)
from bench.figures import Outcome
from bench.workshop import Workshop

Run = Callable[[Workshop], Outcome]

BENCHES: Mapping[str, Run] = {
    "everybody": everybody.run,
    "touched": touched.run,
    "queue": queue.run,
    "live": live.run,
    "accept": accept.run,
    "memory": memory.run,
    "import": imports.run,
    "spark": spark.run,
    "million": million.run,
    "understanding": understanding.run,
    "preferences": preferences.run,
    "label_quality": label_quality.run,
}
