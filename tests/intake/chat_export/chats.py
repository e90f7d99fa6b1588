"""Renders chats as phones export them, so that reading can be compared with what was written."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from warmlist.clock import parse_instant
from warmlist.events.model import Event
from warmlist.intake.chat_export import ChatOptions, read_chat
from warmlist.intake.problems import LineProblem

NOW = parse_instant("2026-03-01T12:00:00Z")
ARABIC = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")


@dataclass(frozen=True)
class Phone:
    """How one phone writes a stamp; `seconds` says whether it writes them."""

    name: str
    stamp: Callable[[datetime], str]
    seconds: bool = False


def _ampm(at: datetime, am: str, pm: str) -> tuple[int, str]:
    return (at.hour % 12 or 12), (pm if at.hour >= 12 else am)


def _us(at: datetime) -> str:
    hour, period = _ampm(at, "AM", "PM")
    return f"{at.month}/{at.day}/{at:%y}, {hour}:{at:%M}\u202f{period} - "


def _canada(at: datetime) -> str:
    hour, period = _ampm(at, "a.m.", "p.m.")
    return f"{at:%Y-%m-%d}, {hour}:{at:%M} {period} - "


def _mexico(at: datetime) -> str:
    hour, period = _ampm(at, "a. m.", "p. m.")
    return f"{at.day}/{at.month}/{at:%y}, {hour}:{at:%M}\u202f{period} - "


def _china(at: datetime) -> str:
    hour, period = _ampm(at, "上午", "下午")
    return f"{at.year}/{at.month}/{at.day} {period}{hour}:{at:%M} - "


def _china_iphone(at: datetime) -> str:
    hour, period = _ampm(at, "上午", "下午")
    return f"[{at.year}/{at.month}/{at.day} {period}{hour}:{at:%M:%S}] "


def _korea(at: datetime) -> str:
    hour, period = _ampm(at, "오전", "오후")
    return f"{at.year}. {at.month}. {at.day}. {period} {hour}:{at:%M} - "


def _arabia(at: datetime) -> str:
    hour, period = _ampm(at, "ص", "م")
    text = f"\u200f{at.day}\u200f/{at.month}\u200f/{at.year}، {hour}:{at:%M} {period} - "
    return text.translate(ARABIC)


PHONES = [
    Phone("iphone", lambda at: f"[{at:%d/%m/%y, %H:%M:%S}] ", True),
    Phone("iphone-marked", lambda at: f"\u200e[{at:%d.%m.%y, %H:%M:%S}] ", True),
    Phone("iphone-long", lambda at: f"[{at:%d/%m/%Y %H:%M:%S}] ", True),
    Phone("iphone-old", lambda at: f"{at:%d/%m/%Y %H:%M:%S}: ", True),
    Phone("germany", lambda at: f"{at:%d.%m.%y, %H:%M} - "),
    Phone("germany-um", lambda at: f"{at:%d.%m.%y} um {at:%H:%M} - "),
    Phone("italy", lambda at: f"{at:%d/%m/%y, %H:%M} - "),
    Phone("france", lambda at: f"{at:%d/%m/%Y} à {at:%H:%M} - "),
    Phone("united-states", _us),
    Phone("canada", _canada),
    Phone("mexico", _mexico),
    Phone("china", _china),
    Phone("china-iphone", _china_iphone, True),
    Phone("china-written", lambda at: f"{at.year}年{at.month}月{at.day}日 {at:%H：%M} - "),
    Phone("korea", _korea),
    Phone("arabia", _arabia),
    Phone("finland", lambda at: f"{at.day}.{at.month}.{at.year} klo {at.hour}.{at:%M} - "),
    Phone("indonesia", lambda at: f"{at:%d/%m/%y} {at:%H.%M} - "),
    Phone("thailand", lambda at: f"{at.day}/{at.month}/{at.year + 543} {at:%H:%M} - "),
    Phone("bulgaria", lambda at: f"{at:%d.%m.%Y} г., {at:%H:%M} - "),
    Phone("vietnam", lambda at: f"{at:%H:%M, %d/%m/%Y} - "),
    Phone("dash", lambda at: f"{at:%d/%m/%y, %H:%M} – "),
]


def export(folder: Path, text: str | bytes, name: str = "WhatsApp Chat with Anna.txt") -> Path:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass"))
    return path


def options(**said) -> ChatOptions:
    return ChatOptions(**({"time_zone": "Europe/Rome", "now_ms": NOW} | said))


def read(path: Path, **said) -> list[Event | LineProblem]:
    return list(read_chat(path, options(**said)))


def messages(found: list[Event | LineProblem]) -> list[Event]:
    return [x for x in found if isinstance(x, Event) and x.type == "message"]


def lost(found: list[Event | LineProblem]) -> list[LineProblem]:
    return [x for x in found if isinstance(x, LineProblem) and not x.kept]
