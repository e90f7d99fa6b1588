"""Templates, and the small functions that they may call."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import orjson
from babel import Locale
from babel.core import UnknownLocaleError
from babel.dates import format_date, format_skeleton, format_time, get_day_names
from babel.numbers import format_currency, format_percent
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from starlette.requests import Request

from warmlist.clock import DAY, HOUR, MINUTE, from_ms, rfc3339
from warmlist.connectors import places
from warmlist.followup.views import COLOURS, Best, HistoryEntry, QueueChanges, QueueRow, Viewer
from warmlist.web import hostile, i18n, security, words

TEMPLATES = Path(__file__).parent / "templates"


class Renderer:
    """One Jinja environment for all languages; `zone` is where times are told without a browser."""

    def __init__(self, zone: ZoneInfo, manifest: Mapping[str, str]) -> None:
        self._zone = zone
        self._manifest = manifest
        self._env = _environment()
        self._env.globals.update(
            asset=self._asset,
            when=self._when,
            best_time=self._best_time,
            left=left,
            late=late,
            iso=rfc3339,
            key_of=key_of,
            colours=COLOURS,
            locales=i18n.LOCALES,
            html_lang=i18n.html_lang,
            weekdays=weekdays,
            money=money,
            percent=percent,
            country_name=country_name,
            language_name=language_name,
            words=words,
            page_strings=page_strings,
            clock=self._clock,
            day_of=self._day_of,
            zone=str(zone),
            colour_strip=colour_strip,
            heat_top=heat_top,
            fact=self._fact,
            told_handle=places.told,
        )

    def page(self, template: str, request: Request, language: str, **values: Any) -> str:
        """A whole page: knows the nonce of the response and the theme the browser asked for."""
        theme = request.cookies.get("theme", "")
        return self.part(
            template,
            language,
            nonce=request.scope["state"]["nonce"],
            theme=theme if theme in ("light", "dark") else "",
            **values,
        )

    def part(self, template: str, language: str, **values: Any) -> str:
        """A piece of a page."""
        with i18n.speaking(language):
            return self._env.get_template(template).render(**values)

    def _asset(self, name: str) -> str:
        return f"/static/{self._manifest[name]}"

    def _when(self, ms: int, now: int, zone: str | None = None) -> str:
        """'14:05' today, 'Tue 14:05' within six days, else the date; in the workspace's zone."""
        tz = ZoneInfo(zone) if zone else self._zone
        moment, today = from_ms(ms).astimezone(tz), from_ms(now).astimezone(tz)
        return _told(moment, today)

    def _best_time(self, best: Best, now: int) -> str:
        """'best now', 'best 14:00', in the workspace's zone."""
        if best.at <= now:
            return i18n.gettext("best now")
        return i18n.gettext("best {time}").replace("{time}", self._when(best.at, now))

    def _clock(self, ms: int, zone: str | None = None) -> str:
        """'14:05', in the workspace's zone unless another is named."""
        tz = ZoneInfo(zone) if zone else self._zone
        return format_time(from_ms(ms).astimezone(tz), "HH:mm", locale=i18n.babel_locale())

    def _fact(self, value: object, now: int) -> str:
        """A fact's value: a number between the years 2001 and 2286 in epoch ms is a moment."""
        if value is None:
            return "–"
        if isinstance(value, int) and not isinstance(value, bool) and 10**12 <= value < 10**13:
            return self._when(value, now)
        if isinstance(value, list | tuple):
            return ", ".join(str(one) for one in value)
        return str(value)

    def _day_of(self, ms: int, now: int) -> str:
        """The day of a message: 'Today', 'Tue, Mar 3', with the year if another."""
        day = from_ms(ms).astimezone(self._zone).date()
        today = from_ms(now).astimezone(self._zone).date()
        if day == today:
            return i18n.gettext("Today")
        skeleton = "yMMMEd" if day.year != today.year else "MMMEd"
        return format_skeleton(skeleton, day, locale=i18n.babel_locale())


def _told(moment: datetime, today: datetime) -> str:
    locale = i18n.babel_locale()
    clock = format_time(moment, "HH:mm", locale=locale)
    days = (moment.date() - today.date()).days
    if days == 0:
        return clock
    if abs(days) < 7:
        return f"{get_day_names('abbreviated', locale=locale)[moment.weekday()]} {clock}"
    if moment.year == today.year:
        return format_skeleton("MMMd", moment, locale=locale)
    return format_date(moment, "medium", locale=locale)


def left(ms: int, now: int) -> str:
    """'15 min left', '2 h late': the same words that the page's own clock uses later."""
    apart = ms - now
    amount, unit = _apart(abs(apart))
    strings = page_strings()
    return strings[f"{'left' if apart >= 0 else 'late'}_{unit}"].replace("{n}", str(amount))


def late(ms: int, now: int) -> str:
    """How pressing a deadline is: 'over', 'soon' (within two hours), ''."""
    return "over" if ms < now else "soon" if ms - now <= 2 * HOUR else ""


def _apart(ms: int) -> tuple[int, str]:
    if ms < HOUR:
        return ms // MINUTE, "min"
    if ms < 2 * DAY:
        return ms // HOUR, "h"
    return ms // DAY, "d"


def page_strings() -> dict[str, str]:
    """Strings that the page's scripts put together themselves, in the current language."""
    return _page_strings(i18n.current())


