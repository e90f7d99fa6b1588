"""One spelling for each phone number, whoever wrote it."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from warmlist.connectors.phones import e164

pytestmark = pytest.mark.unit

ITALY = "+393331234567"


@pytest.mark.parametrize(
    "text",
    [
        "393331234567",  # as in a wa_id
        "+393331234567",
        "+39 333 123 4567",
        "+39 (333) 123-4567",
        "0039 333 1234567",
        "+39.333.123.4567",
        "\u200e+39\u00a0333\u2011123\u20114567\u202c",  # as copied from a contact card
        "＋３９３３３１２３４５６７",
        "+٣٩٣٣٣١٢٣٤٥٦٧",
    ],
)
def test_all_writings_of_a_number_become_one(text):
    assert e164(text) == ITALY


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("5511987654321", "+5511987654321"),
        ("551187654321", "+5511987654321"),  # mobile, as it was before the ninth digit
        ("+55 21 9876-5432", "+5521998765432"),
        ("551161234567", "+5511961234567"),
        ("552133334444", "+552133334444"),  # a landline has eight digits to this day
        ("551150001234", "+551150001234"),
    ],
)
def test_brazilian_mobile_numbers_always_have_their_ninth_digit(text, expected):
    assert e164(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("5215512345678", "+525512345678"),
        ("+52 1 55 1234 5678", "+525512345678"),
        ("525512345678", "+525512345678"),
        ("5491123456789", "+5491123456789"),
        ("+54 9 11 2345-6789", "+5491123456789"),
        ("541123456789", "+541123456789"),
    ],
)
def test_mexico_loses_the_old_1_and_argentina_keeps_its_9(text, expected):
    assert e164(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("390612345678", "+390612345678"),  # Italian landlines keep their zero
        ("+44 (0)7911 123456", "+447911123456"),  # British ones do not
        ("8613812345678", "+8613812345678"),
        ("16315551181", "+16315551181"),
        ("6834001", "+6834001"),  # Niue: seven digits in all
        ("1234567890", "+1234567890"),  # unknown to libphonenumber: taken at its word
    ],
)
def test_other_countries(text, expected):
    assert e164(text) == expected


@pytest.mark.parametrize(
    ("text", "region", "expected"),
    [
        ("333 1234567", "IT", ITALY),
        ("0171 2345678", "de", "+491712345678"),
        ("(11) 8765-4321", "BR", "+5511987654321"),
        ("011 15 2345-6789", "AR", "+5491123456789"),
        ("00393331234567", "DE", ITALY),
        ("+39 333 1234567", "DE", ITALY),
        ("12", "IT", None),
        ("333 1234567", "XX", None),
    ],
)
def test_numbers_as_dialled_at_home(text, region, expected):
    assert e164(text, region) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "+",
        "1",
        "123456",
        "0333123456",  # a trunk zero and no country
        "1234567890123456",
        "PHONE_NUMBER",
        "+39 333 CALL ME",
        "IT.8842019",
        "²³4567890",
        "+39333\n1234567x",
    ],
)
def test_what_is_no_number_is_none(text):
    assert e164(text) is None


@settings(deadline=None)
@given(st.from_regex(r"\+?[1-9][0-9]{5,16}", fullmatch=True) | st.text(max_size=20))
def test_the_canonical_form_is_a_fixed_point(text):
    once = e164(text)
    if once is not None:
        assert once.startswith("+")
        assert once[1:].isascii()
        assert e164(once) == e164(once[1:]) == once
