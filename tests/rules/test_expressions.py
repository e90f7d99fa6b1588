"""What a test tells of itself: the moments and numbers at which its answer turns."""

from __future__ import annotations

import pytest

from warmlist.rules.expressions import NEVER, Crossing, Threshold, Vocabulary, parse

pytestmark = pytest.mark.unit
DAY = 86_400_000
WORDS = Vocabulary(
    {"seen": "moment", "sold": "moment", "asked": "number", "told": "number", "spent": "money"},
    {
        "day": Threshold("day", "duration", DAY, "24h", "test", "2026-01-01"),
        "twice": Threshold("twice", "number", 2, "2", "test", "2026-01-01"),
        "unrated": Threshold("unrated", "money", NEVER, "1 XXX", "test", "2026-01-01"),
    },
    {"mood": ("warm", "cold")},
    {"tags": ("rich",)},
)


@pytest.mark.parametrize(
    ("text", "ages_that_match", "flips_at"),
    [
        ("age(seen) <= day", (0, DAY - 1, DAY), DAY + 1),
        ("age(seen) < day", (0, DAY - 1), DAY),
        ("age(seen) >= day", (DAY, DAY + 1), DAY),
        ("age(seen) > day", (DAY + 1,), DAY + 1),
    ],
)
def test_an_age_flips_at_the_moment_it_says(
    text: str, ages_that_match: tuple[int, ...], flips_at: int
) -> None:
    node = parse(text, WORDS, "here")
    now = 100 * DAY
    ages = (0, DAY - 1, DAY, DAY + 1)
    assert tuple(a for a in ages if node.holds({"seen": (now - a) << 20}, now)) == ages_that_match
    assert node.crossings() == {Crossing("seen", flips_at)}
    before, after = (node.holds({"seen": (now - a) << 20}, now) for a in (flips_at - 1, flips_at))
    assert before is not after


@pytest.mark.parametrize(
    ("symbol", "numbers"),
    [(">=", {3}), ("<", {3}), (">", {4}), ("<=", {4}), ("=", {3, 4}), ("<>", {3, 4})],
)
def test_a_count_tells_every_number_at_which_its_answer_turns(
    symbol: str, numbers: set[int]
) -> None:
    node = parse(f"asked {symbol} 3", WORDS, "here")
    turns = {
        n for n in range(1, 10) if node.holds({"asked": n}, 0) != node.holds({"asked": n - 1}, 0)
    }
    assert {k for _, k in node.counts()} == numbers == turns


@pytest.mark.parametrize(
    "text",
    ["age(seen) <= day", "seen > sold", "asked >= 1", "gap(seen, sold) <= day", "known(seen)"],
)
def test_what_is_unknown_does_not_match_and_its_contrary_does(text: str) -> None:
    nothing = {"seen": None, "sold": None, "asked": None}
    assert parse(text, WORDS, "here").holds(nothing, 0) is False
    assert parse(f"not {text}", WORDS, "here").holds(nothing, 0) is True


@pytest.mark.parametrize(("asked", "told", "matches"), [(3, 2, True), (2, 2, False), (0, 0, True)])
def test_multiples_of_two_facts_compare(asked: int, told: int, matches: bool) -> None:
    node = parse("asked * twice >= told * 3", WORDS, "here")
    assert node.holds({"asked": asked, "told": told}, 0) is matches
    assert node.sql() == "COALESCE(asked * 2 >= told * 3, FALSE)"


def test_of_two_facts_compared_any_change_may_turn_the_answer() -> None:
    counts = parse("asked * 2 >= told", WORDS, "here").counts()
    for fact in ("asked", "told"):
        assert len({k for name, k in counts if name == fact}) > 1


@pytest.mark.parametrize("symbol", ["<", "<=", ">", ">=", "=", "<>"])
def test_nothing_compares_with_money_that_has_no_rate(symbol: str) -> None:
    node = parse(f"spent {symbol} unrated", WORDS, "here")
    assert not node.holds({"spent": 5}, 0)
    assert node.sql() == "FALSE"


def test_labels_of_one_and_of_a_set() -> None:
    values = {"mood": "warm", "tags": {"rich"}}
    assert parse("mood in ('warm', 'cold') and has(tags, 'rich')", WORDS, "here").holds(values, 0)
    assert not parse("mood <> 'warm' or not has(tags, 'rich')", WORDS, "here").holds(values, 0)
