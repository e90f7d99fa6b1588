"""The plain oracle and the plan say the same, to the millisecond and the cent."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from people import Lives, lives
from support.asking import assert_same, by_oracle, engine, of_answers, of_wide, plan, relations, spine

from warmlist.labels.ask import Asker, Customers

pytestmark = [pytest.mark.property, pytest.mark.agreement]


def owners(life: Lives) -> list[int]:
    return [life.customers[h] for h in life.handles]


def pairs(life: Lives) -> list[tuple[int, int]]:
    return [(c, t) for c in sorted(set(owners(life))) for t in life.moments]


@settings(max_examples=150)
@given(life=lives())
def test_everybody_at_once_and_at_many_moments(life: Lives) -> None:
    rows, who = life.rows(), owners(life)
    wide = engine().run(plan().sql, spine(pairs(life)), relations(rows, who))
    assert_same(by_oracle(rows, who, pairs(life)), of_wide(wide))


@settings(max_examples=150)
@given(life=lives(customers=1, asked=3))
def test_one_customer_concluded_in_plain_python(life: Lives) -> None:
    rows, who = life.rows(), owners(life)
    answers = Asker(plan(), engine()).ask(Customers(relations(rows, who)), pairs(life))
    assert_same(by_oracle(rows, who, pairs(life)), of_answers(answers))
