"""A real Chromium with the owner's queue open: when is a webhook's row painted?"""

from __future__ import annotations

import http.client
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench import webhooks
from bench.figures import Outcome, percentile
from bench.serving import HOST, PATIENCE, Served
from warmlist import clock

if TYPE_CHECKING:
    from playwright.sync_api import Page

LONGEST_MS = 5_000
#: Notes when a row that was put into the list anew, or left it, was painted: behind the next frame.
WATCH = """() => {
  window.paintedAt = {};
  new MutationObserver((changes) => {
    for (const change of changes) for (const node of [...change.addedNodes, ...change.removedNodes]) {
      const id = node.dataset?.id;
      if (id) requestAnimationFrame(() => setTimeout(() => { window.paintedAt[id] = Date.now(); }));
    }
  }).observe(document.querySelector('#queue'), { childList: true });
}"""


def painted(out: Outcome, served: Served, cookie: str, samples: int) -> None:
    """Adds p50 and the worst of `samples` messages, one after another, of customers on the page."""
    browsers = _browsers()
    program = browsers.find()
    name = "webhook to row painted in Chromium"
    if program is None:
        out.add(f"{name}: p50", None, "ms", note="no Chromium is installed: run make test once")
        return
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=program, args=browsers.FLAGS)
        try:
            context = chromium.new_context(base_url=f"http://{served.host}")
            key, _, value = cookie.partition("=")
            context.add_cookies([{"name": key, "value": value, "url": f"http://{served.host}"}])
            page = context.new_page()
            page.goto("/")
            page.wait_for_selector("#live[data-state=on]")
            page.evaluate(WATCH)
            ids = page.locator("#queue .row").evaluate_all("rows => rows.map(r => +r.dataset.id)")
            found = [_one(page, served, customer) for customer in ids[:samples]]
        finally:
            chromium.close()
    took = [ms for ms in found if ms is not None]
    if not took:
        note = f"none of {len(found)} rows was painted" if found else "the queue is empty"
        out.add(f"{name}: p50", None, "ms", note=note)
        return
    note = f"{len(took)} messages, one at a time"
    out.add(f"{name}: p50", percentile(took, 0.5), "ms", note=note)
    out.add(f"{name}: worst", max(took), "ms")
    out.add(f"{name}: never", len(found) - len(took), "messages", most=1)


def _one(page: Page, served: Served, customer: int) -> float | None:
    """Milliseconds from a webhook's first byte to the row on the screen; None = not in LONGEST_MS."""
    now = clock.now_ms()
    # A new name, since a row in which nothing changed is not painted again.
    name = f"Customer {customer} of {now}"
    message = webhooks.delivery(customer, f"painted-{customer}-{now}", now, name)
    connection = http.client.HTTPConnection(HOST, served.port, timeout=PATIENCE)
    connection.connect()
    began = time.time()
    connection.request("POST", "/webhooks/whatsapp", message, webhooks.headers(message))
    status = connection.getresponse().status
    connection.close()
    if status != 200:
        raise RuntimeError(f"a webhook was answered with {status}")
    # The page's policy forbids what `wait_for_function` does; asking again and again is allowed.
    while time.time() - began < LONGEST_MS / 1_000:
        at: float | None = page.evaluate("id => window.paintedAt[id]", str(customer))
        if at is not None:
            return at - began * 1_000
        page.wait_for_timeout(20)
    return None


def _browsers() -> Any:
    """What finds the browser of the tests finds ours."""
    folder = str(Path(__file__).parents[1] / "tests")
    if folder not in sys.path:
        sys.path.append(folder)
    from support import browsers

    return browsers
