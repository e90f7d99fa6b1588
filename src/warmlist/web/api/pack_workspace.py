"""/packs/workspace: what the workspace lays over the built-in pack, and who would change by other files."""

from __future__ import annotations

import re
from typing import Annotated, Literal

from anyio import to_thread
from fastapi import APIRouter, Depends, Query
from pydantic import Field, StringConstraints
from starlette.responses import Response

from warmlist.errors import BadInput, BadPack
from warmlist.followup.customer import Connection
from warmlist.labels.pack_diff import Difference, InVain, Moved
from warmlist.packs.workspace import LARGEST, LONGEST_NOTE, NAME, Version
from warmlist.rules.model import Pack
from warmlist.web.api.context import Api, Here, Lead
from warmlist.web.api.fields import Asked, Instant, Text, Told, instant
from warmlist.web.api.idempotency import Writes
from warmlist.web.api.requests import json_only

router = APIRouter(tags=["packs"])

#: How long a preview is waited for before the answer says how far it is, in seconds.
PATIENCE = 10.0
_PLACED = re.compile(rf"{NAME}/([^:\n]+):(\d+):(\d+): (.*)", re.DOTALL)

Files = Annotated[
    dict[str, Annotated[Text, StringConstraints(max_length=LARGEST)]],
    Field(description="text by path, such as labels/tier.yaml; says only what is other or new"),
]


class WorkspacePack(Told):
    """What lies over the built-in pack."""

    version: int = Field(description="0: nothing yet")
    pack: str = Field(description="name and version of the pack in force")
    made_at: Instant | None
    by: str
    note: str
    files: dict[str, str]


class WorkspaceVersion(Told):
    """A change of the rules."""

    version: int
    made_at: Instant
    by: str
    note: str


class WorkspaceVersions(Told):
    """Every change, the newest first."""

    items: list[WorkspaceVersion]


class WorkspaceAsked(Asked):
    """Files to lay over the pack, instead of those that lie over it so far."""

    files: Files
    note: Annotated[
        Text, StringConstraints(min_length=1, max_length=LONGEST_NOTE, pattern=r"\S")
    ] = Field(description="why")
    base: int = Field(ge=0, lt=2**31, description="the version that the files were made from")
    take_away: bool = Field(default=False, description="labels that customers carry may go")


class PreviewAsked(Asked):
    """Files to try out."""

    files: Files


class MovedTold(Told):
    """Customers who come to a label or go from it; of playbooks the dimension is `playbook`."""

    dimension: str
    label: str
    shade: str | None
    entering: int
    leaving: int
    some_entering: list[int] = Field(description="ids")
    some_leaving: list[int]


class InVainTold(Told):
    """Customers whom a new rule fits, though another that is asked first decides."""

    dimension: str
    rule: str
    label: str
    by: str
    by_label: str
    customers: int
    some: list[int]


class CarriedTold(Told):
    """A label that customers carry and that the files take away."""

    dimension: str
    label: str
    customers: int
    some: list[int]


class TroubleTold(Told):
    """Something that does not fit together, and the customers concerned."""

    kind: Literal["idle_rule", "no_rate", "no_region", "no_hour"]
    what: str = Field(
        description="a rule's id, a currency or a country; empty where nothing is named"
    )
    says: str
    do: str = Field(description="what to do about it")
    customers: int
    some: list[int] = Field(description="ids of the first")


class Troubles(Told):
    """Everything that does not fit now."""

    items: list[TroubleTold]


class PackPreview(Told):
    """Who would change; ask again with the same files while `ready` is false."""

    ready: bool
    asked: int = Field(description="customers that were asked about so far")
    customers: int
    changed: int
    moved: list[MovedTold]
    in_vain: list[InVainTold]
    carried: list[CarriedTold]
    warnings: list[str]


@router.get("/packs/workspace")
def workspace_pack(
    here: Here,
    _lead: Lead,
    version: Annotated[int | None, Query(ge=0, lt=2**31, description="an earlier one")] = None,
) -> WorkspacePack:
    """What the workspace lays over the built-in pack."""
    return _told(here, here.app.rules_desk.version(version))


