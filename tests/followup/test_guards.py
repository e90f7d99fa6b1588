"""May it be sent, when else, or why never: every rule alone, their order, and what must always hold."""

from __future__ import annotations

from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from warmlist.clock import DAY, HOUR, MINUTE, parse_instant
from warmlist.followup.guards import (
    HARD,
    REASONS,
    Limits,
    Parcel,
    State,
    allowed,
    answers,
    decide,
    fits,
    next_shut,
)
from warmlist.understanding.preferences.model import Window

pytestmark = pytest.mark.property

ROME = ZoneInfo("Europe/Rome")
#: A Tuesday, 10:30 in Rome.
NOW = parse_instant("2026-03-03T09:30:00Z")
LIMITS = Limits(
    touch_cap=3, most_a_week=5, promotions_a_week=2, vip_promotions=3, promotion_window=30 * DAY,
    promotions_in_worst=2, service_window=DAY, answer_within=DAY, quiet_from=22 * HOUR, quiet_until=8 * HOUR,
)  # fmt: skip
FREE = State(zone=ROME, last_inbound=NOW - HOUR)
PARCEL = Parcel()
PROMOTION = Parcel(purpose="promotion")
OFFICE = Window((1, 2, 3, 4, 5), 9 * 60, 18 * 60)


def at(text: str) -> int:
    return parse_instant(text)


def names(state: State, parcel: Parcel = PARCEL, moment: int = NOW) -> list[str]:
    return [reason.name for reason in decide(state, parcel, moment, LIMITS).reasons]


def test_nothing_known_against_it_is_allowed() -> None:
    assert decide(FREE, PARCEL, NOW, LIMITS).verdict == "allow"


@pytest.mark.parametrize(
    ("state", "parcel", "reason"),
    [
        (replace(FREE, opted_out=True), PARCEL, "opt_out"),
        (replace(FREE, passive=True), PARCEL, "passive"),
        (replace(FREE, grey=True), PARCEL, "grey"),
        (replace(FREE, format="voice"), PARCEL, "format"),
        (replace(FREE, restricted=True), replace(PROMOTION, ships=True), "shipping"),
        (replace(FREE, interests=frozenset({"new_arrival"})), Parcel(fits="discount_sensitive"), "topic"),
        (replace(FREE, categories=frozenset({"shoes"})), Parcel(categories=frozenset({"bags"})), "category"),
        (replace(FREE, last_inbound=NOW - DAY - 1), PARCEL, "channel"),
        (replace(FREE, last_inbound=None), PARCEL, "channel"),
        (replace(FREE, max_per_week=0), PARCEL, "frequency"),
    ],
)  # fmt: skip
def test_what_no_waiting_helps_against_is_refused(
    state: State, parcel: Parcel, reason: str
) -> None:
    decision = decide(state, parcel, NOW, LIMITS)
    assert (decision.verdict, decision.until) == ("refuse", None)
    assert [r.name for r in decision.reasons] == [reason]
    assert decision.overridable is (reason not in HARD)


@pytest.mark.parametrize(
    ("state", "parcel", "moment", "until", "reason"),
    [
        (FREE, PARCEL, "2026-03-03T22:00:00+01:00", "2026-03-04T08:00:00+01:00", "quiet_hours"),
        # The night in which the clocks go forward: eight o'clock comes an hour sooner.
        (FREE, PARCEL, "2026-03-28T23:00:00+01:00", "2026-03-29T08:00:00+02:00", "quiet_hours"),
        (replace(FREE, windows=(OFFICE,)), PARCEL, "2026-03-06T18:00:00+01:00", "2026-03-09T09:00:00+01:00",
         "preferred_hours"),
        (replace(FREE, avoid=(Window((2,), 0, 1440),)), PARCEL, "2026-03-03T10:30:00+01:00",
         "2026-03-04T08:00:00+01:00", "avoided_hours"),
        (replace(FREE, night=True), PROMOTION, "2026-03-03T10:30:00+01:00", "2026-03-03T20:00:00+01:00",
         "preferred_hours"),
    ],
)  # fmt: skip
def test_a_closed_hour_waits_for_the_next_open_one(
    state: State, parcel: Parcel, moment: str, until: str, reason: str
) -> None:
    decision = decide(replace(state, last_inbound=at(moment)), replace(parcel, approved=True),
                      at(moment), LIMITS)  # fmt: skip
    assert decision.verdict == "wait"
    assert decision.until == at(until)
    assert [r.name for r in decision.reasons] == [reason]