@cache
def _page_strings(language: str) -> dict[str, str]:
    del language  # the key of the cache; gettext knows it already
    _ = i18n.gettext
    return {
        "left_min": _("{n} min left"),
        "left_h": _("{n} h left"),
        "left_d": _("{n} d left"),
        "late_min": _("{n} min late"),
        "late_h": _("{n} h late"),
        "late_d": _("{n} d late"),
        "done": _("{name}: done"),
        "snooze": _("{name}: snoozed until {time}"),
        "skip": _("{name}: skipped"),
        "assign": _("{name}: now {owner}’s"),
        "unassign": _("{name}: nobody’s now"),
        "log": _("{name}: contact logged"),
        "label": _("{name}: label added"),
        "unlabel": _("{name}: label removed"),
        "note": _("{name}: preferences noted"),
        "confirm": _("Noted: {signal} is right"),
        "reject": _("Noted: not “{signal}”"),
        "missing": _("Noted: {signal}"),
        "undone": _("Taken back"),
        "copied": _("Copied: paste it into the chat"),
        "copy_failed": _("The browser did not allow copying; the words are selected"),
        "failed": _("That did not work: {reason}"),
        "unreachable": _("Warmlist cannot be reached; try again"),
        "live": _("Live"),
        "offline": _("Not live: reconnecting"),
        "connecting": _("Connecting"),
        "nothing_found": _("Nothing found"),
        "run_progress": _("{n} done in this run"),
        "skip_with": _("Skip with: {text}"),
        "nobody": _("Nobody"),
        "all_done": _("All done for now."),
        "done_until": _("All done for now. The next may be contacted from {time}."),
        "later": _("Later today"),
        "beyond": _("Beyond today’s minutes"),
    }


def key_of(row: QueueRow) -> str:
    """The place of a row in the queue, as the page compares it."""
    return orjson.dumps(row.sort_key).decode()


def changes_json(
    renderer: Renderer, viewer: Viewer, changes: QueueChanges, touched: frozenset[int], now: int
) -> bytes:
    """What a page must do after `changes` (QueueChanges), as the script reads it."""
    rows = [
        {
            "id": row.customer_id,
            "html": renderer.part(
                "parts/row.html", viewer.language, row=row, now=now, viewer=viewer
            ),
        }
        for row in changes.rows
    ]
    return orjson.dumps(
        {
            "rows": rows,
            "gone": list(changes.gone),
            "touched": sorted(touched),
            "progress": renderer.part("parts/progress.html", viewer.language, page=changes),
            "beyond": changes.beyond_key,
        }
    )


def weekdays() -> list[str]:
    """Monday first."""
    names = get_day_names("abbreviated", locale=i18n.babel_locale())
    return [names[day] for day in range(7)]


def money(amount: Decimal, currency: str) -> str:
    return format_currency(amount, currency, locale=i18n.babel_locale())


def percent(share: float) -> str:
    """'87%', as the language writes it."""
    return format_percent(share, locale=i18n.babel_locale())


def country_name(code: str) -> str:
    name: str = i18n.babel_locale().territories.get(code.upper(), code)
    return name


def language_name(tag: str) -> str:
    try:
        return (
            Locale.parse(tag, sep="-" if "-" in tag else "_").get_display_name(i18n.babel_locale())
            or tag
        )
    except (ValueError, UnknownLocaleError):
        return tag


@dataclass(frozen=True, slots=True)
class Stripe:
    """A stretch of the colour strip, in nine-hundredths of its width."""

    colour: str
    x: int
    width: int


def colour_strip(
    history: Sequence[HistoryEntry], now: int, days: int = 90, width: int = 900
) -> list[Stripe]:
    """The follow-up colours of the last days, from left (oldest) to right (now)."""
    begin = now - days * DAY
    scale = width / (now - begin)
    stripes = []
    for entry in history:
        if entry.chip.dimension != "follow_up" or entry.since is None or not entry.chip.colour:
            continue
        start, end = max(entry.since, begin), now if entry.until is None else entry.until
        if end > begin:
            x = round((start - begin) * scale)
            stripes.append(Stripe(entry.chip.colour, x, max(2, round((end - begin) * scale) - x)))
    return sorted(stripes, key=lambda stripe: stripe.x)


def heat_top(heat: Sequence[Sequence[int]]) -> int:
    """The busiest hour's count; the others are shown in proportion."""
    return max((n for hours in heat for n in hours), default=0)


def _environment() -> Environment:
    env = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        auto_reload=False,
        extensions=["jinja2.ext.i18n"],
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
    )
    env.install_gettext_callables(  # type: ignore[attr-defined]
        i18n.gettext,
        i18n.ngettext,
        newstyle=True,
        pgettext=i18n.pgettext,
        npgettext=i18n.npgettext,
    )
    env.policies["ext.i18n.trimmed"] = True
    env.filters["shown"] = hostile.shown
    env.filters["plain"] = hostile.plain
    env.filters["masked"] = security.masked
    env.filters["held"] = words.held
    env.filters["script_json"] = _script_json
    return env


def _script_json(value: Any) -> Markup:
    """JSON for a <script type=application/json>: nothing in it can end the element."""
    text = orjson.dumps(value).decode()
    for character, code in (("<", "\\u003c"), (">", "\\u003e"), ("&", "\\u0026")):
        text = text.replace(character, code)
    return Markup(text)  # noqa: S704 - every character that HTML reads is escaped above
