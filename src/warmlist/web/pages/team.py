"""The Team page: one review, the change against the period before, and who is behind each figure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal
from urllib.parse import parse_qsl, urlencode

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from warmlist.errors import BadInput, NotFound
from warmlist.followup.look import PackLook
from warmlist.followup.views import Chip
from warmlist.insights.reviews.desk import ReviewDesk
from warmlist.insights.reviews.distribution import EVERYBODY, reviewed
from warmlist.insights.reviews.model import Alert, Figure, Review, Series
from warmlist.insights.reviews.people import read
from warmlist.labels.sentences import in_language
from warmlist.web import team_words
from warmlist.web.context import context
from warmlist.web.fields import Text
from warmlist.web.pages import team_charts
from warmlist.web.pages.customer import LARGEST_ID
from warmlist.web.pages.parts import whole_page
from warmlist.web.review_csv import csv_answer
from warmlist.web.session import Who

router = APIRouter()

Period = Annotated[Literal["weekly", "monthly", "quarterly"], Query()]
Owner = Annotated[Text, Query(max_length=200)]


@dataclass(frozen=True, slots=True)
class Names:
    """Labels of the pack as the page shows them, in one language."""

    look: PackLook
    desk: ReviewDesk
    language: str

    def chip(self, dimension: str, label: str) -> Chip:
        return self.look.chip(dimension, label, None, "", self.language)

    def dimension(self, key: str) -> str:
        names = {d.key: d.names for d in self.desk.pack.dimensions}
        tag = self.language.replace("_", "-")
        return in_language(names[key], tag) if key in names else key.replace("_", " ")

    def order(self, dimension: str) -> list[str]:
        return [
            label for d in self.desk.pack.dimensions if d.key == dimension for label in d.labels
        ]

    def exclusive(self, dimension: str) -> bool:
        return any(d.exclusive for d in self.desk.pack.dimensions if d.key == dimension)


@dataclass(frozen=True, slots=True)
class Move:
    """How the customers of a dimension moved in the period."""

    dimension: str
    moved: Figure
    ways: tuple[Figure, ...]
    reasons: Mapping[tuple[str | None, str | None], tuple[Figure, ...]]
    flow: team_charts.Flow | None


@router.get("/team")
def team_page(
    request: Request,
    who: Who,
    period: Period = "weekly",
    owner: Owner = "",
    dimension: Annotated[Text, Query(max_length=60)] = "follow_up",
) -> Response:
    """A review as of now; a rep's own figures, or the team's with every rep beside."""
    here, viewer = context(request), who.viewer
    desk = _desk(request)
    series = [d.key for d in reviewed(desk.pack)]
    drawn = dimension if dimension in series else EVERYBODY
    told = desk.latest(viewer, period, here.now(), owner=owner or None, drawn=drawn)
    names = Names(PackLook(desk.pack, ""), desk, viewer.language)
    return whole_page(
        request,
        who,
        "team.html",
        back=_address(period=period, owner=owner),
        now=here.now(),
        told=told,
        whose=told.owner,
        team=desk.reps() if viewer.sees_everyone else (),
        rows=_by_owner(told),
        alerts=_grouped(told.alerts),
        names=names,
        team_words=team_words,
        limits=desk.limits,
        spark=team_charts.spark,
        link=lambda **more: _address(**{"period": period, "owner": owner} | more),
        export=f"/team/export?{urlencode({'period': period, 'owner': owner})}",
        series=series,
        **_drawings(told, names),
    )


@router.get("/team/export")
def export(request: Request, who: Who, period: Period = "weekly", owner: Owner = "") -> Response:
    """The figures of the page as CSV."""
    here = context(request)
    return csv_answer(_desk(request).latest(who.viewer, period, here.now(), owner=owner or None))


@router.get("/team/people")
def people_page(
    request: Request, who: Who, after: Annotated[int, Query(ge=0, le=LARGEST_ID)] = 0
) -> Response:
    """Who is behind a figure; the address carries the figure's own words."""
    here, viewer = context(request), who.viewer
    desk = _desk(request)
    query = dict(parse_qsl(request.url.query, keep_blank_values=True))
    if any("\x00" in value for value in query.values()):
        raise BadInput("the address holds a character that no text may hold")
    query.pop("after", None)
    behind = desk.behind(viewer, query, here.now(), after)
    names = Names(PackLook(desk.pack, ""), desk, viewer.language)
    return whole_page(
        request,
        who,
        "team_people.html",
        back="/team",
        now=here.now(),
        asked=read(query),
        chips=[
            names.chip(query["dimension"], query[part])
            for part in ("was", "label", "now")
            if query.get(part)
        ],
        behind=behind,
        more=f"/team/people?{urlencode(query | {'after': str(behind.after)})}",
        team_words=team_words,
    )


