"""The guard: may this be sent to this customer at this moment, when else, or why never.

A pure function. It asks every rule and tells all reasons, most binding first (FUP-0): the opt-out,
passive, grey's stop, what the customer stated, caps, and the rest. Times are epoch ms; hours are the
customer's own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Literal
from zoneinfo import ZoneInfo

from warmlist.clock import DAY, MINUTE
from warmlist.followup.local_time import edges, last_in_a_row, next_in, next_outside, within
from warmlist.rules.model import Pack
from warmlist.understanding.preferences.model import Window

Verdict = Literal["allow", "wait", "refuse"]
WEEK = 7 * DAY
MONTH = 30 * DAY

#: Reasons in the order in which they bind. A person may override those that are soft, never the others.
HARD = ("opt_out", "channel")
REASONS = (
    "opt_out", "channel", "passive", "grey", "frequency", "preferred_hours", "avoided_hours",
    "quiet_hours", "format", "weekly_cap", "monthly_cap", "spacing", "promotions", "vip_cap",
    "topic", "category", "shipping", "worst_window",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Limits:
    """Figures of the pack; durations in ms, hours as ms after midnight."""

    touch_cap: int
    most_a_week: int
    promotions_a_week: int
    vip_promotions: int
    promotion_window: int
    promotions_in_worst: int
    service_window: int
    answer_within: int
    quiet_from: int
    quiet_until: int

    @classmethod
    def of(cls, pack: Pack) -> Limits:
        """The pack's figures, where it has none those of the pack chat_sales."""
        given = {n: t.value for n, t in pack.thresholds.items() if n in cls.__slots__}
        return cls(**(_USUAL | given))


