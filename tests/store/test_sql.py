"""Named queries."""

import pytest

from warmlist.errors import BadInput
from warmlist.store.sql import parse

pytestmark = pytest.mark.unit

TEXT = """
-- name: newest
-- The newest row
-- of all.
SELECT 1  -- one
ORDER BY 1;

-- name: oldest
-- The oldest row.
SELECT 2
"""


def test_queries_are_attributes_with_a_sentence() -> None:
    found = parse(TEXT, "some/file.sql")
    assert list(found) == ["newest", "oldest"]
    assert found.newest == "SELECT 1  -- one\nORDER BY 1"
    assert found.says["newest"] == "The newest row of all."


def test_an_unknown_name_tells_the_known_ones() -> None:
    with pytest.raises(AttributeError, match=r"some/file\.sql.*'middle'.*newest, oldest"):
        parse(TEXT, "some/file.sql").middle  # noqa: B018


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("SELECT 1", "x.sql:1: no query"),
        ("-- name: one\nSELECT 1", "x.sql:1: one needs a comment"),
        ("\n-- name: one\n-- Nothing.", "x.sql:2: one needs"),
        ("-- name: One\n-- A.\nSELECT 1", "x.sql:1: a query needs a name"),
        ("-- name: a\n-- A.\nSELECT 1\n-- name: a\n-- B.\nSELECT 2", "x.sql:4: a query needs"),
    ],
)
def test_what_is_missing_is_said_with_file_and_line(text: str, complaint: str) -> None:
    with pytest.raises(BadInput) as error:
        parse(text, "x.sql")
    assert str(error.value).startswith(complaint)
