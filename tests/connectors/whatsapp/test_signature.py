"""Only Meta gets in, and only with a secret of ours."""

import hashlib
import hmac

import pytest
from pydantic import SecretStr

from warmlist.connectors.base import Receiver
from warmlist.connectors.whatsapp import connector
from warmlist.errors import BadSettings, Refused
from warmlist.settings import Settings

pytestmark = pytest.mark.unit

BODY = b'{"object":"whatsapp_business_account"}'
HEADER = "x-hub-signature-256"


def settings(secret="s3cret", token="t0ken"):
    return Settings(
        whatsapp_app_secret=secret and SecretStr(secret),
        whatsapp_verify_token=token and SecretStr(token),
    )


def signed(body=BODY, secret="s3cret"):
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def test_it_is_a_connector_that_receives():
    assert isinstance(connector, Receiver)


def test_a_signed_body_passes():
    connector.verify({HEADER: signed()}, BODY, settings())
    connector.verify({HEADER: signed().upper().replace("SHA256", "sha256")}, BODY, settings())


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "sha256=",
        signed(BODY + b" "),
        signed(secret="other"),
        signed()[7:],
        signed()[:-1],
        "sha1=" + "0" * 40,
        "sha256=é",
        signed() + "0",
    ],
    ids=range(10),
)
def test_anything_else_is_refused(header):
    headers = {} if header is None else {HEADER: header}
    with pytest.raises(Refused):
        connector.verify(headers, BODY, settings())


@pytest.mark.parametrize("secret", [None, ""])
def test_without_a_secret_the_door_stays_closed_even_for_who_signs_with_nothing(secret):
    with pytest.raises(BadSettings, match="WARMLIST_WHATSAPP_APP_SECRET"):
        connector.verify({HEADER: signed(secret="")}, BODY, settings(secret=secret))


def question(**changes):
    query = {"hub.mode": "subscribe", "hub.challenge": "1158", "hub.verify_token": "t0ken"}
    return {**query, **changes}


def test_the_handshake_gives_the_challenge_back():
    assert connector.handshake(question(), settings()) == "1158"


@pytest.mark.parametrize(
    "query",
    [{}, question(**{"hub.verify_token": "guess"}), question(**{"hub.mode": "unsubscribe"})],
    ids=["empty", "token", "mode"],
)
def test_another_question_is_refused(query):
    with pytest.raises(Refused):
        connector.handshake(query, settings())


@pytest.mark.parametrize("token", [None, ""])
def test_without_a_token_there_is_no_handshake(token):
    with pytest.raises(BadSettings, match="WARMLIST_WHATSAPP_VERIFY_TOKEN"):
        connector.handshake(question(**{"hub.verify_token": ""}), settings(token=token))


def test_no_error_shows_a_secret():
    with pytest.raises(Refused) as caught:
        connector.verify({HEADER: signed(secret="other")}, BODY, settings())
    assert "s3cret" not in str(caught.value)
    assert signed()[7:] not in str(caught.value)
