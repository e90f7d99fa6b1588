"""A crowd with long histories: every rule of the pack holds for somebody, and plan and oracle agree on all."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from people import KINDS, LIMITS, NOW, SHOP, TALK, Lives, event
from support.asking import assert_same, by_oracle, engine, everybody, of_answers, plan, relations
from warmlist.clock import DAY, HOUR
from warmlist.labels.ask import Asker, Customers

pytestmark = [pytest.mark.property, pytest.mark.agreement]

#: Reads much, writes and buys little.
READER = ("out", "out", "receipt", "receipt", "receipt", "view", "click", "event")
#: Asks, is quoted, asks again.
ASKER = ("in", "quote", "out")
MOODS = (KINDS, TALK, SHOP, READER, ASKER)
#: How far apart the events of a history are: a few days, weeks, or anything that matters to a rule.
PACES = ((HOUR, 6 * HOUR, DAY), (DAY, 3 * DAY, 7 * DAY), (10 * DAY, 30 * DAY, 45 * DAY), LIMITS)


def crowd(dice: random.Random, customers: int) -> Lives:
    """Customers with one handle each and up to 40 events, ending about NOW."""
    events, owners, moments = [], {}, {NOW}
    for customer in range(1, customers + 1):
        handle = f"+39333{customer:04d}00"
        owners[handle] = customer
        kinds, pace = dice.choice(MOODS), dice.choice(PACES)
        at = NOW - dice.choice((0, 80 * HOUR, 40 * DAY))
        for number in range(dice.randint(1, 40)):
            at -= dice.choice(pace) + dice.choice((0, 1, -1))
            kind = dice.choice(kinds)
            made = event(kind, number, handle, max(at, 0), dice.getrandbits(16))
            events.append(replace(made, seq=number + 3))
    moments |= {dice.choice(events).occurred_at + dice.choice(LIMITS) + 1 for _ in range(2)}
    return Lives(tuple(events), owners, tuple(sorted(moments)))


@pytest.fixture(scope="module")
def life() -> Lives:
    return crowd(random.Random(10), 260)


def test_every_rule_holds_for_somebody_and_plan_and_oracle_agree(life: Lives) -> None:
    rows, who = life.rows(), [life.customers[h] for h in life.handles]
    asked = [(customer, moment) for customer in who for moment in life.moments]
    told = by_oracle(rows, who, asked)
    given = relations(rows, who)
    assert_same(told, everybody(asked, given))
    assert_same(told, of_answers(Asker(plan(), engine()).ask(Customers(given), asked)))
    held = {rule for answer in told.values() for _, rule in answer["labels"].values()}
    assert {r.id for d in plan().pack.dimensions for r in d.rules} - held == set()
