"""Signed WhatsApp deliveries, written down before a load begins so that none is made during it."""

from __future__ import annotations

import hashlib
import hmac
import struct
from collections.abc import Sequence
from pathlib import Path

import orjson

from bench.population import handle
from bench.words import ASKS

SECRET = "bench-app-secret"
_LENGTH = struct.Struct("<qI")  # customer, bytes


def request(customer: int, message: str, at_ms: int, host: str) -> bytes:
    """One HTTP request of Meta's with one message of a customer's."""
    body = delivery(customer, message, at_ms)
    fields = {"Host": host, **headers(body), "Content-Length": str(len(body))}
    lines = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
    return f"POST /webhooks/whatsapp HTTP/1.1\r\n{lines}\r\n".encode() + body


def headers(body: bytes) -> dict[str, str]:
    """What Meta says beside a body: its kind, and that it is Meta's."""
    signature = hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
    return {"Content-Type": "application/json", "X-Hub-Signature-256": f"sha256={signature}"}


def delivery(customer: int, message: str, at_ms: int, name: str = "") -> bytes:
    """A delivery as the Cloud API words it. name: what the customer goes by, if something new."""
    digits = handle(customer).removeprefix("+")
    value = {
        "messaging_product": "whatsapp",
        "metadata": {"display_phone_number": "15550009999", "phone_number_id": "106540352242922"},
        "contacts": [{"profile": {"name": name or f"Customer {customer}"}, "wa_id": digits}],
        "messages": [
            {
                "from": digits,
                "id": f"wamid.{message}",
                "timestamp": str(at_ms // 1_000),
                "type": "text",
                "text": {"body": ASKS},
            }
        ],
    }
    change = {"value": value, "field": "messages"}
    entry = {"id": "102290129340398", "changes": [change]}
    return orjson.dumps({"object": "whatsapp_business_account", "entry": [entry]})


def prepare(
    path: Path, customers: Sequence[int], count: int, tag: str, at_ms: int, host: str
) -> None:
    """Write `count` requests to a file, the customers taken in turn. tag: makes message ids new."""
    with path.open("wb") as file:
        for n in range(count):
            customer = customers[n % len(customers)]
            content = request(customer, f"{tag}-{n}", at_ms, host)
            file.write(_LENGTH.pack(customer, len(content)) + content)


def prepared(path: Path) -> list[tuple[int, bytes]]:
    """(customer, request) of every request in a file."""
    content, place = path.read_bytes(), 0
    found = []
    while place < len(content):
        customer, length = _LENGTH.unpack_from(content, place)
        place += _LENGTH.size
        found.append((customer, content[place : place + length]))
        place += length
    return found