def test_three_contacts_in_a_week_are_enough_and_the_fourth_waits_for_the_first_to_be_old() -> None:
    touches = tuple(NOW - days * DAY for days in (6, 4, 2))
    free = replace(FREE, touches=touches)
    decision = decide(free, replace(PARCEL, approved=True), NOW, LIMITS)
    assert [r.name for r in decision.reasons] == ["weekly_cap"]
    assert decision.until == touches[0] + 7 * DAY + 1


def test_two_a_week_are_three_days_apart() -> None:
    agreed = replace(FREE, max_per_week=2, touches=(NOW - 2 * DAY,))
    decision = decide(agreed, replace(PARCEL, approved=True), NOW, LIMITS)
    assert [r.name for r in decision.reasons] == ["spacing"]
    assert decision.until == NOW + DAY


def test_more_than_five_a_week_are_never_sent_whatever_was_agreed() -> None:
    touches = tuple(NOW - hours * HOUR for hours in (100, 80, 60, 40, 26))
    assert "frequency" in names(replace(FREE, max_per_week=9, touches=touches))


def test_a_high_spender_gets_three_promotions_a_month() -> None:
    sent = tuple(NOW - days * DAY for days in (29, 20, 10))
    vip = replace(FREE, high_spender=True, promotions=sent)
    assert names(vip, PROMOTION) == ["vip_cap"]
    assert names(replace(vip, high_spender=False), PROMOTION) == []
    assert names(vip, Parcel(purpose="quote")) == []


def test_a_third_promotion_in_a_row_in_a_worst_window_is_refused_until_it_ends() -> None:
    worst = (Window((1, 2, 3, 4, 5, 6, 7), 10 * 60, 12 * 60),)
    twice = replace(FREE, worst=worst, promotions=(NOW - 14 * DAY, NOW - 8 * DAY))
    assert names(replace(twice, promotions=twice.promotions[:1]), PROMOTION) == []
    decision = decide(twice, replace(PROMOTION, approved=True), NOW, LIMITS)
    assert [r.name for r in decision.reasons] == ["worst_window"]
    assert decision.until == at("2026-03-03T12:00:00+01:00")


def test_an_answer_of_the_day_is_exempt_from_caps_hours_and_rest() -> None:
    asked = replace(
        FREE, opted_out=True, passive=True, grey=True, windows=(Window((7,), 0, 60),),
        touches=tuple(NOW - n * HOUR for n in (9, 6, 3)), wrote_at=NOW - DAY,
    )  # fmt: skip
    assert answers(asked, NOW, LIMITS)
    assert decide(asked, PARCEL, NOW, LIMITS).verdict == "allow"
    assert names(asked, PARCEL, NOW + 1)[0] == "opt_out"
    assert "opt_out" in names(asked, PROMOTION)


def test_who_is_passive_gets_the_newsletter_and_nothing_else() -> None:
    passive = replace(FREE, passive=True)
    assert names(passive, Parcel(newsletter=True)) == []
    assert names(passive, PROMOTION) == ["passive"]


def test_a_person_writes_without_a_template_only_where_the_channel_is_their_own() -> None:
    closed = replace(FREE, last_inbound=NOW - 2 * DAY)
    assert names(closed, Parcel(approved=True)) == []
    assert names(closed, Parcel(format="call")) == []
    assert names(closed, Parcel(automatic=False)) == []
    assert names(closed) == ["channel"]


