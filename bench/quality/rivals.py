"""What labels are measured against: plain recency, frequency, money, and BG/NBD with Gamma-Gamma.

The models are those of the package `lifetimes`: P. Fader, B. Hardie, K. Lee, "Counting your customers"
the easy way, Marketing Science 24 (2005); P. Fader, B. Hardie, The Gamma-Gamma model of monetary value
(2013). Of our own is only what goes in.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from bench.quality.book import Book, Floats, Ints, Ledger
from warmlist.clock import DAY

#: The models count in weeks.
WEEK = 7
#: Of the fits. At the package's own 1e-7 they do not settle where next to nobody drops out for good; the
#: likelihood then differs in the sixth place.
TOLERANCE = 1e-5


@dataclass(frozen=True)
class Expected:
    """Of each customer: orders expected in the days to come, and what they bring in minor units."""

    orders: Floats
    revenue: Floats


def plain(known: Ledger) -> Mapping[str, Floats]:
    """Scores, higher = likelier to buy."""
    plain = {"recency": -known.recency, "frequency": known.frequency, "money": known.money}
    return plain | {
        "rfm_quintiles": sum((quintile(v) for v in plain.values()), np.zeros(len(known.money)))
    }


def quintile(values: Floats) -> Floats:
    """1 (lowest fifth) to 5 of each value; equals are in the fifth of their middle place."""
    ordered = np.sort(values)
    middle = (
        np.searchsorted(ordered, values, "left") + np.searchsorted(ordered, values, "right")
    ) / 2
    return np.minimum(np.floor(5 * middle / len(values)), 4) + 1


def bg_nbd(book: Book, at: int, days: int, customers: Ints) -> Expected:
    """Fitted on all that was paid before a moment (epoch ms), asked about the days after it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of a package from 2020
        from lifetimes import BetaGeoFitter, GammaGammaFitter
        from lifetimes.utils import summary_data_from_transaction_data

        told = summary_data_from_transaction_data(
            _payments(book, at).to_pandas(), "customer", "day", "amount",
            observation_period_end=np.datetime64(at - DAY, "ms"), freq="D", freq_multiplier=WEEK,
        ).reindex(customers)  # fmt: skip
        counts = BetaGeoFitter()
        counts.fit(told["frequency"], told["recency"], told["T"], tol=TOLERANCE)
        orders = counts.conditional_expected_number_of_purchases_up_to_time(
            days / WEEK, told["frequency"], told["recency"], told["T"]
        )
        again = told[(told["frequency"] > 0) & (told["monetary_value"] > 0)]
        amounts = GammaGammaFitter()
        amounts.fit(again["frequency"], again["monetary_value"], tol=TOLERANCE)
        each = amounts.conditional_expected_average_profit(
            told["frequency"], told["monetary_value"].clip(lower=0)
        )
    return Expected(np.asarray(orders, dtype=float), np.asarray(orders * each, dtype=float))


def _payments(book: Book, at: int) -> pa.Table:
    """Customer, day, amount in minor units of every payment before a moment."""
    rows = book.events
    wanted = pc.and_(
        pc.and_(pc.equal(rows["type"], "order"), pc.equal(rows["status"], "paid")),
        pc.less(rows["known_at"], at),
    )
    paid = rows.filter(wanted)
    day = paid["known_at"].cast(pa.timestamp("ms"))
    amount = paid["value"].cast(pa.float64())
    return pa.table({"customer": paid["handle_id"], "day": day, "amount": amount})
