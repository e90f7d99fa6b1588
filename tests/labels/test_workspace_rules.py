"""Rules of a workspace: previewed, kept as versions, taken up by whoever labels, and taken back."""

from __future__ import annotations

import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import pytest

from warmlist.app import App, built_in_pack, event_log
from warmlist.demo.shop import history
from warmlist.errors import BadInput, BadPack, Busy, Refused
from warmlist.events.model import Event
from warmlist.followup.rules_desk import RulesDesk
from warmlist.followup.views import Viewer
from warmlist.labels.assign import Labeller
from warmlist.labels.bulk import Bulk
from warmlist.packs import workspace
from warmlist.plan.compile import compile_plan
from warmlist.settings import Settings
from warmlist.store.database import Store
from warmlist.understanding.reader import default_reader
from warmlist.worker import Worker

pytestmark = pytest.mark.store

NOW = 1_772_539_200_000  # 2026-03-03 12:00 UTC
LEAD, REP = Viewer(1, "Alice", "lead"), Viewer(2, "Bob", "rep")
TIER = {
    "what": "label", "category": "Tier", "kind": "exclusive", "category_says": "how we serve them",
    "name": "Gold", "colour": "gold", "when": "spend_365d >= 100 USD and age(last_order) <= 52w",
}  # fmt: skip


@pytest.fixture
def app(store: Store, tmp_path: Path) -> Iterator[App]:
    """A small sample shop, labelled by the built-in pack as of NOW."""
    log = event_log(default_reader())
    with store.connect() as conn:
        past = history(3, NOW, 60)
        while batch := list(islice(past, 2_000)):
            log.append(conn, batch, now_ms=NOW)
        rules = workspace.in_force(conn, built_in_pack(), NOW)
    plan = compile_plan(rules.pack)
    Bulk(store.dsn, plan, "USD", tmp_path / "mirror", NOW, time.perf_counter).run()
    app = App(Settings(home=tmp_path), store, default_reader(), plan, "USD", "UTC", rules)
    yield app
    app.rules_desk.close()
    app.pool.close()


def holders(store: Store, dimension: str, label: str) -> set[int]:
    with store.connect() as conn:
        rows = conn.execute(
            "SELECT customer_id FROM assignments "
            "WHERE dimension = %s AND label = %s AND until_at IS NULL",
            (dimension, label),
        )
        return {row[0] for row in rows}


def keep(desk: RulesDesk, fields: dict[str, str], note: str = "try") -> int:
    version, files = desk.draft(LEAD, fields, NOW)
    return desk.save(LEAD, files, note, NOW, version.number).number


def test_a_preview_says_who_then_gets_the_label(app: App) -> None:
    desk = app.rules_desk
    version, files = desk.draft(LEAD, TIER, NOW)
    found = desk.preview(LEAD, desk.check(files, NOW), files, NOW, "tab").told(60)
    assert found is not None
    (gold,) = found.moved
    assert (gold.dimension, gold.label, gold.leaving) == ("tier", "gold", 0)
    assert gold.entering == found.changed > 3
    assert not holders(app.store, "tier", "gold")
    desk.save(LEAD, files, "tiers", NOW, version.number)
    assert app.plan.pack.key.endswith("+w1")
    bulk = Bulk(
        app.store.dsn, app.plan, "USD", app.mirror_folder, NOW + 1, time.perf_counter, "rule_change"
    )
    bulk.run()
    held = holders(app.store, "tier", "gold")
    assert len(held) == gold.entering
    assert set(gold.some_entering) <= held
    with app.store.connect() as conn:
        rows = conn.execute(
            "SELECT DISTINCT pack, cause, because FROM assignments WHERE dimension = 'tier'"
        ).fetchall()
    assert rows == [(app.plan.pack.key, "rule_change", "Gold")]


def test_one_name_stands_for_all_languages_and_figures_get_names(app: App) -> None:
    keep(app.rules_desk, TIER)
    tier = app.plan.pack.dimension("tier")
    assert set(tier.labels["gold"].names.values()) == {"Gold"}
    figures = app.plan.pack.thresholds
    assert (figures["tier_gold_1"].text, figures["tier_gold_2"].text) == ("100 USD", "364d")
    assert "tier_gold_1" in tier.rules[0].text


