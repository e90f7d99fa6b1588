"""One spelling for each phone number: E.164, as the network knows it today."""

import re
from functools import lru_cache

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberFormat

_MARKS = re.compile(r"[\s().\-/\u2010-\u2015\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
_DIGITS = re.compile(r"\+?\d+")
#: The longest number that E.164 allows, and the shortest that is in use with its country code.
_LONGEST, _SHORTEST = 15, 7
_LONGEST_WRITING = 64
#: Dropping a trunk zero can uncover another old spelling; more than this never follow.
_ROUNDS = 4

#: Brazil: area code, then a mobile number as it was before the ninth digit (2012 to 2016).
_BRAZIL_OLD_MOBILE = re.compile(r"55([1-9]\d)([6-9]\d{7})")
#: Mexico: the 1 that calls from abroad needed before a mobile number, until 2019.
_MEXICO_OLD_MOBILE = re.compile(r"521(\d{10})")


def e164(text: str, region: str | None = None) -> str | None:
    """A phone number in any writing -> '+393331234567', or None when it is none.

    text: with its country code ('+39 333 ...', '0039333...', '39333...' as in a wa_id), or as
    dialled at home when `region` (ISO 3166, 'IT') is given. Old spellings that networks still
    deliver become today's: Brazilian mobile numbers always have their ninth digit, Mexican ones
    lose the 1 after 52; Argentina's 9 stays. A number that libphonenumber does not know is taken
    at its word if its length allows: numbering plans grow faster than libraries.
    """
    return _e164(text, region) if len(text) <= _LONGEST_WRITING else None


@lru_cache(maxsize=65_536)
def _e164(text: str, region: str | None) -> str | None:
    bare = _MARKS.sub("", text).replace("＋", "+")
    if not _DIGITS.fullmatch(bare):
        return None
    international = bare.startswith("+") or region is None
    if international:
        digits = _ascii(bare.removeprefix("+"))
        return _canonical(digits.removeprefix("00") if not bare.startswith("+") else digits)
    return _at_home(bare, str(region).upper())


def _canonical(digits: str) -> str | None:
    """Today's form of digits that begin with a country code; the form of that form is itself."""
    for _ in range(_ROUNDS):
        before = digits
        digits = _modern(digits)
        digits = (_known("+" + digits, None) or digits).removeprefix("+")
        if digits == before:
            break
    if not _SHORTEST <= len(digits) <= _LONGEST or digits.startswith("0"):
        return None
    return "+" + digits


def _modern(digits: str) -> str:
    if old := _BRAZIL_OLD_MOBILE.fullmatch(digits):
        return f"55{old[1]}9{old[2]}"
    if old := _MEXICO_OLD_MOBILE.fullmatch(digits):
        return f"52{old[1]}"
    return digits


def _at_home(bare: str, region: str) -> str | None:
    known = _known(bare, region)
    return _canonical(known.removeprefix("+")) if known is not None else None


def _known(text: str, region: str | None) -> str | None:
    """What libphonenumber makes of it, if such a number can exist."""
    try:
        number = phonenumbers.parse(text, region)
    except NumberParseException:
        return None
    if not phonenumbers.is_possible_number(number):
        return None
    return phonenumbers.format_number(number, PhoneNumberFormat.E164)


def _ascii(digits: str) -> str:
    """Digits of any script (Arabic, full-width) as 0-9."""
    return "".join(str(int(d)) for d in digits)
