"""Rows of the queue: who, why, by when, how, when, what, and what if not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from warmlist.clock import DAY
from warmlist.followup.customer import Connection, Customer
from warmlist.followup.figures import Figures, next_open
from warmlist.followup.look import PackLook, tag
from warmlist.followup.people import Person, load_people
from warmlist.followup.standing import Standing, from_answer
from warmlist.followup.views import How, NextFollowUp, QueueRow, Viewer, Window
from warmlist.followup.words import suggested
from warmlist.labels.sentences import in_language, sentence
from warmlist.labels.timeline import Answer
from warmlist.plan.compile import Plan
from warmlist.rules.model import Playbook

#: customer -> (dimension, label, shade, rule)
Labels = Mapping[int, Sequence[tuple[str, str, str | None, str]]]

FORMATS: tuple[How, ...] = ("text", "voice", "image", "video")
#: WhatsApp lets a business write freely this long after the customer's last message.
SERVICE_WINDOW = DAY


@dataclass(frozen=True)
class RowBuilder:
    """Puts rows together. `zone`: the workspace's, where a customer's own is unknown."""

    plan: Plan
    figures: Figures
    look: PackLook
    currency: str
    zone: str

    def rows(
        self,
        conn: Connection,
        standings: Sequence[Standing],
        labels: Labels,
        as_of: int,
        language: str,
    ) -> tuple[QueueRow, ...]:
        """One row each, in the same order; customers that were merged meanwhile are left out.

        language: the viewer's. as_of: epoch ms.
        """
        people = load_people(conn, [s.customer_id for s in standings], as_of)
        return tuple(
            self._row(s, people[s.customer_id], labels.get(s.customer_id, ()), as_of, language)
            for s in standings
            if s.customer_id in people
        )

    def _row(
        self,
        standing: Standing,
        person: Person,
        labels: Sequence[tuple[str, str, str | None, str]],
        as_of: int,
        language: str,
    ) -> QueueRow:
        playbook = self.playbook(standing.playbook)
        customer = person.customer
        shade = next((s for d, _, s, _ in labels if d == "follow_up"), None)
        what, what_language = suggested(playbook.words, customer)
        inbound = standing.facts.get("last_inbound")
        return QueueRow(
            customer_id=standing.customer_id,
            name=customer.name,
            handle=person.handle,
            owner=standing.owner,
            colour=standing.colour,
            shade=shade,
            chips=self.look.in_order(
                self.look.chip(*label, language) for label in labels if label[0] != "follow_up"
            ),
            playbook=playbook.id,
            why=self._why(playbook, standing, as_of, language),
            due_from=standing.opens_at,
            due_by=standing.due_by,
            overdue=standing.due_by < as_of,
            how=how(playbook, _stated_format(labels)),
            window=self._window(standing, customer, as_of),
            channel_closes_at=_closes_at(inbound, as_of),
            what=what,
            missed=in_language(playbook.missed, tag(language)),
            last_message=person.last_message,
            simulated=person.simulated,
            sort_key=standing.sort_key,
            what_language=what_language,
        )

    def next_follow_up(
        self, standing: Standing, labels: Labels, as_of: int, viewer: Viewer
    ) -> NextFollowUp:
        """What will be due."""
        playbook = self.playbook(standing.playbook)
        return NextFollowUp(
            playbook=playbook.id,
            why=self._why(playbook, standing, as_of, viewer.language),
            due_from=standing.opens_at,
            due_by=standing.due_by,
            how=how(playbook, _stated_format(labels.get(standing.customer_id, ()))),
        )

    @cached_property
    def _playbooks(self) -> dict[str, Playbook]:
        return {playbook.id: playbook for playbook in self.plan.pack.playbooks}

    def knows(self, playbook_id: str) -> bool:
        """Whether the pack in force has it; standings of an older pack may name one that is gone."""
        return playbook_id in self._playbooks

    def playbook(self, playbook_id: str) -> Playbook:
        """Raises KeyError for one that the pack in force does not have."""
        return self._playbooks[playbook_id]

    def _why(self, playbook: Playbook, standing: Standing, as_of: int, language: str) -> str:
        facts = self.plan.pack.facts
        values: dict[str, Any] = {
            name: value << 20
            if value is not None and name in facts and facts[name].unit == "moment"
            else value
            for name, value in standing.facts.items()
        }
        return sentence(playbook.why, facts, values, as_of, self.currency, tag(language))

    def _window(self, standing: Standing, customer: Customer, as_of: int) -> Window:
        """Quiet hours by the customer's clock; who wrote within a day is awake for an answer."""
        zone, _ = customer.zone(self.zone)
        opens = next_open(as_of, ZoneInfo(zone), self.figures)
        if opens is None or standing.answers(as_of, self.figures):
            return Window("", open_now=True, next_open=None)
        return Window("", open_now=False, next_open=opens)


def how(playbook: Playbook, stated: str | None) -> How:
    """The format: what the customer stated comes first, "call first" gives way to it."""
    if stated in FORMATS:
        return stated
    return "call" if playbook.how == "call" else "text"


def _stated_format(labels: Sequence[tuple[str, str, str | None, str]]) -> str | None:
    return next((label for dimension, label, _, _ in labels if dimension == "contact_format"), None)


def _closes_at(last_inbound: int | None, as_of: int) -> int | None:
    if last_inbound is None or last_inbound + SERVICE_WINDOW <= as_of:
        return None
    return last_inbound + SERVICE_WINDOW


def labels_of(answers: Sequence[Answer]) -> Labels:
    """The labels of answers as `RowBuilder.rows` takes them."""
    return {
        answer.customer_id: [
            (c.dimension, c.label, c.shade, c.rule) for c in answer.concluded.labels
        ]
        for answer in answers
    }


def standings_of(
    conn: Connection, plan: Plan, answers: Sequence[Answer], as_of: int
) -> list[Standing]:
    """Answers of the plan as standings, most urgent first, with the owners of that time."""
    people = load_people(conn, [a.customer_id for a in answers], as_of, messages=False)
    found = (
        from_answer(plan, answer, people[answer.customer_id].customer.owner)
        for answer in answers
        if answer.customer_id in people
    )
    return sorted((s for s in found if s is not None), key=lambda s: s.sort_key)
