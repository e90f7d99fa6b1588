"""The kinds of value an event line holds: each says what it accepts and what is stored."""

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal, InvalidOperation
from difflib import get_close_matches
from functools import lru_cache
from typing import Annotated, Any
from zoneinfo import available_timezones

from babel import Locale
from babel.numbers import list_currencies
from pydantic import AfterValidator, PlainValidator, StringConstraints, WithJsonSchema
from pydantic_core import PydanticCustomError

from warmlist.clock import parse_instant, rfc3339
from warmlist.errors import BadInput
from warmlist.events.tags import LIFE_YEARS
from warmlist.intake.identity import canonical
from warmlist.intake.text import clean

#: Larger than any order; sums over years of its minor units still fit into 63 bits.
_MOST_DIGITS = 12
_MOST_PLACES = 20
_ISO_COUNTRY = re.compile("[A-Z]{2}")


def wrong(reason: str) -> PydanticCustomError:
    """A refusal whose text is exactly `reason` (it must not quote personal data)."""
    return PydanticCustomError("contract", "{reason}", {"reason": reason})


def decimal_of(value: Any) -> Decimal:
    """A JSON number or decimal text -> Decimal; a float is taken as the text it prints as."""
    if isinstance(value, float):
        value = repr(value)
    if isinstance(value, bool) or not isinstance(value, int | str | Decimal):
        raise wrong("must be a number or decimal text")
    try:
        number = Decimal(value)
    except InvalidOperation:
        raise wrong("must be a number or decimal text, as 1234.50") from None
    if not number.is_finite() or number.adjusted() >= _MOST_DIGITS:
        raise wrong("must be a number below 1,000,000,000,000")
    if int(number.as_tuple().exponent) < -_MOST_PLACES:
        raise wrong(f"must have at most {_MOST_PLACES} decimals")
    return number


def decimal_text(number: Decimal) -> str:
    """The shortest plain decimal text of a number: '19.9', '1200', '0'."""
    text = format(number, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


def _day(value: object) -> str:
    try:
        day = date.fromisoformat(str(value))
    except ValueError:
        raise wrong("is no day; write it as 2026-03-14") from None
    first, last = LIFE_YEARS
    if not first <= day.year <= last:
        raise wrong(f"lies outside the years {first} to {last}")
    return day.isoformat()


def _money(value: Any) -> str:
    number = decimal_of(value)
    if number < 0:
        raise wrong("must not be negative; a return is an order event of status returned")
    return decimal_text(number)


def _number(value: Any) -> int | float:
    number = decimal_of(value)
    return int(number) if number == number.to_integral_value() else float(number)


def _instant(value: Any) -> int:
    if not isinstance(value, str):
        raise wrong("must be text in RFC 3339, as 2026-03-01T09:30:00+01:00")
    try:
        return parse_instant(value.upper())
    except BadInput as error:
        if "no offset" in error.message:
            raise wrong("has no offset; add one, such as Z or +01:00") from None
        if "outside" in error.message:
            raise wrong("lies outside the years 1970 to 2248") from None
        raise wrong("is not a time; write it as 2026-03-01T09:30:00+01:00") from None


def _handle(value: Any) -> str:
    if not isinstance(value, str):
        raise wrong("must be text, as +393331234567")
    try:
        return canonical(value)
    except BadInput as error:
        raise wrong(error.message.removeprefix("the customer handle ")) from None


def _prefixed(form: str, example: str) -> Callable[[Any], str]:
    """Reads one form of handle written without its prefix (a profile's phone and email)."""

    def read(value: Any) -> str:
        handle = _handle(value)
        if not handle.startswith(form):
            raise wrong(f"must be written as {example}")
        return handle.removeprefix("email:")

    return read


def _code(value: Any) -> str:
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str):
        raise wrong("must be text")
    return clean(value)


def _identifier(value: Any) -> str:
    text = _code(value).strip()
    if not 1 <= len(text) <= 500:
        raise wrong("must be text of 1 to 500 characters")
    return text


@lru_cache(maxsize=1)
def currencies() -> frozenset[str]:
    """Every currency code of ISO 4217, as Babel knows them."""
    return frozenset(list_currencies())


