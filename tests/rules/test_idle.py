"""Rules that can never hold are told, and those that can are left in peace."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

import pytest

from warmlist.rules.layers import Layer
from warmlist.rules.model import Pack
from warmlist.rules.read import read_pack

pytestmark = pytest.mark.unit
PACK = Path(str(resources.files("warmlist") / "packs/chat_sales"))
TIER = """dimension: tier
kind: {kind}
names: Tier
review: 30d
labels: {{a: {{names: A}}, b: {{names: B}}, c: {{names: C}}}}
rules:
  - {{id: T-1, label: a, when: "{first}", because: x}}
  - {{id: T-2, label: b, when: "{second}", because: x}}
"""


def tier(first: str, second: str, kind: str = "exclusive", **more: str) -> Pack:
    files = {"labels/tier.yaml": TIER.format(first=first, second=second, kind=kind), **more}
    return read_pack(PACK, layers=[Layer("us", files)])


def test_every_rule_of_the_built_in_pack_may_hold() -> None:
    pack = read_pack(PACK)
    assert (pack.idle, pack.warnings) == ((), ())


@pytest.mark.parametrize(
    ("when", "why"),
    [
        (
            "age(last_order) <= high_within and age(last_order) > medium_within",
            "exclude each other",
        ),
        ("paid_orders >= 3 and paid_orders < 2", "exclude each other"),
        ("paid_orders = 2 and not paid_orders = 2", "exclude each other"),
        ("unknown(last_order) and age(last_order) <= high_within", "exclude each other"),
        ("activity = 'high' and activity = 'low'", "exclude each other"),
        ("'repeat' in stage and not has(stage, 'repeat')", "exclude each other"),
        ("(paid_orders >= 3 or paid_orders >= 5) and paid_orders < 2", "exclude each other"),
        ("paid_orders >= 7", "T-1 before it takes all"),
        ("paid_orders >= 6 and known(last_inbound)", "T-1 before it takes all"),
    ],
)
def test_a_rule_that_can_never_hold_is_told_with_its_place(when: str, why: str) -> None:
    pack = tier("paid_orders >= 6", when)
    assert pack.idle == ("T-2",)
    (told,) = pack.warnings
    assert told.startswith("us/labels/tier.yaml:8:")
    assert told.endswith("T-2 (b) can never hold: " + (why if "T-1" in why else f"its tests {why}"))


@pytest.mark.parametrize(
    "when",
    [
        "paid_orders >= 5",
        "not paid_orders >= 6",
        "not age(last_order) <= high_within and not age(last_order) > high_within",  # none known
        "age(last_order) > high_within and age(last_order) <= medium_within",
        "activity = 'high' or activity = 'low'",
        "age(last_order) <= high_within and age(last_inbound) > medium_within",
    ],
)
def test_a_rule_that_may_hold_is_not_told(when: str) -> None:
    assert tier("paid_orders >= 6", when).idle == ()


def test_several_rules_together_may_take_all() -> None:
    rules = "paid_orders >= 2 and paid_orders <= 4"
    pack = tier("paid_orders >= 3", rules)
    assert pack.idle == ()
    more = TIER.format(
        first="paid_orders >= 3", second="paid_orders >= 1 and paid_orders < 3", kind="exclusive"
    )
    more += '  - {id: T-3, label: c, when: "paid_orders >= 2", because: x}\n'
    pack = read_pack(PACK, layers=[Layer("us", {"labels/tier.yaml": more})])
    assert pack.idle == ("T-3",)
    assert pack.warnings[0].endswith("T-1 and T-2 before it takes all")


def test_in_a_set_rules_take_nothing_from_each_other() -> None:
    assert tier("paid_orders >= 6", "paid_orders >= 7", "set").idle == ()


def test_a_figure_that_makes_a_rule_of_the_pack_idle_is_told() -> None:
    figures = "medium_within: {value: 12h, since: 2026-11-22, source: us}\n"
    pack = read_pack(PACK, layers=[Layer("us", {"thresholds.yaml": figures})])
    assert pack.idle == ("ACT-2",)
    assert "ACT-2 (medium) can never hold: ACT-1 before it takes all" in pack.warnings[0]