_HOUR = 60 * MINUTE
_USUAL = {
    "touch_cap": 3, "most_a_week": 5, "promotions_a_week": 2, "vip_promotions": 3,
    "promotion_window": MONTH, "promotions_in_worst": 2, "service_window": DAY,
    "answer_within": DAY, "quiet_from": 22 * _HOUR, "quiet_until": 8 * _HOUR,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class State:
    """What is known of the customer.

    zone: where their clocks are read. windows: contact in these, if any. night: promotions between 20
    and 21:30 only, too, as who is active at night wishes. avoid, worst: and not in these. max_per_week,
    max_per_month: what they agreed to. touches, promotions: moments of our contacts, ascending, at
    least of 30 days. interests, categories: known ones; none known = anything. wrote_at: the last
    message that waits for an answer; last_inbound: the last message at all. restricted: shipping there
    costs too much.
    """

    zone: ZoneInfo
    opted_out: bool = False
    passive: bool = False
    grey: bool = False
    windows: tuple[Window, ...] = ()
    avoid: tuple[Window, ...] = ()
    worst: tuple[Window, ...] = ()
    night: bool = False
    max_per_week: int | None = None
    max_per_month: int | None = None
    touches: tuple[int, ...] = ()
    promotions: tuple[int, ...] = ()
    high_spender: bool = False
    interests: frozenset[str] = frozenset()
    categories: frozenset[str] = frozenset()
    format: str | None = None
    restricted: bool = False
    last_inbound: int | None = None
    wrote_at: int | None = None


@dataclass(frozen=True, slots=True)
class Parcel:
    """What is to be sent. purpose: quote, promotion, content, service. fits: the interest that it
    speaks to, None = anybody's. format: text, voice, image, video, call. approved: a template that
    the channel lets through at any time. newsletter: what passive customers get too. automatic: sent
    by us or in bulk, not by a person to one customer. ships: it offers goods that must be sent."""

    purpose: str = "content"
    fits: str | None = None
    categories: frozenset[str] = frozenset()
    format: str = "text"
    approved: bool = False
    newsletter: bool = False
    automatic: bool = True
    ships: bool = False


@dataclass(frozen=True, slots=True)
class Reason:
    """Why not now. until: when this reason ends by itself, None = it does not."""

    name: str
    until: int | None

    @property
    def hard(self) -> bool:
        return self.name in HARD


@dataclass(frozen=True, slots=True)
class Decision:
    """reasons: all that speak against this moment, most binding first; none with `allow`. until: with
    `wait`, the first moment at which nothing speaks against it, if nothing happens meanwhile."""

    verdict: Verdict
    until: int | None = None
    reasons: tuple[Reason, ...] = ()

    @property
    def overridable(self) -> bool:
        """Whether a person may decide otherwise, with a reason."""
        return not any(reason.hard for reason in self.reasons)


ALLOWED = Decision("allow")
#: So far the search for an open moment goes: caps look back a month, windows repeat by the week.
_HORIZON = MONTH + 2 * WEEK


def decide(state: State, parcel: Parcel, moment: int, limits: Limits) -> Decision:
    """May `parcel` go out at `moment`? All reasons against, and when else."""
    against = _against(state, parcel, moment, limits)
    reasons = tuple(sorted(against, key=lambda reason: REASONS.index(reason.name)))
    if not reasons:
        return ALLOWED
    until = _until(reasons, state, parcel, moment, limits)
    return Decision("refuse" if until is None else "wait", until, reasons)


def allowed(state: State, parcel: Parcel, moment: int, limits: Limits) -> bool:
    """Whether nothing speaks against `parcel` at `moment`."""
    return next(_against(state, parcel, moment, limits), None) is None


def _until(
    reasons: Iterable[Reason], state: State, parcel: Parcel, moment: int, limits: Limits
) -> int | None:
    """The first moment at which nothing speaks against it any more; None where there is none.

    Each reason holds without a break until its end, so that no moment before the latest end is open.
    """
    last = moment + _HORIZON
    while moment <= last:
        ends = [reason.until for reason in reasons]
        if not ends:
            return moment
        if None in ends:
            return None
        moment = max(end for end in ends if end is not None)
        reasons = list(_against(state, parcel, moment, limits))
    return None


@dataclass(frozen=True, slots=True)
class Shut:
    """A stretch in which the guard says no: [begins, ends), epoch ms; ends None = for good."""

    begins: int
    ends: int | None


def next_shut(state: State, parcel: Parcel, moment: int, limits: Limits) -> Shut | None:
    """The first stretch from `moment` on in which `parcel` may not go out, if nothing happens meanwhile.

    None where there is none for a week.
    """
    windows = (*state.windows, *state.avoid, *state.worst, EVENING, *_quiet(limits))
    begins = {moment, *edges(windows, moment, state.zone)}
    if state.wrote_at is not None:  # what an answer is exempt from counts again
        begins.add(max(moment, state.wrote_at + limits.answer_within + 1))
    for at in sorted(begins):
        reasons = list(_against(state, parcel, at, limits))
        if reasons:
            return Shut(at, _until(reasons, state, parcel, at, limits))
    return None


def timing(state: State, parcel: Parcel) -> Parcel:
    """The same contact as far as its moment goes: what is in it can be chosen otherwise."""
    return replace(
        parcel, fits=None, categories=frozenset(), ships=False, format=state.format or parcel.format
    )


def answers(state: State, moment: int, limits: Limits) -> bool:
    """Whether a contact at `moment` would answer a message of the last day: no cap stops that."""
    return state.wrote_at is not None and 0 <= moment - state.wrote_at <= limits.answer_within


def _against(state: State, parcel: Parcel, moment: int, limits: Limits) -> Iterator[Reason]:
    answering = answers(state, moment, limits)
    for rule in _ALWAYS:
        yield from rule(state, parcel, moment, limits, answering)
    if not answering:
        for rule in _UNASKED:
            yield from rule(state, parcel, moment, limits, answering)


_Rule = Callable[[State, Parcel, int, Limits, bool], Iterator[Reason]]


def _opt_out(s: State, p: Parcel, _at: int, _l: Limits, answering: bool) -> Iterator[Reason]:
    if s.opted_out and not (answering and p.purpose != "promotion"):
        yield Reason("opt_out", None)


def _channel(s: State, p: Parcel, at: int, limits: Limits, _a: bool) -> Iterator[Reason]:
    if p.approved or p.format == "call" or not p.automatic:
        return
    if s.last_inbound is None or at - s.last_inbound > limits.service_window:
        yield Reason("channel", None)


def _format(s: State, p: Parcel, _at: int, _l: Limits, _a: bool) -> Iterator[Reason]:
    if s.format is not None and p.format != s.format:
        yield Reason("format", None)


def _shipping(s: State, p: Parcel, _at: int, _l: Limits, _a: bool) -> Iterator[Reason]:
    if s.restricted and p.ships:
        yield Reason("shipping", None)


def _passive(s: State, p: Parcel, _at: int, _l: Limits, _a: bool) -> Iterator[Reason]:
    if s.passive and not p.newsletter:
        yield Reason("passive", None)


def _grey(s: State, _p: Parcel, _at: int, _l: Limits, _a: bool) -> Iterator[Reason]:
    if s.grey:
        yield Reason("grey", None)


def _hours(s: State, p: Parcel, at: int, limits: Limits, _a: bool) -> Iterator[Reason]:
    """Wished hours, refused ones, and quiet ones; what was wished goes before the default."""
    wished = s.windows
    if wished and not within(wished, at, s.zone):
        yield Reason("preferred_hours", next_in(wished, at, s.zone))
    if s.night and p.purpose == "promotion" and not within((EVENING,), at, s.zone):
        yield Reason("preferred_hours", next_in((EVENING,), at, s.zone))
    if s.avoid and within(s.avoid, at, s.zone):
        yield Reason("avoided_hours", next_outside(s.avoid, at, s.zone))
    quiet = _quiet(limits)
    if quiet and not wished and within(quiet, at, s.zone):
        yield Reason("quiet_hours", next_outside(quiet, at, s.zone))


#: In which who is active at night gets promotions (PRF-1).
EVENING = Window((1, 2, 3, 4, 5, 6, 7), 20 * 60, 21 * 60 + 30)


def _quiet(limits: Limits) -> tuple[Window, ...]:
    start, end = limits.quiet_from // MINUTE, limits.quiet_until // MINUTE
    return () if start == end else (Window((1, 2, 3, 4, 5, 6, 7), start, end or 1440),)


def _caps(s: State, _p: Parcel, at: int, limits: Limits, _a: bool) -> Iterator[Reason]:
    """Contacts a week and a month, with spacing where the customer agreed to so many a week."""
    week = min(limits.touch_cap if s.max_per_week is None else s.max_per_week, limits.most_a_week)
    yield from _cap(
        "frequency" if s.max_per_week is not None else "weekly_cap", s.touches, week, WEEK, at
    )
    if s.max_per_month is not None:
        yield from _cap("monthly_cap", s.touches, s.max_per_month, MONTH, at)
    if s.max_per_week:
        past = [t for t in s.touches if t < at]
        apart = 7 // s.max_per_week * DAY  # two a week: every three days or more
        if past and at < past[-1] + apart:
            yield Reason("spacing", past[-1] + apart)


def _cap(name: str, moments: tuple[int, ...], most: int, span: int, at: int) -> Iterator[Reason]:
    if most <= 0:
        yield Reason(name, None)
        return
    inside = [m for m in moments if at - span <= m < at]
    if len(inside) >= most:
        yield Reason(name, inside[-most] + span + 1)


def _promotions(s: State, p: Parcel, at: int, limits: Limits, _a: bool) -> Iterator[Reason]:
    if p.purpose != "promotion":
        return
    yield from _cap("promotions", s.promotions, limits.promotions_a_week, WEEK, at)
    if s.high_spender:
        span = limits.promotion_window
        yield from _cap("vip_cap", s.promotions, limits.vip_promotions, span, at)
    if s.worst and within(s.worst, at, s.zone):
        row = last_in_a_row(s.promotions, s.worst, at, s.zone)
        if row >= limits.promotions_in_worst:
            yield Reason("worst_window", next_outside(s.worst, at, s.zone))


def _topic(s: State, p: Parcel, _at: int, _l: Limits, _a: bool) -> Iterator[Reason]:
    if not fits(s.interests, p.fits):
        yield Reason("topic", None)
    if p.categories and s.categories and not p.categories & s.categories:
        yield Reason("category", None)


def fits(interests: frozenset[str], wanted: str | None) -> bool:
    """Whether something for this interest suits who has these; nothing known suits everybody (IST-6)."""
    return wanted is None or not interests or wanted in interests


_ALWAYS: tuple[_Rule, ...] = (_opt_out, _channel, _format, _shipping)
_UNASKED: tuple[_Rule, ...] = (_passive, _grey, _hours, _caps, _promotions, _topic)
