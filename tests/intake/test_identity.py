"""One spelling for each handle, and errors that name the nearest form but never the handle."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from warmlist.errors import BadInput
from warmlist.intake.identity import canonical, chat_handle, crm_handle

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("written", "spelt"),
    [
        ("+393331234567", "+393331234567"),
        ("+39 333 123 4567", "+393331234567"),
        ("\u202a+39 333\u00a0123-4567\u202c", "+393331234567"),
        ("+39 (333) 123.4567", "+393331234567"),
        ("＋３９３３３１２３４５６７", "+393331234567"),
        ("wa:393331234567", "+393331234567"),
        ("tel:+393331234567", "+393331234567"),
        ("wa:551187654321", "+5511987654321"),
        ("+55 11 98765-4321", "+5511987654321"),
        ("wa:it.9f8aB", "wa:IT.9f8aB"),
        ("email: Jo.Smith@Example.COM ", "email:jo.smith@example.com"),
        ("jo@example.com", "email:jo@example.com"),
        ("crm:Zoho:4711", "crm:zoho:4711"),
        ("crm:shop:A:b C", "crm:shop:A:b C"),
        ("chat:" + "0F" * 16, "chat:" + "0f" * 16),
    ],
)
def test_a_handle_has_one_spelling(written, spelt):
    assert canonical(written) == spelt
    assert canonical(spelt) == spelt


@pytest.mark.parametrize(
    ("written", "advice"),
    [
        ("", "empty"),
        ("  ", "empty"),
        ("\x00", "empty"),
        ("3331234567", "without its country code"),
        ("333 123-4567", "without its country code"),
        ("+0123456789", "no phone number"),
        ("+39 call me", "no phone number"),
        ("wa:", "no WhatsApp id"),
        ("wa:ITA.12", "no WhatsApp id"),
        ("email:jo", "no e-mail address"),
        ("jo@localhost", "no e-mail address"),
        ("crm:zoho", "crm:<system>:<id>"),
        ("crm::1", "crm:<system>:<id>"),
        ("chat:12", "32 hexadecimal"),
        ("telegram:jo_secret", "unknown form"),
        ("Jo Secret", "no known form"),
        ("+" + "1" * 400, "empty or unreadable"),
    ],
)
def test_an_error_names_the_nearest_form_and_not_the_handle(written, advice):
    with pytest.raises(BadInput) as caught:
        canonical(written)
    assert advice in str(caught.value)
    assert "ecret" not in str(caught.value)
    assert "3331234" not in str(caught.value).replace("+393331234567", "")


@given(st.text(max_size=60))
def test_any_text_is_a_handle_or_bad_input_and_spelling_is_stable(text):
    try:
        spelt = canonical(text)
    except BadInput:
        return
    assert canonical(spelt) == spelt


def test_a_system_of_any_name_gives_a_handle():
    assert crm_handle("UCI Online Retail", "17850") == "crm:uci-online-retail:17850"
    assert crm_handle("仓库", "1") == "crm:import:1"


def test_the_same_name_in_two_chats_is_two_people():
    assert chat_handle("a", "Jo") != chat_handle("b", "Jo")
    assert canonical(chat_handle("a", "Jo")) == chat_handle("a", "Jo")
