"""Customers' text as HTML that can do no harm.

Autoescape keeps markup out; this keeps out what escaping lets through: control characters become
visible pictures, and the characters that turn the direction of text around become their code
points, so that nobody can dress one word up as another.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from markupsafe import Markup, escape

from warmlist.followup.views import Mark

# C0 and C1 controls (tab and line feed stay), overrides and isolates, lone surrogates, interlinear
# and tag characters. U+200E/U+200F and the joiners stay: real text needs them.
_HARMFUL = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e007f]"
)


def _picture(character: str) -> str:
    code = ord(character)
    if code < 0x20:
        return chr(0x2400 + code)
    if code == 0x7F:
        return "\u2421"
    return f"U+{code:04X}"


def _harmless(match: re.Match[str]) -> str:
    if match[0] == "\r":
        return ""
    return f'<span class="ctl">{_picture(match[0])}</span>'


def _markup(text: str) -> Markup:
    return Markup(_HARMFUL.sub(_harmless, str(escape(text))))  # noqa: S704 - escaped just before


def plain(text: str) -> str:
    """For attributes and titles: the same without the harmful characters."""
    return _HARMFUL.sub("", text)


def shown(text: str | None, marks: Iterable[Mark] = ()) -> Markup:
    """Text of a customer as HTML, with the stretches underlined that were read as signals.

    `marks` hold offsets in code points; one that overlaps an earlier one, or lies outside the text,
    is left out (its signal is still named below the message).
    """
    if not text:
        return Markup("")
    parts: list[Markup] = []
    at = 0
    for mark in sorted(marks, key=lambda m: (m.start, m.end)):
        if not at <= mark.start < mark.end <= len(text):
            continue
        parts.append(_markup(text[at : mark.start]))
        inner = _markup(text[mark.start : mark.end])
        parts.append(
            Markup('<mark data-signal="{}" title="{}">{}</mark>').format(
                mark.signal, plain(mark.because), inner
            )
        )
        at = mark.end
    parts.append(_markup(text[at:]))
    return Markup("").join(parts)
