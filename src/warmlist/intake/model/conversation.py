"""Event lines about talk: message, receipt, correction, signal, feedback."""

from typing import ClassVar, Literal, Self

from pydantic import BaseModel, ConfigDict, JsonValue, model_validator

from warmlist.intake.model.base import EventLine
from warmlist.intake.model.values import Identifier, Name, Number, Text, wrong

MessageKind = Literal[
    "text",
    "audio",
    "image",
    "video",
    "document",
    "sticker",
    "template",
    "reaction",
    "call",
    "other",
]
Purpose = Literal["quote", "promotion", "content", "service"]


class Media(BaseModel):
    """What a message carries besides its text."""

    model_config = ConfigDict(strict=True, extra="allow")

    id: Identifier | None = None  # the platform's id of the file
    mime_type: Text | None = None
    caption: Text | None = None


class MessageLine(EventLine):
    """A message between the customer (in) and the team (out)."""

    nested: ClassVar[tuple[str, ...]] = ("media",)

    type: Literal["message"]
    direction: Literal["in", "out"]
    text: Text | None = None
    kind: MessageKind = "text"
    purpose: Purpose | None = None
    agent: Name | None = None  # the person or programme of the team that wrote it
    reply_to: Identifier | None = None  # id of the message it answers
    campaign: Name | None = None
    template: Name | None = None
    media: Media | None = None
    broadcast: bool | None = None  # true: the same text went to many
    raw_type: Text | None = None  # the platform's own word for the kind


class ReceiptLine(EventLine):
    """What became of an outbound message."""

    free: ClassVar[bool] = True

    type: Literal["receipt"]
    message: Identifier
    status: Literal["sent", "delivered", "read", "played", "failed"]
    error: JsonValue = None  # the platform's code or text


class CorrectionLine(EventLine):
    """A message was edited or revoked by its author."""

    type: Literal["correction"]
    message: Identifier
    action: Literal["edit", "revoke"]
    text: Text | None = None


class SignalLine(EventLine):
    """A person confirmed or rejected what a message was read as, or withdrew such a word."""

    type: Literal["signal"]
    message: Identifier
    name: Name | None = None  # of the signal, with confirm and reject
    action: Literal["confirm", "reject", "withdraw"]
    of: Identifier | None = None  # with withdraw: the id of the word that counts no more
    by: Name | None = None

    @model_validator(mode="after")
    def _names_what_it_is_about(self) -> Self:
        if self.action == "withdraw" and not self.of:
            raise wrong("withdraw needs 'of', the id of an earlier signal line")
        if self.action != "withdraw" and not self.name:
            raise wrong("needs the name of a signal")
        return self


class FeedbackLine(EventLine):
    """The customer rated or commented on the service."""

    type: Literal["feedback"]
    score: Number | None = None  # 1 (worst) .. 5 (best)
    text: Text | None = None

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if self.score is None and not self.text:
            raise wrong("needs a score from 1 to 5, or a text")
        if self.score is not None and self.score not in (1, 2, 3, 4, 5):
            raise wrong("the score must be 1, 2, 3, 4 or 5")
        return self
