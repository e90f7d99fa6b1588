"""What text from a browser may be, before anything else looks at it."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator


def _storable(text: str) -> str:
    """PostgreSQL has no NUL in text; nobody types one by accident."""
    if "\x00" in text:
        raise ValueError("text may hold no NUL character")
    return text


Text = Annotated[str, AfterValidator(_storable)]
