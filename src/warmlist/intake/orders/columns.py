"""Which column of a CSV file holds what: stated with --map NAME=COLUMN, or known by its name."""

from collections.abc import Mapping, Sequence
from difflib import get_close_matches

from warmlist.errors import BadInput

#: Names of --map for order files, with the headings that shops' exports use for them.
ORDER_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "order": ("order", "order id", "order_id", "order number", "order_number", "order #",
              "invoiceno", "invoice", "invoice no", "invoice_id", "bestellnummer", "订单号"),
    "at": ("at", "date", "order date", "order_date", "created at", "created_at", "date_created",
           "invoicedate", "datum", "data", "paid date", "date paid", "日期"),
    "customer": ("customer", "customer id", "customer_id", "customerid", "customer user id"),
    "amount": ("amount", "total", "order total", "order_total", "order total amount",
               "grand total"),
    "currency": ("currency", "order currency", "order_currency", "currency code"),
    "status": ("status", "order status", "order_status"),
    "sku": ("sku", "product sku", "item sku", "stockcode", "product_sku"),
    "name": ("item name", "product name", "product", "item", "description", "item_name"),
    "category": ("category", "product category", "item category"),
    "quantity": ("quantity", "qty", "item quantity", "quantity (- refund)"),
    "price": ("price", "unit price", "unitprice", "item cost", "item price"),
    "phone": ("phone", "phone (billing)", "billing phone", "billing_phone", "telephone"),
    "email": ("email", "e-mail", "email (billing)", "billing email", "billing_email",
              "customer email"),
    "country": ("country", "country code (billing)", "billing country", "billing_country"),
    "customer_name": ("customer name", "billing name", "full name (billing)", "customer_name"),
}  # fmt: skip

#: Names of --map for customer files.
CUSTOMER_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "customer": ("customer", "customer id", "customer_id", "customerid", "id", "handle"),
    "name": ("name", "full name", "customer name", "first name", "姓名"),
    "last_name": ("last name", "surname", "family name"),
    "email": ("email", "e-mail", "email address"),
    "phone": ("phone", "mobile", "phone number", "telephone", "whatsapp", "电话", "手机"),
    "country": ("country", "country code", "default address country code", "国家"),
    "language": ("language", "locale"),
    "time_zone": ("time_zone", "time zone", "timezone"),
    "customer_source": ("customer_source", "customer source", "lead source"),
    "kind": ("kind", "customer type"),
    "industry": ("industry", "行业"),
    "joined_at": ("joined_at", "joined", "created at", "created_at", "registered", "sign up"),
    "owner": ("owner", "owner name", "sales rep"),
    "at": ("at", "updated at", "updated_at", "last update"),
}  # fmt: skip


def find_columns(
    header: Sequence[str],
    known: Mapping[str, tuple[str, ...]],
    stated: Mapping[str, str],
    required: Sequence[str],
) -> dict[str, int]:
    """Name -> place in the header, for every name that has a column.

    BadInput for a stated name or column that does not exist, or a required one that is missing.
    """
    places = {cell.casefold(): place for place, cell in reversed(list(enumerate(header)))}
    found: dict[str, int] = {}
    for name, column in stated.items():
        if name not in known:
            raise BadInput(f"--map {name}={column}: {name} is not one of {', '.join(known)}")
        place = places.get(column.strip().casefold())
        if place is None:
            near = get_close_matches(column, header, n=1)
            hint = f"did you mean {near[0]}?" if near else f"it has {', '.join(header[:20])}"
            raise BadInput(f"--map {name}={column}: the file has no such column", hint=hint)
        found[name] = place
    for name, headings in known.items():
        if name not in found:
            place = next((places[h] for h in headings if h in places), None)
            if place is not None and place not in found.values():
                found[name] = place
    missing = [name for name in required if name not in found]
    if missing:
        raise BadInput(
            f"no column is known to hold {' and '.join(missing)}",
            hint=f"say which one does, as --map {missing[0]}=COLUMN",
        )
    return found
