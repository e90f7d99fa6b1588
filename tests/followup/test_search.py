"""Finding customers: by the beginnings of words, by numbers however written, and never others'."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from warmlist.clock import DAY, parse_instant
from warmlist.followup.views import Viewer

if TYPE_CHECKING:
    from conftest import Shop

pytestmark = pytest.mark.store

NOW = parse_instant("2026-03-03T09:30:00Z")
ALICE, BOB = Viewer(1, "Alice", "admin"), Viewer(2, "Bob", "rep")

PEOPLE = {
    "+393331234501": {"name": "Giulia Rossi", "owner": "Bob"},
    "+393331234502": {"name": "Rosanna Giusti", "owner": "Carla"},
    "+4915112345603": {"name": "Jürgen Müller-Lüdenscheidt"},
    "+8613812345604": {"name": "王先生"},
    "email:anna@example.org": {"name": "O'Brien, Anna"},
    "wa:IT.abc123": {"name": "' | ! & <-> :* \\ %_"},
}


@pytest.fixture
def found(shop: Shop) -> object:
    for handle, profile in PEOPLE.items():
        shop.is_called(handle, NOW - DAY, **profile)
    shop.label()

    def find(text: str, viewer: Viewer = ALICE) -> list[str]:
        return [one.name for one in shop.desk.search(viewer, text, NOW)]

    return find


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("giu", ["Giulia Rossi", "Rosanna Giusti"]),
        ("Giulia Rossi", ["Giulia Rossi"]),
        ("ROSSI giulia", ["Giulia Rossi"]),
        ("ros", ["Rosanna Giusti", "Giulia Rossi"]),
        ("müller", ["Jürgen Müller-Lüdenscheidt"]),
        ("lüden", ["Jürgen Müller-Lüdenscheidt"]),
        ("王", ["王先生"]),
        ("o'brien", ["O'Brien, Anna"]),
        ("+39 333 123 4501", ["Giulia Rossi"]),
        ("0039 333", ["Giulia Rossi", "Rosanna Giusti"]),
        ("333 1234501", ["Giulia Rossi"]),
        ("0151 / 123 456 03", ["Jürgen Müller-Lüdenscheidt"]),
        ("4502", ["Rosanna Giusti"]),
        ("anna@ex", ["O'Brien, Anna"]),
        ("ANNA@EXAMPLE.ORG", ["O'Brien, Anna"]),
        ("wa:IT.abc", ["' | ! & <-> :* \\ %_"]),
        ("", []),
        ("   ", []),
        ("zz", []),
        ("%", []),
        ("_", []),
        ("' | ! & <-> :* \\", []),
        ("\0", []),
        ("12", []),
        ("x" * 10_000, []),
    ],
)
def test_what_is_found(found: object, text: str, names: list[str]) -> None:
    assert found(text) == names  # type: ignore[operator]


def test_a_rep_finds_own_and_nobodys_only(found: object) -> None:
    assert found("giu", BOB) == ["Giulia Rossi"]  # type: ignore[operator]
    assert found("4502", BOB) == []  # type: ignore[operator]
    assert found("王", BOB) == ["王先生"]  # type: ignore[operator]


def test_at_most_a_dozen_are_shown_the_best_first(shop: Shop) -> None:
    for n in range(30):
        shop.is_called(f"+3933312345{n:02d}", NOW - DAY, name=f"Anna Zeta{n:02d}")
    shop.is_called("+393331234599", NOW - DAY, name="Anna")
    shop.label()
    names = [one.name for one in shop.desk.search(ALICE, "anna", NOW)]
    assert names == ["Anna", *(f"Anna Zeta{n:02d}" for n in range(11))]


def test_the_colour_is_shown(shop: Shop) -> None:
    shop.is_called("+393331234501", NOW - DAY, name="Giulia")
    shop.writes("+393331234501", "price_inquiry", NOW - 1000)
    shop.label()
    assert [one.colour for one in shop.desk.search(ALICE, "giulia", NOW)] == ["red"]
