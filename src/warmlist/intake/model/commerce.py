"""Event lines about buying and looking: order, view, click, cart, form, event."""

from typing import ClassVar, Literal, Self

from pydantic import BaseModel, ConfigDict, model_validator

from warmlist.intake.model.base import EventLine
from warmlist.intake.model.values import Code, Currency, Money, Name, Number, Text, wrong

NO_CURRENCY = "currency is missing; add it, or import with --currency"


class OrderItem(BaseModel):
    """One article of an order."""

    model_config = ConfigDict(strict=True, extra="allow")

    sku: Code | None = None
    name: Text | None = None
    category: Text | None = None
    quantity: Number | None = None
    price: Money | None = None  # of one piece, in the order's currency


class OrderLine(EventLine):
    """An order was paid, cancelled or returned; one id, one event for each status."""

    nested: ClassVar[tuple[str, ...]] = ("lines",)

    type: Literal["order"]
    status: Literal["paid", "cancelled", "returned"]
    amount: Money | None = None  # paid, or given back; in `currency`
    currency: Currency | None = None  # ISO 4217
    lines: list[OrderItem] | None = None

    @model_validator(mode="after")
    def _has_its_money(self) -> Self:
        if self.status == "paid" and self.amount is None:
            raise wrong("amount is missing")
        if self.amount is not None and self.currency is None:
            raise wrong(NO_CURRENCY)
        return self


class ViewLine(EventLine):
    """The customer looked at a product or page."""

    type: Literal["view"]
    sku: Code | None = None
    name: Text | None = None
    category: Text | None = None
    price: Money | None = None
    currency: Currency | None = None
    url: Text | None = None
    seconds: Number | None = None  # how long the page was looked at

    @model_validator(mode="after")
    def _is_measured(self) -> Self:
        if self.price is not None and self.currency is None:
            raise wrong(NO_CURRENCY)
        if self.seconds is not None and not 0 <= self.seconds < 1_000_000:
            raise wrong("seconds must be from 0 to 999,999")
        return self


class _Step(EventLine):
    url: Text | None = None
    sku: Code | None = None
    campaign: Text | None = None


class ClickLine(_Step):
    """The customer followed a link."""

    type: Literal["click"]


class CartLine(_Step):
    """The customer put something into a cart."""

    type: Literal["cart"]


class FormLine(_Step):
    """The customer filled in a form."""

    type: Literal["form"]


class TakenPartLine(EventLine):
    """The customer took part in an event."""

    type: Literal["event"]
    name: Name
    place: Literal["online", "offline"] | None = None
