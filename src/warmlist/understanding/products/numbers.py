"""Numbers in spelled text: digits with the marks of every language, Chinese numerals, multipliers."""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation

#: Digits with points, commas or blanks between groups of three, or a fraction.
DIGITS = r"\d{1,3}(?:[., ']\d{3})+(?:[.,]\d{1,3})?(?!\d)|\d+[⁄/]\d+|\d+(?:[.,]\d+)?"
_POINT_IS_THOUSAND = frozenset(("de", "es", "fr", "id", "it", "pt", "ru", "tr"))
_UNITS = {char: value for value, char in enumerate("零一二三四五六七八九")} | {
    "〇": 0, "两": 2, "俩": 2, "壹": 1, "半": 0,
}  # fmt: skip
_TENS = {"十": 10, "百": 100, "千": 1000}
_LARGE = {"万": 10_000, "亿": 100_000_000}
CHINESE = "[零〇一二三四五六七八九十百千万两俩半亿]+"
#: What stands behind digits and multiplies them.
MULTIPLIERS = {
    "k": 1000, "万": 10_000, "千": 1000, "百": 100, "bin": 1000, "mil": 1000, "mila": 1000,
    "tausend": 1000, "ribu": 1000, "rb": 1000, "mille": 1000, "тыс": 1000, "тысяч": 1000,
    "हजार": 1000, "hazar": 1000, "hazaar": 1000, "thousand": 1000, "الف": 1000, "الاف": 1000,
}  # fmt: skip


def parse(text: str, lang: str) -> Decimal | None:
    """Digits as one number: '1.000,5' is 1000.5 in Italian, '1,000.5' in English; else None."""
    text = text.replace(" ", "").replace("'", "")
    over = re.fullmatch(r"(\d+)[⁄/](\d+)", text)
    if over:
        return Decimal(over[1]) / Decimal(over[2]) if int(over[2]) else None
    point, comma = text.rfind("."), text.rfind(",")
    if point >= 0 and comma >= 0:
        text = text.replace("," if point > comma else ".", "").replace(",", ".")
    elif point >= 0 or comma >= 0:
        mark = "." if point >= 0 else ","
        thousands = "." if lang in _POINT_IS_THOUSAND else ","
        groups = text.split(mark)
        grouped = all(len(group) == 3 for group in groups[1:]) and groups[0] != "0"
        if grouped and (mark == thousands or len(groups) > 2):
            text = "".join(groups)
        else:
            text = text.replace(mark, ".")
    try:
        return Decimal(text)
    except InvalidOperation:
        return None


def chinese(text: str) -> Decimal | None:
    """Numerals as one number: '两百五' is 250, '一万' 10000, '五十' 50, '二零' 20, '半' 0.5."""
    if text == "半":
        return Decimal("0.5")
    if not any(char in _TENS or char in _LARGE for char in text):
        if len(text.strip("半")) == 1:
            return Decimal(_UNITS[text[0]]) + (Decimal("0.5") if text.endswith("半") else 0)
        return Decimal("".join(str(_UNITS[char]) for char in text if char != "半") or 0)
    total = part = last = 0
    unit = 1
    for char in text:
        if char in _LARGE:
            total, part, last, unit = (total + part + last) * _LARGE[char], 0, 0, _LARGE[char]
        elif char in _TENS:
            part, last, unit = part + (last or 1) * _TENS[char], 0, _TENS[char]
        else:
            last = _UNITS[char]
    # Of what a speaker leaves out at the end: 两百五 is 250, 一万二 is 12000, 五十三 is 53.
    spoken = unit // 10 if unit > 10 and text[-2:-1] not in ("零", "〇") else 1
    return Decimal(total + part + last * (spoken if last and text[-1] in _UNITS else 1))


def plain(number: Decimal) -> str:
    """A number in one spelling: '20000', '6.5', never '2E+4'."""
    text = format(number.quantize(Decimal("0.0001")).normalize(), "f")
    return text if "." not in text else text.rstrip("0").rstrip(".")
