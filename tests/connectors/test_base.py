"""How connectors are found."""

from collections.abc import Iterator
from importlib.metadata import EntryPoint

import pytest

from warmlist.connectors import base
from warmlist.errors import BadSettings

pytestmark = pytest.mark.unit


class Quiet:
    """Sends only."""


@pytest.fixture
def installed(monkeypatch) -> Iterator[None]:
    """Three packages: WhatsApp's, one that sends only, one that is broken."""
    entries = [
        EntryPoint("whatsapp", "warmlist.connectors.whatsapp:connector", base.GROUP),
        EntryPoint("quiet", f"{__name__}:Quiet", base.GROUP),
        EntryPoint("broken", "warmlist.connectors.no_such_thing:connector", base.GROUP),
    ]
    monkeypatch.setattr(base, "entry_points", lambda group: entries)
    monkeypatch.setattr(EntryPoint, "load", _load)
    base.connectors.cache_clear()
    yield
    base.connectors.cache_clear()


_load_of_entry = EntryPoint.load


def _load(entry: EntryPoint) -> object:
    return Quiet() if entry.name == "quiet" else _load_of_entry(entry)


def test_a_connector_that_cannot_be_loaded_does_not_stop_the_others(installed):
    assert sorted(base.connectors()) == ["quiet", "whatsapp"]


def test_only_connectors_that_receive_have_a_door(installed):
    assert list(base.receivers()) == ["whatsapp"]
    assert isinstance(base.receiver("whatsapp"), base.Receiver)


def test_an_unknown_door_says_what_to_install(installed):
    with pytest.raises(BadSettings, match=r"'quiet'.*warmlist\.connectors"):
        base.receiver("quiet")
