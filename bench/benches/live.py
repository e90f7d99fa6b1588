"""From a webhook to its label on the page, while 100 messages a second come in."""

from __future__ import annotations

import time

from bench import sender, webhooks
from bench.browser import painted
from bench.figures import Outcome, percentile
from bench.serving import Served, serving
from bench.workshop import Workshop
from warmlist import clock

RATE, SECONDS = 100, 30
CONNECTIONS = 16
SAMPLES = 20


def run(shop: Workshop) -> Outcome:
    shop.filled()
    out = shop.outcome()
    with serving(shop) as served:
        cookie = served.sign_in()
        time.sleep(3)  # the worker drains what came due while the server started
        shop.say(f"{RATE} messages a second for {seconds(shop)} s, with an open event stream")
        sent = load(shop, served, "live", seconds(shop), cookie)
        report(out, sent)
        shop.say(f"{SAMPLES} messages, seen by a real browser")
        painted(out, served, cookie, SAMPLES)
        shop.peaks["serve after live"] = served.rss()
    return out


def seconds(shop: Workshop) -> int:
    """Shorter where only the benchmark itself is tried out."""
    return SECONDS if shop.full else 5


def load(shop: Workshop, served: Served, tag: str, length: int, cookie: str) -> sender.Sent:
    """RATE messages a second of different customers, drawn as messages draw them."""
    count = RATE * length
    file = shop.home / f"{tag}.requests"
    customers = shop.busy_customers(count, 30)
    now = clock.now_ms()
    webhooks.prepare(file, customers, count, f"{tag}-{now}", now, served.host)
    return sender.send(sender.Load("127.0.0.1", served.port, str(file), RATE, CONNECTIONS, cookie))


def report(out: Outcome, sent: sender.Sent) -> None:
    seen = [s for s in sent.visible if s >= 0]
    unseen = len(sent.visible) - len(seen)
    note = f"{len(seen):,} messages; answers {sent.statuses}"
    if not seen:
        out.add(
            "webhook to label on the stream: p99", None, "ms", most=100, note=f"none seen; {note}"
        )
        return
    out.add("webhook to label on the stream: p50", percentile(seen, 0.5) * 1e3, "ms", note=note)
    # One that is never seen is later than any aim.
    worst = percentile([s if s >= 0 else float("inf") for s in sent.visible], 0.99)
    out.add("webhook to label on the stream: p99", worst * 1e3, "ms", most=100)
    out.add("webhook to label on the stream: worst", max(seen) * 1e3, "ms")
    out.add("messages whose label never came to the stream", unseen, "messages", most=1)
    out.add("times the stream said: fetch the list again", sent.refetches, "times")
    out.add("webhook to answer: p99", percentile(sent.answers, 0.99) * 1e3, "ms")
