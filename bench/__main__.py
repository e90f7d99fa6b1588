"""`python -m bench`: runs benchmarks, prints one table, keeps the figures as JSON."""

from __future__ import annotations

import argparse
import signal
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from bench.benches import BENCHES
from bench.figures import Outcome, print_table, write
from bench.workshop import Workshop, open_workshop
from warmlist import clock

RESULTS = Path(__file__).parent / "results"
err = Console(stderr=True, highlight=False)


def main(arguments: Sequence[str] | None = None) -> int:
    """0 when everything was measured (aims missed or met), 1 when a benchmark failed."""
    asked = _parser().parse_args(arguments)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that nothing is left running
    names = [name for name in BENCHES if not asked.names or asked.all or name in asked.names]
    date = asked.date or clock.from_ms(clock.now_ms()).date().isoformat()
    outcomes: dict[str, Outcome] = {}
    failed = []
    with open_workshop(asked.scale, asked.seed, _say, rebuild=asked.rebuild) as shop:
        for name in names:
            _say(f"-- {name}")
            try:
                outcomes[name] = BENCHES[name](shop)
            except Exception:
                traceback.print_exc()
                failed.append(name)
                continue
            _keep(shop, name, outcomes[name], date)
    print_table(outcomes)
    if failed:
        err.print(f"failed: {', '.join(failed)}", style="bold red")
    return 1 if failed else 0


def _keep(shop: Workshop, name: str, outcome: Outcome, date: str) -> None:
    """Only figures at full size are results; smaller ones stay in the cache."""
    folder = RESULTS if shop.full else shop.folder / "results"
    settings = {"scale": shop.scale, "seed": shop.seed}
    _say(f"wrote {write(folder, name, outcome, date=date, settings=settings)}")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m bench",
        description="Benchmarks; each figure is printed beside its aim.",
        epilog="Example: python -m bench everybody live --date 2026-03-01",
    )
    parser.add_argument("names", nargs="*", choices=[[], *BENCHES], metavar="name",
                        help=f"which to run, by default all: {', '.join(BENCHES)}")  # fmt: skip
    parser.add_argument("--all", action="store_true", help="all, as without names")
    parser.add_argument("--scale", type=float, default=1.0,
                        help="1 = 100,000 customers and 5 million messages (default)")  # fmt: skip
    parser.add_argument("--seed", type=int, default=1, help="of the invented shop (default 1)")
    parser.add_argument("--date", help="written into the results; today by default")
    parser.add_argument("--rebuild", action="store_true", help="build the big database anew")
    return parser


def _say(text: str) -> None:
    err.print(f"bench: {text}", markup=False)


if __name__ == "__main__":
    sys.exit(main())