@router.get("/packs/workspace/versions")
def workspace_versions(here: Here, _lead: Lead) -> WorkspaceVersions:
    """The newest fifty changes of the rules."""
    found = here.app.rules_desk.rules(here.now()).versions
    return WorkspaceVersions(
        items=[
            WorkspaceVersion(version=v.number, made_at=instant(v.made_at), by=v.by, note=v.note)
            for v in found
        ]
    )


@router.get("/packs/troubles")
def pack_troubles(here: Here, _lead: Lead) -> Troubles:
    """What rules and data do not fit together: rules that can never hold, money without a rate,
    countries without a row, wishes that leave no hour; with the customers concerned."""
    return Troubles(
        items=[
            TroubleTold(
                kind=one.kind, what=one.what, says=one.says, do=one.do,
                customers=one.customers, some=list(one.some),
            )
            for one in here.app.rules_desk.troubles()
        ]
    )  # fmt: skip


@router.post("/packs/workspace", response_model=WorkspacePack)
def change_workspace_pack(
    asked: WorkspaceAsked,
    here: Here,
    lead: Lead,
    writes: Writes,
    _form: Annotated[str, Depends(json_only)],
) -> Response:
    """Lay files over the pack, as a new version. Everybody is labelled by it afterwards.

    Refused where the files are wrong (told with file, line and column), where labels that customers
    carry would go unless `take_away` says so, and where `base` is not the newest version any more.
    """
    now_ms, desk = here.now(), here.app.rules_desk
    _checked(here, asked.files)

    def work(conn: Connection) -> WorkspacePack:
        made = desk.keep(
            conn, lead.viewer, asked.files, asked.note, now_ms, asked.base,
            take_away=asked.take_away,
        )  # fmt: skip
        return _told(here, made)

    answer = writes(work, now_ms)
    here.app.refresh()
    return answer


@router.post("/packs/preview")
async def preview_pack(
    asked: PreviewAsked, here: Here, lead: Lead, _form: Annotated[str, Depends(json_only)]
) -> PackPreview:
    """Who would change if these files lay over the pack: counts, and some of them. Nothing is kept."""

    def answer() -> PackPreview:
        desk, now_ms = here.app.rules_desk, here.now()
        pack = _checked(here, asked.files)
        preview = desk.preview(lead.viewer, pack, asked.files, now_ms, "api")
        found = preview.told(PATIENCE)
        carried = [
            CarriedTold(
                dimension=c.dimension, label=c.label, customers=c.customers, some=list(c.some)
            )
            for c in desk.carried(pack)
        ]
        return PackPreview(
            ready=found is not None,
            asked=found.customers if found else preview.done,
            customers=found.customers if found else preview.total,
            changed=found.changed if found else 0,
            moved=_moved(found),
            in_vain=_in_vain(found),
            carried=carried,
            warnings=list(pack.warnings),
        )

    return await to_thread.run_sync(answer, limiter=here.packs)


def _checked(here: Api, files: dict[str, str]) -> Pack:
    """The pack with the files; what is wrong is the request's fault, so that it is told."""
    try:
        return here.app.rules_desk.check(files, here.now())
    except BadPack as error:
        place = _PLACED.fullmatch(error.message)
        told = f"{place[1]}:{place[2]}:{place[3]}: {place[4]}" if place else error.message
        raise BadInput(told, hint="mend it and send the files again") from None


def _told(here: Api, version: Version) -> WorkspacePack:
    below = here.app.rules_desk.below.key
    return WorkspacePack(
        version=version.number,
        pack=f"{below}+w{version.number}" if version.files else below,
        made_at=instant(version.made_at) if version.number else None,
        by=version.by,
        note=version.note,
        files=dict(version.files),
    )


def _moved(found: Difference | None) -> list[MovedTold]:
    def told(m: Moved) -> MovedTold:
        return MovedTold(
            dimension=m.dimension,
            label=m.label,
            shade=m.shade,
            entering=m.entering,
            leaving=m.leaving,
            some_entering=m.some_entering,
            some_leaving=m.some_leaving,
        )

    return [told(m) for m in found.moved] if found else []


def _in_vain(found: Difference | None) -> list[InVainTold]:
    def told(v: InVain) -> InVainTold:
        return InVainTold(
            dimension=v.dimension,
            rule=v.rule,
            label=v.label,
            by=v.by,
            by_label=v.by_label,
            customers=v.customers,
            some=v.some,
        )

    return [told(v) for v in found.in_vain] if found else []
