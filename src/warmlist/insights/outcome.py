"""What a job hands back: what it found for the workspace, and what it left open."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from babel.numbers import get_currency_precision

#: What a job found for the whole workspace, JSON values only.
Result = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Asked:
    """What every job is told.

    figures: the pack's thresholds. currency, zone: of the workspace. previous: the result of the
    last run before this moment, None at the first. settings: what people told this job.
    """

    figures: Mapping[str, int]
    currency: str
    zone: str
    previous: Result | None = None
    settings: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Outcome:
    """One run: `result` for the workspace; the labels of customers stand in the table `wanted`.

    withheld: a sentence for everything that was not concluded, and why. keep: nothing may be
    concluded about customers, so the labels they have stay.
    """

    result: Result
    withheld: tuple[str, ...] = ()
    keep: bool = False


def major(minor: int | float | None, currency: str) -> str | None:
    """Minor units as decimal text of the currency: 12345 -> '123.45'; None stays None."""
    if minor is None:
        return None
    return str(Decimal(round(minor)).scaleb(-get_currency_precision(currency)))


def share(part: float, whole: float) -> float | None:
    """A part of a whole, rounded to 4 places; None of nothing."""
    return round(part / whole, 4) if whole else None
