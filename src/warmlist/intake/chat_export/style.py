"""What a file's own style tells of the order of its dates."""

from collections.abc import Iterable, Sequence

from warmlist.intake.chat_export.marks import usual_order
from warmlist.intake.chat_export.stamps import Stamp

#: Years beyond are counted as in Thailand, where the day comes first.
_BUDDHIST = 2400


def suggested_order(stamps: Sequence[Stamp], texts: Iterable[str]) -> str | None:
    """The likely order of the dates, by the phone's language and the form of its stamps.

    Languages other than English settle it; English phones differ by country: the United States
    write 3/5/24, 6:05 PM; others pad with zeros, write 'pm' small, or use 24 hours.
    """
    for text in texts:
        if order := usual_order(text):
            return order
    first = stamps[0]
    if max(first.date) > _BUDDHIST or (first.separator == "." and max(first.widths[:2]) <= 2):
        return "dmy"
    if first.period_first:
        return "ymd"
    if first.separator != "/":
        return None
    padded = all(stamp.widths[:2] == (2, 2) for stamp in stamps)
    with_period = any(stamp.period for stamp in stamps)
    if with_period and all(stamp.upper for stamp in stamps if stamp.period):
        return "dmy" if padded else "mdy"
    return "dmy" if with_period or padded else None
