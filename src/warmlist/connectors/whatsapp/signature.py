"""Did Meta send this? The signature over the raw bytes, and the handshake."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping

from warmlist.errors import BadSettings, Refused

HEADER = "x-hub-signature-256"
_SCHEME = "sha256="


def check(headers: Mapping[str, str], body: bytes, app_secret: str) -> None:
    """Raise Refused unless the body is signed with the app secret.

    headers: names in small letters. An empty secret closes the door (BadSettings): anybody could
    sign with it.
    """
    if not app_secret:
        raise BadSettings(
            "the WhatsApp webhook is closed: WARMLIST_WHATSAPP_APP_SECRET is not set",
            hint="copy the app secret from the Meta app's basic settings",
        )
    given = headers.get(HEADER, "")
    if not given.startswith(_SCHEME):
        raise Refused(f"the delivery carries no {HEADER} header")
    expected = hmac.new(app_secret.encode(), body, hashlib.sha256).hexdigest()
    if not hmac.compare_digest(given[len(_SCHEME) :].lower().encode(), expected.encode()):
        raise Refused(
            "the delivery is not signed with our app secret",
            hint="compare WARMLIST_WHATSAPP_APP_SECRET with the Meta app's basic settings",
        )


def answer_handshake(query: Mapping[str, str], verify_token: str) -> str:
    """The challenge to send back. Raises Refused for a wrong token, BadSettings without our own."""
    if not verify_token:
        raise BadSettings(
            "the WhatsApp webhook is closed: WARMLIST_WHATSAPP_VERIFY_TOKEN is not set",
            hint="choose any long text, set it here and in the Meta app's webhook settings",
        )
    if query.get("hub.mode") != "subscribe":
        raise Refused("a handshake needs hub.mode=subscribe")
    token = query.get("hub.verify_token", "")
    if not hmac.compare_digest(token.encode("utf-8", "surrogatepass"), verify_token.encode()):
        raise Refused(
            "the handshake's verify token is not ours",
            hint="compare WARMLIST_WHATSAPP_VERIFY_TOKEN with the Meta app's webhook settings",
        )
    return query.get("hub.challenge", "")
