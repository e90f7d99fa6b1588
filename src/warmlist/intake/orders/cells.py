"""What the cells of order files hold: numbers, moments, customers, countries."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time
from decimal import Decimal, InvalidOperation
from functools import lru_cache

from babel import Locale

from warmlist.clock import from_ms, to_ms
from warmlist.connectors.phones import e164
from warmlist.errors import BadInput
from warmlist.intake.date_order import Decision, Triple, decide, order_day
from warmlist.intake.identity import canonical, crm_handle
from warmlist.intake.local_time import LocalTime
from warmlist.intake.model.values import countries

_ENOUGH = 1_000
_DAY_MS = 86_400_000
_MONEY_MARKS = re.compile(r"[^\d.,+\-()]")
_WHOLE_AS_FLOAT = re.compile(r"\d+\.0")
_LOCAL = re.compile(
    r"(\d{1,4})[./-](\d{1,2})[./-](\d{1,4})"
    r"(?:[ T,]+(\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?(?: ?([AaPp])\.?[Mm]\.?)?)?"
)
_OFFSET = re.compile(r" (?=[+-]\d{2}:?\d{2}$)| UTC$")


@lru_cache(maxsize=65_536)
def number_of(cell: str, *, comma_decimals: bool = False) -> Decimal:
    """'1,234.50', '1.234,50', '€ 12,5', '(3.00)' -> Decimal; BadInput when it is no number."""
    try:
        if not comma_decimals:
            return _finite(Decimal(cell))
    except InvalidOperation:
        pass
    text = _MONEY_MARKS.sub("", cell)
    if text.startswith("(") and text.endswith(")"):
        text = "-" + text.strip("()")
    comma, point = text.rfind(","), text.rfind(".")
    if comma > point:
        grouped = point < 0 and re.fullmatch(r"[+-]?\d{1,3}(,\d{3})+", text) and not comma_decimals
        text = text.replace(",", "") if grouped else text.replace(".", "").replace(",", ".")
    elif comma_decimals and comma < 0 and re.fullmatch(r"[+-]?\d{1,3}(\.\d{3})+", text):
        text = text.replace(".", "")
    else:
        text = text.replace(",", "")
    try:
        return _finite(Decimal(text))
    except InvalidOperation:
        raise BadInput("is not a number") from None


def _finite(number: Decimal) -> Decimal:
    if not number.is_finite() or number.adjusted() >= 12 or number.as_tuple().exponent < -20:  # type: ignore[operator]
        raise BadInput("is no number of a reasonable size")
    return number


@dataclass(slots=True)
class Moments:
    """Reads the moments of one file: with an offset as they are, else as local times of a zone.

    `order` (dmy, mdy, ymd) is needed for days that are not written year first with four digits.
    """

    clock: LocalTime
    order: str | None = None
    _known: dict[str, tuple[int, str | None]] = field(default_factory=dict)

    def instant(self, cell: str) -> tuple[int, str | None]:
        """A cell -> epoch ms, and what is doubtful about it; BadInput when it is no moment."""
        found = self._known.get(cell)
        if found is None:
            if len(self._known) > 100_000:
                self._known.clear()
            found = self._known[cell] = self._read(cell.strip())
        return found

    def _read(self, text: str) -> tuple[int, str | None]:
        wall = self._wall(_OFFSET.sub("", text) if not text.endswith("UTC") else text[:-4] + "Z")
        if wall.tzinfo is not None:
            return to_ms(wall), None
        at, doubt = self.clock.instant(wall)
        if at < 0:
            raise BadInput("lies before 1970")
        return at, doubt

    def _wall(self, text: str) -> datetime:
        try:
            return datetime.fromisoformat(text)
        except ValueError:
            pass
        found = _LOCAL.fullmatch(text)
        if found is None:
            raise BadInput("is not a moment, as 2026-03-01 09:30")
        day = order_day(triple_of(found), self.order or "ymd")
        hour = int(found[4] or 0)
        if found[7]:
            hour = hour % 12 + (12 if found[7] in "pP" else 0)
        try:
            if day is None:
                raise ValueError
            return datetime.combine(day, time(hour, int(found[5] or 0), int(found[6] or 0)))
        except ValueError:
            raise BadInput("is a moment that does not exist") from None


def triple_of(found: re.Match[str]) -> Triple:
    """The three numbers of a day, as written."""
    return int(found[1]), int(found[2]), int(found[3])


def order_of_dates(cells: Iterable[str], *, now_ms: int, stated: str | None) -> Decision | None:
    """The order of a column's dates; None where every one is written year first.

    A file whose first dates are all written so is not read any further.
    """
    triples: list[Triple] = []
    points = True
    for place, cell in enumerate(cells):
        if place == _ENOUGH and not triples:
            return None
        found = _LOCAL.match(cell.strip())
        if found and len(found[1]) < 4:
            triple = triple_of(found)
            points = points and "." in found[0]
            if not triples or triples[-1] != triple:
                triples.append(triple)
    if not triples:
        return None
    latest = from_ms(now_ms + 400 * _DAY_MS).date()
    hint = "dmy" if points else None
    return decide(triples, latest=latest, stated=stated, hint=hint, read=order_day)


def customer_of(cell: str, source: str) -> str:
    """A customer's cell -> handle: a written handle, phone or address, else a record's number."""
    return _customer_of(cell.strip(), source)


@lru_cache(maxsize=65_536)
def _customer_of(cell: str, source: str) -> str:
    if cell.startswith("+") or "@" in cell or ":" in cell:
        return canonical(cell)
    if _WHOLE_AS_FLOAT.fullmatch(cell):
        cell = cell[:-2]  # spreadsheets write a column of numbers with gaps as 17850.0
    return crm_handle(source, cell)


def phone_of(cell: str, country: str | None) -> str | None:
    """A phone's cell -> E.164; None when empty or no number. Spreadsheets put a ' before the +."""
    text = cell.strip().lstrip("'").strip()
    if not text:
        return None
    if text.startswith(("+", "00")):
        return e164(text)
    return e164(text, country) if country else None


def email_of(cell: str) -> str | None:
    """An address's cell -> the handle 'email:...'; None when empty or no address."""
    text = cell.strip()
    if not text:
        return None
    try:
        return canonical("email:" + text)
    except BadInput:
        return None


@lru_cache(maxsize=1)
def _country_names() -> dict[str, str]:
    names: dict[str, str] = {}
    for language in ("ja", "ru", "tr", "pt", "fr", "es", "zh", "it", "de", "en"):
        for code, name in Locale(language).territories.items():
            if str(code) in countries():
                names[str(name).casefold()] = str(code)
    return names | {"uk": "GB", "usa": "US", "eire": "IE", "rsa": "ZA", "uae": "AE"}


@lru_cache(maxsize=4096)
def country_of(cell: str) -> str | None:
    """A country's code or name (in one of ten languages) -> its ISO 3166 code; None if unknown."""
    text = cell.strip()
    if text.upper() in countries():
        return text.upper()
    return _country_names().get(text.casefold())


def first_filled(cells: Sequence[str]) -> str:
    """The first cell that says something."""
    return next((cell.strip() for cell in cells if cell.strip()), "")
