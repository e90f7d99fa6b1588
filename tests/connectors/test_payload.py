"""Other people's JSON: every value has a path, nothing raises, everything can be stored."""

import json

import pytest

from warmlist.connectors.payload import Node, NotJson, parse

pytestmark = pytest.mark.unit


def test_wrong_types_read_as_nothing():
    node = Node({"list": [], "text": 7, "none": None, "true": True, "empty": ""}, "a[0]")

    assert node.text("text") == "7"
    assert [node.text(key) for key in ("list", "none", "true", "empty", "gone")] == [None] * 5
    assert node.child("list") is None
    assert node.at("list") == "a[0].list"
    assert list(node.children("text")) == []


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("17", 17),
        (17, 17),
        (0, 0),
        ("0017", 17),
        ("-1", None),
        (-1, None),
        (1.5, None),
        ("x", None),
        ("٣", None),
        (True, None),
        ("1" * 16, None),
        (None, None),
        ([], None),
    ],
)
def test_whole_numbers(value, expected):
    assert Node({"n": value}).whole("n") == expected


def test_elements_know_their_paths():
    node = Node({"items": [{"a": 1}, "?"]}, "entry[3]")

    assert [path for path, _ in node.elements("items")] == [
        "entry[3].items[0]",
        "entry[3].items[1]",
    ]
    assert [child.path for child in node.children("items")] == ["entry[3].items[0]"]


@pytest.mark.parametrize("escape", ["\\u0000", "\\ud800", "\\udfff x", "\\ude00\\ud83d"])
def test_what_postgresql_cannot_store_is_replaced_in_keys_and_values(escape):
    value, exact = parse(f'{{"k{escape}": ["v{escape}", 1]}}'.encode())

    text = json.dumps(value, ensure_ascii=False)
    text.encode()  # no lone surrogate is left
    assert "\x00" not in text
    assert "\ufffd" in text
    assert exact


def test_pairs_of_surrogates_are_one_character():
    assert parse(b'"\\ud83d\\ude00"') == ("😀", True)


def test_bytes_that_are_no_utf8_are_replaced_and_said():
    assert parse(b'{"a": "\xff"}') == ({"a": "\ufffd"}, False)


def test_a_byte_order_mark_is_no_content():
    assert parse(b"\xef\xbb\xbf{}") == ({}, True)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"hello",
        b"NaN",
        b"[1e]",
        b"[" * 100000,
        b"[" * 3000 + b"]" * 3000,
        b"9" * 5000,
        b'{"a": "\\u0000", "b": ' + b"[" * 1020 + b"]" * 1020 + b"}",
    ],
    ids=range(9),
)
def test_what_is_no_json_says_so_without_quoting_it(body):
    with pytest.raises(NotJson) as caught:
        parse(body)
    assert str(caught.value) in ("the body is not JSON", "the body is nested too deeply")
