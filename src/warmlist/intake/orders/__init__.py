"""Reads files of orders and customers."""

from warmlist.intake.orders.customers import read_customers
from warmlist.intake.orders.mapped import read_orders
from warmlist.intake.orders.options import OrderOptions
from warmlist.intake.orders.shopify import read_shopify

__all__ = ["OrderOptions", "read_customers", "read_orders", "read_shopify"]
