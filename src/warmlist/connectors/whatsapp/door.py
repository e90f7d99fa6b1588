"""The door itself: the three questions a receiving connector answers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from pydantic import SecretStr

from warmlist.connectors.base import Translation
from warmlist.connectors.whatsapp import signature
from warmlist.connectors.whatsapp.translate import translate

if TYPE_CHECKING:
    from warmlist.settings import Settings


class WhatsApp:
    """Receives the webhooks of the WhatsApp Business Cloud API."""

    def verify(self, headers: Mapping[str, str], body: bytes, settings: Settings) -> None:
        """Raises Refused for a wrong signature, BadSettings without an app secret."""
        signature.check(headers, body, _revealed(settings.whatsapp_app_secret))

    def handshake(self, query: Mapping[str, str], settings: Settings) -> str:
        """The challenge of Meta's subscription. Raises Refused, BadSettings."""
        return signature.answer_handshake(query, _revealed(settings.whatsapp_verify_token))

    def translate(self, body: bytes, received_at: int) -> Translation:
        """A webhook -> events and problems; see `translate`."""
        return translate(body, received_at)


def _revealed(secret: SecretStr | None) -> str:
    return secret.get_secret_value() if secret is not None else ""
