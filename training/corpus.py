"""Reads the corpus: one folder a language, one file a writer, one labelled message a line."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from warmlist.errors import BadInput
from warmlist.understanding.signals import SIGNALS

ROOT = Path(__file__).resolve().parents[1]
CORPUS = ROOT / "corpus"
TUNED = ROOT / "tests/understanding/messages/tuned.yaml"
#: `Message.writer` of those.
TUNED_WRITER = "tuned"
_TUNED_LANGUAGES = {"zh": "zh-Hans", "pt": "pt-BR"}
#: Messages by people who have seen neither corpus nor lexicon: measured, never trained on.
UNSEEN = "unseen"
LANGUAGES = ("zh-Hans", "zh-Hant", "en", "it", "de", "es", "pt-BR", "fr", "ar", "id", "hi", "tr",
             "ru", "ja")  # fmt: skip
_KNOWN = {"text", "signals", "after", "hard", "product", "attributes", "brand", "tier", "prefers"}


@dataclass(frozen=True, slots=True)
class Message:
    """One labelled message.

    signals: name -> the words of `text` that show it, "" where only the whole message does. after:
    the seller's last message where it is needed. writer: the file, such as 'it/bari_nonna.jsonl'.
    """

    text: str
    lang: str
    writer: str
    signals: Mapping[str, str]
    after: str = ""
    hard: str = ""


def read(folder: Path = CORPUS) -> list[Message]:
    """All messages of all languages, in the order of files and lines; raises BadInput."""
    found: list[Message] = []
    for lang in LANGUAGES:
        for path in sorted((folder / lang).glob("*.jsonl")):
            found += _file(path, lang)
    if not found:
        raise BadInput(
            f"{folder} holds no messages", hint="it needs folders such as it/ or zh-Hans/"
        )
    return found


def read_unseen(folder: Path = CORPUS) -> list[Message]:
    """The messages kept for measuring alone; empty where there are none."""
    found: list[Message] = []
    for lang in LANGUAGES:
        path = folder / UNSEEN / f"{lang}.jsonl"
        if path.exists():
            found += _file(path, lang)
    return found


def read_tuned(path: Path = TUNED) -> list[Message]:
    """The sentences that the lexicon was tuned on, which state its conventions; they only teach."""
    found = []
    for lang, block in yaml.safe_load(path.read_text("utf-8")).items():
        for line in block.strip().splitlines():
            said, text = line.split(" = ", 1)
            names = set(said.split()) - {"none"}
            found.append(
                Message(
                    text, _TUNED_LANGUAGES.get(lang, lang), TUNED_WRITER, dict.fromkeys(names, "")
                )
            )
    return found


def _file(path: Path, lang: str) -> Iterator[Message]:
    writer = f"{path.parent.name}/{path.name}"
    with path.open(encoding="utf-8") as lines:
        for number, raw in enumerate(lines, 1):
            if not raw.strip():
                continue
            where = f"{writer}:{number}"
            try:
                line = json.loads(raw)
            except ValueError as error:
                raise BadInput(f"{where}: not JSON ({error})", hint="one object a line") from None
            if not isinstance(line, dict):
                raise BadInput(f"{where}: not an object")
            if "writer" in line:
                if line.get("lang", lang) != lang:
                    raise BadInput(f"{where}: lang is {line['lang']!r} in the folder {lang}")
                continue
            yield _message(line, lang, writer, where)


def _message(line: dict[str, Any], lang: str, writer: str, where: str) -> Message:
    text, signals = line.get("text"), line.get("signals")
    if not isinstance(text, str) or not isinstance(signals, dict):
        raise BadInput(f"{where}: a message needs text and signals")
    for name, words in signals.items():
        if name not in SIGNALS:
            raise BadInput(
                f"{where}: {name!r} is no signal", hint=f"use one of {', '.join(SIGNALS)}"
            )
        if not isinstance(words, str) or words not in text:
            raise BadInput(f"{where}: the words of {name} are not in the text: {words!r}")
    if unknown := sorted(set(line) - _KNOWN):
        raise BadInput(f"{where}: unknown keys {', '.join(unknown)}")
    hard = line.get("hard", "")
    return Message(text, lang, writer, signals, line.get("after") or "",
                   hard if isinstance(hard, str) else " ".join(hard))  # fmt: skip
