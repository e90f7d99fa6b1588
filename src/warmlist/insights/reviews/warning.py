"""Early warning: what the colour mix says about the orders of the next 14 days.

The model is one rate a colour: orders in 14 days per customer who has the colour when they begin,
over all earlier stretches of 14 days; and the orders of people who had no colour yet, as many as in
the mean stretch. What it predicts is the sum over today's customers. Its error is its own: each
past stretch is predicted from those before it, and compared with what came.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from warmlist.clock import DAY
from warmlist.insights.reviews.accuracy import SQL as OUTCOMES
from warmlist.insights.reviews.distribution import EVERYBODY, Connection, counts
from warmlist.insights.reviews.limits import Limits
from warmlist.insights.reviews.model import Figure, in_percent
from warmlist.insights.reviews.stats import around, byar
from warmlist.rules.model import COLOUR_ORDER
from warmlist.store.sql import queries

SQL = queries("insights/reviews/warning.sql")
#: How far back label history goes, in ms.
REACH = 400 * DAY
#: Stretches that a prediction is made from, at least.
LEAST = 4
#: The colour of whoever had none yet when a stretch began.
NEW = "new"


@dataclass(frozen=True, slots=True)
class Stretch:
    """14 days: customers by colour when it began, and orders in it by that colour."""

    begins: int
    customers: Mapping[str, int]
    orders: Mapping[str, int]

    @property
    def came(self) -> int:
        return sum(self.orders.values())


@dataclass(frozen=True, slots=True)
class Warning:
    """What was predicted, and how well such predictions did. `pairs`: (begins, predicted, came)."""

    predicted: float
    low: float  # 80 %
    high: float
    last: int  # orders of the 14 days before
    usual: float  # mean orders of the last stretches, LEAST of them
    pairs: tuple[tuple[int, float, int], ...]
    rates: Mapping[str, tuple[int, int]]  # colour -> orders, customers (one a stretch)

    @property
    def error(self) -> float:
        """Mean absolute error of the past predictions, in orders."""
        return sum(abs(p - came) for _, p, came in self.pairs) / len(self.pairs)

    def naive_error(self, past: Sequence[Stretch]) -> float:
        """The same of saying "as many as in the stretch before", over the same stretches."""
        came = {s.begins: s.came for s in past}
        before = {b.begins: a.came for a, b in pairwise(past)}
        return sum(abs(before[at] - came[at]) for at, _, _ in self.pairs) / len(self.pairs)

    @property
    def falling(self) -> bool:
        """Even the upper bound lies below what was usual of late; one good fortnight is not."""
        return self.high < self.usual


def history(
    conn: Connection, limits: Limits, as_of: int, owner: str | None
) -> tuple[list[Stretch], Mapping[str, int]]:
    """Whole stretches that ended by `as_of`, oldest first, and today's customers by colour."""
    row = conn.execute(SQL.first_order).fetchone()
    first = max(as_of - REACH, int(row[0]) if row else as_of)
    spans = max(0, (as_of - first) // limits.warning_span)
    moments = [as_of - n * limits.warning_span for n in range(spans, -1, -1)]
    held = counts(conn, EVERYBODY, moments, owner)
    labels = held.by_owner.get(owner, {})
    if not spans:
        return [], {label: n[-1] for label, n in labels.items()}
    values = {
        "as_of": as_of, "orders_from": moments[0], "orders_to": as_of, "moments": moments,
        "owner": owner,
    }  # fmt: skip
    orders: list[dict[str, int]] = [{} for _ in range(spans)]
    for place, label, n in conn.execute(SQL.came.format(orders=OUTCOMES.orders), values):
        orders[place][label or NEW] = n
    past = [
        Stretch(moments[n], {label: held_[n] for label, held_ in labels.items()}, orders[n])
        for n in range(spans)
    ]
    return past, {label: n[-1] for label, n in labels.items()}


def predict(past: Sequence[Stretch], customers: Mapping[str, int]) -> float:
    """Orders of the next stretch: each colour's rate over the past times its customers now."""
    expected = sum(s.orders.get(NEW, 0) for s in past) / len(past)
    for colour, n in customers.items():
        orders = sum(s.orders.get(colour, 0) for s in past)
        exposed = sum(s.customers.get(colour, 0) for s in past)
        expected += n * orders / exposed if exposed else 0.0
    return expected


def warn(past: Sequence[Stretch], customers: Mapping[str, int], limits: Limits) -> Warning | None:
    """The prediction with its error; None with too little past to know that error."""
    if len(past) < limits.warning_spans or sum(s.came for s in past) < limits.warning_orders:
        return None
    pairs = tuple(
        (past[n].begins, predict(past[:n], past[n].customers), past[n].came)
        for n in range(LEAST, len(past))
    )
    predicted = predict(past, customers)
    low, high = around(predicted, [(told, float(came)) for _, told, came in pairs])
    colours = {c for s in past for c in s.customers}
    rates = {
        c: (sum(s.orders.get(c, 0) for s in past), sum(s.customers.get(c, 0) for s in past))
        for c in colours
    }
    usual = sum(s.came for s in past[-LEAST:]) / LEAST
    return Warning(predicted, low, high, past[-1].came, usual, pairs, rates)


def warning_figures(
    conn: Connection, limits: Limits, as_of: int, owner: str | None, replaying: int
) -> list[Figure]:
    """The prediction, the rates behind it, its errors; or one figure withheld, and why."""
    if replaying:
        return [_withheld(owner, "the imported past is still being replayed")]
    past, customers = history(conn, limits, as_of, owner)
    warning = warn(past, customers, limits)
    if warning is None:
        orders = sum(s.came for s in past)
        return [
            _withheld(
                owner,
                f"too little past: {len(past)} of {limits.warning_spans} stretches of "
                f"{limits.warning_span // DAY} days, {orders} of {limits.warning_orders} orders",
            )
        ]
    figures = [
        Figure(
            "warning", "orders_expected", "orders", warning.predicted, owner,
            previous=warning.last, interval=(warning.low, warning.high),
            verdict="bad" if warning.falling else "good",
            note=f"80 % interval, from {len(warning.pairs)} earlier predictions",
        ),
        Figure("warning", "mean_error", "orders", warning.error, owner, of=len(warning.pairs)),
        Figure(
            "warning", "mean_error_naive", "orders", warning.naive_error(past), owner,
            of=len(warning.pairs),
        ),
    ]  # fmt: skip
    figures += _rates(warning, customers, owner)
    figures += [
        Figure(
            "warning", "predicted", "orders", told, owner, detail=str(begins), count=came
        )
        for begins, told, came in warning.pairs
    ]  # fmt: skip
    return figures


def _rates(warning: Warning, customers: Mapping[str, int], owner: str | None) -> list[Figure]:
    return [
        Figure(
            "warning", "orders_per_100", "orders", 100 * orders / exposed, owner, EVERYBODY, colour,
            count=customers.get(colour, 0), of=exposed, interval=in_percent(byar(orders, exposed)),
        )
        for colour, (orders, exposed) in sorted(warning.rates.items(), key=_urgency)
        if exposed
    ]  # fmt: skip


def _urgency(rate: tuple[str, tuple[int, int]]) -> tuple[int, str]:
    """Rates in the order of the queue."""
    colour = rate[0]
    known = colour in COLOUR_ORDER
    return (COLOUR_ORDER.index(colour) if known else len(COLOUR_ORDER), colour)


def _withheld(owner: str | None, why: str) -> Figure:
    return Figure("warning", "orders_expected", "orders", None, owner, verdict="few", note=why)
