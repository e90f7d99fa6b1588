"""Reviews as lines and tables: the same columns for the command line, the API and exports."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from typing import Any

from warmlist.clock import rfc3339
from warmlist.insights.reviews.model import Alert, Figure, Review

#: The columns of a figure, in order.
COLUMNS = (
    "section", "name", "owner", "dimension", "label", "detail", "value", "unit", "previous",
    "change", "low", "high", "expected_low", "expected_high", "count", "of", "verdict", "note",
    "people",
)  # fmt: skip
#: What a spreadsheet would run instead of show when a cell begins with it.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def figure_line(figure: Figure) -> dict[str, Any]:
    """A figure with every column; numbers to a hundredth, None where there is nothing to say."""
    low, high = figure.interval or (None, None)
    expected_low, expected_high = figure.expected or (None, None)
    return {
        "section": figure.section, "name": figure.name, "owner": figure.owner,
        "dimension": figure.dimension, "label": figure.label, "detail": figure.detail,
        "value": _rounded(figure.value), "unit": figure.unit,
        "previous": _rounded(figure.previous), "change": _rounded(figure.change),
        "low": _rounded(low), "high": _rounded(high),
        "expected_low": _rounded(expected_low), "expected_high": _rounded(expected_high),
        "count": figure.count, "of": figure.of, "verdict": figure.verdict or None,
        "note": figure.note, "people": figure.people,
    }  # fmt: skip


def alert_line(alert: Alert) -> dict[str, Any]:
    """An alert, with moments in RFC 3339."""
    return {
        "kind": alert.kind, "owner": alert.owner, "since": rfc3339(alert.since),
        "until": rfc3339(alert.until), "figure": _rounded(alert.figure),
        "bound": _rounded(alert.bound), "says": alert.says, "do": alert.do, "people": alert.people,
    }  # fmt: skip


def lines(review: Review) -> Iterator[dict[str, Any]]:
    """Alerts first, then figures; each says which review and moment it belongs to."""
    head = {"review": review.period, "as_of": rfc3339(review.as_of)}
    for alert in review.alerts:
        yield head | {"type": "alert"} | alert_line(alert)
    for figure in review.figures:
        yield head | {"type": "figure"} | figure_line(figure)


def table(figures: Iterable[Figure]) -> str:
    """The figures as CSV (RFC 4180), with a line of column names."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    for figure in figures:
        line = figure_line(figure)
        writer.writerow([_cell(line[column]) for column in COLUMNS])
    return out.getvalue()


def _cell(value: Any) -> Any:
    """Text that a spreadsheet takes for a formula gets an apostrophe before it."""
    if isinstance(value, str) and value.startswith(_FORMULA):
        return f"'{value}"
    return "" if value is None else value


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 2)
