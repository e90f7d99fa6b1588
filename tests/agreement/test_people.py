"""Stories of named people: what oracle and plan say of them is what the domain says."""

from __future__ import annotations

import pytest

from people import ALICE, BO, CARLA, DIETER, PEOPLE, Person, local_ms, rows
from support.asking import assert_same, by_oracle, everybody, relations

pytestmark = [pytest.mark.unit, pytest.mark.agreement]
#: The dimensions whose labels the stories tell.
TOLD = ("activity", "buying", "follow_up", "intent", "lifecycle")


@pytest.mark.parametrize(
    ("person", "when", "labels"),
    [
        (ALICE, "2026-03-02 09:00:00.001", {"high", "red", "new", "new_subscriber"}),
        (ALICE, "2026-03-02 09:40:00.001", {"high", "orange", "new", "new_subscriber"}),
        (ALICE, "2026-03-05 09:40", {"low", "medium", "red", "new", "new_subscriber"}),
        (ALICE, "2026-03-06 09:40:00.001", {"low", "medium", "orange", "new", "new_subscriber"}),
        (ALICE, "2026-03-06 18:10:00.001", {"high", "red", "new", "new_subscriber"}),
        (ALICE, "2026-03-06 18:30:00.001", {"high", "green", "new"}),
        (BO, "2026-02-27 20:06", {"yellow", "new", "new_subscriber"}),
        (BO, "2026-02-27 20:06:00.001", {"red", "new", "new_subscriber"}),
        (BO, "2026-03-01 21:00:00.001", {"yellow", "new", "new_subscriber"}),
        (CARLA, "2025-08-20 10:00:00.001", {"high", "none", "green", "returning"}),
        (CARLA, "2025-11-01 10:00", {"dormant", "sleeping", "green"}),
        (CARLA, "2026-02-16 10:00:00.001", {"dormant", "sleeping", "grey"}),
        (DIETER, "2026-03-30 08:59:59.999", {"medium", "yellow", "new", "new_subscriber"}),
        (DIETER, "2026-03-30 09:00:00.001", {"medium", "orange", "new", "new_subscriber"}),
    ],
)
def test_a_story_gives_the_labels_that_the_domain_says(
    person: Person, when: str, labels: set[str]
) -> None:
    as_of = local_ms(when, person.zone)
    answer = by_oracle(rows(person.events, [person.handle]), [1], [(1, as_of)])
    assert {label for d, label in answer[1, as_of]["labels"] if d in TOLD} == labels


def test_the_plan_says_of_all_people_what_the_oracle_says() -> None:
    handles = [p.handle for p in PEOPLE]
    events = rows([e for p in PEOPLE for e in p.events], handles)
    moments = [
        (n, e["pos"] + (ms << 20) >> 20)
        for n in range(1, len(PEOPLE) + 1)
        for e in events
        if e["known_at"]
        for ms in (0, 1, 86_400_000, 86_400_001, 3 * 86_400_000, 172_800_001)
    ]
    unique = sorted(set(moments))
    told = everybody(unique, relations(events, [1, 2, 3, 4]))
    assert_same(by_oracle(events, [1, 2, 3, 4], unique), told)
