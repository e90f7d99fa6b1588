"""Goods in what customers write: category, requirements, brand, budget, products of the catalogue."""

from __future__ import annotations

from warmlist.understanding.products.catalogue import NO_PRODUCTS, Catalogue, Product
from warmlist.understanding.products.find import find_folded, find_products
from warmlist.understanding.products.labels import category_key, labels_of
from warmlist.understanding.products.shelf import Shelf
from warmlist.understanding.products.trades import CATEGORIES, trade_of

__all__ = [
    "CATEGORIES",
    "NO_PRODUCTS",
    "Catalogue",
    "Product",
    "Shelf",
    "category_key",
    "find_folded",
    "find_products",
    "labels_of",
    "trade_of",
]
