"""What the sample shop sells, in nine languages and six currencies."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

import yaml

_FILE = Path(__file__).with_name("catalogue.yaml")


@dataclass(frozen=True, slots=True)
class Tariff:
    """How a price list follows from the dollars: times `factor`, to the nearest `step`, less 1."""

    factor: Decimal
    step: int
    rate: Decimal  # US dollars for one unit, as the books of the sample shop have it


#: The shop keeps one price list for each currency, as shops do, rather than converting daily.
TARIFFS: Mapping[str, Tariff] = MappingProxyType(
    {
        "USD": Tariff(Decimal(1), 1, Decimal(1)),
        "EUR": Tariff(Decimal(1), 1, Decimal("1.10")),
        "CNY": Tariff(Decimal(7), 10, Decimal("0.14")),
        "BRL": Tariff(Decimal(5), 10, Decimal("0.19")),
        "INR": Tariff(Decimal(80), 100, Decimal("0.012")),
    }
)


@dataclass(frozen=True, slots=True)
class Product:
    """One thing on the shelf. `lasts`: days until it is used up, None = not used up."""

    slug: str
    model: str
    names: Mapping[str, str]  # language -> model and what it is
    category: str
    dollars: Decimal
    attributes: Mapping[str, Any] = field(default_factory=dict)
    season: tuple[int, ...] = ()  # months in which it sells
    lasts: int | None = None
    trade: bool = False  # sold to cafés and hotels only

    @property
    def sku(self) -> str:
        return f"HS-{self.slug.upper()}"

    @property
    def band(self) -> str:
        """low (under 50 dollars), mid (to 200), high."""
        return "low" if self.dollars < 50 else "mid" if self.dollars <= 200 else "high"

    def price(self, currency: str) -> Decimal:
        """The price of the list in that currency, whole units; KeyError for one without a list."""
        tariff = TARIFFS[currency]
        if tariff.step == 1:
            return self.dollars
        steps = self.dollars * tariff.factor / tariff.step
        return steps.quantize(Decimal(1), ROUND_HALF_UP) * tariff.step - 1


@dataclass(frozen=True, slots=True)
class Catalogue:
    shop: str
    site: str
    products: Mapping[str, Product]  # by slug

    def __getitem__(self, slug: str) -> Product:
        return self.products[slug]

    def url(self, slug: str) -> str:
        return f"{self.site}/p/{slug}"

    def named_in(self, text: str) -> list[str]:
        """Slugs of the products whose model stands in a text, in order; the longest name wins."""
        found: dict[int, str] = {}
        for slug in sorted(self.products, key=lambda s: -len(self.products[s].model)):
            model = self.products[slug].model
            at = text.find(model)
            while at >= 0:
                if _stands_alone(text, at, len(model)):
                    found.setdefault(at, slug)
                at = text.find(model, at + 1)
        return list(dict.fromkeys(found[at] for at in sorted(found)))


def _stands_alone(text: str, at: int, length: int) -> bool:
    around = text[at - 1 : at] + text[at + length : at + length + 1]
    return not any(letter.isascii() and letter.isalnum() for letter in around)


@cache
def catalogue() -> Catalogue:
    data = yaml.safe_load(_FILE.read_text(encoding="utf-8"))
    nouns = data["nouns"]
    products = {slug: _product(slug, row, nouns) for slug, row in data["products"].items()}
    return Catalogue(data["shop"], data["site"], MappingProxyType(products))


def _product(slug: str, row: Mapping[str, Any], nouns: Mapping[str, Any]) -> Product:
    names = {language: f"{row['model']} · {noun}" for language, noun in nouns[row["noun"]].items()}
    return Product(
        slug=slug,
        model=row["model"],
        names=MappingProxyType(names),
        category=row["category"],
        dollars=Decimal(row["price"]),
        attributes=MappingProxyType(row.get("attributes", {})),
        season=tuple(row.get("season", ())),
        lasts=row.get("lasts"),
        trade=row.get("trade", False),
    )