def test_the_most_binding_reason_comes_first() -> None:
    everything = replace(
        FREE, opted_out=True, passive=True, grey=True, windows=(Window((7,), 0, 60),), format="voice",
        touches=tuple(NOW - n * HOUR for n in (9, 6, 3)), interests=frozenset({"x"}), last_inbound=None,
    )  # fmt: skip
    found = names(everything, Parcel(purpose="promotion", fits="y"))
    assert found == sorted(found, key=REASONS.index)
    assert found == ["opt_out", "channel", "passive", "grey", "preferred_hours", "format", "weekly_cap", "topic"]  # fmt: skip


def test_nothing_known_suits_everybody() -> None:
    assert fits(frozenset(), "discount_sensitive")
    assert fits(frozenset({"new_arrival"}), None)
    assert not fits(frozenset({"new_arrival"}), "discount_sensitive")


# --- what must always hold ---

moments = st.integers(0, 40 * 24 * 60).map(lambda minutes: NOW + minutes * MINUTE)
past = st.lists(st.integers(1, 40 * 24 * 60), max_size=8).map(
    lambda ago: tuple(sorted(NOW - minutes * MINUTE for minutes in ago))
)
days = st.sets(st.integers(1, 7), min_size=1).map(lambda found: tuple(sorted(found)))
windows = st.lists(
    st.tuples(days, st.integers(0, 1439), st.integers(1, 1440))
    .filter(lambda w: w[1] != w[2])
    .map(lambda w: Window(*w)),
    max_size=3,
).map(tuple)
interests = st.frozensets(st.sampled_from(("a", "b")))
states = st.builds(
    State,
    zone=st.sampled_from(("Europe/Rome", "Asia/Kathmandu", "America/New_York", "UTC")).map(ZoneInfo),
    opted_out=st.booleans(), passive=st.booleans(), grey=st.booleans(), windows=windows, avoid=windows,
    worst=windows, night=st.booleans(), max_per_week=st.none() | st.integers(0, 7),
    max_per_month=st.none() | st.integers(0, 9), touches=past, promotions=past,
    high_spender=st.booleans(), interests=interests, categories=interests,
    format=st.none() | st.sampled_from(("text", "voice")), restricted=st.booleans(),
    last_inbound=st.none() | moments, wrote_at=st.none() | moments,
)  # fmt: skip
#: The same with windows that begin and end by the quarter of an hour, as a test can look at them all.
quarters = st.lists(
    st.tuples(days, st.integers(0, 95), st.integers(1, 96))
    .filter(lambda w: w[1] != w[2])
    .map(lambda w: Window(w[0], w[1] * 15, w[2] * 15)),
    max_size=3,
).map(tuple)
known = st.builds(
    replace, states, windows=quarters, avoid=quarters, worst=quarters, night=st.booleans()
)  # fmt: skip
parcels = st.builds(
    Parcel, purpose=st.sampled_from(("quote", "promotion", "content", "service")),
    fits=st.none() | st.sampled_from(("a", "b")), categories=interests,
    format=st.sampled_from(("text", "voice", "call")), approved=st.booleans(),
    newsletter=st.booleans(), automatic=st.booleans(), ships=st.booleans(),
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(state=states, parcel=parcels, moment=moments)
def test_a_verdict_and_its_reasons_fit_together(state: State, parcel: Parcel, moment: int) -> None:
    decision = decide(state, parcel, moment, LIMITS)
    assert (decision.verdict == "allow") == (not decision.reasons)
    assert (decision.until is not None) == (decision.verdict == "wait")
    assert all(reason.until is None or reason.until > moment for reason in decision.reasons)


@settings(max_examples=300, deadline=None)
@given(state=states, parcel=parcels, moment=moments)
def test_what_waits_is_allowed_then(state: State, parcel: Parcel, moment: int) -> None:
    decision = decide(state, parcel, moment, LIMITS)
    if decision.until is None:
        return
    assert decide(state, parcel, decision.until, LIMITS).verdict == "allow"


QUARTER = 15 * MINUTE


def looked_at(since: int, until: int, most: int = 400) -> range:
    """Quarters of an hour between two moments: all, or every n-th where those would be too many."""
    quarters = -(-(until - since) // QUARTER)
    return range(since, until, max(1, -(-quarters // most)) * QUARTER)


@settings(max_examples=120, deadline=None)
@given(state=known, parcel=parcels, moment=moments)
def test_no_moment_before_is_allowed(state: State, parcel: Parcel, moment: int) -> None:
    """`until` is the earliest: the clock is moved by quarters of an hour, and each time all is asked."""
    state = replace(state, wrote_at=_before(state.wrote_at, moment),
                    last_inbound=_before(state.last_inbound, moment))  # fmt: skip
    decision = decide(state, parcel, moment, LIMITS)
    if decision.verdict == "allow":
        return
    until = moment + 30 * DAY if decision.until is None else decision.until
    assert not [at for at in looked_at(moment, until) if allowed(state, parcel, at, LIMITS)]


@settings(max_examples=120, deadline=None)
@given(state=known, parcel=parcels, moment=moments)
def test_a_shut_stretch_is_the_first_and_shut_throughout(
    state: State, parcel: Parcel, moment: int
) -> None:
    state = replace(state, wrote_at=_before(state.wrote_at, moment),
                    last_inbound=_before(state.last_inbound, moment))  # fmt: skip
    parcel = replace(parcel, automatic=False)
    shut = next_shut(state, parcel, moment, LIMITS)
    begins = moment + 7 * DAY if shut is None else shut.begins
    assert all(allowed(state, parcel, at, LIMITS) for at in looked_at(moment, begins))
    if shut is None:
        return
    ends = shut.begins + 30 * DAY if shut.ends is None else shut.ends
    assert not [at for at in looked_at(shut.begins, ends) if allowed(state, parcel, at, LIMITS)]
    assert shut.ends is None or allowed(state, parcel, shut.ends, LIMITS)


def _before(told: int | None, moment: int) -> int | None:
    """Nobody has heard yet what is said later."""
    return None if told is None else min(told, moment)


def test_hours_that_the_clocks_skip_are_no_window_that_day() -> None:
    skipped = Window((7,), 2 * 60 + 30, 3 * 60 + 15)
    before = at("2026-03-28T12:00:00+01:00")
    decision = decide(
        replace(FREE, windows=(skipped,)), replace(PARCEL, approved=True), before, LIMITS
    )
    assert decision.until == at("2026-04-05T02:30:00+02:00")


def test_promotions_in_the_evening_keep_to_hours_that_were_named() -> None:
    night = replace(FREE, night=True, windows=(Window((5,), 18 * 60, 21 * 60),))
    decision = decide(night, replace(PROMOTION, approved=True), NOW, LIMITS)
    assert decision.until == at("2026-03-06T20:00:00+01:00")
    late = at("2026-03-06T21:00:00+01:00")
    decision = decide(night, replace(PROMOTION, approved=True), late, LIMITS)
    assert decision.until == at("2026-03-13T20:00:00+01:00")


@settings(max_examples=200, deadline=None)
@given(state=states, parcel=parcels, moment=moments)
def test_an_opt_out_lets_nothing_through_but_an_answer(
    state: State, parcel: Parcel, moment: int
) -> None:
    decision = decide(replace(state, opted_out=True), parcel, moment, LIMITS)
    answering = answers(state, moment, LIMITS) and parcel.purpose != "promotion"
    assert ("opt_out" in [r.name for r in decision.reasons]) is not answering
    if not answering:
        assert not decision.overridable


@settings(max_examples=200, deadline=None)
@given(
    state=states, parcel=parcels, moment=moments, more=st.sampled_from(("touches", "promotions"))
)
def test_one_contact_more_never_opens_anything(
    state: State, parcel: Parcel, moment: int, more: str
) -> None:
    if decide(state, parcel, moment, LIMITS).verdict == "allow":
        return
    worse = {more: tuple(sorted((*getattr(state, more), moment - MINUTE)))}
    if state.worst and more == "promotions":
        return  # a promotion outside the worst window ends the row in it
    assert decide(replace(state, **worse), parcel, moment, LIMITS).verdict != "allow"
