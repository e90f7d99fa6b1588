"""Rows of the queue: who, why, by when, how, when, what, and what if not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from warmlist.clock import DAY
from warmlist.followup.bringing import about, filled
from warmlist.followup.cases import Case
from warmlist.followup.customer import Connection
from warmlist.followup.figures import Figures
from warmlist.followup.guards import Limits, State
from warmlist.followup.habits import Habits, load_habits
from warmlist.followup.lately import load_lately
from warmlist.followup.look import PackLook, tag
from warmlist.followup.people import load_people
from warmlist.followup.standing import Standing, from_answer
from warmlist.followup.views import NEVER, Best, NextFollowUp, QueueRow, Viewer, Window
from warmlist.followup.wishes import ByDimension
from warmlist.followup.words import suggested, with_name
from warmlist.labels.sentences import in_language, sentence, shown
from warmlist.labels.timeline import Answer
from warmlist.plan.compile import Plan
from warmlist.rules.expressions import NEVER as UNKNOWN
from warmlist.rules.model import Playbook
from warmlist.understanding.preferences.model import Preferences
from warmlist.understanding.preferences.note import render_note

#: customer -> (dimension, label, shade, rule)
Labels = Mapping[int, Sequence[tuple[str, str, str | None, str]]]

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

    @classmethod
    def of(cls, plan: Plan, currency: str, zone: str) -> RowBuilder:
        """By the rules of a plan. Raises BadPack when its pack lacks a figure of the queue."""
        return cls(plan, Figures.of(plan.pack), PackLook(plan.pack, currency), currency, zone)

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
        habits = load_habits(conn, as_of)
        cases = self.cases(conn, standings, labels, as_of, habits, messages=True)
        return tuple(self._row(case, habits, as_of, language) for case in cases)

    def opens(
        self, conn: Connection, standings: Sequence[Standing], labels: Labels, as_of: int
    ) -> Mapping[int, int]:
        """Customer -> from when their follow-up may be done: 0 now, NEVER not at all, else epoch ms."""
        cases = self.cases(conn, standings, labels, as_of, load_habits(conn, as_of))
        return {case.standing.customer_id: case.opens(as_of, self.limits) for case in cases}

    def cases(
        self,
        conn: Connection,
        standings: Sequence[Standing],
        labels: Labels,
        as_of: int,
        habits: Habits,
        *,
        messages: bool = False,
    ) -> list[Case]:
        """What the guard is asked about, in the same order; without merged customers.

        messages: whether the last message of each is wanted too.
        """
        ids = [s.customer_id for s in standings]
        people = load_people(conn, ids, as_of, messages=messages)
        lately = load_lately(conn, ids, as_of, self.plan.pack.thresholds["interaction_gap"].value)
        return [
            Case.of(
                s, people[s.customer_id], self.playbook(s.playbook), labels.get(s.customer_id, ()),
                lately[s.customer_id], habits, as_of, self.zone, self.limits,
            )
            for s in standings
            if s.customer_id in people
        ]  # fmt: skip

    def _row(self, case: Case, habits: Habits, as_of: int, language: str) -> QueueRow:
        standing, person, playbook = case.standing, case.person, case.playbook
        customer = person.customer
        decision = case.decision(as_of, self.limits)
        told, what_language = suggested(case.content.words, customer, case.held["language"])
        return QueueRow(
            customer_id=standing.customer_id,
            name=customer.name,
            handle=person.handle,
            owner=standing.owner,
            colour=standing.colour,
            shade=next((s for d, _, s, _ in case.labels if d == "follow_up"), None),
            chips=self.look.in_order(
                self.look.chip(*label, language) for label in case.labels if label[0] != "follow_up"
            ),
            playbook=playbook.id,
            why=self._why(playbook, standing, as_of, language),
            due_from=standing.opens_at,
            due_by=standing.due_by,
            overdue=standing.due_by < as_of,
            how=case.form,
            window=Window(
                hours(case.state, language),
                decision.verdict == "allow",
                decision.until,
                self._best(case, habits, as_of),
            ),
            channel_closes_at=_closes_at(standing.facts.get("last_inbound"), as_of),
            what=with_name(
                filled(told, self._blanks(playbook, standing, case.held, what_language)),
                customer.profile.get("name", ""),
            ),
            missed=in_language(playbook.missed, tag(language)),
            last_message=person.last_message,
            simulated=person.simulated,
            sort_key=(case.opens(as_of, self.limits), *standing.sort_key),
            what_language=what_language,
            brings=in_language(case.content.names, tag(language)) if case.content.names else "",
            purpose=case.content.purpose,
            held=tuple(reason.name for reason in decision.reasons),
        )

    def _best(self, case: Case, habits: Habits, as_of: int) -> Best | None:
        """When the customer is best contacted; not where that would be too late, or keep them waiting."""
        standing, country = case.standing, case.person.customer.country
        if standing.answers(as_of, self.figures):
            return None
        best = habits.best(case.held, country, case.state, as_of)
        late = best is not None and best.at > max(as_of, standing.due_by)
        return None if late else best

    def _blanks(
        self, playbook: Playbook, standing: Standing, labels: ByDimension, language: str
    ) -> dict[str, str]:
        """What fills the blanks of a message, but for the name."""
        blanks = {"product": about(playbook, labels["product"]), "owner": standing.owner or ""}
        next_tier = self.plan.pack.thresholds.get("spend_high_from")
        spent = standing.facts.get("spend_365d")
        if next_tier is not None and spent is not None and 0 < spent < next_tier.value < UNKNOWN:
            missing = next_tier.value - spent
            blanks["missing"] = shown(missing, "money", 0, self.currency, language)
        return blanks

    def next_follow_up(
        self, case: Case, begins: int, as_of: int, viewer: Viewer
    ) -> NextFollowUp | None:
        """What will be due, from `begins` on (epoch ms) or when the guard lets it through; None: never."""
        standing = case.standing
        opens = case.opens(begins, self.limits)
        if opens == NEVER:
            return None
        return NextFollowUp(
            playbook=case.playbook.id,
            why=self._why(case.playbook, standing, as_of, viewer.language),
            due_from=opens or standing.opens_at,
            due_by=standing.due_by,
            how=case.form,
            held=tuple(reason.name for reason in case.decision(begins, self.limits).reasons),
        )

    @cached_property
    def limits(self) -> Limits:
        """What the guard works with."""
        return Limits.of(self.plan.pack)

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


def hours(state: State, language: str) -> str:
    """When the customer wants contact, as a note line says it: 'Mon–Fri 9–18'; '' = any time."""
    spoken = tag(language).partition("-")[0]
    return render_note(Preferences(windows=state.windows), spoken)


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
