"""A file of customers -> what is known of each of them."""

from __future__ import annotations

import pytest

from intake.orders.files import NOW, events, problems, read, write
from warmlist.clock import DAY, parse_instant
from warmlist.errors import BadInput
from warmlist.intake.orders import customers, read_customers

pytestmark = pytest.mark.unit


def test_a_row_becomes_a_profile(tmp_path):
    text = (
        "Customer ID,First name,Last name,Email,Phone,Country,Language,Time zone,Kind,Owner,"
        "Created at,Lead source\n"
        "17,王,小明,Wang@Example.cn,138 0013 8000,中国,zh-hans,Asia/Shanghai,B2B,Li,"
        "2024-03-15 10:00,Referral\n"
    )
    (event,) = events(
        read(read_customers, write(tmp_path, text), source="crm", time_zone="Asia/Shanghai"),
        "profile",
    )
    assert event.handle == "crm:crm:17"
    assert event.links == ("+8613800138000", "email:wang@example.cn")
    assert event.occurred_at == parse_instant("2024-03-15T10:00:00+08:00")
    assert event.fields == {
        "name": "王 小明", "country": "CN", "language": "zh-Hans", "time_zone": "Asia/Shanghai",
        "customer_source": "referral", "kind": "b2b", "owner": "Li",
        "joined_at": "2024-03-15T02:00:00.000Z", "email": "wang@example.cn",
        "phone": "+8613800138000",
    }  # fmt: skip


def test_without_a_date_it_holds_from_the_day_of_the_import(tmp_path):
    path = write(tmp_path, "email\njo@example.com\n")
    first = events(read(read_customers, path), "profile")
    later = events(read(read_customers, path, now_ms=NOW + 1000), "profile")
    assert first == later
    assert first[0].occurred_at == NOW - NOW % DAY


def test_what_cannot_be_read_is_reported_and_the_rest_kept(tmp_path):
    text = "name,email,phone,country,kind\nJo,jo@,12,Atlantis,\nJo,jo@example.com,,Atlantis,\n" \
        "Jo,jo@example.com,,,both\n"  # fmt: skip
    found = read(read_customers, write(tmp_path, text))
    assert [(p.number, p.reason, p.kept) for p in problems(found)] == [
        (2, customers.NOBODY, False),
        (3, "has a country that could not be read and was left out", True),
        (4, "profile: kind must be 'b2b' or 'b2c'", False),
    ]
    assert len(events(found, "profile")) == 1


def test_a_file_without_customers_is_refused(tmp_path):
    with pytest.raises(BadInput, match="--map customer=COLUMN"):
        read(read_customers, write(tmp_path, "name\nJo\n"))
