"""Suggested words: the customer's language, and a name that may be anything."""

from __future__ import annotations

import pytest

from warmlist.followup.customer import Customer
from warmlist.followup.words import language_of, with_name

pytestmark = pytest.mark.unit

LANGUAGES = ("en", "zh-Hans", "it", "de")


@pytest.mark.parametrize(
    ("template", "without"),
    [
        ("Hi {name}, here is your price: ", "Hi, here is your price: "),
        ("{name}您好，这是给您的报价：", "您好，这是给您的报价："),
        ("Ciao {name}, ecco il prezzo: ", "Ciao, ecco il prezzo: "),
        ("Hallo {name}, hier Ihr Preis: ", "Hallo, hier Ihr Preis: "),
        ("{name}, shall I call?", "Shall I call?"),
    ],
)
def test_without_a_name_its_place_closes(template: str, without: str) -> None:
    assert with_name(template, "") == without
    assert with_name(template, "   ") == without
    assert with_name(template, "Mei") == template.replace("{name}", "Mei")


@pytest.mark.parametrize("name", ["x" * 61, "An\u202ena", "a\x00b", "\u200b"])
def test_a_name_that_nobody_should_be_called_by_is_not_used(name: str) -> None:
    assert with_name("Hi {name}, hello", name) == "Hi, hello"


@pytest.mark.parametrize("name", ["{name}", "{last_quote}", "%s", "\\1", "<b>Anna</b>", "O'Brien"])
def test_a_name_is_never_a_template(name: str) -> None:
    assert with_name("Hi {name}, hello", name) == f"Hi {name}, hello"


def test_a_name_on_two_lines_becomes_one() -> None:
    assert with_name("Hi {name}, hello", "Anna\n  Rossi") == "Hi Anna Rossi, hello"


@pytest.mark.parametrize(
    ("handle", "profile", "language"),
    [
        ("+393331234501", {}, "it"),
        ("+393331234501", {"language": "de"}, "de"),
        ("+393331234501", {"language": "de-AT"}, "de"),
        ("+393331234501", {"language": "zh-CN"}, "zh-Hans"),
        ("+393331234501", {"language": "zh"}, "zh-Hans"),
        ("+393331234501", {"language": "zh-TW"}, "en"),
        ("+393331234501", {"language": "pt-BR"}, "en"),
        ("+393331234501", {"language": "no such language"}, "en"),
        ("+8613812345678", {}, "zh-Hans"),
        ("+886912345678", {}, "en"),
        ("+41791234567", {}, "de"),
        ("+5511987654321", {}, "en"),
        ("email:anna@example.org", {}, "en"),
        ("email:anna@example.org", {"country": "it"}, "it"),
    ],
)
def test_the_language_to_write_in(handle: str, profile: dict[str, str], language: str) -> None:
    assert language_of(Customer(1, {1: handle}, profile), LANGUAGES) == language


@pytest.mark.parametrize(
    ("handle", "profile", "spoken", "language"),
    [
        ("+393331234567", {}, {"en"}, "en"),  # an Italian number, who writes in English
        ("+393331234567", {}, {"en", "it"}, "it"),
        ("+8613800000000", {}, {"de", "en"}, "de"),
        ("+393331234567", {}, {"ru"}, "it"),  # nothing that we could write
        ("+393331234567", {"language": "de"}, {"en"}, "de"),
        ("+393331234567", {}, {"zh-Hans"}, "zh-Hans"),
    ],
)
def test_who_writes_in_a_language_is_answered_in_it(
    handle: str, profile: dict[str, str], spoken: set[str], language: str
) -> None:
    assert language_of(Customer(1, {1: handle}, profile), LANGUAGES, spoken) == language
