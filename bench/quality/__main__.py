"""`python -m bench.quality`: measures, keeps bench/results/label_quality.json, writes the page's tables."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from rich.console import Console

from bench.benches import label_quality
from bench.figures import print_table, write
from bench.quality.page import written
from bench.quality.scores import RESAMPLES, SEED
from warmlist import clock

BENCH = Path(__file__).parents[1]
RESULT = BENCH / "results/label_quality.json"
PAGE = BENCH.parent / "docs/reference/label-quality.md"
err = Console(stderr=True, highlight=False)


def main() -> int:
    """0 when something was measured or written, 1 when no data set is there."""
    parser = argparse.ArgumentParser(
        prog="python -m bench.quality",
        description="What labels say of the next 90 days, on orders of real shops.",
        epilog="Example: python -m bench.quality --date 2026-03-01",
    )
    parser.add_argument("--date", help="written into the result; today by default")
    parser.add_argument("--page", action="store_true",
                        help="measure nothing; write the page's tables from the kept result")  # fmt: skip
    asked = parser.parse_args()
    if not asked.page:
        outcome = label_quality.measure(lambda text: err.print(f"bench: {text}", markup=False))
        print_table({"label_quality": outcome})
        if outcome.skipped:
            return 1
        date = asked.date or clock.from_ms(clock.now_ms()).date().isoformat()
        settings = {"resamples": RESAMPLES, "seed": SEED}
        write(RESULT.parent, RESULT.stem, outcome, date=date, settings=settings)
    shops = json.loads(RESULT.read_text("utf-8"))["data"]["shops"]
    PAGE.write_text(written(PAGE.read_text("utf-8"), shops), "utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
