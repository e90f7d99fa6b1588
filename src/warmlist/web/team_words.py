"""Names, in the viewer's language, of what reviews are made of."""

from __future__ import annotations

from collections.abc import Mapping

from babel.numbers import format_decimal

from warmlist.insights.reviews.alerts import COUNTED
from warmlist.insights.reviews.model import Alert, Figure
from warmlist.web import i18n
from warmlist.web.i18n import gettext, later

#: As insights/reviews/alerts.py says them in English; a test compares the two.
ALERTS: Mapping[str, tuple[str, str]] = {
    "high_activity_low": (
        later("High activity is {figure} of customers, under {bound}"),
        later("bring in new contacts, or wake up those who went quiet"),
    ),
    "red_high": (
        later("Red is {figure} of customers, over {bound}"),
        later("put more people on answering until the reds are worked off"),
    ),
    "grey_up": (
        later("Grey grew by {figure} in four weeks, over {bound}"),
        later("look at who went grey, and wake up customers before they do"),
    ),
    "leak_high": (
        later("{figure} of reds were not answered in time, over {bound}"),
        later("answer reds first, and reassign those of whoever has no time"),
    ),
    "false_red": (
        later("{figure} of reds ended in an order, under {bound}"),
        later("look at the rules whose reds do not close, and change their trigger"),
    ),
    "orders_falling": (
        later("The colours promise at most {figure} orders next, after {bound}"),
        later("follow up orange and yellow now, before the orders are missing"),
    ),
}

_NAMES: Mapping[str, str] = {
    "leak_rate": later("Reds missed"),
    "never_answered": later("Never answered"),
    "median_answer": later("Median answer"),
    "needed": later("Needed today"),
    "there": later("Minutes there"),
    "beyond": later("Does not fit"),
    "focus": later("For high activity or intent"),
    "reds_closed": later("Reds that ended in an order"),
    "missed_green": later("Missed greens"),
    "right": later("Rightly labelled"),
    "set_by_hand": later("Labels set by hand"),
    "orders_expected": later("Orders expected next"),
    "recheck_late": later("Rechecks forgotten"),
}

_PEOPLE: Mapping[str, str] = {
    "held": later("Customers with this label"),
    "leaked": later("Customers whose red was not answered in time"),
    "false_red": later("Customers whose red brought no order"),
    "missed_green": later("Customers who ordered and were never red"),
    "began": later("Customers who got this label"),
    "moved": later("Customers who moved between these labels"),
    "by_hand": later("Customers whose label was set by hand and waits for a look"),
}


def figure_name(key: str) -> str:
    return gettext(_NAMES[key]) if key in _NAMES else key.replace("_", " ")


def people_name(kind: str) -> str:
    return gettext(_PEOPLE[kind]) if kind in _PEOPLE else kind


def alert_says(alert: Alert) -> str:
    """What an alert says, with its figures as they are written in the viewer's language."""
    says, _ = ALERTS[alert.kind]
    unit = "orders" if alert.kind in COUNTED else "percent"
    return gettext(says).format(
        figure=number(alert.figure, unit, whole=unit == "orders"),
        bound=number(alert.bound, unit, whole=True),
    )


def alert_figure(alert: Alert) -> str:
    """The figure alone, for the reps of whom the same holds."""
    whole = alert.kind in COUNTED
    return number(alert.figure, "orders" if whole else "percent", whole=whole)


def alert_do(alert: Alert) -> str:
    return gettext(ALERTS[alert.kind][1])


def number(value: float | None, unit: str, *, whole: bool = False) -> str:
    """'12.5 %', '1 h 20 min', '3'; a dash for nothing."""
    if value is None:
        return "–"
    if unit == "minutes":
        hours, minutes = divmod(round(value), 60)
        told = gettext("{n} min").replace("{n}", str(minutes))
        if not hours:
            return told
        whole_hours = gettext("{n} h").replace("{n}", str(hours))
        return f"{whole_hours} {told}" if minutes else whole_hours
    digits = "#,##0" if whole or value == int(value) or value >= 1_000 else "#,##0.0"
    text = format_decimal(value, digits, locale=i18n.babel_locale())
    return f"{text} %" if unit == "percent" else text


def told(figure: Figure) -> str:
    """A figure's value."""
    return number(figure.value, figure.unit)


def change(figure: Figure) -> str:
    """'+2.1' or '−3'; '' where nothing is known of the period before, '±0' where nothing moved."""
    if figure.change is None:
        return ""
    size = abs(figure.change)
    if size < 0.05:
        return "±0"
    sign = "+" if figure.change > 0 else "−"
    if figure.unit == "percent":
        return sign + number(size, "orders")
    return sign + number(size, figure.unit)


def interval(figure: Figure) -> str:
    """'50.1–63.3 %'; a dash where there is none."""
    if figure.interval is None:
        return "–"
    low, high = figure.interval
    return f"{number(low, 'orders')}–{number(high, figure.unit)}"


def between(bounds: tuple[float, float] | None, unit: str) -> str:
    """'15–20 %', 'up to 15 %', 'from 92 %'; '' where there are none."""
    if bounds is None:
        return ""
    low, high = bounds
    if low <= 0:
        return gettext("up to {n}").replace("{n}", number(high, unit))
    if high >= 100 and unit == "percent":
        return gettext("from {n}").replace("{n}", number(low, unit))
    if low == high:
        return number(low, unit)
    return f"{number(low, 'orders')}–{number(high, unit)}"
