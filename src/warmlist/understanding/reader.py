"""The seam of understanding: who reads messages, and which reader is in force."""

from __future__ import annotations

from functools import cache
from typing import Protocol

from warmlist.understanding import lexicon, model
from warmlist.understanding.combined import CombinedReader
from warmlist.understanding.reading import Entity, Found, Reading, Span

__all__ = ["Entity", "Found", "Reader", "Reading", "Span", "default_reader"]


class Reader(Protocol):
    """Reads inbound messages. Pure: the same text and version give the same reading."""

    @property
    def version(self) -> str:
        """Names code and data together; readings of one version are comparable."""
        ...

    def read(self, text: str, lang: str | None = None, after: str | None = None) -> Reading:
        """Read one message.

        text: any text, empty and ill-formed included; never raises for its content. lang: what is
        known of the customer's language (BCP 47); the words of the message decide where they can.
        after: the team's last message before it, which makes "yes" and "and in blue?" readable.
        """
        ...


@cache
def default_reader() -> Reader:
    """The reader in force, loaded once a process.

    Lexicon and model together; the lexicon alone in a checkout where the model was not built yet
    (`make model`, which `warmlist doctor` says).
    """
    words = lexicon.load()
    if (built := model.load()) is None:
        return words
    return CombinedReader(words, *built)
