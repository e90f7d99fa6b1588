"""Payloads shaped as Meta sends them, with invented people: the files in `payloads/`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from warmlist.connectors.base import Translation
from warmlist.connectors.whatsapp.translate import translate

#: 2026-03-01 12:00 UTC, three hours after the messages of the payloads.
NOON = 1_772_366_400_000


@pytest.fixture
def payload() -> Callable[[str], bytes]:
    """The bytes of payloads/<name>.json."""
    return lambda name: (Path(__file__).parent / "payloads" / f"{name}.json").read_bytes()


@pytest.fixture
def read(payload: Callable[[str], bytes]) -> Callable[[str], Translation]:
    """What payloads/<name>.json says, received at noon."""
    return lambda name: translate(payload(name), NOON)
