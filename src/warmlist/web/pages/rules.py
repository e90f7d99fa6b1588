"""Rules: what makes the labels, and changes of it, tried out before they are kept."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Form, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from warmlist.errors import BadInput, BadPack, Busy, NotFound
from warmlist.facts.catalogue import streams
from warmlist.facts.takes import TAKES
from warmlist.followup.look import PackLook
from warmlist.followup.rule_files import own_names
from warmlist.followup.rules_desk import RulesDesk
from warmlist.followup.troubles import Trouble
from warmlist.labels.pack_diff import Difference
from warmlist.labels.segment_text import BadSegment
from warmlist.packs.workspace import NAME
from warmlist.rules.model import COLOURS, Pack, Rule
from warmlist.web import rule_words
from warmlist.web.context import context
from warmlist.web.fields import Text
from warmlist.web.pages.parts import whole_page
from warmlist.web.pages.segments import words_json
from warmlist.web.session import Acting, Who

router = APIRouter()

ADDRESS = "/rules"
#: How long an answer waits for a comparison before it says how far that is, in seconds.
PATIENCE = 0.4

Short = Annotated[Text, Form(max_length=200)]
Long = Annotated[Text, Form(max_length=2_000)]
Named = Annotated[Text, Query(max_length=100)]
What = Annotated[Literal["label", "rule", "fact", "figure", "remove"], Form()]


def fields(
    what: What,
    dimension: Short = "", label: Short = "", rule: Short = "", fact: Short = "", figure: Short = "",
    category: Short = "", category_says: Long = "", category_colour: Short = "", kind: Short = "set",
    name: Short = "", name_en: Short = "", name_it: Short = "", name_de: Short = "",
    name_zh: Annotated[Text, Form(alias="name_zh-Hans", max_length=200)] = "",
    says: Long = "", colour: Short = "", when: Long = "", because: Long = "", before: Short = "",
    stream: Short = "", take: Short = "", where: Long = "", window: Short = "", unit: Short = "",
    value: Short = "", reason: Short = "",
) -> Mapping[str, str]:  # fmt: skip
    """What a form of the page says, by field."""
    given = dict(locals())
    return {**given, "name_zh-Hans": given.pop("name_zh")}


Fields = Annotated[Mapping[str, str], Depends(fields)]


@router.get(ADDRESS)
def rules_page(
    request: Request,
    who: Who,
    what: Annotated[Text, Query(max_length=10)] = "label",
    dimension: Named = "",
    label: Named = "",
    rule: Named = "",
    fact: Named = "",
    figure: Named = "",
) -> Response:
    """The whole page; the parameters choose what its form is about."""
    here, desk, viewer = context(request), _desk(request), who.viewer
    now = here.now()
    found = desk.rules(now)
    pack, files = found.in_force.pack, found.in_force.version.files
    chosen = {"dimension": dimension, "label": label, "rule": rule, "fact": fact, "figure": figure}
    segments = here.segments
    assert segments is not None, "the page is only there where segments are"
    return whole_page(
        request,
        who,
        "rules.html",
        back=ADDRESS,
        now=now,
        rules=found,
        pack=pack,
        troubles=_troubles(desk, viewer.sees_everyone, now),
        opened={o.dimension: o for o in pack.open_rules},
        closed={d.key: d for d in pack.dimensions},
        look=PackLook(pack, desk.currency),
        what=what if what in ("label", "rule", "fact", "figure", "remove") else "label",
        chosen=chosen,
        old=_old(pack, dimension, rule),
        streams=streams(),
        takes=TAKES,
        shades=COLOURS,
        currency=desk.currency,
        own_figures=own_names(files, "thresholds.yaml"),
        words_json=words_json(
            [w for w in segments.words(viewer.language) if w.name not in _only_open(pack)],
            here.desk.label_choices(viewer),
            {},
        ),
        **_words(),
    )


@router.post("/rules/preview")
def preview(
    request: Request, who: Acting, form: Fields, tab: Annotated[Text, Form(max_length=40)] = ""
) -> Response:
    """Who would change by what a form says, or how far the question is, or what is wrong with it."""
    here, desk, now = context(request), _desk(request), context(request).now()
    told: dict[str, Any] = {"error": None, "asked": None, "found": None}
    try:
        version, files = desk.draft(who.viewer, form, now)
        pack = desk.check(files, now)
        asked = desk.preview(who.viewer, pack, files, now, tab)
        found = asked.told(PATIENCE)
        told |= {"asked": asked, "found": found, "base": version.number}
        if found is not None:
            told |= _result(desk, pack, found, now)
    except (BadInput, BadPack, Busy, NotFound) as error:
        told["error"] = error
        told["offset"] = error.offset if isinstance(error, BadSegment) else None
    html = here.renderer.part(
        "parts/rules_preview.html", who.viewer.language, now=now, when_text=form["when"],
        **told, **_words(),
    )  # fmt: skip
    return HTMLResponse(html)


@router.post("/rules/save")
def save(
    request: Request,
    who: Acting,
    form: Fields,
    note: Annotated[Text, Form(max_length=500)],
    base: Annotated[int, Form(ge=0, le=2**31 - 1)],
    take_away: Annotated[bool, Form()] = False,
) -> Response:
    """Keep what a form says, if the rules are still those that it was tried with."""
    desk, now = _desk(request), context(request).now()
    version, files = desk.draft(who.viewer, form, now)
    if version.number != base:
        raise Busy("somebody changed the rules meanwhile", hint="look at them and try it again")
    try:
        desk.save(who.viewer, files, note, now, base, take_away=take_away)
    except BadPack as error:
        raise BadInput(error.message) from None
    return RedirectResponse(f"{ADDRESS}#versions", 303)


@router.post("/rules/back")
def back(
    request: Request, who: Acting, version: Annotated[int, Form(ge=0, le=2**31 - 1)]
) -> Response:
    """Go back to an earlier version, as a version of its own."""
    try:
        _desk(request).back(who.viewer, version, context(request).now())
    except BadPack as error:
        raise BadInput(error.message, hint="the built-in pack moved on") from None
    return RedirectResponse(f"{ADDRESS}#versions", 303)


def _troubles(desk: RulesDesk, told: bool, now: int) -> list[tuple[Trouble, dict[int, str]]]:
    """What does not fit, each with the names of some customers concerned; leads alone see it."""
    found = desk.troubles() if told else []
    names = desk.people(sorted({i for one in found for i in one.some}), now) if found else {}
    return [(one, {i: names.get(i, str(i)) for i in one.some}) for one in found]


def _desk(request: Request) -> RulesDesk:
    desk = context(request).rules
    assert desk is not None, "the page is only there where rules are"
    return desk


def _old(pack: Pack, dimension: str, rule: str) -> Rule | None:
    found = pack.rule(rule, dimension) if rule else None
    return found if isinstance(found, Rule) else None


def _only_open(pack: Pack) -> set[str]:
    """Dimensions whose labels no pack lists: rules cannot name those."""
    return {o.dimension for o in pack.open_rules} - {d.key for d in pack.dimensions}


def _result(desk: RulesDesk, pack: Pack, found: Difference, now: int) -> dict[str, Any]:
    ids = {i for m in found.moved for i in (*m.some_entering, *m.some_leaving)}
    ids |= {i for v in found.in_vain for i in v.some}
    carried = desk.carried(pack)
    ids |= {i for c in carried for i in c.some}
    return {
        "names": desk.people(sorted(ids), now),
        "carried": carried,
        "pack": pack,
        "look": PackLook(pack, desk.currency),
        "warnings": pack.warnings,
    }


def _words() -> dict[str, Any]:
    return {"say": rule_words, "own": f"{NAME}/"}
