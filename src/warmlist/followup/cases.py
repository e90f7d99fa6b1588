"""A customer's follow-up as the guard sees it: what is to be sent to whom, and what is known of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from warmlist.followup.bringing import chosen
from warmlist.followup.guards import (
    WEEK,
    Decision,
    Limits,
    Parcel,
    Shut,
    State,
    allowed,
    decide,
    next_shut,
    timing,
)
from warmlist.followup.habits import Habits
from warmlist.followup.lately import Lately
from warmlist.followup.people import Person
from warmlist.followup.standing import Standing
from warmlist.followup.views import NEVER, How
from warmlist.followup.wishes import ByDimension, state_of, tastes_of
from warmlist.rules.model import Content, Playbook

FORMATS: tuple[How, ...] = ("text", "voice", "image", "video")
#: What passive customers get too (PRF-4).
NEWSLETTER = "newsletter"

#: (dimension, label, shade, rule)
Labels = Sequence[tuple[str, str, str | None, str]]


@dataclass(frozen=True, slots=True)
class Case:
    """One due follow-up. form: the format it takes."""

    standing: Standing
    person: Person
    playbook: Playbook
    labels: Labels
    held: ByDimension
    state: State
    content: Content
    form: How

    @classmethod
    def of(
        cls,
        standing: Standing,
        person: Person,
        playbook: Playbook,
        labels: Labels,
        lately: Lately,
        habits: Habits,
        as_of: int,
        zone: str,
        limits: Limits,
    ) -> Case:
        """What is to be brought as of a moment. zone: the workspace's, where the customer's is unknown."""
        held = ByDimension.held(labels)
        customer = person.customer
        state = state_of(
            standing,
            held,
            lately.told,
            ZoneInfo(customer.zone(zone)[0]),
            lately.touches,
            lately.promotions,
            habits.worst(held, customer.country),
        )
        promotions = sum(moment >= as_of - WEEK for moment in lately.promotions)
        tastes = tastes_of(standing, held, limits, promotions)
        content = chosen(playbook, standing.touch, tastes)
        form = how(playbook, state.format)
        return cls(standing, person, playbook, labels, held, state, content, form)

    @property
    def parcel(self) -> Parcel:
        """A person's own contact: the channel is told in a column of its own."""
        return Parcel(
            purpose=self.content.purpose,
            fits=self.content.fits,
            format=self.form,
            newsletter=self.content.key == NEWSLETTER,
            automatic=False,
        )

    def decision(self, as_of: int, limits: Limits) -> Decision:
        """What the guard says of it now."""
        return decide(self.state, self.parcel, as_of, limits)

    def opens(self, as_of: int, limits: Limits) -> int:
        """From when it may be done: 0 now, NEVER not at all, else epoch ms.

        What speaks against the content alone holds nothing up: a person brings something else.
        """
        parcel = timing(self.state, self.parcel)
        if allowed(self.state, parcel, as_of, limits):
            return 0
        decision = decide(self.state, parcel, as_of, limits)
        return NEVER if decision.until is None else decision.until

    def next_shut(self, as_of: int, limits: Limits) -> Shut | None:
        """The next stretch in which it may not be done."""
        return next_shut(self.state, timing(self.state, self.parcel), as_of, limits)


def how(playbook: Playbook, stated: str | None) -> How:
    """The format: what the customer stated comes first, "call first" gives way to it."""
    if stated in FORMATS:
        return stated
    return "call" if playbook.how == "call" else "text"
