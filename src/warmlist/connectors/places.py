"""Where a customer lives, as far as the phone number tells: country, time zone, how it is written.

A number tells its country surely and its time zone only where the country has one, or its area code
is bound to a place; otherwise the zone in which most of the country's people live is taken.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import phonenumbers
from babel.core import get_global
from phonenumbers import NumberParseException, PhoneNumberFormat
from phonenumbers.timezone import time_zones_for_number

#: Where most people live in countries of several zones.
_MAIN_ZONES = {
    "AR": "America/Argentina/Buenos_Aires",
    "AU": "Australia/Sydney",
    "BR": "America/Sao_Paulo",
    "CA": "America/Toronto",
    "CD": "Africa/Kinshasa",
    "CL": "America/Santiago",
    "CN": "Asia/Shanghai",
    "CY": "Asia/Nicosia",
    "DE": "Europe/Berlin",
    "EC": "America/Guayaquil",
    "ES": "Europe/Madrid",
    "ID": "Asia/Jakarta",
    "KZ": "Asia/Almaty",
    "MN": "Asia/Ulaanbaatar",
    "MX": "America/Mexico_City",
    "MY": "Asia/Kuala_Lumpur",
    "NZ": "Pacific/Auckland",
    "PG": "Pacific/Port_Moresby",
    "PS": "Asia/Hebron",
    "PT": "Europe/Lisbon",
    "RU": "Europe/Moscow",
    "UA": "Europe/Kyiv",
    "US": "America/New_York",
    "UZ": "Asia/Tashkent",
    "VN": "Asia/Ho_Chi_Minh",
}
#: Names that the phone data still uses -> names of today.
_RENAMED = {
    "Asia/Calcutta": "Asia/Kolkata",
    "Asia/Katmandu": "Asia/Kathmandu",
    "Asia/Rangoon": "Asia/Yangon",
    "Asia/Saigon": "Asia/Ho_Chi_Minh",
    "Atlantic/Faeroe": "Atlantic/Faroe",
    "America/Buenos_Aires": "America/Argentina/Buenos_Aires",
    "Europe/Kiev": "Europe/Kyiv",
}


@lru_cache(maxsize=16_384)
def country_of_phone(handle: str) -> str | None:
    """ISO 3166 alpha-2 of an E.164 handle ('+39333...' -> 'IT'); None for other handles."""
    number = _number(handle)
    if number is None:
        return None
    region = phonenumbers.region_code_for_number(number)
    return region if region and len(region) == 2 and region.isalpha() else None


@lru_cache(maxsize=16_384)
def zone_of_phone(handle: str) -> str | None:
    """IANA time zone of an E.164 handle; None for other handles and numbers of no country."""
    number = _number(handle)
    if number is None:
        return None
    told_zones = (_RENAMED.get(zone, zone) for zone in time_zones_for_number(number))
    zones = [zone for zone in told_zones if is_zone(zone)]
    if len(zones) == 1:
        return zones[0]
    country = country_of_phone(handle)
    return zone_of_country(country) if country else None


def zone_of_country(country: str) -> str | None:
    """The zone in which most people of a country live; None for an unknown country."""
    code = country.upper()
    if code in _MAIN_ZONES:
        return _MAIN_ZONES[code]
    zones: Sequence[str] = get_global("territory_zones").get(code, ())
    return next((_RENAMED.get(zone, zone) for zone in zones if is_zone(zone)), None)


def told(handle: str) -> str:
    """A handle as people write it: '+39 333 123 4501', the address of an email handle."""
    number = _number(handle)
    if number is not None:
        return phonenumbers.format_number(number, PhoneNumberFormat.INTERNATIONAL)
    return handle.removeprefix("email:")


@lru_cache(maxsize=1_024)
def is_zone(name: str) -> bool:
    """Whether the tz database knows this name."""
    if name.startswith("Etc/") or "/" not in name:
        return name == "UTC"
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


@lru_cache(maxsize=16_384)
def _number(handle: str) -> phonenumbers.PhoneNumber | None:
    if not handle.startswith("+"):
        return None
    try:
        return phonenumbers.parse(handle)
    except NumberParseException:
        return None
