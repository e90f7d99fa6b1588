"""Takes the pictures of the documentation from a running demo.

    warmlist demo                                   (in one terminal)
    .venv/bin/python tools/pictures.py NAME PASSWORD [ADDRESS]

Writes docs/pictures/queue.png (desktop, 1280 x 800) and docs/pictures/phone.png (390 x 844).
The people in them are the invented ones of the sample shop.
"""

from __future__ import annotations

import sys
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).resolve().parents[1]
PICTURES = ROOT / "docs/pictures"
ADDRESS = "http://127.0.0.1:8000"

sys.path.insert(0, str(ROOT / "tests"))


def main(name: str, password: str, address: str = ADDRESS) -> None:
    from support import browsers

    PICTURES.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        program = browsers.find()
        if program is None:
            sys.exit(browsers.ADVICE)
        browser = playwright.chromium.launch(executable_path=program, args=browsers.FLAGS)
        desk = signed_in(browser, address, name, password, width=1280, height=800)
        desk.screenshot(path=PICTURES / "queue.png")
        phone = signed_in(browser, address, name, password, width=390, height=844)
        phone.screenshot(path=PICTURES / "phone.png")
        browser.close()


def signed_in(
    browser: Browser, address: str, name: str, password: str, *, width: int, height: int
) -> Page:
    """The queue in light colours, once the page says that it is live."""
    page = browser.new_page(viewport={"width": width, "height": height}, color_scheme="light")
    page.goto(address)
    page.fill("input[name=name]", name)
    page.fill("input[name=password]", password)
    page.press("input[name=password]", "Enter")
    page.locator('#live[data-state="on"]').wait_for()
    page.locator("#queue > li").first.wait_for()
    page.wait_for_timeout(500)  # what slides in has arrived
    return page


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    main(*sys.argv[1:4])
