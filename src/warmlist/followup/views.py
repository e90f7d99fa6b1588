"""What the pages show: read models of the queue and of one customer.

Times are epoch milliseconds UTC. Names of labels are already in the viewer's language; texts of
customers are as they came and must be treated as hostile by whoever shows them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Literal

Role = Literal["rep", "lead", "admin"]
How = Literal["text", "voice", "image", "video", "call"]
#: Answers fastest then; is active then; dear goods are thought over then, cheap ones bought then; so are
#: customers of the country active; so are all.
BestSource = Literal["golden", "own", "considered", "impulse", "country", "everybody"]
#: Later than any moment; JavaScript counts exactly up to here.
NEVER = 2**53 - 1

#: The order of urgency, which is also the order of the keys 1 to 5.
COLOURS = ("red", "orange", "yellow", "green", "grey")
#: A stop that was read with less confidence is a suspicion, which a person confirms.
CERTAIN = 0.8


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who asks. A rep sees own and unassigned customers; a lead and an admin see everyone's."""

    user_id: int
    name: str
    role: Role
    language: str = "en"  # a locale of the interface: en, zh_Hans
    minutes_a_day: int = 240

    @property
    def sees_everyone(self) -> bool:
        return self.role != "rep"

    def sees(self, owner: str | None) -> bool:
        """Whether this viewer may see a customer of `owner` (None: nobody's)."""
        return self.sees_everyone or owner is None or owner == self.name


@dataclass(frozen=True, slots=True)
class QueueFilters:
    """Which part of the queue is asked for; None means all."""

    colour: str | None = None
    label: str | None = None  # 'dimension:label'
    owner: str | None = None  # a user's name; '' = nobody's


@dataclass(frozen=True, slots=True)
class Chip:
    """One label as it is shown."""

    dimension: str
    label: str
    shade: str | None  # deep, light on green
    colour: str | None  # red, orange, yellow, green, grey, blue, purple, gold; None = plain
    name: str
    rule: str


@dataclass(frozen=True, slots=True)
class Best:
    """When this customer is most likely to answer.

    at: the next such moment, now or later. days: 1 Monday .. 7 Sunday. begin, end: minutes after the
    customer's midnight; an end at or before the begin is on the next day. source: how it is known.
    """

    at: int
    days: tuple[int, ...]
    begin: int
    end: int
    source: BestSource


@dataclass(frozen=True, slots=True)
class Window:
    """When this customer wants to be contacted, and had best be."""

    text: str  # 'Mon–Fri 9–18', in the viewer's language; '' = any time
    open_now: bool
    next_open: int | None  # when it opens, if it is closed now
    best: Best | None = None


@dataclass(frozen=True, slots=True)
class LastMessage:
    text: str
    at: int
    direction: Literal["in", "out"]


@dataclass(frozen=True, slots=True)
class QueueRow:
    """One customer to contact: who, why, by when, how, when, what, and what if not."""

    customer_id: int
    name: str
    handle: str
    owner: str | None
    colour: str
    shade: str | None
    chips: tuple[Chip, ...]  # without the colour itself
    playbook: str
    why: str
    due_from: int
    due_by: int
    overdue: bool
    how: How
    window: Window
    channel_closes_at: int | None  # end of the 24-hour service window; None = closed
    what: str  # suggested words, in the customer's language
    missed: str  # what happens if nobody acts
    last_message: LastMessage | None
    simulated: bool
    sort_key: tuple[int, ...]  # smaller comes first; each below 2^53 in size; first of all `opens`
    what_language: str | None = None  # BCP 47
    brings: str = ""  # what the contact brings, in the viewer's language; '' = nothing named
    purpose: str = "content"  # of the message: quote, promotion, content, service
    held: tuple[
        str, ...
    ] = ()  # why not just now, most binding first: names of followup.guards.REASONS

    @property
    def opens(self) -> int:
        """From when the contact may be made, epoch ms: 0 = now, NEVER = not at all."""
        return self.sort_key[0]


@dataclass(frozen=True, slots=True)
class QueuePage:
    """A page of the queue, most urgent first."""

    rows: tuple[QueueRow, ...]
    due_today: int  # everything that was or is due today, the done included
    done_today: int
    minutes_used: int  # what the rows that fit are expected to take
    minutes_total: int  # the viewer's minutes a day
    beyond_from: int | None  # index in rows of the first that does not fit today; None = all fit
    as_of: int
    next_cursor: str | None
    counts: Mapping[str, int]  # colour -> customers in the queue, the other filters applied
    beyond: int = 0  # customers of the viewer's whole queue who do not fit into the day


@dataclass(frozen=True, slots=True)
class QueueChanges:
    """What became of some customers: those in the queue with their rows, the others gone."""

    rows: tuple[QueueRow, ...]
    gone: tuple[int, ...]
    due_today: int
    done_today: int
    minutes_used: int
    minutes_total: int
    beyond_key: tuple[int, ...] | None  # sort_key of the first row that does not fit today
    counts: Mapping[str, int]
    as_of: int
    beyond: int = 0


@dataclass(frozen=True, slots=True)
class Mark:
    """A stretch of a message, in code points, that was read as a signal."""

    start: int
    end: int
    signal: str
    because: str


@dataclass(frozen=True, slots=True)
class Word:
    """A signal of a message: read, or said by a person to be there or not."""

    signal: str
    confidence: float
    because: str
    judged: bool | None  # what a person said of it: right, wrong, nothing


