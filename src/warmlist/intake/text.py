"""Text that PostgreSQL and JSON can hold."""

import re
from decimal import Decimal
from typing import Any

#: PostgreSQL's text has no U+0000, UTF-8 has no lone surrogates.
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_INT64 = 1 << 63


def clean(text: str) -> str:
    """The text with U+0000 and lone surrogates replaced by U+FFFD."""
    if text.isascii() and "\x00" not in text:
        return text
    return _UNSTORABLE.sub("\ufffd", text)


def clean_strings(value: Any) -> Any:
    """A parsed JSON value with every string in it clean, keys too; numbers stay as they are."""
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, dict):
        return {clean(str(key)): clean_strings(item) for key, item in value.items()}
    if isinstance(value, list):
        return [clean_strings(item) for item in value]
    return value


def clean_json(value: Any) -> Any:
    """A parsed JSON value that can be stored: clean text, and no number that would be rounded.

    Decimals, and integers beyond 64 bits, become decimal text.
    """
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, dict):
        return {clean(str(key)): clean_json(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [clean_json(item) for item in value]
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, int) and not -_INT64 <= value < _INT64:
        return str(value)
    return value
