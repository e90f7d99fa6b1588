"""What reading one message gives: plain data, shared by every reader."""

from __future__ import annotations

from dataclasses import dataclass

#: (from, to) in code points of the message as it was given, half-open.
Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Found:
    """One signal in one message.

    name: one of `signals.SIGNALS`. confidence: 0..1; at 0.8 and over the words leave no doubt.
    span: the words that show it, None when the message as a whole does. because: for people, which
    pattern or training message led to it.
    """

    name: str
    confidence: float
    span: Span | None
    because: str


@dataclass(frozen=True, slots=True)
class Entity:
    """One thing that a message names.

    kind: 'category', 'attribute', 'brand', 'tier' or 'sku'. value: in one spelling ('power_bank',
    'capacity=20000mAh', 'Apple', 'low', the workspace's own sku). confidence: 0..1. because: for
    people, the word or the product of the catalogue that led to it.
    """

    kind: str
    value: str
    span: Span
    confidence: float = 1.0
    because: str = ""


@dataclass(frozen=True, slots=True)
class Reading:
    """Everything that was read in one message.

    signals: in the order of `signals.SIGNALS`, each name at most once. lang: BCP 47, one of the
    languages that are read ('zh-Hans', 'it', 'pt-BR', ...), or None where the text does not tell.
    """

    signals: tuple[Found, ...]
    entities: tuple[Entity, ...]
    lang: str | None
