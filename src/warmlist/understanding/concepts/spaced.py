"""The text in which forms are looked for: words between single blanks, every place kept."""

from __future__ import annotations

import unicodedata


class _Blanks(dict[int, str]):
    """What each character becomes; Unicode bounds its size."""

    def __missing__(self, code: int) -> str:
        char = chr(code)
        joins = char.isalnum() or unicodedata.category(char)[0] == "M"
        kept = self[code] = char if joins else " "
        return kept


_BLANKS = _Blanks()


def spaced(folded: str) -> str:
    """Folded text with blanks for punctuation, and one more at either end."""
    return f" {folded.translate(_BLANKS)} "
