"""How much memory `serve` and the process for everybody take."""

from __future__ import annotations

import time

from bench.benches import live
from bench.figures import Outcome
from bench.serving import serving
from bench.workshop import Workshop


def run(shop: Workshop) -> Outcome:
    shop.filled()
    out = shop.outcome()
    if "child" not in shop.peaks:
        shop.peaks["child"] = shop.run_everybody("time")["peak_mb"]
    with serving(shop) as served:
        time.sleep(5)
        out.add("serve, idle after its start", served.rss(), "MB", most=400)
        shop.say("a few seconds of live messages")
        length = 10 if shop.full else 3
        live.load(shop, served, "memory", length, served.sign_in())
        out.add(f"serve, after {length} s of 100 messages/s", served.rss(), "MB", most=400)
        out.add("serve, most since its start", served.peak(), "MB", most=400,
                note="its sign-in took 64 MiB for the password")  # fmt: skip
    if "serve after live" in shop.peaks:
        out.add("serve, after the benchmark live", shop.peaks["serve after live"], "MB", most=400)
    out.add("the child for everybody, most", shop.peaks["child"], "MB", most=1000)
    return out
