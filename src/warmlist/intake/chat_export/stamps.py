"""The time stamp at the head of a chat export's line: a small grammar.

    [15/03/24, 18:05:09] Jo: hello          iPhone
    15.03.24, 18:05 - Jo: hello             Android
    2024/3/15 下午6:05 - Jo: 你好            day period before the time
    18:05, 15/03/2024 - Jo: xin chào        time first
    15/03/13 18:05:09: Jo: hello            iPhone, older

The three numbers of the date keep their places here; which of them is the day is decided over the
whole file (`date_order`). Digits of every script, direction marks and odd spaces are understood.
"""

import re
import unicodedata
from dataclasses import dataclass

#: How much of a line can belong to its stamp.
_HEAD = 100
#: Marks that apps put between the parts of a stamp; they never carry meaning there.
MARKS = (
    "\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e"
    "\u2060\u2066\u2067\u2068\u2069\ufeff"
)
_SPACES = "\u00a0\u2002\u2003\u2007\u2008\u2009\u200a\u202f\u3000\t"


def _plain_table() -> dict[int, str | None]:
    table: dict[int, str | None] = {ord(mark): None for mark in MARKS}
    table |= {ord(space): " " for space in _SPACES}
    table |= {0xFF1A: ":", 0xFF0F: "/", 0xFF0C: ",", 0x060C: ",", 0x3001: ",", 0xFF3B: "["}
    table |= {0xFF3D: "]", 0x2010: "-", 0x2011: "-", 0x2012: "-", 0x2013: "-", 0x2014: "-"}
    for zero in (0x0660, 0x06F0, 0x0966, 0x09E6, 0x0A66, 0x0AE6, 0x0BE6, 0x0E50, 0xFF10):
        table |= {zero + digit: str(digit) for digit in range(10)}
    return table


_PLAIN = _plain_table()

_DATE = r"(?P<a>\d{1,4}) ?(?P<sep>[./年-]) ?(?P<b>\d{1,2}) ?[./月-] ?(?P<c>\d{1,4})"
_TIME = r"(?P<h>\d{1,2})(?:[:.]| ?h ?)(?P<mi>\d{2})(?:[:.](?P<s>\d{2}))?"
_BETWEEN = r"(?P<before>[^\d\[\]]{1,24}?)"
_AFTER = r"(?P<after>[^\d\[\]]{0,20}?)"
_FORMS = tuple(
    re.compile(pattern)
    for pattern in (
        rf"\[ ?{_DATE}{_BETWEEN}{_TIME}{_AFTER}\] ?",
        rf"{_DATE}{_BETWEEN}{_TIME}{_AFTER} - ",
        rf"\[ ?{_TIME}{_AFTER}, ?(?P<before>){_DATE}\] ?",
        rf"{_TIME}{_AFTER},? (?P<before>){_DATE} - ",
        rf"{_DATE}{_BETWEEN}{_TIME}{_AFTER}: ",
    )
)

#: Day periods as the apps write them, without dots and spaces, in small letters.
_AM = (
    "am a 上午 早上 清晨 凌晨 半夜 午前 오전 ص صباحا قظ قبلازظهر πμ öö sa pg dop de vm fm дп ap "
    "पूर्वाह्न পূর্বাহ্ণ முற்பகல் ก่อนเที่ยง epd eparadites lfnh lpnh לפנהצ"
)
_PM = (
    "pm p 下午 傍晚 晚上 晚間 晚间 午後 오후 م مساء بظ بعدازظهر μμ ös ch ptg odp du nm em пп ip "
    "अपराह्न অপরাহ্ণ பிற்பகல் หลังเที่ยง emd epasdites אחהצ"
)
_PERIODS = dict.fromkeys(_AM.split(), "am") | dict.fromkeys(_PM.split(), "pm") | {"中午": "noon"}
#: Words that stand between date and time, or after the time, and say nothing.
_SILENT = "klo kl um at à a alas às as alle alleore om o ob в u la г ч uhr h w dne"
_GLUE = frozenset(_SILENT.split())
_NOISE = re.compile(r"[\s.,日\"'״׳]+")


@dataclass(frozen=True, slots=True)
class Stamp:
    """A stamp as written. `date` keeps the places of its three numbers; `widths` their digits.

    second is None where the app writes minutes only. shape is the same for every stamp that one
    phone writes. upper says that the day period is in capitals ('PM'), period_first that it stands
    before the time, as in Chinese, Japanese and Korean.
    """

    date: tuple[int, int, int]
    widths: tuple[int, int, int]
    separator: str
    hour: int
    minute: int
    second: int | None
    period: str
    upper: bool
    period_first: bool
    shape: tuple[int, str, bool, bool]


def read_stamp(line: str) -> tuple[Stamp, str] | None:
    """A line -> its stamp and what follows it; None where no stamp stands at its head.

    Hours above 23 and minutes above 59 are no time: the caller sees None for them too, as for any
    other text. Days and months are not judged here.
    """
    head = line[:_HEAD].translate(_PLAIN)
    for number, form in enumerate(_FORMS):
        if (found := form.match(head)) and (stamp := _stamp(number, found)):
            return stamp, line[_raw_end(line, found.end()) :]
    return None


def _stamp(number: int, found: re.Match[str]) -> Stamp | None:
    period = _word(found["before"]) or _word(found["after"])
    if _word(found["before"]) is None or _word(found["after"]) is None or period is None:
        return None
    hour = _hour(int(found["h"]), period)
    minute, second = int(found["mi"]), found["s"] and int(found["s"])
    if hour is None or minute > 59 or (second or 0) > 59:
        return None
    parts = (found["a"], found["b"], found["c"])
    said = found["before"] + found["after"]
    return Stamp(
        date=(int(parts[0]), int(parts[1]), int(parts[2])),
        widths=(len(parts[0]), len(parts[1]), len(parts[2])),
        separator=found["sep"],
        hour=hour,
        minute=minute,
        second=second or (0 if found["s"] else None),
        period=period,
        upper=bool(period) and said.upper() == said and said.lower() != said,
        period_first=bool(period) and not found["after"].strip(" "),
        shape=(number, found["sep"], found["s"] is not None, max(map(len, parts)) == 4),
    )


def _word(text: str) -> str | None:
    """'am', 'pm', 'noon'; '' for nothing or a word without meaning; None for any other word."""
    word = unicodedata.normalize("NFC", _NOISE.sub("", text).casefold())
    if not word or word in _GLUE:
        return ""
    return _PERIODS.get(word)


def _hour(hour: int, period: str) -> int | None:
    if period == "noon":
        return hour if hour >= 11 else hour + 12
    if period and hour <= 12:
        return hour % 12 + (12 if period == "pm" else 0)
    if hour == 24:
        return 0
    return hour if hour < 24 else None


def _raw_end(line: str, plain_end: int) -> int:
    """The place in the line that `plain_end` has in its plain form (marks were left out)."""
    kept = 0
    for place, char in enumerate(line):
        if kept == plain_end:
            return place
        if _PLAIN.get(ord(char), char) is not None:
            kept += 1
    return len(line)