def test_labellers_of_former_rules_write_nothing(app: App) -> None:
    former = Labeller(app.store.dsn, app.plan, "USD")
    keep(app.rules_desk, TIER)
    with app.store.connect() as conn:
        customer = conn.execute("SELECT min(id) FROM customers").fetchone()
        assert customer is not None
        with pytest.raises(workspace.OtherRules):
            former.relabel(conn, {customer[0]: NOW}, NOW + 5)
        conn.rollback()
        fresh = app.labeller()
        assert fresh.relabel(conn, {customer[0]: NOW}, NOW + 5).customers == 1
    former.close()
    fresh.close()


def test_a_running_worker_takes_up_new_rules(app: App) -> None:
    """Another process keeps them; the worker's next label is by them, without a restart."""
    worker = Worker(app.store, app.events, app.labeller, app.everybody, now=lambda: NOW + 60_000)
    labeller = app.labeller()
    order = Event(
        "order", "o-1", "shop", "+393331110001", NOW, NOW,
        fields={"amount": "500", "currency": "USD", "status": "paid"},
    )  # fmt: skip
    version, files = app.rules_desk.draft(LEAD, TIER, NOW)
    with app.store.connect() as conn:
        workspace.save(conn, files, "Alice", "elsewhere", NOW, version.number)
        conn.commit()
        app.events.append(conn, [order], now_ms=NOW)
        conn.commit()
        with pytest.raises(workspace.OtherRules):
            worker.round(conn, labeller)
        conn.rollback()
        labeller.close()
        labeller = app.labeller()
        worker.round(conn, labeller)
        conn.commit()
    labeller.close()
    assert holders(app.store, "tier", "gold")


def test_versions_are_never_overwritten_and_one_can_go_back(app: App) -> None:
    desk = app.rules_desk
    keep(desk, TIER, "tiers")
    keep(desk, {"what": "figure", "figure": "high_within", "value": "12h"}, "we answer sooner")
    assert app.plan.pack.thresholds["high_within"].value == 12 * 3_600_000
    desk.back(LEAD, 1, NOW)
    assert app.plan.pack.thresholds["high_within"].text == "24h"
    assert app.plan.pack.laid_over == 3
    desk.back(LEAD, 0, NOW)
    assert app.plan.pack.key == desk.below.key
    notes = [v.note for v in desk.rules(NOW).versions]
    assert notes == ["back to w0", "back to w1", "we answer sooner", "tiers"]


def test_who_was_slower_looks_again(app: App) -> None:
    version, files = app.rules_desk.draft(LEAD, TIER, NOW)
    keep(app.rules_desk, {"what": "figure", "figure": "high_within", "value": "12h"})
    with pytest.raises(Busy, match="somebody changed the rules"):
        app.rules_desk.save(LEAD, files, "late", NOW, version.number)


def test_a_label_that_people_carry_goes_only_when_that_is_said(app: App) -> None:
    carried = len(holders(app.store, "order_tier", "low"))
    assert carried
    fields = {"what": "remove", "dimension": "order_tier", "label": "low"}
    version, files = app.rules_desk.draft(LEAD, fields, NOW)
    with pytest.raises(BadInput, match=rf"{carried} carry order_tier: low \(.+\)") as told:
        app.rules_desk.save(LEAD, files, "no low tier", NOW, version.number)
    assert "may go" in str(told.value)
    app.rules_desk.save(LEAD, files, "no low tier", NOW, version.number, take_away=True)
    assert "low" not in app.plan.pack.dimension("order_tier").labels


def test_reps_change_nothing(app: App) -> None:
    with pytest.raises(Refused):
        app.rules_desk.draft(REP, TIER, NOW)
    with pytest.raises(Refused):
        app.rules_desk.save(REP, {}, "x", NOW, 0)


