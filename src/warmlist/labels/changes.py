"""What is to be written when a customer is asked again: labels that begin, that end, and new reasons."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from warmlist.events.tags import ORIGINS
from warmlist.labels.timeline import Answer
from warmlist.rules.conclude import Chosen

#: dimension, label, shade, set by hand
LabelKey = tuple[str, str, str | None, bool]
#: The rule's id and, of an open label, where the word comes from: while both stay, the reason does.
Reason = tuple[str, str | None]


@dataclass(frozen=True, slots=True)
class Past:
    """A reason for which a label held before, until a moment (ms)."""

    chosen: Chosen
    answer: Answer
    until: int


@dataclass(frozen=True, slots=True)
class Held:
    """A label as it is written: (dimension, label, shade) from `since` to `until`.

    `chosen` and `answer` tell the newest reason; `earlier`: those before it, oldest first.
    """

    customer_id: int
    chosen: Chosen
    since: int | None
    until: int | None
    cause: str
    answer: Answer
    earlier: tuple[Past, ...] = ()

    def ended(self, moment: int) -> Held:
        """The same label, over since `moment`."""
        return replace(self, until=moment)

    def without_beginning(self) -> Held:
        """The same label, held since nobody knows when."""
        return replace(self, since=None)

    def renewed(self, chosen: Chosen, answer: Answer, moment: int) -> Held:
        """The same label, for another reason since `moment`."""
        past = Past(self.chosen, self.answer, moment)
        return replace(self, chosen=chosen, answer=answer, earlier=(*self.earlier, past))


@dataclass(frozen=True, slots=True)
class Renewal:
    """A label that is written already and now holds for other reasons: its own ended at `at` (ms)."""

    at: int
    held: Held


@dataclass
class Changes:
    """Of one customer: assignments to write, ids of those that end and when, and of those renewed."""

    opened: list[Held] = field(default_factory=list)
    closed: dict[int, int] = field(default_factory=dict)
    renewed: dict[int, Renewal] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.opened or self.closed or self.renewed)


def reason(chosen: Chosen) -> Reason:
    """What must stay the same for a label's reason to stay true."""
    return chosen.rule, ORIGINS[chosen.tag.told] if chosen.tag is not None else None


def changes(
    customer: int,
    current: Sequence[tuple[Any, ...]],
    answers: Sequence[Answer],
    event_moments: set[int],
    past_changed: bool,
) -> Changes:
    """What differs from what is written.

    current: rows (id, customer, dimension, label, shade, rule, origin). answers: in order of time.
    event_moments: moments one behind which something became known. past_changed: an answer as of now
    does not tell since when its labels hold.
    """
    done = Changes()
    stored: dict[LabelKey, tuple[int, Reason]] = {
        (d, label, shade, rule == "manual"): (row_id, (rule, origin))
        for row_id, _, d, label, shade, rule, origin in current
    }
    written: dict[LabelKey, int] = {}  # place in opened
    for answer in answers:
        by_event = answer.as_of in event_moments
        moment = answer.as_of - 1 if by_event else answer.as_of
        now = {
            (c.dimension, c.label, c.shade, c.rule == "manual"): c for c in answer.concluded.labels
        }
        for key in [k for k in stored if k not in now]:
            done.closed[stored.pop(key)[0]] = moment
        for key in [k for k in written if k not in now]:
            place = written.pop(key)
            done.opened[place] = done.opened[place].ended(moment)
        for key, chosen in now.items():
            if key in stored:
                row_id, (rule, origin) = stored[key]
                # Facts of ordinary rules may be called origin too.
                if (rule, origin if chosen.tag is not None else None) != reason(chosen):
                    stored[key] = (row_id, reason(chosen))
                    _renew(done, row_id, Held(customer, chosen, None, None, "", answer), moment)
            elif key in written:
                held = done.opened[written[key]]
                if reason(held.chosen) != reason(chosen):
                    done.opened[written[key]] = held.renewed(chosen, answer, moment)
            else:
                cause = "manual" if chosen.rule == "manual" else "event" if by_event else "time"
                unknown = past_changed and not by_event
                written[key] = len(done.opened)
                done.opened.append(
                    Held(
                        customer, chosen, None if unknown else moment, None,
                        "fill" if unknown else cause, answer,
                    )
                )  # fmt: skip
    return done


def _renew(done: Changes, row_id: int, held: Held, moment: int) -> None:
    before = done.renewed.get(row_id)
    done.renewed[row_id] = (
        Renewal(moment, held)
        if before is None
        else replace(before, held=before.held.renewed(held.chosen, held.answer, moment))
    )
