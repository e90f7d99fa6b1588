"""The workspace's own products in messages."""

from __future__ import annotations

import random
import time

import pytest

from warmlist.understanding.products import Catalogue, category_key, find_products

pytestmark = pytest.mark.unit

SHOP = Catalogue.of(
    [
        ("AR-2", "Arda 2 wireless headphones", "Earphones", 149),
        ("MO-1", "Mola hand grinder", "Coffee grinders", 80),
        ("PE-1", "Peso", "scale", 45),
        ("YW-1", "云雾手冲壶套装", "手冲壶", None),
        ("KV-B", "Kvadra table black", "Tables", 300),
        ("KV-W", "Kvadra table white", "Tables", 300),
        ("X9Z81", "Something", "Gift boxes", 1),
    ]
)


def own(text: str, lang: str = "en") -> list[str]:
    return [one.value for one in find_products(text, lang, SHOP) if one.kind == "sku"]


def test_a_product_is_found_by_the_words_that_only_it_has():
    text = "Is the arda 2 still there?"
    found = find_products(text, "en", SHOP)
    assert [(one.kind, one.value) for one in found] == [("category", "earphones"), ("sku", "AR-2")]
    assert text[slice(*found[1].span)] == "arda 2"
    assert "Arda 2" in found[1].because
    assert own("avete la mola?", "it") == ["MO-1"]


def test_a_number_tells_two_versions_apart():
    two = Catalogue.of([("A2", "Arda 2", "", 1), ("A3", "Arda 3", "", 1)])
    found = [one.value for one in find_products("the arda 3?", "en", two) if one.kind == "sku"]
    assert found == ["A3"]


def test_names_are_found_in_scripts_without_blanks():
    assert own("云雾手冲壶多少钱", "zh-Hans") == ["YW-1"]
    assert own("雲霧手沖壺幾錢", "zh-Hant") == ["YW-1"]


def test_one_letter_may_be_wrong_in_a_long_word():
    assert own("do you have the kvadrra table in white") == ["KV-W"]


def test_a_word_for_other_things_needs_more():
    assert own("quanto è il peso del pacco?", "it") == []
    assert own("quanto costa il Peso?", "it") == ["PE-1"]


def test_of_products_that_fit_alike_only_the_category_is_said():
    found = find_products("the kvadra table?", "en", SHOP)
    assert {(one.kind, one.value) for one in found} >= {("category", "table")}
    assert not [one for one in found if one.kind == "sku"]


def test_a_sku_is_enough():
    assert own("please send x9z81 again") == ["X9Z81"]
    assert own("x9z812") == []


def test_categories_of_a_shop_come_to_the_keys_of_messages():
    assert category_key("Coffee Machines") == "coffee_machine"
    assert category_key("Home > Küche > Kaffeemühlen") == "coffee_grinder"
    assert category_key("手冲壶") == "coffee_machine"
    assert category_key("Gift boxes") == "gift_boxes"
    assert category_key("") == "other"


def test_nothing_is_found_where_nothing_is_named():
    for text in ("thanks!", "how much is the delivery", "", "\ud800", "table"):
        assert own(text) == []
    assert len(Catalogue.of([])) == 0


def test_thousands_of_products_slow_nobody():
    rng = random.Random(7)
    syllables = ("ka", "lo", "mi", "ra", "tu", "ven", "zor", "pi", "na", "sel", "dri", "mo")
    names = ("".join(rng.choices(syllables, k=4)).title() for _ in range(5_000))
    many = Catalogue.of(
        (f"S{at:05}", f"{name} wireless speaker", "", 1) for at, name in enumerate(names)
    )
    text = "hello, is the black speaker still there and how long is delivery to Turin?"
    find_products(text, "en", many)
    began = time.process_time()
    for _ in range(200):
        find_products(text, "en", many)
    assert (time.process_time() - began) / 200 < 0.001
