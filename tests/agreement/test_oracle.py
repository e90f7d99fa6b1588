"""The plain oracle and the plan say the same, to the millisecond and the cent."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from oracle import Oracle
from people import Lives, lives
from support.asking import (
    assert_same,
    by_oracle,
    engine,
    everybody,
    of_answers,
    of_wide,
    plan,
    relations,
)  # fmt: skip
from warmlist.engines.duckdb import InProcess
from warmlist.engines.relations import spine
from warmlist.labels.ask import Asker, Customers
from warmlist.plan.dialects import at_moment
from warmlist.plan.evidence import KEPT

pytestmark = [pytest.mark.property, pytest.mark.agreement]


def owners(life: Lives) -> list[int]:
    return [life.customers[h] for h in life.handles]


def pairs(life: Lives) -> list[tuple[int, int]]:
    return [(c, t) for c in sorted(set(owners(life))) for t in life.moments]


@settings(max_examples=100)
@given(life=lives())
def test_everybody_at_once_and_at_many_moments(life: Lives) -> None:
    rows, who = life.rows(), owners(life)
    told = everybody(pairs(life), relations(rows, who))
    assert_same(by_oracle(rows, who, pairs(life)), told)


@settings(max_examples=15)
@given(life=lives(asked=1))
def test_everybody_at_one_moment_that_stands_in_the_plan(life: Lives) -> None:
    rows, who, moment = life.rows(), owners(life), life.moments[0]
    asked = [(customer, moment) for customer in sorted(set(who))]
    given_rows = relations(rows, who)
    with InProcess() as fresh:
        wide, opened = (
            fresh.run(at_moment(sql, moment), spine(asked), given_rows)
            for sql in (plan().sql, plan().open_sql or "")
        )
    assert_same(by_oracle(rows, who, asked), of_wide(wide, opened))


@settings(max_examples=150)
@given(life=lives(customers=1, asked=3))
def test_one_customer_concluded_in_plain_python(life: Lives) -> None:
    rows, who = life.rows(), owners(life)
    answers = Asker(plan(), engine()).ask(Customers(relations(rows, who)), pairs(life))
    assert_same(by_oracle(rows, who, pairs(life)), of_answers(answers))


@settings(max_examples=60)
@given(life=lives(), seed=st.integers(0, 1 << 30))
def test_neither_order_of_arrival_nor_order_of_rows_matters(life: Lives, seed: int) -> None:
    dice = random.Random(seed)
    rows = life.rows()
    again = life.rows(dice.sample(life.events, len(life.events)))
    dice.shuffle(again)
    first, second = (everybody(pairs(life), relations(r, owners(life))) for r in (rows, again))
    assert_same(first, second)


@settings(max_examples=150)
@given(life=lives(customers=2, asked=8))
def test_nothing_changes_before_the_recheck_moment(life: Lives) -> None:
    customers = Customers(relations(life.rows(), owners(life)))
    asker = Asker(plan(), engine())
    now = of_answers(asker.ask(customers, pairs(life)))
    before = {
        (c, a["recheck_at"] - 1): (c, t)
        for (c, t), a in now.items()
        if a["recheck_at"] is not None and a["recheck_at"] - 1 > t
    }
    for key, answer in of_answers(asker.ask(customers, sorted(before))).items():
        then = now[before[key]]
        for name in ("labels", "playbook", "due_from", "due_by", "rank", "recheck_at"):
            assert answer[name] == then[name], (before[key], key, name)


@settings(max_examples=60)
@given(life=lives(customers=2, asked=3))
def test_evidence_names_exactly_the_events_that_counted(life: Lives) -> None:
    rows, who = life.rows(), owners(life)
    customers = Customers(relations(rows, who))
    every = [rule for dimension in plan().pack.dimensions for rule in dimension.rules]
    asker = Asker(plan(), engine(), every)
    expected, wanted = {}, []
    for answer in asker.ask(customers, pairs(life)):
        customer, as_of = answer.customer_id, answer.as_of
        mine = [r for r in rows if who[r["handle_id"] - 1] == customer]
        oracle = Oracle(plan().pack, mine, as_of)
        for label in answer.concluded.labels:
            rule = plan().pack.rule(label.rule, label.dimension)
            if rule is not None:
                wanted.append((customer, as_of, rule.id))
            for fact in rule.facts if rule else ():
                counted = oracle.evidence(fact)
                expected |= {(customer, as_of, name): ids for name, ids in counted.items() if ids}
    found = asker.evidence(customers, wanted)
    assert {k: total for k, (_, total) in found.items()} == {k: len(v) for k, v in expected.items()}
    for key, (events, total) in found.items():
        assert set(events) == expected[key] if total <= KEPT else set(events) < expected[key]