def test_a_version_that_does_not_fit_is_left_out_and_told(app: App) -> None:
    with app.store.connect() as conn:
        text = "dimension: tier\nkind: set\nnames: T\nreview: 90d\nlabels: {}\nrules: [{id: a}]\n"
        workspace.save(conn, {"labels/tier.yaml": text}, "x", "broken", NOW, 0)
        conn.commit()
        found = workspace.in_force(conn, built_in_pack(), NOW)
    assert found.problem is not None
    assert found.problem.startswith("workspace/labels/tier.yaml:6:9: ")
    assert "tier" not in found.pack.keys
    app.refresh()
    labeller = app.labeller()  # goes on by the built-in pack
    with app.store.connect() as conn:
        row = conn.execute("SELECT min(id) FROM customers").fetchone()
        assert row is not None
        assert labeller.relabel(conn, {row[0]: NOW}, NOW + 5).customers == 1
    labeller.close()


def test_rules_that_hold_in_vain_are_named_with_their_customers(app: App) -> None:
    fields = {
        "what": "label", "dimension": "lifecycle", "name": "Regular", "when": "paid_orders >= 3",
    }  # fmt: skip
    _, files = app.rules_desk.draft(LEAD, fields, NOW)
    found = app.rules_desk.compare(app.rules_desk.check(files, NOW), NOW)
    assert found.in_vain
    assert all(one.rule == "w_lifecycle_regular" and one.some for one in found.in_vain)


def test_rules_that_contradict_each_other_are_refused(app: App) -> None:
    returning = app.plan.pack.dimension("lifecycle").rules[0]
    fields = {
        "what": "label", "dimension": "lifecycle", "name": "Twin", "when": returning.text,
    }  # fmt: skip
    _, files = app.rules_desk.draft(LEAD, fields, NOW)
    with pytest.raises(BadPack, match=f"asks the same as {returning.id}"):
        app.rules_desk.check(files, NOW)


def test_a_fact_by_form_counts_what_it_says(app: App) -> None:
    desk = app.rules_desk
    keep(desk, {
        "what": "fact", "name": "Messages this month", "stream": "messages",
        "where": "direction = 'in'", "take": "count", "window": "30d",
    })  # fmt: skip
    made = app.plan.pack.facts["messages_this_month"]
    assert (made.unit, made.window) == ("number", (30 * 86_400_000, 0))
    keep(desk, {
        "what": "label", "dimension": "engagement", "name": "话多", "when": "messages_this_month >= 2",
    })  # fmt: skip
    (label,) = set(app.plan.pack.dimension("engagement").labels) - set(
        desk.below.dimension("engagement").labels
    )
    assert label == "label_1"


def test_the_past_is_asked_by_one_customer_and_by_all_alike(app: App) -> None:
    """The conclusions in plain Python and the plan in SQL agree on a workspace's rules."""
    keep(app.rules_desk, TIER)
    Bulk(
        app.store.dsn, app.plan, "USD", app.mirror_folder, NOW + 1, time.perf_counter, "rule_change"
    ).run()
    by_all = holders(app.store, "tier", "gold")
    labeller = app.labeller()
    with app.store.connect() as conn:
        ids = [row[0] for row in conn.execute("SELECT id FROM customers")]
    customers = labeller.fetch(ids)
    answers = labeller.asker.ask(customers, [(one, NOW + 1) for one in ids])
    labeller.close()
    one_by_one = {
        a.customer_id for a in answers
        if any((c.dimension, c.label) == ("tier", "gold") for c in a.concluded.labels)
    }  # fmt: skip
    assert one_by_one == by_all


def test_everybody_is_labelled_by_new_rules_in_a_process_of_its_own(app: App) -> None:
    app.label_by_the_rules()  # the first time nothing is to be done
    with app.store.connect() as conn:
        first = workspace.labelled_by(conn)
    assert app.rules is not None
    assert first == app.rules.stamp
    keep(app.rules_desk, TIER | {"when": "known(first_message)"})
    app.label_by_the_rules()
    child = app.everybody.child.process
    assert child is not None
    assert child.wait(150) == 0
    assert len(holders(app.store, "tier", "gold")) > 10
    with app.store.connect() as conn:
        assert workspace.labelled_by(conn) == app.rules.stamp != first
    app.label_by_the_rules()
    assert app.everybody.taking_up_to() == 0
