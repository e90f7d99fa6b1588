"""Segments as people write them: what is understood, and where an error is."""

from __future__ import annotations

from decimal import Decimal

import pytest

from warmlist.app import built_in_pack
from warmlist.labels.segment_text import LONGEST, BadSegment, Segment, read_segment, vocabulary
from warmlist.rules.expressions import Vocabulary
from warmlist.rules.read import read_pack

pytestmark = pytest.mark.unit

DAY = 86_400_000


@pytest.fixture(scope="module")
def words() -> Vocabulary:
    return vocabulary(read_pack(built_in_pack()))


def minor(amount: Decimal, currency: str | None) -> int | None:
    return {"USD": int(amount * 100), None: int(amount * 100), "EUR": int(amount * 110)}.get(
        currency
    )


def read(text: str, words: Vocabulary) -> Segment:
    return read_segment(text, words, minor)


@pytest.mark.parametrize(
    ("text", "values", "holds"),
    [
        ("spend_365d > 500 USD", {"spend_365d": 50_001}, True),
        ("spend_365d > 500 USD", {"spend_365d": 50_000}, False),
        ("spend_365d >= 12.50 EUR", {"spend_365d": 1_375}, True),
        ("spend_365d >= 1 workspace", {"spend_365d": 100}, True),
        ("paid_orders >= 2 AND paid_orders <> 3", {"paid_orders": 4}, True),
        ("'discount_sensitive' in interest", {"interest": ("discount_sensitive",)}, True),
        ("'discount_sensitive' not in interest", {"interest": ("discount_sensitive",)}, False),
        ("has(interest, 'discount_sensitive')", {"interest": ()}, False),
        ("follow_up <> 'red'", {"follow_up": "grey"}, True),
        ("follow_up in ('red',\n 'grey')", {"follow_up": "grey"}, True),
        ("age(last_inbound) <= 1w", {"last_inbound": (30 * DAY) << 20}, True),
        ("age(last_inbound) <= 7d", {"last_inbound": (23 * DAY) << 20}, False),
    ],
)
def test_what_it_means(
    words: Vocabulary, text: str, values: dict[str, object], holds: bool
) -> None:
    assert read(text, words).node.holds(values, 31 * DAY) is holds


@pytest.mark.parametrize(
    ("text", "offset", "nearest", "says"),
    [
        ("folow_up = 'red'", 0, "follow_up", "unknown fact 'folow_up'"),
        ("paid_orders > 1 and follow_up = 'gren'", 32, "green", "unknown label 'gren'"),
        (
            "paid_orders > 7d and follow_up = 'gren'",
            14,
            None,
            "7d is a duration, a number belongs here",
        ),
        ("age(last_inbound) <= 7", 21, None, "a duration belongs here, such as 7d or 24h"),
        ("spend_365d > 500", 13, None, "a money belongs here, such as 500 USD"),
        ("spend_365d > 5 GBP", 15, None, "no rate brings GBP"),
        ("paid_orders > 1 and", 18, None, "something is missing here"),
        ("follow_up = 'red", 12, None, "a text in quotes is not closed"),
        ("interest = 'x'", 0, None, "write 'label' in interest"),
        ("'x' in follow_up", 7, None, "write follow_up = 'label'"),
        ("follow_up > 'red'", 0, None, "a label is compared with = or <>"),
        ("paid_orders > 99999999999999999999", 14, None, "too large"),
        ("age(last_inbound) < 999999999999d", 20, None, "too large"),
        ("   ", 0, None, "nothing is asked"),
    ],
)
def test_where_an_error_is(
    words: Vocabulary, text: str, offset: int, nearest: str | None, says: str
) -> None:
    with pytest.raises(BadSegment) as error:
        read(text, words)
    assert (error.value.offset, error.value.nearest) == (offset, nearest)
    assert says in error.value.message


@pytest.mark.parametrize(
    "text",
    [
        "a; DROP TABLE events", "select 1", "(" * 900 + "known(last_inbound)" + ")" * 900,
        "not " * 400 + "known(last_inbound)", "x'ff", "lower('x') = 'x'", "1 = 1", "'", "--", "/*",
        "x" * (LONGEST + 1), "known(last_inbound) or pg_sleep(9)", "\\", "\u202e", "{}", "%s",
    ],
)  # fmt: skip
def test_anything_else_is_refused(words: Vocabulary, text: str) -> None:
    with pytest.raises(BadSegment):
        read(text, words)


def test_labels_that_no_pack_lists_may_be_any_text(words: Vocabulary) -> None:
    node = read("country = 'IT' or 'O''Neill''s' in product", words).node
    assert node.dimensions() == {"country", "product"}
