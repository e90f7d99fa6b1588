"""Event lines about the customer: profile, preference, label, identity, follow_up."""

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from warmlist.intake.model.base import EventLine
from warmlist.intake.model.values import (
    Code,
    Country,
    Day,
    Email,
    Handle,
    Language,
    Moment,
    Name,
    Phone,
    Text,
    Zone,
    wrong,
)

ClockTime = Annotated[str, StringConstraints(pattern=r"^([01]\d|2[0-3]):[0-5]\d$|^24:00$")]
Weekday = Annotated[int, Field(ge=1, le=7)]
EventNumber = Annotated[Code, StringConstraints(pattern=r"^\d{1,18}$")]
Cap = Annotated[int, Field(ge=0, le=100)]


class LifePoint(BaseModel):
    """A turn in the customer's life: a key such as pregnancy, birth, wedding or move, and its day."""

    model_config = ConfigDict(strict=True, extra="forbid")

    stage: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
    on: Day


class ProfileLine(EventLine):
    """An attribute of the customer became known; what is not named stays as it was."""

    type: Literal["profile"]
    name: Name | None = None
    country: Country | None = None  # ISO 3166-1 alpha-2
    language: Language | None = None  # BCP 47
    time_zone: Zone | None = None  # IANA
    customer_source: Literal["website", "community", "offline", "ad", "referral"] | None = None
    kind: Literal["b2b", "b2c"] | None = None
    industry: Name | None = None
    joined_at: Moment | None = None
    owner: Name | None = None  # of the team
    email: Email | None = None
    phone: Phone | None = None  # E.164
    life_points: list[LifePoint] | None = None  # beside those told before

    def linked(self) -> tuple[str, ...]:
        own = [self.phone, self.email and f"email:{self.email}"]
        return (*(self.links or ()), *(handle for handle in own if handle))


class Window(BaseModel):
    """Hours of the week, in the customer's local time; `to` before `from` runs past midnight."""

    model_config = ConfigDict(strict=True, extra="forbid", populate_by_name=True)

    days: list[Weekday]  # 1 Monday .. 7 Sunday
    start: ClockTime = Field(alias="from")
    end: ClockTime = Field(alias="to")


class PreferenceLine(EventLine):
    """How the customer wants to be contacted: one note line, or the fields that it stands for."""

    type: Literal["preference"]
    note: Name | None = None
    name: Name | None = None
    channel_format: Literal["text", "voice", "image", "video"] | None = None
    windows: list[Window] | None = None  # write to the customer in these
    avoid: list[Window] | None = None  # and not in these
    max_per_week: Cap | None = None
    max_per_month: Cap | None = None
    passive: bool | None = None  # true: the customer will write when there is need
    life_points: list[LifePoint] | None = None  # instead of those noted before
    origin: Literal["stated", "noted"] = "noted"

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        said = (self.channel_format, self.windows, self.avoid, self.life_points)
        counted = (self.max_per_week, self.max_per_month, self.passive)
        if not self.note and not any(said) and all(value is None for value in counted):
            raise wrong("needs a note, or one of the fields that a note stands for")
        return self


class LabelLine(EventLine):
    """A person set or removed a label by hand."""

    type: Literal["label"]
    dimension: Name
    label: Name
    action: Literal["add", "remove"]
    by: Name | None = None
    until: Moment | None = None  # it ends by itself then


class IdentityLine(EventLine):
    """A handle of the customer changed, or a second one became known."""

    type: Literal["identity"]
    action: Literal["number_changed", "linked"]
    new_handle: Handle


class FollowUpLine(EventLine):
    """A person marked a follow-up done, snoozed or skipped it, or took that back."""

    type: Literal["follow_up"]
    action: Literal["done", "snooze", "skip", "undo"]
    until: Moment | None = None  # of a snooze
    reason: Text | None = None
    by: Name | None = None
    of: EventNumber | None = None  # the mark that an undo takes back
