import pytest, sys
from web.conftest import PHONE

pytestmark = pytest.mark.browser
S = "/tmp/plan/shots/"


@pytest.mark.parametrize("lang", ["en", "zh_Hans"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_shots(open_page, served, lang, scheme):
    served.book.set_language(1, lang)
    loc = {"en": "en-GB", "zh_Hans": "zh-CN"}[lang]
    p = open_page("Alice", color_scheme=scheme, locale=loc)
    p.wait_for_selector("#live[data-state=on]")
    p.wait_for_timeout(300)
    p.screenshot(path=f"{S}desk_{lang}_{scheme}.png")
    p.keyboard.press("Control+k")
    p.keyboard.type("an")
    p.wait_for_timeout(500)
    p.screenshot(path=f"{S}palette_{lang}_{scheme}.png")
    p.keyboard.press("Escape")
    q = open_page("Alice", color_scheme=scheme, locale=loc, **PHONE)
    q.wait_for_selector("#live[data-state=on]")
    q.wait_for_timeout(300)
    q.screenshot(path=f"{S}phone_{lang}_{scheme}.png")
    q.locator(".row").nth(1).tap()
    q.wait_for_timeout(500)
    q.screenshot(path=f"{S}phone_detail_{lang}_{scheme}.png")
    if scheme == "light":
        p.keyboard.press("?")
        p.wait_for_timeout(100)
        p.screenshot(path=f"{S}help_{lang}.png")
        p.keyboard.press("Escape")
        p.keyboard.press("h")
        p.wait_for_timeout(100)
        p.screenshot(path=f"{S}snooze_{lang}.png")
        p.keyboard.press("Escape")
        p.keyboard.press("e")
        p.wait_for_timeout(300)
        p.screenshot(path=f"{S}done_{lang}.png")
        x = open_page(None, color_scheme=scheme, locale=loc)
        x.screenshot(path=f"{S}signin_{lang}.png")
        p.set_viewport_size({"width": 1440, "height": 2000})
        p.wait_for_timeout(200)
        p.screenshot(path=f"{S}tall_{lang}.png")
    q.screenshot(path=f"{S}phone_full_{lang}_{scheme}.png")
