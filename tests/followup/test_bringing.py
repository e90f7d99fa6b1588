"""What a contact brings: in turn, never the same twice in a row, and only what suits the customer."""

from __future__ import annotations

from itertools import pairwise

import pytest

from warmlist.app import built_in_pack
from warmlist.followup.bringing import Tastes, about, chosen, filled, suits
from warmlist.followup.guards import Limits
from warmlist.followup.standing import Standing
from warmlist.followup.wishes import ByDimension, tastes_of
from warmlist.rules.model import BLANKS, LANGUAGES, Content, Pack, Playbook
from warmlist.rules.read import read_pack

pytestmark = pytest.mark.unit


@pytest.fixture(scope="module")
def pack() -> Pack:
    return read_pack(built_in_pack())


def playbook(pack: Pack, name: str) -> Playbook:
    return next(p for p in pack.playbooks if p.id == name)


def test_each_touch_brings_the_next_thing_and_behind_the_last_the_first_again(pack: Pack) -> None:
    light = playbook(pack, "COL-4")
    brought = [chosen(light, n, Tastes()).key for n in range(4)]
    assert brought == ["usage_tip", "news", "value_tip", "usage_tip"]


@pytest.mark.parametrize(
    "tastes",
    [
        Tastes(),
        Tastes(high=True),
        Tastes(few=True, high=True),
        Tastes(interests=frozenset({"function_oriented"})),
    ],
)
def test_no_playbook_brings_the_same_twice_in_a_row(pack: Pack, tastes: Tastes) -> None:
    """But for those whose interest alone they speak to, once promotions are too many."""
    for one in pack.playbooks:
        touches = (one.touches or 6) if one.every else 1
        suiting = [content for content in one.brings if suits(content, tastes)]
        if len(suiting) < 2:
            continue
        brought = [chosen(one, n, tastes).key for n in range(touches)]
        assert all(a != b for a, b in pairwise(brought)), (one.id, brought)


def test_what_lies_outside_known_interests_is_passed_over(pack: Pack) -> None:
    activity = playbook(pack, "FUP-1h")
    learner = Tastes(interests=frozenset({"content_learning"}))
    assert chosen(activity, 1, Tastes()).key == "discount_code"
    assert chosen(activity, 1, learner).key == "value_tip"


def test_a_promotion_too_many_gives_way_to_something_else(pack: Pack) -> None:
    big = playbook(pack, "COL-4d")
    assert chosen(big, 0, Tastes(high=True)).key == "reserved"
    assert chosen(big, 0, Tastes(high=True, few=True)).key == "usage_tip"


def test_what_is_for_few_goes_to_high_spenders_only(pack: Pack) -> None:
    assert chosen(playbook(pack, "VAL-1h"), 1, Tastes()).key != "reserved"
    assert chosen(playbook(pack, "VAL-1h"), 1, Tastes(high=True)).key == "reserved"


def test_where_nothing_suits_a_promotion_is_the_last_choice() -> None:
    code = Content("code", {}, {}, "promotion", "discount_sensitive")
    sheet = Content("sheet", {}, {}, "content", "function_oriented")
    both = playbook(read_pack(built_in_pack()), "COL-4").__class__(
        "X", None, "x", 0, 0, 0, 0, None, {}, {}, (code, sheet), ""  # type: ignore[arg-type]
    )  # fmt: skip
    assert chosen(both, 0, Tastes(interests=frozenset({"brand_loyal"}))).key == "sheet"


def test_every_message_is_there_in_every_language_and_can_be_filled(pack: Pack) -> None:
    blanks = {name: "X" for name in BLANKS if name != "name"}
    for content in {c.key: c for p in pack.playbooks for c in p.brings}.values():
        for language in LANGUAGES:
            for told in (blanks, {}):
                text = filled(content.words[language], told)
                assert "{name}" in text, (content.key, language)
                assert not set("[]") & set(text), (content.key, language)
                assert text.count("{") == 1, (content.key, language)


def test_a_part_whose_blank_stays_open_is_left_out() -> None:
    text = "Hi {name}, the price[ of {product}] is here[, {owner} says]."
    assert filled(text, {"product": "lamp"}) == "Hi {name}, the price of lamp is here."
    assert filled(text, {"owner": "Bob"}) == "Hi {name}, the price is here, Bob says."


@pytest.mark.parametrize("hostile", ["{name}", "[x]", "{missing}", "\\1"])
def test_what_fills_a_blank_is_never_a_template(hostile: str) -> None:
    assert filled("Hi, {product}!", {"product": hostile, "missing": "9"}) == f"Hi, {hostile}!"


def test_a_message_is_about_what_was_found_and_never_about_the_key_of_an_interest(
    pack: Pack,
) -> None:
    labels = {"without:boots->spray", "interest:shoes", "replenish:coffee"}
    assert about(playbook(pack, "PRD-3"), labels) == "spray"
    assert about(playbook(pack, "PRD-5"), labels) == "coffee"
    assert about(playbook(pack, "PRD-5"), {*labels, "replenish:tea"}) == ""
    assert about(playbook(pack, "FUP-3"), labels) == ""


def matched(*labels: tuple[str, str]) -> Tastes:
    return Tastes(labels=frozenset(labels))


@pytest.mark.parametrize(
    ("name", "touch", "tastes", "key"),
    [
        ("PRO-3n", 0, Tastes(), "event_invite"),
        ("PRO-3n", 0, matched(("event_preference", "online")), "invite_online"),
        ("PRO-3f", 0, matched(("event_preference", "offline")), "invite_on_site"),
        ("PRO-2i", 1, matched(("industry", "hospitality")), "case_hospitality"),
        ("PRO-2i", 1, matched(("industry", "餐饮")), "case_hospitality"),
        ("PRO-2i", 1, matched(("industry", "tools")), "case_study"),
        ("PRO-2b", 1, matched(("kind", "b2b")), "case_company"),
        ("PRO-2b", 1, matched(("kind", "b2b"), ("industry", "retail")), "case_retail"),
        ("PRO-2i", 0, matched(("kind", "b2b")), "news_company"),
    ],
)
def test_what_is_made_for_such_customers_comes_in_the_place_of_what_is_for_anybody(
    pack: Pack, name: str, touch: int, tastes: Tastes, key: str
) -> None:
    assert chosen(playbook(pack, name), touch, tastes).key == key


def test_what_a_playbook_brings_to_some_alone_is_passed_over_for_others() -> None:
    invite = Content("invite", {}, {}, whom=(("event_preference", frozenset({"online"})),))
    tip = Content("tip", {}, {})
    both = Playbook(
        "X", None, "x", 0, 0, 0, 0, None, {}, {}, (invite, tip), ""  # type: ignore[arg-type]
    )  # fmt: skip
    assert chosen(both, 0, Tastes()).key == "tip"
    assert chosen(both, 0, matched(("event_preference", "online"))).key == "invite"


def test_a_customer_with_labels_is_matched_whatever_their_case() -> None:
    held = ByDimension.held([("industry", "Hospitality", None, "PRO-2i")])
    standing = Standing(1, None, "PRO-2i", 0, 0, 0, 0, {})
    limits = Limits.of(read_pack(built_in_pack()))
    assert ("industry", "hospitality") in tastes_of(standing, held, limits).labels
