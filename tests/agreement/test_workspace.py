"""Rules of a workspace are rules like any: oracle and plan agree on what lies over the pack too."""

from __future__ import annotations

import pytest
from hypothesis import given, settings

from people import Lives, lives
from support import asking
from support.asking import PACK, assert_same, by_oracle, engine, of_answers, relations
from warmlist.labels.ask import Asker, Customers
from warmlist.plan.compile import Plan, compile_plan
from warmlist.rules.layers import Layer
from warmlist.rules.read import read_pack

pytestmark = [pytest.mark.property, pytest.mark.agreement]

FILES = {
    "thresholds.yaml": """high_within: {value: 12h, since: 2026-11-22, source: us}
chat_days: {value: 10d, since: 2026-11-22, source: us}
rich_from: {value: 40 USD, since: 2026-11-22, source: us}
""",
    "facts/ours.yaml": """questions_10d:
  says: price questions in 10 days
  from: readings
  where: says('price_inquiry')
  take: count
  window: chat_days
""",
    "labels/tier.yaml": """dimension: tier
kind: exclusive
names: Tier
review: 30d
labels: {gold: {names: Gold, colour: gold}, asks: {names: Asks}, by_hand: {names: Ours}}
rules:
  - {id: W-1, label: gold, when: spend_total >= rich_from or 'repeat' in stage, because: spent}
  - {id: W-2, label: asks, when: questions_10d >= 1 and not activity = 'dormant', because: asks}
""",
    "labels/activity.yaml": """dimension: activity
labels: {steady: {names: Steady}}
rules:
  - {id: W-3, label: steady, when: paid_orders >= 2, because: buys, before: ACT-1}
""",
    "labels/care.yaml": "dimension: care\nlabels: {ours: {names: Ours}}\nrules: []\n",
}


@pytest.fixture(scope="module")
def over() -> Plan:
    return compile_plan(read_pack(PACK, layers=[Layer("ours", FILES)]))


@pytest.fixture
def asked_by(over: Plan, monkeypatch: pytest.MonkeyPatch) -> None:
    """The helpers of this test ask about the pack with files over it."""
    monkeypatch.setattr(asking, "plan", lambda: over)


@pytest.mark.usefixtures("asked_by")
@settings(max_examples=8)
@given(life=lives())
def test_everybody_and_one_by_one(life: Lives) -> None:
    rows, who = life.rows(), [life.customers[h] for h in life.handles]
    pairs = [(c, t) for c in sorted(set(who)) for t in life.moments]
    expected = by_oracle(rows, who, pairs)
    assert_same(expected, asking.everybody(pairs, relations(rows, who)))
    asker = Asker(asking.plan(), engine())
    assert_same(expected, of_answers(asker.ask(Customers(relations(rows, who)), pairs)))
