"""The event lines of the public format: one model for each type."""

from collections.abc import Mapping
from typing import Annotated

from pydantic import Field

from warmlist.intake.model.base import EventLine
from warmlist.intake.model.commerce import (
    CartLine,
    ClickLine,
    FormLine,
    OrderLine,
    TakenPartLine,
    ViewLine,
)
from warmlist.intake.model.conversation import (
    CorrectionLine,
    FeedbackLine,
    MessageLine,
    ReceiptLine,
    SignalLine,
)
from warmlist.intake.model.person import (
    FollowUpLine,
    IdentityLine,
    LabelLine,
    PreferenceLine,
    ProfileLine,
)

#: The model of each event type.
MODELS: Mapping[str, type[EventLine]] = {
    "message": MessageLine,
    "receipt": ReceiptLine,
    "order": OrderLine,
    "view": ViewLine,
    "click": ClickLine,
    "cart": CartLine,
    "form": FormLine,
    "event": TakenPartLine,
    "feedback": FeedbackLine,
    "profile": ProfileLine,
    "preference": PreferenceLine,
    "label": LabelLine,
    "signal": SignalLine,
    "correction": CorrectionLine,
    "identity": IdentityLine,
    "follow_up": FollowUpLine,
}

#: Any event line, told apart by `type`: what the API's description shows.
AnyEventLine = Annotated[
    MessageLine
    | ReceiptLine
    | OrderLine
    | ViewLine
    | ClickLine
    | CartLine
    | FormLine
    | TakenPartLine
    | FeedbackLine
    | ProfileLine
    | PreferenceLine
    | LabelLine
    | SignalLine
    | CorrectionLine
    | IdentityLine
    | FollowUpLine,
    Field(discriminator="type"),
]

__all__ = ["MODELS", "AnyEventLine", "EventLine"]
