"""What every page function can reach: put together once by `create_app`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import cast
from zoneinfo import ZoneInfo

from starlette.requests import Request

from warmlist.followup.learnt import LearningDesk
from warmlist.followup.rules_desk import RulesDesk
from warmlist.followup.segment_desk import SegmentDesk
from warmlist.insights.reviews.desk import ReviewDesk
from warmlist.web.desk import Accounts, Desk
from warmlist.web.limits import Failures
from warmlist.web.live import Hub
from warmlist.web.render import Renderer


@dataclass(frozen=True, slots=True)
class Context:
    desk: Desk
    accounts: Accounts
    renderer: Renderer
    hub: Hub
    now: Callable[[], int]  # epoch ms
    zone: ZoneInfo  # of the workspace
    name_failures: Failures
    address_failures: Failures
    reviews: ReviewDesk | None = None
    segments: SegmentDesk | None = None
    learning: LearningDesk | None = None
    rules: RulesDesk | None = None


def context(request: Request) -> Context:
    return cast(Context, request.app.state.context)
