"""What the sample shop sells."""

from decimal import Decimal

import pytest

from warmlist.demo.catalogue import catalogue

pytestmark = pytest.mark.unit

LANGUAGES = {"en", "zh-Hans", "it", "de", "es", "pt-BR", "fr", "ar", "hi"}


def test_every_product_has_a_name_in_every_language():
    products = catalogue().products.values()
    assert len(products) >= 40
    assert all(set(product.names) == LANGUAGES for product in products)
    assert len({product.names["en"] for product in products}) == len(products)


@pytest.mark.parametrize(
    ("currency", "price"),
    [("USD", "69"), ("EUR", "69"), ("CNY", "479"), ("BRL", "349"), ("INR", "5499")],
)
def test_price_lists(currency, price):
    assert catalogue()["lino"].price(currency) == Decimal(price)


def test_the_longer_model_name_wins_and_parts_of_words_do_not_count():
    assert catalogue().named_in("Lino Sport oder Lino?") == ["linosport", "lino"]
    assert catalogue().named_in("Velaria, Linoleum") == []
    assert catalogue().named_in("想要Lino耳机") == ["lino"]


def test_there_are_seasonal_and_replenished_goods_in_three_bands():
    products = catalogue().products.values()
    assert {product.band for product in products} == {"low", "mid", "high"}
    assert sum(bool(product.season) for product in products) >= 5
    assert {p.slug for p in products if p.lasts and p.lasts <= 30} == {"alba", "notte", "luna"}
