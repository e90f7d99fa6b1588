"""Tells traditional from simplified Chinese by the characters that only one of them has."""

from __future__ import annotations

from functools import cache

_FIRST, _LAST = "\u3400", "\u9fff"
#: Longer texts are judged by their beginning.
_ENOUGH = 400


def script(text: str) -> str | None:
    """zh-Hant or zh-Hans, by the majority of telling characters; None where there is none.

    A character is traditional when only the character set of Taiwan and Hong Kong has it, simplified
    when only that of the mainland has it.
    """
    votes = sum(_vote(char) for char in text[:_ENOUGH] if _FIRST <= char <= _LAST)
    if votes == 0:
        return None
    return "zh-Hant" if votes > 0 else "zh-Hans"


@cache
def _vote(char: str) -> int:
    return _has(char, "big5hkscs") - _has(char, "gb2312")


def _has(char: str, codec: str) -> bool:
    try:
        char.encode(codec)
    except UnicodeEncodeError:
        return False
    return True
