"""Every dated sentence of the pack holds as well where its story meets a leap day, a month's end, a change of clocks."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import yaml

from warmlist.app import built_in_pack
from warmlist.labels.pack_tests import FOLLOW_UP, run_tests
from warmlist.plan.compile import Plan, compile_plan
from warmlist.rules.read import read_pack

pytestmark = pytest.mark.unit

_TIME = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d(?::\d\d(?:\.\d{3})?)?(?:[+-]\d\d:\d\d)?")
_DAY = re.compile(r"(?<=on )\d{4}-\d\d-\d\d$")


@pytest.fixture(scope="module")
def plan() -> Plan:
    return compile_plan(read_pack(built_in_pack()))


def moved(text: str, zone: ZoneInfo, days: timedelta) -> str:
    """All times of a line so much later, in UTC: what counts is elapsed time."""

    def later(found: re.Match[str]) -> str:
        at = datetime.fromisoformat(found[0])
        at = (at if at.tzinfo else at.replace(tzinfo=zone)).astimezone(UTC) + days
        return at.strftime("%Y-%m-%d %H:%M:%S.") + f"{at.microsecond // 1000:03}+00:00"

    def later_day(found: re.Match[str]) -> str:
        return (date.fromisoformat(found[0]) + days).isoformat()

    return _DAY.sub(later_day, _TIME.sub(later, text))


def story(test: dict[str, Any], day: date, *, begins: bool) -> dict[str, Any] | None:
    """The test with its first event, or its first expectation, on a day; without what calendars decide."""
    rows = [{k: v for k, v in row.items() if k not in FOLLOW_UP} for row in test["then"]]
    rows = [row for row in rows if len(row) > 1]
    if not rows or not test.get("events"):
        return None
    anchor = date.fromisoformat((test["events"][0] if begins else rows[0]["at"])[:10])
    zone, days = ZoneInfo(test.get("zone", "UTC")), day - anchor
    return {
        "says": test["says"],
        "events": [moved(line, zone, days) for line in test["events"]],
        "then": [{**row, "at": moved(row["at"], zone, days)} for row in rows],
    }


@pytest.mark.parametrize("begins", [True, False], ids=["begins", "is asked"])
@pytest.mark.parametrize(
    "day",
    [date(2028, 2, 29), date(2026, 3, 29), date(2026, 10, 25), date(2026, 11, 1), date(2026, 12, 31)],
    ids=["leap day", "clocks forward", "clocks back", "clocks back in America", "year's end"],
)  # fmt: skip
def test_every_sentence_holds_on_days_that_are_not_like_others(
    plan: Plan, tmp_path: Path, day: date, begins: bool
) -> None:
    (tmp_path / "tests").mkdir()
    for path in sorted((built_in_pack() / "tests").glob("*.yaml")):
        tests = yaml.load(path.read_text("utf-8"), yaml.BaseLoader)["tests"]
        kept = [one for test in tests if (one := story(test, day, begins=begins))]
        if kept:
            text = yaml.safe_dump({"tests": kept}, allow_unicode=True, sort_keys=False, width=1000)
            (tmp_path / "tests" / path.name).write_text(text, "utf-8")
    results = run_tests(tmp_path, plan)
    assert len({r.sentence for r in results}) > 100
    assert [str(r) for r in results if not r.passed] == []
