"""Where a customer stands, and whether something is due today.

The same rule is written twice: here, for a single customer and for moments of the past, and in
`queue.sql`, where an index answers it for everybody. A test holds both to the same answers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from warmlist.followup.figures import Day, Figures
from warmlist.followup.views import COLOURS
from warmlist.labels.timeline import Answer
from warmlist.plan.compile import Plan
from warmlist.rules.model import COLOUR_ORDER

assert COLOURS == COLOUR_ORDER, "the queue counts colours in the order of the pack"

RED, YELLOW, GREY = (COLOURS.index(name) for name in ("red", "yellow", "grey"))


@dataclass(frozen=True, slots=True)
class Standing:
    """The last answer of the plan about one customer; times in epoch ms, worth in minor units.

    facts: values by name, moments in epoch ms. The customer has a follow-up: `playbook` is known.
    touch: which contact of it is due, 0 the first.
    """

    customer_id: int
    owner: str | None
    playbook: str
    due_from: int
    due_by: int
    rank: int
    worth: int
    facts: Mapping[str, Any]
    touch: int = 0

    @property
    def sort_key(self) -> tuple[int, int, int, int]:
        """Colour, activity; time left; expected value; and an order of the rest."""
        return (self.rank, self.due_by, -self.worth, self.customer_id)

    @property
    def colour(self) -> str:
        """Somebody without a colour was never in touch: a new contact."""
        place = self.rank // 10
        return COLOURS[place] if place < len(COLOURS) else COLOURS[YELLOW]

    @property
    def wrote_at(self) -> int | None:
        """The last message that waits for an answer; a request to stop does not."""
        wrote: int | None = self.facts.get("last_inbound")
        if self.facts.get("open_message") is None or wrote is None:
            return None
        return wrote if wrote > (self.facts.get("asked_to_stop") or -1) else None

    @property
    def stopped(self) -> bool:
        """The customer wants no marketing, and has not said otherwise since."""
        stops = [self.facts.get("opted_out"), self.facts.get("asked_to_stop")]
        newest = max((stop for stop in stops if stop is not None), default=None)
        back = self.facts.get("opted_in")
        return newest is not None and newest > (-1 if back is None else back)

    def answers(self, as_of: int, figures: Figures) -> bool:
        """Whether a contact now would answer a message of the last day."""
        return self.wrote_at is not None and self.wrote_at >= as_of - figures.answer_within

    @property
    def opens_at(self) -> int:
        """From when the contact is due. What our own message began, such as a quote, is not due
        the moment we sent it: it waits for half its time."""
        answered: int | None = self.facts.get("last_answer")
        if answered is None or answered < self.due_from:
            return self.due_from
        return max(self.due_from, (answered + self.due_by) // 2)

    def hidden(self, as_of: int, figures: Figures) -> bool:
        """Whether the customer must be left alone, however much is due (FUP-0, in its order)."""
        snoozed_until = self.facts.get("snoozed_until")
        if snoozed_until is not None and snoozed_until > as_of:
            return True
        if self.answers(as_of, figures):
            return False
        return self.stopped or self.rank // 10 == GREY

    def due_today(self, as_of: int, day: Day, figures: Figures) -> bool:
        """The Python meaning of `due` in queue.sql; the guard is asked besides."""
        presses = self.due_by < day.ends or self.rank < 10 or self.answers(as_of, figures)
        return self.opens_at <= as_of and presses and not self.hidden(as_of, figures)


def from_row(row: Sequence[Any]) -> Standing | None:
    """A row of `standings` (page, of, one in queue.sql); None where no follow-up is due ever."""
    customer_id, owner, playbook, due_from, due_by, rank, worth, facts = row
    if playbook is None:
        return None
    touch = facts.get("touch") or 0
    return Standing(
        customer_id, owner or None, playbook, due_from, due_by, rank, worth or 0, facts, touch
    )


def from_answer(plan: Plan, answer: Answer, owner: str | None) -> Standing | None:
    """The same from an answer of the plan, for moments that `standings` does not keep."""
    concluded = answer.concluded
    if concluded.playbook is None or concluded.due_from is None or concluded.due_by is None:
        return None
    known = plan.pack.facts
    facts = {
        name: value >> 20 if value is not None and known[name].unit == "moment" else value
        for name, value in answer.values.items()
        if name in known
    }
    return Standing(
        answer.customer_id,
        owner,
        concluded.playbook,
        concluded.due_from,
        concluded.due_by,
        concluded.rank,
        concluded.worth,
        facts,
        concluded.touch or 0,
    )