@dataclass(frozen=True, slots=True)
class Message:
    event_id: int
    at: int
    direction: Literal["in", "out"]
    kind: str
    text: str  # at most as many code points as were asked for
    length: int  # code points of the whole text
    agent: str | None
    status: str | None  # sent, delivered, read, played, failed; None = nothing heard
    error: str | None
    marks: tuple[Mark, ...]
    signals: tuple[str, ...]  # all signals, those without a span too
    edited: bool = False
    revoked: bool = False
    words: tuple[Word, ...] = ()  # the signals, and those that a person rejected

    @property
    def may_stop(self) -> bool:
        """Whether it may ask to be left alone, and nobody has said yet whether it does."""
        return any(
            w.signal == "opt_out" and w.judged is None and w.confidence < CERTAIN
            for w in self.words
        )


@dataclass(frozen=True, slots=True)
class LabelView:
    """A label in force, with its reason."""

    chip: Chip
    because: str
    since: int | None
    until: int | None
    origin: str  # rule, person, import, connector, history
    facts: Mapping[str, Any]
    events: tuple[int, ...]  # ids of the newest events behind it
    event_count: int
    removable: bool = True  # by hand: set by a person, or one of a set


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """A label that holds or held."""

    chip: Chip
    since: int | None
    until: int | None
    because: str
    origin: str
    cause: str
    pack: str


@dataclass(frozen=True, slots=True)
class OrderView:
    order_id: str
    at: int
    status: str  # paid, cancelled, returned
    amount: Decimal | None
    currency: str | None
    lines: tuple[str, ...]  # '2 × Kettle', as the shop named it


@dataclass(frozen=True, slots=True)
class NextFollowUp:
    """A follow-up that is planned or due."""

    playbook: str
    why: str
    due_from: int
    due_by: int
    how: How
    held: tuple[
        str, ...
    ] = ()  # why not sooner, most binding first: names of followup.guards.REASONS


@dataclass(frozen=True, slots=True)
class Snoozed:
    until: int
    by: str
    reason: str | None


@dataclass(frozen=True, slots=True)
class CustomerPage:
    """Everything that the page of one customer shows."""

    customer_id: int
    name: str
    handles: tuple[str, ...]
    owner: str | None
    country: str | None  # ISO 3166 alpha-2
    time_zone: str  # IANA
    time_zone_from: Literal["profile", "phone", "workspace"]
    language: str | None  # BCP 47
    simulated: bool
    thread: tuple[Message, ...]  # oldest first
    earlier: bool  # whether older messages exist
    labels: tuple[LabelView, ...]
    history: tuple[HistoryEntry, ...]  # newest first
    note: str | None  # the preference note line
    heat: tuple[tuple[int, ...], ...]  # 7 weekdays (Monday first) x 24 local hours, inbound
    orders: tuple[OrderView, ...]  # newest first
    spend: Decimal  # paid in the last 365 days, workspace currency
    currency: str
    as_of: int
    row: QueueRow | None = None  # what is due, None = not in the queue
    upcoming: tuple[NextFollowUp, ...] = ()
    snoozed: Snoozed | None = None
    profile: Mapping[str, str] = field(default_factory=dict)

    @property
    def suspected_stop(self) -> Message | None:
        """The newest message shown of which a person should say whether it means stop."""
        return next((m for m in reversed(self.thread) if m.may_stop), None)


@dataclass(frozen=True, slots=True)
class FoundCustomer:
    """One answer of a search."""

    customer_id: int
    name: str
    handle: str
    owner: str | None
    colour: str | None
    shade: str | None


@dataclass(frozen=True, slots=True)
class LabelChoice:
    """A label that may be filtered by, or set by hand."""

    dimension: str
    label: str
    name: str
    dimension_name: str
    colour: str | None
    by_hand: bool


# What a person does with a follow-up or a customer.


@dataclass(frozen=True, slots=True)
class Done:
    """The customer was contacted."""


@dataclass(frozen=True, slots=True)
class Snooze:
    until: int


@dataclass(frozen=True, slots=True)
class Skip:
    reason: str


@dataclass(frozen=True, slots=True)
class Assign:
    owner: str | None  # None = nobody's


@dataclass(frozen=True, slots=True)
class LogContact:
    """A call or a contact outside the chat took place."""

    how: Literal["call", "visit", "email", "other"]
    note: str


@dataclass(frozen=True, slots=True)
class AddLabel:
    dimension: str
    label: str
    reason: str
    until: int | None


@dataclass(frozen=True, slots=True)
class RemoveLabel:
    dimension: str
    label: str
    reason: str


@dataclass(frozen=True, slots=True)
class NotePreference:
    """A preference note line, as `warmlist note parse` reads it."""

    line: str


@dataclass(frozen=True, slots=True)
class Judge:
    """A signal of a message (by event id) is right, or missing there; wanted False: it is wrong."""

    message: int
    signal: str
    wanted: bool


#: What a person does about a follow-up or a customer.
Outcome = Done | Snooze | Skip | Assign | LogContact | AddLabel | RemoveLabel | NotePreference
Deed = Outcome | Judge


@dataclass(frozen=True, slots=True)
class Acted:
    """A deed was written down; `undo_id` takes it back."""

    customer_id: int
    undo_id: str
