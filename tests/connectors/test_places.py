"""What a phone number tells about where somebody lives."""

from __future__ import annotations

import pytest

from warmlist.connectors import places

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("handle", "country", "zone"),
    [
        ("+393331234501", "IT", "Europe/Rome"),
        ("+8613812345678", "CN", "Asia/Shanghai"),
        ("+14155550123", "US", "America/Los_Angeles"),
        ("+919812345678", "IN", "Asia/Kolkata"),
        ("+5511912345678", "BR", "America/Sao_Paulo"),
        ("+79161234567", "RU", "Europe/Moscow"),
        ("+61412345678", "AU", "Australia/Sydney"),
        ("+85291234567", "HK", "Asia/Hong_Kong"),
        ("+999", None, None),
        ("wa:CC.1", None, None),
        ("email:a@b.example", None, None),
    ],
)
def test_a_number_tells_country_and_zone(
    handle: str, country: str | None, zone: str | None
) -> None:
    assert places.country_of_phone(handle) == country
    assert places.zone_of_phone(handle) == zone


def test_every_main_zone_exists() -> None:
    for country in places._MAIN_ZONES:
        zone = places.zone_of_country(country)
        assert zone
        assert places.is_zone(zone)


@pytest.mark.parametrize(
    "name", ["", "Mars/Olympus", "../etc/passwd", "Etc/GMT+1", "/etc/localtime"]
)
def test_what_is_no_zone_is_refused(name: str) -> None:
    assert not places.is_zone(name)


def test_handles_are_told_as_people_write_them() -> None:
    assert places.told("+393331234501") == "+39 333 123 4501"
    assert places.told("email:a@b.example") == "a@b.example"
    assert places.told("crm:zoho:7") == "crm:zoho:7"
