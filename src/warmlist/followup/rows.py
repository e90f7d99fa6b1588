"""Rows of the queue: who, why, by when, how, when, what, and what if not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from warmlist.clock import DAY
from warmlist.followup.bringing import about, chosen, filled
from warmlist.followup.customer import Connection
from warmlist.followup.figures import Figures
from warmlist.followup.guards import Decision, Limits, Parcel, State, decide
from warmlist.followup.lately import Lately, load_lately
from warmlist.followup.look import PackLook, tag
from warmlist.followup.people import Person, load_people
from warmlist.followup.standing import Standing, from_answer
from warmlist.followup.views import How, NextFollowUp, QueueRow, Viewer, Window
from warmlist.followup.wishes import ByDimension, state_of, tastes_of
from warmlist.followup.words import suggested, with_name
from warmlist.labels.sentences import in_language, sentence, shown
from warmlist.labels.timeline import Answer
from warmlist.plan.compile import Plan
from warmlist.rules.expressions import NEVER as UNKNOWN
from warmlist.rules.model import Content, Playbook
from warmlist.understanding.preferences.model import Preferences
from warmlist.understanding.preferences.note import render_note

#: customer -> (dimension, label, shade, rule)
Labels = Mapping[int, Sequence[tuple[str, str, str | None, str]]]

FORMATS: tuple[How, ...] = ("text", "voice", "image", "video")
#: What passive customers get too (PRF-4).
NEWSLETTER = "newsletter"
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
        ids = [s.customer_id for s in standings]
        people = load_people(conn, ids, as_of)
        lately = load_lately(conn, ids, as_of, self.plan.pack.thresholds["interaction_gap"].value)
        return tuple(
            self._row(
                s,
                people[s.customer_id],
                labels.get(s.customer_id, ()),
                lately[s.customer_id],
                as_of,
                language,
            )
            for s in standings
            if s.customer_id in people
        )

    def _row(
        self,
        standing: Standing,
        person: Person,
        labels: Sequence[tuple[str, str, str | None, str]],
        lately: Lately,
        as_of: int,
        language: str,
    ) -> QueueRow:
        playbook = self.playbook(standing.playbook)
        customer = person.customer
        shade = next((s for d, _, s, _ in labels if d == "follow_up"), None)
        by_dimension = ByDimension.held(labels)
        zone = ZoneInfo(customer.zone(self.zone)[0])
        state = state_of(
            standing, by_dimension, lately.told, zone, lately.touches, lately.promotions
        )
        content = chosen(playbook, standing.touch, tastes_of(standing, by_dimension, self.limits))
        form = how(playbook, state.format)
        decision = self._decided(state, content, form, as_of)
        told, what_language = suggested(content.words, customer)
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
            how=form,
            window=Window(hours(state, language), decision.verdict == "allow", decision.until),
            channel_closes_at=_closes_at(inbound, as_of),
            what=with_name(
                filled(told, self._blanks(playbook, standing, by_dimension, what_language)),
                customer.profile.get("name", ""),
            ),
            missed=in_language(playbook.missed, tag(language)),
            last_message=person.last_message,
            simulated=person.simulated,
            sort_key=standing.sort_key,
            what_language=what_language,
            brings=in_language(content.names, tag(language)) if content.names else "",
            purpose=content.purpose,
            held=tuple(reason.name for reason in decision.reasons),
        )

    def _decided(self, state: State, content: Content, form: How, as_of: int) -> Decision:
        """What the guard says of a person's own contact now: the channel is told in a column of its own."""
        parcel = Parcel(
            purpose=content.purpose,
            fits=content.fits,
            format=form,
            newsletter=content.key == NEWSLETTER,
            automatic=False,
        )
        return decide(state, parcel, as_of, self.limits)

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
        self, standing: Standing, labels: Labels, as_of: int, viewer: Viewer
    ) -> NextFollowUp:
        """What will be due."""
        playbook = self.playbook(standing.playbook)
        return NextFollowUp(
            playbook=playbook.id,
            why=self._why(playbook, standing, as_of, viewer.language),
            due_from=standing.opens_at,
            due_by=standing.due_by,
            how=how(
                playbook, stated_format(ByDimension.held(labels.get(standing.customer_id, ())))
            ),
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


def how(playbook: Playbook, stated: str | None) -> How:
    """The format: what the customer stated comes first, "call first" gives way to it."""
    if stated in FORMATS:
        return stated
    return "call" if playbook.how == "call" else "text"


def stated_format(labels: ByDimension) -> str | None:
    """The format that the customer wants."""
    return next(iter(sorted(labels["contact_format"])), None)


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