def _desk(request: Request) -> ReviewDesk:
    found = context(request).reviews
    if found is None:
        raise NotFound("there are no reviews here")
    return found


def _address(**asked: str) -> str:
    return "/team?" + urlencode({key: value for key, value in asked.items() if value})


def _grouped(alerts: Sequence[Alert]) -> list[tuple[Alert, list[Alert]]]:
    """One a kind: the team's, else the first rep's; and those of the other reps."""
    kinds: dict[str, list[Alert]] = {}
    for alert in sorted(alerts, key=lambda a: (a.owner is not None, a.owner or "")):
        kinds.setdefault(alert.kind, []).append(alert)
    return [(of[0], of[1:]) for of in kinds.values()]


def _by_owner(told: Review) -> dict[str | None, dict[str, Figure]]:
    """owner -> name of a figure -> the figure, for those without a label; and two shares."""
    rows: dict[str | None, dict[str, Figure]] = {}
    for figure in told.figures:
        if figure.dimension is None:
            rows.setdefault(figure.owner, {})[figure.name] = figure
        elif figure.name == "share" and (
            key := _SHARES.get((figure.dimension, figure.label or ""))
        ):
            rows.setdefault(figure.owner, {})[key] = figure
    return rows


_SHARES = {("activity", "high"): "high_share", ("follow_up", "red"): "red_share"}


def _drawings(told: Review, names: Names) -> dict[str, Any]:
    """What the period draws: the shares over time, the orders predicted, or who moved where."""
    chosen = next(iter(told.series), None)
    return {
        "chosen": chosen,
        "boxes": _stacked(chosen, names),
        "shares": [
            f
            for f in told.of("distribution", told.owner)
            if chosen is not None and f.dimension == chosen.dimension
        ],
        "pairs": team_charts.pairs(
            [
                (int(f.detail or 0), f.value or 0.0, f.count or 0)
                for f in told.of("warning", told.owner)
                if f.name == "predicted"
            ]
        ),
        "moves": _moves(told, names),
    }


def _stacked(series: Series | None, names: Names) -> list[team_charts.Box]:
    """Only labels of which a customer has exactly one can be stacked to a whole."""
    if series is None or not names.exclusive(series.dimension):
        return []
    return team_charts.stack(series.shares)


def _moves(told: Review, names: Names) -> list[Move]:
    found = []
    figures = told.of("movement", told.owner)
    for moved in (f for f in figures if f.name == "moved" and f.dimension):
        of = [f for f in figures if f.dimension == moved.dimension]
        reasons: dict[tuple[str | None, str | None], list[Figure]] = {}
        for figure in of:
            if figure.name == "reason":
                reasons.setdefault((figure.detail, figure.label), []).append(figure)
        found.append(
            Move(
                moved.dimension or "",
                moved,
                tuple(f for f in of if f.name == "way"),
                {way: tuple(why) for way, why in reasons.items()},
                _flow(of, names),
            )
        )
    return found


def _flow(figures: Sequence[Figure], names: Names) -> team_charts.Flow | None:
    """None for sets, whose labels do not replace each other."""
    dimension = figures[0].dimension or ""
    if not names.exclusive(dimension):
        return None
    ways = {(f.detail, f.label): int(f.value or 0) for f in figures if f.name in ("way", "stayed")}
    known: list[str | None] = list(names.order(dimension))
    others = {label for way in ways for label in way} - set(known) - {None}
    return team_charts.flow(ways, [*known, *sorted(o for o in others if o), None])
