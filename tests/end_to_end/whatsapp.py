"""Deliveries as the WhatsApp Cloud API posts them, put together from parts."""

from __future__ import annotations

from typing import Any

NUMBER_ID = "700100200300"
OURS = "390612345678"

Json = dict[str, Any]


def said(phone: str, id: str, at: int, text: str, **more: Any) -> Json:
    """A customer's text. phone: digits. at: epoch seconds."""
    return {
        "from": phone,
        "id": id,
        "timestamp": str(at),
        "type": "text",
        "text": {"body": text},
    } | more


def told(phone: str, id: str, at: int, text: str) -> Json:
    """A text of ours, sent from the phone app."""
    return {"from": OURS, "to": phone, "id": id, "timestamp": str(at), "type": "text",
            "text": {"body": text}}  # fmt: skip


def edit(phone: str, id: str, at: int, of: str, text: str) -> Json:
    new = {"id": of, "timestamp": str(at), "type": "text", "text": {"body": text}}
    return {"from": phone, "id": id, "timestamp": str(at), "type": "edit",
            "edit": {"original_message_id": of, "message": new}}  # fmt: skip


def revoke(phone: str, id: str, at: int, of: str) -> Json:
    return {"from": phone, "id": id, "timestamp": str(at), "type": "revoke",
            "revoke": {"original_message_id": of}}  # fmt: skip


def status(phone: str, of: str, at: int, stage: str) -> Json:
    return {"id": of, "status": stage, "timestamp": str(at), "recipient_id": phone}


def contact(phone: str, name: str, user: str | None = None) -> Json:
    found: Json = {"profile": {"name": name}, "wa_id": phone}
    return found | ({"user_id": user} if user else {})


def delivery(*, field: str = "messages", **value: Any) -> Json:
    """One webhook with one change: `messages=[...]`, `contacts=[...]`, `statuses=[...]`, ..."""
    about = {"display_phone_number": OURS, "phone_number_id": NUMBER_ID}
    whole = {"messaging_product": "whatsapp", "metadata": about, **value}
    return {
        "object": "whatsapp_business_account",
        "entry": [{"id": "500600700", "changes": [{"field": field, "value": whole}]}],
    }


def inbound(phone: str, name: str, *messages: Json, user: str | None = None) -> Json:
    return delivery(contacts=[contact(phone, name, user)], messages=list(messages))


def echoes(*messages: Json) -> Json:
    return delivery(field="smb_message_echoes", message_echoes=list(messages))


def receipts(*statuses: Json) -> Json:
    return delivery(statuses=list(statuses))


def history(*threads: tuple[str, list[Json]]) -> Json:
    """Past chats: (phone of the customer, messages)."""
    chunk = {
        "metadata": {"phase": 0, "chunk_order": 1, "progress": 100},
        "threads": [{"id": phone, "messages": messages} for phone, messages in threads],
    }
    return delivery(field="history", history=[chunk])