@lru_cache(maxsize=1)
def countries() -> frozenset[str]:
    """Every country code of ISO 3166-1 alpha-2."""
    return frozenset(
        str(code) for code in Locale("en").territories if _ISO_COUNTRY.fullmatch(str(code))
    )


@lru_cache(maxsize=1)
def _languages() -> frozenset[str]:
    return frozenset(str(code) for code in Locale("en").languages)


@lru_cache(maxsize=1)
def zones() -> frozenset[str]:
    """Every IANA time zone of the pinned tz database."""
    return frozenset(available_timezones())


@lru_cache(maxsize=1024)
def currency(code: str) -> str:
    """A currency code in capitals; refused when ISO 4217 does not list it."""
    found = code.strip().upper()
    if found not in currencies():
        raise wrong("must be a currency code of ISO 4217, as EUR")
    return found


@lru_cache(maxsize=1024)
def _country(code: str) -> str:
    found = code.strip().upper()
    if found not in countries():
        raise wrong("must be a country code of ISO 3166, as IT")
    return found


@lru_cache(maxsize=1024)
def _language(tag: str) -> str:
    parts = tag.strip().replace("_", "-").split("-")
    if parts[0].lower() not in _languages() or len(parts) > 3:
        raise wrong("must be a language tag, as it, pt-BR or zh-Hans")
    spelt = [parts[0].lower()]
    for part in parts[1:]:
        if not part.isalnum() or len(part) not in (2, 3, 4):
            raise wrong("must be a language tag, as it, pt-BR or zh-Hans")
        spelt.append(part.title() if len(part) == 4 else part.upper())
    return "-".join(spelt)


@lru_cache(maxsize=1024)
def zone(name: str) -> str:
    """An IANA time zone; for an unknown one the nearest is offered."""
    found = name.strip()
    if found not in zones():
        near = get_close_matches(found, zones(), n=1)
        hint = f"; did you mean {near[0]}?" if near else ""
        raise wrong(f"must be an IANA time zone, as Europe/Rome{hint}")
    return found


_NUMBER_SCHEMA = {"anyOf": [{"type": "number"}, {"type": "string", "format": "decimal"}]}
_TIME_SCHEMA = {"type": "string", "format": "date-time"}

Text = Annotated[str, AfterValidator(clean)]
#: Text that many systems write as a number: an article's code.
Code = Annotated[str, PlainValidator(_code), WithJsonSchema({"type": "string"})]
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1), AfterValidator(clean)]
Identifier = Annotated[
    str,
    PlainValidator(_identifier),
    WithJsonSchema({"type": "string", "minLength": 1, "maxLength": 500}),
]
Handle = Annotated[
    str,
    PlainValidator(_handle),
    WithJsonSchema({"type": "string", "examples": ["+393331234567", "email:jo@example.com"]}),
]
Phone = Annotated[
    str, PlainValidator(_prefixed("+", "+393331234567")), WithJsonSchema({"type": "string"})
]
Email = Annotated[
    str,
    PlainValidator(_prefixed("email:", "name@example.com")),
    WithJsonSchema({"type": "string", "format": "email"}),
]
#: Epoch milliseconds, from RFC 3339 text with an offset.
Instant = Annotated[int, PlainValidator(_instant), WithJsonSchema(_TIME_SCHEMA)]
#: RFC 3339 text in UTC, from RFC 3339 text with an offset.
Moment = Annotated[
    str, PlainValidator(lambda value: rfc3339(_instant(value))), WithJsonSchema(_TIME_SCHEMA)
]
#: A day as 2026-03-14.
Day = Annotated[str, PlainValidator(_day), WithJsonSchema({"type": "string", "format": "date"})]
#: Decimal text in major units ('19.9'), never negative.
Money = Annotated[str, PlainValidator(_money), WithJsonSchema(_NUMBER_SCHEMA)]
#: A count or a duration: int where whole, else float.
Number = Annotated[int | float, PlainValidator(_number), WithJsonSchema(_NUMBER_SCHEMA)]
Currency = Annotated[str, AfterValidator(currency)]
Country = Annotated[str, AfterValidator(_country)]
Language = Annotated[str, AfterValidator(_language)]
Zone = Annotated[str, AfterValidator(zone)]
