"""One spelling for each handle, so that the same customer is found through every door.

    +393331234567          a phone number in E.164 (also written wa:393331234567)
    wa:IT.9f8a             WhatsApp's business-scoped user id
    email:jo@example.com   an address, in small letters
    crm:<system>:<id>      a record of another system: crm:zoho:4711, crm:shop:17850
    chat:<hash>            somebody whom a chat export names without a number

No error here repeats the handle: handles are personal data.
"""

import hashlib
import re
import unicodedata
from functools import lru_cache

from warmlist.connectors.phones import e164
from warmlist.errors import BadInput

_LONGEST = 320
_PHONE_MARKS = re.compile(r"[\s().\-/\u2010-\u2015\u00a0\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_SCOPED = re.compile(r"([A-Za-z]{2})\.([A-Za-z0-9]{1,128})")
_EMAIL = re.compile(r"[^@\s\x00-\x1f]+@[^@\s.\x00-\x1f]+(\.[^@\s.\x00-\x1f]+)+")
_SYSTEM = re.compile(r"[a-z0-9][a-z0-9_.-]{0,63}")
_CHAT = re.compile(r"[0-9a-f]{32}")
_FORMS = "+<country code><number>, wa:<id>, email:<address> or crm:<system>:<id>"


@lru_cache(maxsize=65_536)
def canonical(handle: str) -> str:
    """The one spelling of a handle; BadInput names the nearest form, never the handle itself."""
    text = unicodedata.normalize("NFKC", handle).strip()
    if not text or len(text) > _LONGEST or not text.isprintable():
        text = _PHONE_MARKS.sub("", text)
        if not text or len(text) > _LONGEST or not text.isprintable():
            raise BadInput(f"the customer handle is empty or unreadable; write {_FORMS}")
    form, colon, rest = text.partition(":")
    if not colon:
        return _bare(text)
    read = _READERS.get(form.strip().lower())
    if read is None:
        raise BadInput(f"the customer handle begins with an unknown form; write {_FORMS}")
    return read(rest.strip())


def crm_handle(system: str, record: str) -> str:
    """The handle of another system's record; any system name is made to fit."""
    name = re.sub(r"[^a-z0-9_.-]+", "-", system.strip().lower()).strip("-._")[:64]
    return canonical(f"crm:{name or 'import'}:{record}")


def chat_handle(chat: str, author: str) -> str:
    """The handle of somebody whom a chat export names without a number."""
    name = "\x1f".join(unicodedata.normalize("NFKC", part).strip() for part in (chat, author))
    return "chat:" + hashlib.blake2b(name.encode(), digest_size=16).hexdigest()


def _bare(text: str) -> str:
    if "@" in text:
        return _email(text)
    if text.startswith("+"):
        return _phone(text)
    digits = _PHONE_MARKS.sub("", text)
    if digits.isdigit():
        raise BadInput(
            "the customer handle looks like a phone number without its country code; "
            "write it as +393331234567, or as crm:<system>:<id> if it is a customer number"
        )
    raise BadInput(f"the customer handle has no known form; write {_FORMS}")


def _phone(text: str) -> str:
    digits = _PHONE_MARKS.sub("", text).removeprefix("+")
    number = e164(digits) if digits.isascii() and digits.isdigit() else None
    if number is None:
        raise BadInput(
            "the customer handle is no phone number of any country; "
            "write it with its country code, as +393331234567"
        )
    return number


def _whatsapp(rest: str) -> str:
    if scoped := _SCOPED.fullmatch(rest):
        return f"wa:{scoped[1].upper()}.{scoped[2]}"
    if rest.removeprefix("+").isdigit():
        return _phone(rest)
    raise BadInput(
        "the customer handle is no WhatsApp id; write wa:<country code and number> or wa:CC.<id>"
    )


def _email(rest: str) -> str:
    if not _EMAIL.fullmatch(rest):
        raise BadInput("the customer handle is no e-mail address; write email:name@example.com")
    return "email:" + rest.lower()


def _crm(rest: str) -> str:
    system, colon, record = rest.partition(":")
    system, record = system.strip().lower(), record.strip()
    if not colon or not record or not _SYSTEM.fullmatch(system):
        raise BadInput(
            "the customer handle of another system needs its name and an id; "
            "write crm:<system>:<id>, as crm:zoho:4711"
        )
    return f"crm:{system}:{record}"


def _chat(rest: str) -> str:
    if not _CHAT.fullmatch(rest.lower()):
        raise BadInput("the customer handle of a chat is chat: and 32 hexadecimal digits")
    return "chat:" + rest.lower()


_READERS = {
    "wa": _whatsapp,
    "whatsapp": _whatsapp,
    "tel": _phone,
    "phone": _phone,
    "email": _email,
    "mailto": _email,
    "crm": _crm,
    "chat": _chat,
}
