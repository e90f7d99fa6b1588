"""Payloads from three other projects' tests: how well ours reads what it was not made for."""

import json
from collections import Counter

import pytest

from warmlist.connectors.base import Kept
from warmlist.connectors.whatsapp.translate import translate

pytestmark = pytest.mark.data

NOON = 1_795_000_000_000


@pytest.fixture(scope="module")
def translations(shared_data):
    """name -> translation of every payload under webhooks/."""
    found = {}
    root = shared_data / "webhooks"
    for file in sorted(root.rglob("*.json")):
        name = file.relative_to(root).with_suffix("").as_posix()
        for inner, document in envelopes(json.loads(file.read_bytes())):
            found[":".join([name, *inner])] = translate(json.dumps(document).encode(), NOON)
    return found


def envelopes(node, *names):
    """Every webhook of a file: it may be one, or a dictionary of named ones."""
    if "object" in node:
        yield names, node
        return
    for name, value in node.items():
        if isinstance(value, dict):
            yield from envelopes(value, *names, name)


def test_all_are_translated(translations):
    assert len(translations) > 120
    assert all(p.reason for t in translations.values() for p in t.problems)


def test_every_problem_names_its_place(translations):
    problems = [p for t in translations.values() for p in t.problems]

    assert problems
    assert all(p.path.startswith("entry[") for p in problems)


@pytest.mark.parametrize(
    ("name", "types"),
    [
        ("pywa/updates/message:text", ["profile", "message"]),
        ("pywa/updates/message:order", ["profile", "message", "cart", "cart", "cart"]),
        ("pywa/updates/message:referral", ["profile", "message", "profile"]),
        ("pywa/updates/flow_completion:completion", ["profile", "message", "form"]),
        ("pywa/updates/edited_message:image", ["correction"]),
        ("pywa/updates/system:phone_number_change", ["identity"]),
        ("pywa/updates/system:identity_change", []),
        ("pywa/updates/message_status:failed", ["receipt"]),
        ("pywa/updates/outgoing_message:edit", ["correction"]),
        ("pywa/updates/user_marketing_preferences:resume", ["preference"]),
        ("pywa/updates/call_connect:user_initiated", ["profile", "message"]),
        ("pywa/updates/call_terminate:call_terminate", ["receipt"]),
        ("pywa/updates/account_update:account_deleted", []),
        ("piusalfred/005_router_test_go", []),
        ("piusalfred/007_webhooks_test_go", ["profile", "message", "message"]),
        ("piusalfred/015_webhooks_test_go", ["identity"]),
        (
            "piusalfred/009_webhooks_test_go",
            ["profile", *["message"] * 4, "preference", "preference"],
        ),
    ],
)
def test_well_chosen_ones(translations, name, types):
    assert [e.type for e in translations[name].events] == types


def test_account_and_template_news_are_nobodys_message(translations):
    news = [
        t
        for name, t in translations.items()
        if "account" in name or "template" in name or name.startswith("piusalfred/02")
    ]

    assert len(news) > 20
    assert not any(t.events for t in news)
    assert all(p.kept is Kept.ASIDE for t in news for p in t.problems)


def test_only_placeholders_for_numbers_are_left_out(translations):
    lost = Counter(
        name.split("/")[0]
        for name, t in translations.items()
        if any(p.kept is Kept.RAW for p in t.problems)
    )

    # netflie writes "PHONE_NUMBER" for a number; elsewhere three payloads have such words, too.
    assert set(lost) == {"netflie", "piusalfred", "pywa"}
    assert lost["piusalfred"] + lost["pywa"] == 3
