"""The invented customers: no number that somebody could have."""

import re

import phonenumbers
import pytest
import yaml

from warmlist.demo import people as module
from warmlist.demo.people import TEAM, persona, phone
from warmlist.intake.identity import canonical

pytestmark = pytest.mark.unit

CROWD = [persona(7, number) for number in range(2_000)]
COUNTRIES = yaml.safe_load(module._FILE.read_text(encoding="utf-8"))["countries"]
#: Ranges that regulators keep free for drama.
FICTION = (
    r"\+1\d{3}55501\d\d",
    r"\+44(7700900|2079460|1614960|1174960)\d{3}",
    r"\+3532091\d{5}",
    r"\+3363998\d{4}",
    r"\+49(3023125|4066969|6990009|8999998)\d{3}",
    r"\+494?17139200\d\d|\+4917139200\d\d",
)


def test_every_number_is_kept_for_fiction_or_assigned_to_nobody():
    for who in CROWD:
        number = phonenumbers.parse(who.handle)
        if COUNTRIES[who.country]["fiction"]:
            assert any(re.fullmatch(range_, who.handle) for range_ in FICTION), who.handle
        else:
            assert not phonenumbers.is_valid_number(number), who.handle
        assert phonenumbers.is_possible_number(number), who.handle
        assert number.country_code == phonenumbers.country_code_for_region(who.country)


def test_handles_are_canonical():
    assert all(canonical(who.handle) == who.handle for who in CROWD)


def test_numbers_are_each_customers_own():
    first = CROWD[:900]
    assert len({who.handle for who in first}) == len(first)


def test_a_range_gives_each_count_another_number():
    numbers = [phone(["+1##", "+2###"], count) for count in range(1_100)]
    assert len(set(numbers)) == 1_100
    assert {number[:2] for number in numbers} == {"+1", "+2"}


def test_the_same_count_is_the_same_customer():
    assert persona(7, 12) == persona(7, 12)
    assert persona(7, 12) != persona(8, 12)


def test_a_customer_writes_in_waking_hours():
    for who in CROWD[:50]:
        assert who.is_awake(who.next_awake(1_790_000_000_000))


def test_every_customer_has_somebody_of_the_team():
    names = {member.name for member in TEAM}
    assert len(names) == 4
    assert {who.owner for who in CROWD} == names
